"""The clauses that an assessment or a decision names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from yinuo.core.knowledge import queries as knowledge


@dataclass(frozen=True, slots=True)
class Library:
    """The clauses as they are at a moment; each name is looked up once."""

    at: datetime
    found: dict[str, tuple[str, str]] = field(default_factory=dict)
    explained: dict[str, bool] = field(default_factory=dict)

    def key_and_name(self, words: str) -> tuple[str, str]:
        """Of a clause of the library its key and its name; of any other no key."""
        asked = words.strip()
        if asked not in self.found:
            key = knowledge.key_of(asked, at=self.at)
            one = knowledge.clause(key, knowledge.WRITTEN, at=self.at) if key else None
            self.found[asked] = (key, one.label) if one else ("", asked)
        return self.found[asked]

    def explains(self, words: str) -> bool:
        """Whether these words are a clause of the library, or name one."""
        key, name = self.key_and_name(words)
        if name not in self.explained:
            self.explained[name] = bool(
                key or knowledge.named_in(name, knowledge.WRITTEN, at=self.at)
            )
        return self.explained[name]

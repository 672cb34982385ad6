"""What a clause says, in plain values: its name as it is cited, its plain words, an example."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """A clause in one language. `version` 0 is the explanation of the files.

    `text` is the product text that it stands in: 2014, 2020, compulsory, law or rule.
    """

    key: str
    text: str
    name: str
    article: str
    plain: str
    example: str
    source: str
    version: int
    language: str

    @property
    def label(self) -> str:
        """As it is cited: the name, and the article where it is known."""
        if not self.article:
            return self.name
        gap = " " if self.language == "en" else ""
        return f"{self.name}{gap}{self.article}"

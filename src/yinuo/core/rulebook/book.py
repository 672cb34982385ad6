"""The rulebook at one moment of the database: the files, and the revisions laid over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from yinuo.core.rulebook.registry import Files
from yinuo.core.rulebook.textfiles import Text, language_of
from yinuo.kit.errors import RuleError
from yinuo.kit.rules import PromiseRule, Rule, RuleFile, RuleTable, check

F = TypeVar("F", bound=RuleFile)


class Dated(Protocol):
    @property
    def number(self) -> int: ...

    @property
    def in_force_from(self) -> datetime: ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A revision of a rule; `value` None gives the value of the file back."""

    id: int
    key: str
    number: int
    in_force_from: datetime
    value: Any
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class TextChange:
    """A revision of a text; `text` None gives the text of the file back."""

    key: str
    language: str
    number: int
    in_force_from: datetime
    text: Text | None


@dataclass(frozen=True, slots=True)
class _Changes(Generic[D]):
    """The revisions of one key, in the order in which they come into force."""

    ordered: tuple[D, ...]

    @classmethod
    def of(cls, changes: Iterable[D]) -> _Changes[D]:
        return cls(tuple(sorted(changes, key=lambda c: (c.in_force_from, c.number))))

    def at(self, at: datetime) -> D | None:
        in_force = [change for change in self.ordered if change.in_force_from <= at]
        return in_force[-1] if in_force else None


class Book:
    """Read-only. `version` names the newest revisions that it knows."""

    def __init__(
        self,
        files: Files,
        version: tuple[str, str],
        rule_changes: Iterable[RuleChange] = (),
        text_changes: Iterable[TextChange] = (),
    ) -> None:
        self.version = version
        self._files = files
        by_key: dict[str, list[RuleChange]] = defaultdict(list)
        for change in rule_changes:
            by_key[change.key].append(change)
        self._rules = {key: _Changes.of(changes) for key, changes in by_key.items()}
        by_text: dict[tuple[str, str], list[TextChange]] = defaultdict(list)
        for text_change in text_changes:
            by_text[text_change.key, text_change.language].append(text_change)
        self._texts = {key: _Changes.of(found) for key, found in by_text.items()}
        self._built: dict[tuple[str, tuple[int, ...]], RuleFile] = {}

    def rules(self, schema: type[F], at: datetime) -> F:
        """The rules of a file as they are in force; the same object while nothing changes."""
        stem = self._files.stem_of(schema)
        changes = self._in_force(stem, at)
        if not changes:
            return cast(F, self._files.rules[stem])
        key = (stem, tuple(change.id for change in changes))
        if key not in self._built:
            raw = laid_over(self._files.raw[stem], changes)
            self._built[key] = check(f"{stem}.toml with revisions", schema, raw)
        return cast(F, self._built[key])

    def promise_rule(self, key: str, at: datetime) -> tuple[PromiseRule, int]:
        """The rule of a promise ("claims.payment") and its revision, 0 being the file's."""
        stem, _, name = key.partition(".")
        return self.promise_entry(key, at).value, self.revision(f"{stem}.promises.{name}", at)

    def promise_entry(self, key: str, at: datetime) -> Rule[PromiseRule]:
        """The same rule with its reason and source. Raises RuleError for an unknown key."""
        stem, _, name = key.partition(".")
        schema = self._files.schemas.get(stem)
        if schema is None:
            raise RuleError(f"{key}: there is no such promise; see docs/rules.md")
        table = getattr(self.rules(schema, at), "promises", None)
        rule = _entry(table, name)
        if rule is None or not isinstance(rule.value, PromiseRule):
            raise RuleError(f"{key}: there is no such promise; see docs/rules.md")
        return rule

    def revision(self, key: str, at: datetime) -> int:
        """The number of the revision of a rule that is in force; 0 is the value of the file."""
        changes = self._rules.get(key)
        change = changes.at(at) if changes else None
        return change.number if change and change.value is not None else 0

    def text(self, key: str, language: str, at: datetime) -> Text:
        """The text in force at that moment. Raises RuleError."""
        changes = self._texts.get((key, language_of(language)))
        change = changes.at(at) if changes else None
        if change and change.text is not None:
            return change.text
        return self._files.text(key, language)

    def raw_with(self, change: RuleChange) -> dict[str, Any]:
        """The raw file as it would be with one more change, when that change comes into force."""
        stem = change.key.partition(".")[0]
        others = [c for c in self._in_force(stem, change.in_force_from) if c.key != change.key]
        return laid_over(self._files.raw[stem], (*others, change))

    def _in_force(self, stem: str, at: datetime) -> tuple[RuleChange, ...]:
        found = (
            changes.at(at)
            for key, changes in sorted(self._rules.items())
            if key.startswith(f"{stem}.")
        )
        return tuple(change for change in found if change and change.value is not None)


def laid_over(raw: Mapping[str, Any], changes: Iterable[RuleChange]) -> dict[str, Any]:
    """The raw content of a rule file with the values of the changes in their places."""
    merged = {table: dict(entries) for table, entries in raw.items()}
    for change in changes:
        _, table, name = change.key.split(".")
        merged.setdefault(table, {})[name] = {
            "value": change.value,
            "why": change.why,
            "source": change.source or f"revision {change.number}",
        }
    return merged


def _entry(table: object, name: str) -> Rule[Any] | None:
    if isinstance(table, RuleTable):
        return getattr(table, name, None) if name in type(table).model_fields else None
    return table.get(name) if isinstance(table, Mapping) else None

"""Rules as data: typed values with a reason and a source, read from TOML files.

Pure: knows neither Django nor the database. A rule file is described by a subclass of RuleFile
whose fields are tables; a table is a subclass of RuleTable, or a dict for a list that is open by
nature; every entry of a table is a Rule. So a key is always "<file>.<table>.<name>".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from yinuo.kit.clock import ClockError, Limit
from yinuo.kit.errors import RuleError

T = TypeVar("T")
Owner = Literal[
    "handler",
    "agent",
    "surveyor",
    "assessor",
    "calculator",
    "reviewer",
    "approver",
    "cashier",
    "team_lead",
]


def _parse_limit(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Limit.parse(value)
    except ClockError as error:
        raise ValueError(f"{error}; write it like '30 minutes' or '1 working day'") from error


LimitText = Annotated[Limit, BeforeValidator(_parse_limit)]
Sentence = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Plain(BaseModel):
    """A value made of named parts. Frozen, and a part that nobody declared is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(Plain, Generic[T]):
    """One rule: its value, why we have it and where it comes from.

    `from` and `until` tell the days between which the source itself applies, both included.
    """

    value: T
    why: Sentence
    source: Sentence
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("'until' lies before 'from'")
        return self

    def applies_on(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (
            self.until is None or day <= self.until
        )


class Escalation(Plain):
    """Who is told, and how long after the due time; "0 minutes" is the moment it is missed."""

    to: Literal["handler", "team_lead", "manager"]
    after: LimitText


class AmountBand(Plain):
    """The limit for amounts up to and including `up_to`; the last band has no `up_to`."""

    up_to: Decimal | None = None
    limit: LimitText


class PromiseRule(Plain):
    """The time limit of one promise and everything that follows from it."""

    limit: LimitText
    by_class: dict[str, LimitText] = {}
    by_amount: tuple[AmountBand, ...] = ()
    roll_forward: bool = False
    audience: Literal["customer", "internal"]
    statutory: bool = False
    owner: Owner
    warn_at: tuple[float, ...]
    escalate: tuple[Escalation, ...]
    pausable: tuple[str, ...] = ()

    @field_validator("warn_at")
    @classmethod
    def _shares_rise_inside_the_limit(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < share < 1 for share in shares) or list(shares) != sorted(set(shares)):
            raise ValueError("warn_at holds rising shares between 0 and 1, such as [0.5, 0.8]")
        return shares

    @field_validator("by_amount")
    @classmethod
    def _bands_rise_to_an_open_end(cls, bands: tuple[AmountBand, ...]) -> tuple[AmountBand, ...]:
        tops = [band.up_to for band in bands]
        if tops and tops[-1] is not None:
            raise ValueError("the last band has no up_to: it holds for every greater amount")
        closed = [top for top in tops[:-1] if top is not None]
        if len(closed) != len(tops[:-1]) or closed != sorted(set(closed)):
            raise ValueError("bands rise by up_to, and only the last one leaves it out")
        return bands

    @field_validator("escalate")
    @classmethod
    def _each_level_is_told_once(cls, steps: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
        levels = [step.to for step in steps]
        if len(levels) != len(set(levels)):
            raise ValueError("each level of the escalation is named once")
        return steps

    @model_validator(mode="after")
    def _only_days_roll_forward(self) -> Self:
        if self.roll_forward:
            for limit in self.limits():
                replace(limit, roll_forward=True)
        return self

    def limits(self) -> tuple[Limit, ...]:
        """Every limit that this rule can give."""
        return (self.limit, *self.by_class.values(), *(band.limit for band in self.by_amount))

    def limit_for(self, klass: str | None, amount: Decimal | None) -> Limit:
        """The limit for a case: by amount when one is known, else by class, else the general."""
        found = self._by_amount(amount) or self.by_class.get(klass or "") or self.limit
        return replace(found, roll_forward=True) if self.roll_forward else found

    def _by_amount(self, amount: Decimal | None) -> Limit | None:
        if amount is None:
            return None
        for band in self.by_amount:
            if band.up_to is None or amount <= band.up_to:
                return band.limit
        return None


class Condition(Plain):
    """One test of one fact. An unknown fact meets no condition."""

    fact: str
    equals: bool | int | str | None = None
    one_of: tuple[str, ...] | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Self:
        tests = (self.equals, self.one_of, self.at_least, self.at_most)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("write exactly one of equals, one_of, at_least, at_most")
        return self

    def holds(self, facts: Mapping[str, object]) -> bool:
        """Whether the fact is known and passes; of a list, one element that passes is enough."""
        found = facts.get(self.fact)
        many = found if isinstance(found, (tuple, list, set, frozenset)) else (found,)
        return any(self._passes(one) for one in many if one is not None)

    def _passes(self, fact: object) -> bool:
        if self.equals is not None:
            return fact == self.equals
        if self.one_of is not None:
            return fact in self.one_of
        number = _number(fact)
        if number is None:
            return False
        if self.at_least is not None:
            return number >= self.at_least
        return self.at_most is not None and number <= self.at_most


def _number(fact: object) -> Decimal | None:
    """The number in a fact; the data of events holds amounts as text."""
    if not isinstance(fact, (int, str, Decimal)):
        return None
    try:
        return Decimal(fact)
    except InvalidOperation:
        return None


Conditions = tuple[Condition, ...]


def holds(conditions: Conditions, facts: Mapping[str, object]) -> bool:
    """Whether every condition holds; no condition at all always holds."""
    return all(condition.holds(facts) for condition in conditions)


class RuleTable(Plain):
    """A table of a rule file. Every field is a Rule."""


class RuleFile(Plain):
    """A rule file. Every field is a RuleTable, or a dict of rules where the list is open."""


def keys(stem: str, schema: type[RuleFile], file: RuleFile) -> Iterator[tuple[str, Rule[Any]]]:
    """Every rule of a file with its full key, in the order of the file's fields."""
    for table in schema.model_fields:
        for name, rule in entries(getattr(file, table)):
            yield f"{stem}.{table}.{name}", rule


def entries(table: RuleTable | Mapping[str, Rule[Any]]) -> Iterator[tuple[str, Rule[Any]]]:
    """The rules of one table, by name."""
    if isinstance(table, RuleTable):
        for name in type(table).model_fields:
            yield name, getattr(table, name)
    else:
        yield from table.items()


def read(path: Path) -> dict[str, Any]:
    """The raw content of a TOML file, its numbers exact. Raises RuleError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read ({error.strerror}); restore the file") from error
    except ValueError as error:
        raise RuleError(f"{path}: is not TOML ({error}); correct that line") from error


def check(name: str, schema: type[RuleFile], raw: Mapping[str, Any]) -> RuleFile:
    """The typed file. Raises RuleError with one line for every key that is wrong."""
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        raise RuleError("\n".join(complaints(name, error))) from error


_REMEDIES = {
    "missing": "add it",
    "extra_forbidden": "remove it, or correct its spelling: no rule of that name is known",
    "string_too_short": "write at least one sentence",
    "string_pattern_mismatch": "write at least one sentence",
}


def complaints(name: str, error: ValidationError) -> list[str]:
    """One line for each fault: the file, the key and what to do about it."""
    lines = []
    for fault in error.errors(include_url=False):
        key = ".".join(str(part) for part in fault["loc"]) or "(the whole value)"
        remedy = _REMEDIES.get(fault["type"], "correct the value")
        lines.append(f"{name}: {key}: {fault['msg']}: {remedy}")
    return lines


def load(directory: Path, schemas: Mapping[str, type[RuleFile]]) -> dict[str, RuleFile]:
    """Every file of the directory, typed, by its name without ".toml".

    Raises RuleError when a file is missing, is not declared, or holds a key that is wrong.
    """
    return check_files(directory, schemas, read_files(directory, schemas))


def read_files(directory: Path, schemas: Mapping[str, type[RuleFile]]) -> dict[str, dict[str, Any]]:
    """The raw content of every file. Raises RuleError when one is missing or is not declared."""
    found = {path.stem: path for path in sorted(directory.glob("*.toml"))}
    for stem in schemas.keys() - found.keys():
        raise RuleError(f"{directory / (stem + '.toml')}: is missing; restore the file")
    for stem in found.keys() - schemas.keys():
        raise RuleError(f"{found[stem]}: no schema is declared for it; remove or declare it")
    return {stem: read(found[stem]) for stem in schemas}


def check_files(
    directory: Path,
    schemas: Mapping[str, type[RuleFile]],
    raw: Mapping[str, Mapping[str, Any]],
) -> dict[str, RuleFile]:
    """What `read_files` gave, typed. Raises RuleError for a key that is wrong."""
    return {
        stem: check(str(directory / f"{stem}.toml"), schema, raw[stem])
        for stem, schema in schemas.items()
    }

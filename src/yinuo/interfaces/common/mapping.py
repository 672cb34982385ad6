"""A map says what the columns of somebody's file mean to us. It is data: TOML, checked when read.

``[columns.NAME]`` tells for each column its type and our reading; ``[policy]`` and ``[claim]``
say from which of them our fields are made.
"""

from __future__ import annotations

import calendar
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from yinuo.interfaces.common.tables import MOST_CHARACTERS, Row
from yinuo.kit import env
from yinuo.kit.clock import Limit
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.rules import complaints

SHIPPED = env.PACKAGE / "maps"


class MapNotValid(DomainError):
    code = "map_not_valid"
    message: ClassVar[Message] = _("The map cannot be used. %(why)s")
    http = 422


class CellMissing(DomainError):
    code = "cell_missing"
    message: ClassVar[Message] = _("This cell is empty, and it is needed.")
    http = 422


class CellTooLong(DomainError):
    code = "cell_too_long"
    message: ClassVar[Message] = _("This cell has %(count)s characters; at most %(most)s.")
    http = 422


class CellIsFormula(DomainError):
    code = "cell_is_formula"
    message: ClassVar[Message] = _("This cell holds a formula. Write its value instead.")
    http = 422


class NotANumber(DomainError):
    code = "not_a_number"
    message: ClassVar[Message] = _("“%(given)s” is not a number.")
    http = 422


class NotWhole(DomainError):
    code = "not_whole"
    message: ClassVar[Message] = _("“%(given)s” is not a whole number.")
    http = 422


class NotADay(DomainError):
    code = "not_a_day"
    message: ClassVar[Message] = _("“%(given)s” is not a day written as %(format)s.")
    http = 422


class NotInList(DomainError):
    code = "not_in_list"
    message: ClassVar[Message] = _("“%(given)s” is not one of: %(known)s.")
    http = 422


class DayNotInWeek(DomainError):
    code = "day_not_in_week"
    message: ClassVar[Message] = _("“%(given)s” names no day.")
    http = 422


class Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Plain):
    """`unused` columns are explained and never read; `unknown` cells count as empty."""

    reading: str
    type: Literal["text", "integer", "decimal", "date", "choice"] = "text"
    format: str = "%Y-%m-%d"
    choices: tuple[str, ...] = ()
    required: bool = False
    unused: bool = False


class Week(Plain):
    """Columns that name a day by month, week of the month and weekday."""

    year: str
    month: str
    week: str
    weekday: str


class Value(Plain):
    """One value of ours: `fixed`, a `column`, a `text` with {columns}, a `sum`, a day, a `week`.

    `words` turns what stands in the column into ours; `otherwise` stands where nothing is known.
    With `split` the cell is a list: each of its words is turned, and each of ours comes once.
    """

    fixed: Any = None
    column: str = ""
    words: dict[str, Any] = {}
    split: str = ""
    otherwise: Any = None
    text: str = ""
    sum: tuple[str, ...] = ()
    day: str = ""
    hour: str = ""
    on: date | None = None
    week: Week | None = None
    not_before: Week | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = (self.fixed is not None, self.column, self.text, self.sum, self.day, self.on)
        if sum(map(bool, (*sources, self.week))) != 1:
            raise ValueError("write exactly one of fixed, column, text, sum, day, on, week")
        if self.split and not (self.column and self.words):
            raise ValueError("split belongs to a column with words")
        return self

    def columns(self) -> Iterator[str]:
        yield from (name for name in (self.column, self.day, self.hour, *self.sum) if name)
        yield from (name for _t, name, _f, _c in Formatter().parse(self.text) if name)
        for one in (self.week, self.not_before):
            if one:
                yield from (one.year, one.month, one.week, one.weekday)


class Part(Plain):
    """A part of ours that a row has only when this column is above zero and these words stand."""

    only_above_zero: str = ""
    when: dict[str, tuple[str, ...]] = {}


class CoverMap(Part):
    kind: str
    loss_kinds: tuple[str, ...]
    limit: Value | None = None
    deductible: Value | None = None


class PolicyMap(Plain):
    fields: dict[str, Value]
    holder: dict[str, Value]
    vehicle: dict[str, Value]
    covers: tuple[CoverMap, ...]


class LossMap(Part):
    kind: str
    title: Value | None = None
    estimate: Value | None = None
    severity: Value | None = None
    owner: dict[str, Value] = {}


class ClaimMap(Plain):
    fields: dict[str, Value]
    said: dict[str, Value] = {}
    losses: tuple[LossMap, ...]


class Ending(Plain):
    """How a row's story goes: the first one that fits."""

    script: Literal["withdraw", "refuse", "cut", "pay"]
    why: str
    when: dict[str, tuple[str, ...]] = {}


class Pace(Plain):
    """How long people take for a step; one in `late_one_in` takes as long as `late`."""

    between: tuple[str, str]
    late_one_in: int = 0
    late: str = ""

    @model_validator(mode="after")
    def _limits(self) -> Self:
        shortest, longest = map(Limit.parse, self.between)
        if shortest.unit is not longest.unit or shortest.amount > longest.amount:
            raise ValueError("write two limits of one unit, the shorter first")
        if bool(self.late) != bool(self.late_one_in):
            raise ValueError("late and late_one_in belong together")
        if self.late:
            Limit.parse(self.late)
        return self


class ReplayMap(Plain):
    """`expected` counts the claims of the whole file by the state in which they end."""

    endings: tuple[Ending, ...]
    pace: dict[str, Pace]
    returned_one_in: int
    expected: dict[str, int]
    expected_rows: int


class Says(Plain):
    """What an answer letter of a replay says."""

    facts: str
    decision: str
    basis: str


class ComplaintMap(Plain):
    """A complaint and how it ended. `fields` gives received_on, closed_on, channel, product,
    causes, upheld, measures and ends; the first of `ends_in_order` among a row's ends holds.
    What is not upheld although something was done is `upheld_with_measures`.
    """

    fields: dict[str, Value]
    customer: dict[str, Value]
    ends_in_order: tuple[Literal["withdraw", "transfer", "answer"], ...]
    upheld_with_measures: Literal["yes", "partly", "no"] = "partly"


class ComplaintReplayMap(Plain):
    """At which hours of the first and the last day the steps are taken, and what is said."""

    received_hour: int
    worked_hour: int
    ended_hour: int
    letters: dict[Literal["yes", "partly", "no"], Says]
    measure: str
    reason: str
    passed_to: str
    report: str
    expected: dict[str, int]
    expected_rows: int


class Map(Plain):
    title: str
    source: str
    delimiter: str = ","
    sheet: str = ""
    time_zone: str = "Asia/Shanghai"
    unknown: tuple[str, ...] = ("",)
    key: str
    columns: dict[str, Column]
    policy: PolicyMap | None = None
    claim: ClaimMap | None = None
    replay: ReplayMap | None = None
    complaint: ComplaintMap | None = None
    complaint_replay: ComplaintReplayMap | None = None

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        used = {self.key, *self._mentioned()}
        for name in sorted(used):
            column = self.columns.get(name)
            if column is None:
                raise ValueError(f"column {name} is used and not explained under [columns]")
            if column.unused:
                raise ValueError(f"column {name} is used and marked as unused")
        return self

    def _mentioned(self) -> Iterator[str]:
        for value in _values(self):
            yield from value.columns()
        losses: tuple[Part, ...] = self.claim.losses if self.claim else ()
        covers: tuple[Part, ...] = self.policy.covers if self.policy else ()
        for part in (*losses, *covers):
            yield from part.when
            if part.only_above_zero:
                yield part.only_above_zero
        for ending in self.replay.endings if self.replay else ():
            yield from ending.when

    @cached_property
    def used(self) -> dict[str, Column]:
        """The columns that are read, by name."""
        return {name: one for name, one in self.columns.items() if not one.unused}

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def _values(part: object) -> Iterator[Value]:
    if isinstance(part, Value):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _values(getattr(part, name))
    elif isinstance(part, dict):
        for one in part.values():
            yield from _values(one)
    elif isinstance(part, tuple):
        for one in part:
            yield from _values(one)


def load(name: str) -> Map:
    """A map by its path, or a shipped one by its name. Raises MapNotValid with every fault."""
    path = Path(name)
    shipped = SHIPPED / f"{name.removesuffix('.toml')}.toml"
    if not path.exists() and path.name == name and shipped.exists():
        path = shipped
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        return Map.model_validate(raw)
    except OSError as error:
        known = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        why = f"{path}: {error.strerror} ({known})"
        raise MapNotValid(why=why) from error
    except ValidationError as error:
        raise MapNotValid(why="\n".join(complaints(path.name, error))) from error
    except ValueError as error:
        raise MapNotValid(why=f"{path.name}: {error}") from error


# Reading a row -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """A row with the cells that the map reads, as they stand and as values; None is unknown."""

    number: int
    cells: Mapping[str, str]
    values: Mapping[str, Any]
    zone: ZoneInfo

    def take(self, value: Value | None) -> Any:
        """What the map says stands for this field. Raises DayNotInWeek and NotInList."""
        if value is None:
            return None
        found = self._source(value)
        if value.split:
            return _each_word(value, str(found or ""))
        if value.words and found is not None:
            if str(found) not in value.words:
                known = ", ".join(value.words)
                raise NotInList(value.column, given=str(found)[:40], known=known)
            found = value.words[str(found)]
        return value.otherwise if found is None else found

    def _source(self, value: Value) -> Any:
        if value.fixed is not None:
            return value.fixed
        if value.column:
            return self.values[value.column]
        if value.text:
            shown = {name: self.cells[name] for name in value.columns()}
            return value.text.format_map(shown)
        if value.sum:
            amounts = [self.values[name] for name in value.sum if self.values[name] is not None]
            return sum(amounts, Decimal(0)) if amounts else None
        day = value.on or (self.values[value.day] if value.day else None)
        if value.week:
            day = _day_of_week(self, value.week, 0)
            if value.not_before and day < _day_of_week(self, value.not_before, 0):
                day = _day_of_week(self, value.week, 1)
        return self._moment(day, self.values[value.hour] if value.hour else 0)

    def _moment(self, day: date | None, hour: int | None) -> datetime | None:
        if day is None:
            return None
        return datetime.combine(day, time(hour or 0), self.zone)

    def fits(self, when: Mapping[str, tuple[str, ...]]) -> bool:
        """The row has one of these words in each of these columns; "" stands for unknown."""
        return all(self.cells[name] in words for name, words in when.items())

    def above_zero(self, column: str) -> bool:
        value = self.values[column] if column else 1
        return value is not None and value > 0


def _each_word(value: Value, cell: str) -> list[Any]:
    """The words of a list in a cell, as ours. Raises NotInList where nothing stands `otherwise`."""
    given = [word.strip() for word in cell.split(value.split) if word.strip()]
    for word in given:
        if word not in value.words and value.otherwise is None:
            raise NotInList(value.column, given=word[:40], known=", ".join(value.words))
    ours = [value.words.get(word, value.otherwise) for word in given]
    if not ours and value.otherwise is not None:
        ours = [value.otherwise]
    return list(dict.fromkeys(ours))


def read(row: Row, using: Map) -> tuple[Typed, list[DomainError]]:
    """The row in its types, and everything that is wrong with its cells."""
    values: dict[str, Any] = {}
    cells: dict[str, str] = {}
    problems: list[DomainError] = []
    for name, column in using.used.items():
        cell = row.cells.get(name, "").strip()
        if cell in using.unknown:
            cell = ""
        cells[name] = cell
        values[name] = None
        try:
            values[name] = _cell(cell, column, name)
        except DomainError as problem:
            problems.append(problem)
    return Typed(row.number, cells, values, using.zone), problems


def _cell(cell: str, column: Column, name: str) -> Any:
    if not cell:
        if column.required:
            raise CellMissing(name)
        return None
    if len(cell) > MOST_CHARACTERS:
        raise CellTooLong(name, count=len(cell), most=MOST_CHARACTERS)
    if cell[0] in "=@":
        raise CellIsFormula(name)
    if column.choices and cell not in column.choices:
        raise NotInList(name, given=cell[:40], known=", ".join(column.choices))
    match column.type:
        case "integer":
            return _whole(cell, name)
        case "decimal":
            return _number(cell, name)
        case "date":
            return _day(cell, column.format, name)
    return cell


def _number(cell: str, name: str) -> Decimal:
    try:
        number = Decimal(cell.replace(",", ""))
    except InvalidOperation as error:
        raise NotANumber(name, given=cell[:40]) from error
    if not number.is_finite() or abs(number.adjusted()) > 15:
        raise NotANumber(name, given=cell[:40])
    return number


def _whole(cell: str, name: str) -> int:
    number = _number(cell, name)
    if number != int(number):
        raise NotWhole(name, given=cell[:40])
    return int(number)


def _day(cell: str, form: str, name: str) -> date:
    try:
        # A spreadsheet gives its own dates in ISO, whatever the column looks like.
        return date.fromisoformat(cell[:10])
    except ValueError:
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError as error:
            raise NotADay(name, given=cell[:40], format=form) from error


_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}


def _day_of_week(row: Typed, week: Week, years_later: int) -> date:
    """The weekday in the week of the month, weeks from the 1st, 8th, 15th …; at most the last."""
    month, weekday = row.cells[week.month], row.cells[week.weekday]
    if month not in _MONTHS:
        raise DayNotInWeek(week.month, given=month[:40])
    if weekday not in _WEEKDAYS:
        raise DayNotInWeek(week.weekday, given=weekday[:40])
    first = date(row.values[week.year] + years_later, _MONTHS[month], 1)
    start = first + timedelta(days=7 * (row.values[week.week] - 1))
    found = start + timedelta(days=(_WEEKDAYS[weekday] - start.weekday()) % 7)
    while found.month != first.month:
        found -= timedelta(days=7)
    return found

"""The values of the clock engine: limits, pauses, extensions and the due time with its reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from yinuo.kit.rulers import ENDLESS, Stop, micros

_HIGHEST_AMOUNT = 1_000_000
_ONE_DAY = timedelta(days=1)
_LIMIT = re.compile(r"(?P<amount>\d{1,7})\s+(?P<unit>[a-z]+(?:\s[a-z]+)?)")


class ClockError(ValueError):
    """A limit, time or pause with which no clock can be run; the message says what is wrong."""


class Unit(StrEnum):
    """What a limit counts. Minutes and hours run round the clock; days are natural days."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working days"
    OFFICE_MINUTES = "office minutes"
    OFFICE_HOURS = "office hours"
    MONTHS = "months"
    YEARS = "years"


ELAPSED_UNITS = frozenset({Unit.MINUTES, Unit.HOURS})
OFFICE_UNITS = frozenset({Unit.OFFICE_MINUTES, Unit.OFFICE_HOURS})
DAY_UNITS = frozenset({Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS, Unit.YEARS})
_UNITS = {str(unit): unit for unit in Unit} | {str(unit).removesuffix("s"): unit for unit in Unit}


@dataclass(frozen=True, slots=True)
class Limit:
    """So much of a unit. With `roll_forward`, a last day of rest moves to a working day."""

    amount: int
    unit: Unit
    roll_forward: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= _HIGHEST_AMOUNT:
            raise ClockError(f"a limit holds 0 to {_HIGHEST_AMOUNT} units, not {self.amount}")
        if self.roll_forward and self.unit not in DAY_UNITS:
            raise ClockError(f"a limit in {self.unit} has no last day that could roll forward")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "30 minutes", "15 days", "1 working day", "4 office hours", "2 years"."""
        found = _LIMIT.fullmatch(" ".join(text.split()))
        unit = _UNITS.get(found["unit"]) if found else None
        if found is None or unit is None:
            raise ClockError(f"{text!r} is not a limit: write a whole number and one of {_NAMES}")
        return cls(int(found["amount"]), unit)

    def after(self, at: datetime) -> datetime:
        """The instant so much later. Raises ClockError for a unit that needs a calendar."""
        if self.unit not in ELAPSED_UNITS:
            raise ClockError(f"{self} cannot be counted without a calendar")
        seconds = self.amount * (60 if self.unit is Unit.MINUTES else 3_600)
        return (at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(at.tzinfo)

    def elapsed(self) -> timedelta:
        """Its length round the clock. Raises ClockError for days and office time, which vary."""
        if self.unit not in ELAPSED_UNITS:
            raise ClockError(f"{self} has no fixed length: write it in minutes or hours")
        return timedelta(**{str(self.unit): self.amount})

    def __str__(self) -> str:
        """The text that `parse` reads back, without `roll_forward`."""
        unit = str(self.unit)
        return f"{self.amount} {unit.removesuffix('s') if self.amount == 1 else unit}"


_NAMES = ", ".join(Unit)


@dataclass(frozen=True, slots=True)
class Pause:
    """Time in which the clock stands still; without `ended_at` it still stands."""

    started_at: datetime
    ended_at: datetime | None
    reason: str = ""
    stop: Stop = field(init=False, repr=False, compare=False)
    """The same span for the rulers, worked out once."""

    def __post_init__(self) -> None:
        try:
            began = micros(self.started_at)
            ended = ENDLESS if self.ended_at is None else micros(self.ended_at)
        except TypeError:
            # A time without a zone cannot be set against one with a zone; say which of the two.
            require_aware(self.started_at, "the start of a pause")
            require_aware(self.ended_at or self.started_at, "the end of a pause")
            raise
        if ended < began:
            raise ClockError(
                f"a pause ends at {self.ended_at}, before it starts at {self.started_at}"
            )
        object.__setattr__(self, "stop", (began, ended))


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted by someone who may; it counts on from the due time before it."""

    limit: Limit
    reason: str = ""


class Due(NamedTuple):
    """When a promise is due, and all that `remaining`, `warn_times` and `explain` need to say so.

    `due_at` is exclusive: what happens before it is in time. A limit in days ends with its last
    day, so `due_at` is the midnight after `last_day_on`, in the calendar's zone. The limit is a
    copy: a rule that changes later changes nothing here. `provisional`: days of a year without a
    published holiday table were counted. While the clock stands still (`paused_since_at`), `due_at`
    is the time that holds if it is started again at once, and `left` is what then remains.
    `stopped` is what the pauses added, in the time that the limit counts (whole days for a limit in
    days). A named tuple, because millions are made in a recalculation.
    """

    due_at: datetime
    provisional: bool
    limit: Limit
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stopped: timedelta = timedelta()
    rolled_from_on: date | None = None
    paused_since_at: datetime | None = None
    left: timedelta | None = None

    @property
    def last_day_on(self) -> date | None:
        """The day with whose end the limit ends; None for limits in minutes or hours."""
        last = self.extensions[-1].limit if self.extensions else self.limit
        return (self.due_at - _ONE_DAY).date() if last.unit in DAY_UNITS else None


def require_aware(at: datetime, what: str) -> None:
    """Raise ClockError for a datetime without a zone."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ClockError(f"{what}, {at.isoformat()}, has no time zone: give an aware datetime")

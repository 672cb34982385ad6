"""Calendars: which days are worked, when the office is open, and which of this is not yet settled.

A calendar is built once from tables (see calendar_rules.py) into flat arrays over its years, so
that a lookup is an index or a binary search. It reads no clock and no file.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, groupby, pairwise
from zoneinfo import ZoneInfo

from yinuo.kit.clock_types import ClockError
from yinuo.kit.rulers import ENDLESS, EPOCH, SECOND, SpanRuler, Stop, micros

_MINUTE = 60 * SECOND
_DAY_MINUTES = 24 * 60
DAY = _DAY_MINUTES * _MINUTE


class RollFrom(StrEnum):
    """The days from which a last day rolls forward, where the rule says that it does."""

    REST_DAYS = "rest_days"
    HOLIDAYS = "holidays"


@dataclass(frozen=True, slots=True)
class Period:
    """An office period, in minutes after midnight; `closes` may be 24:00 and is exclusive."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= _DAY_MINUTES:
            raise ClockError(f"a period runs from 00:00 to 24:00 and forward, not {self}")

    @classmethod
    def parse(cls, opens: str, closes: str) -> Period:
        """Read "09:00" and "12:00"; "24:00" is the end of the day."""
        return cls(_minutes(opens), _minutes(closes))

    def __str__(self) -> str:
        return (
            f"{self.opens // 60:02}:{self.opens % 60:02}"
            f"–{self.closes // 60:02}:{self.closes % 60:02}"
        )


Periods = tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Periods for Monday to Sunday, for a weekend day that is worked, and for a holiday."""

    week: tuple[Periods, ...]
    working_weekend: Periods
    holiday: Periods = ()

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ClockError(f"office hours name seven weekdays, not {len(self.week)}")
        for periods in (*self.week, self.working_weekend, self.holiday):
            for earlier, later in pairwise(periods):
                if later.opens < earlier.closes:
                    raise ClockError(f"office periods overlap or are unsorted: {earlier}, {later}")


@dataclass(frozen=True, slots=True)
class YearTable:
    """A published year: its holidays (every day off, with the name) and its working weekends."""

    rest: Mapping[date, str]
    work: frozenset[date]

    def __post_init__(self) -> None:
        both = sorted(self.work & self.rest.keys())
        if both:
            raise ClockError(f"{both[0]} is both a holiday and a working day")


class Calendar:
    """Days and office hours of one zone over a range of years.

    Days are handled by index: 0 is 1 January of the first year. Times outside raise ClockError.
    """

    def __init__(
        self,
        *,
        name: str,
        zone: ZoneInfo,
        hours: OfficeHours,
        weekend: frozenset[int],
        years: Mapping[int, YearTable],
        statutory: Mapping[date, str],
        first_year: int,
        last_year: int,
        unsettled_tail_days: int,
        roll_from: RollFrom,
    ) -> None:
        """`statutory` gives the holidays of years without a table; `weekend` holds 0 for Monday.

        The notice of a year may move the last days of the year before it, so those
        `unsettled_tail_days` are provisional too until the table after them is there.
        """
        self.name = name
        self.zone = zone
        self.hours = hours
        self.roll_from = roll_from
        self.first_on = date(first_year, 1, 1)
        self.last_on = date(last_year, 12, 31)
        self.published = frozenset(years)
        self.size = (self.last_on - self.first_on).days + 1
        self._weekend = weekend
        self._holidays = _holidays(years, statutory)
        self._worked = frozenset().union(*(table.work for table in years.values()))
        first_midnight = datetime(first_year, 1, 1, tzinfo=zone)
        self.midnights = [first_midnight + timedelta(days=day) for day in range(self.size + 1)]
        self.starts = [micros(midnight) for midnight in self.midnights]
        self._length = self.starts[-1] - self.starts[0]
        even = self.starts == list(
            range(self.starts[0], self.starts[0] + (self.size + 1) * DAY, DAY)
        )
        # Where the clocks never change, days and wall times are plain sums: the fastest way.
        self.even_start = self.starts[0] if even else None
        days = [self.first_on + timedelta(days=day) for day in range(self.size)]
        working = [self._works(day) for day in days]
        self.working_days = [index for index, works in enumerate(working) if works]
        self.working_before = list(accumulate(working, initial=0))
        self._provisional_before = list(
            accumulate(
                (self._is_unsettled(day, unsettled_tail_days) for day in days),
                initial=0,
            )
        )
        self._settled = self._longest_settled()
        bounds = self.starts[0], self.starts[-1]
        self.office = SpanRuler(self._office_spans(days), *bounds)
        self.working = SpanRuler(
            ((self.starts[day], self.starts[day + 1]) for day in self.working_days),
            *bounds,
        )

    # Days by date.

    def is_holiday(self, day: date) -> bool:
        """Whether the holiday table names the day (weekends inside a holiday included)."""
        return day in self._holidays

    def holiday_name(self, day: date) -> str:
        """The holiday's name as the table gives it, or an empty string."""
        return self._holidays.get(day, "")

    def is_working_day(self, day: date) -> bool:
        index = self.index_of(day)
        return self.working_before[index + 1] > self.working_before[index]

    def is_provisional(self, day: date) -> bool:
        """Whether the day's kind may still change, because no table that covers it is published."""
        return self.looked_at_provisional(self.index_of(day), self.index_of(day))

    def periods(self, day: date) -> Periods:
        """The office periods of a day, in local wall time."""
        if day in self._holidays:
            return self.hours.holiday
        if day in self._worked:
            return self.hours.working_weekend
        return self.hours.week[day.weekday()]

    # Days by index, for the clock.

    def index_of(self, day: date) -> int:
        index = (day - self.first_on).days
        if not 0 <= index < self.size:
            raise self.outside(day.isoformat())
        return index

    def date_of(self, index: int) -> date:
        return self.first_on + timedelta(days=index)

    def day_of(self, at: datetime) -> int:
        """The index of the local day that holds an aware instant."""
        if self.even_start is None:
            index = bisect_right(self.starts, micros(at)) - 1
        else:
            index = (micros(at) - self.even_start) // DAY
        if not 0 <= index < self.size:
            raise self.outside(at.isoformat())
        return index

    def days_of_stop(self, stop: Stop) -> Stop:
        """The days of a stop's start and end; an end that is ENDLESS stays so."""
        began, ended = stop
        if ended != ENDLESS:
            ended = bisect_right(self.starts, ended) - 1
        return bisect_right(self.starts, began) - 1, ended

    def end_of(self, index: int) -> datetime:
        """The instant at which a day ends: the midnight after it, in the calendar's zone."""
        if not 0 <= index < self.size:
            raise ClockError(f"the due day lies outside {self._range()}")
        return self.midnights[index + 1]

    def working_day(self, place: int) -> int:
        """The working day at a place in the row of all working days, counted from 0."""
        if place >= len(self.working_days):
            raise ClockError(f"the due day lies outside {self._range()}")
        return self.working_days[place]

    def first_working(self, index: int) -> int:
        """The day itself when it is worked, otherwise the first working day after it."""
        return self.working_day(bisect_left(self.working_days, index))

    def rolled(self, index: int) -> int:
        """The last day after rolling forward, by the kind of day from which this calendar rolls."""
        if self.roll_from is RollFrom.HOLIDAYS and not self.is_holiday(self.date_of(index)):
            return index
        return self.first_working(index)

    def looked_at_provisional(self, first: int, last: int) -> bool:
        """Whether one of the days from `first` to `last`, both included, is provisional."""
        counts = self._provisional_before
        return counts[last + 1] > counts[first]

    def is_unsettled_between(self, first: int, last: int) -> bool:
        """The same for the days of two instants in microseconds."""
        if self._settled[0] <= first and last <= self._settled[1]:
            return False
        starts = self.starts
        days = bisect_right(starts, first) - 1, bisect_right(starts, last) - 1
        return self.looked_at_provisional(days[0], min(days[1], self.size - 1))

    def local(self, at: int) -> datetime:
        """An instant in microseconds as a datetime in the calendar's zone."""
        offset = at - self.starts[0]
        if self.even_start is not None and 0 <= offset < self._length:
            return self.midnights[0] + timedelta(0, 0, offset)
        return (EPOCH + timedelta(microseconds=at)).astimezone(self.zone)

    def outside(self, what: object) -> ClockError:
        return ClockError(f"{what} lies outside {self._range()}")

    def _range(self) -> str:
        return f"the calendar {self.name!r} ({self.first_on.year} to {self.last_on.year})"

    def _works(self, day: date) -> bool:
        if day in self._holidays:
            return False
        return day in self._worked or day.weekday() not in self._weekend

    def _is_unsettled(self, day: date, tail_days: int) -> bool:
        if day.year not in self.published:
            return True
        if day.year + 1 in self.published:
            return False
        return day > date(day.year, 12, 31) - timedelta(days=tail_days)

    def _longest_settled(self) -> tuple[int, int]:
        """The longest time without a provisional day: nearly every question lies inside it."""
        runs = groupby(range(self.size), key=lambda day: self.looked_at_provisional(day, day))
        settled = [list(days) for provisional, days in runs if not provisional]
        longest = max(settled, key=len, default=None)
        if longest is None:
            return self.starts[0], self.starts[0]
        return self.starts[longest[0]], self.starts[longest[-1] + 1]

    def _office_spans(self, days: Sequence[date]) -> Iterator[tuple[int, int]]:
        for index, day in enumerate(days):
            periods = self.periods(day)
            start, end = self.starts[index], self.starts[index + 1]
            if not periods:
                continue
            if end - start == DAY:
                for period in periods:
                    yield (
                        start + period.opens * _MINUTE,
                        start + period.closes * _MINUTE,
                    )
            else:
                yield from self._spans_by_minute(periods, start, end)

    def _spans_by_minute(self, periods: Periods, start: int, end: int) -> Iterator[tuple[int, int]]:
        # A day on which the clocks change has hours that are missing or come twice; asking each
        # minute for its wall time is slow and certainly right, and there are two such days a year.
        opened: int | None = None
        for minute in range(start, end, _MINUTE):
            wall = self.local(minute)
            of_day = wall.hour * 60 + wall.minute
            inside = any(period.opens <= of_day < period.closes for period in periods)
            if inside and opened is None:
                opened = minute
            elif not inside and opened is not None:
                yield opened, minute
                opened = None
        if opened is not None:
            yield opened, end


def _holidays(years: Mapping[int, YearTable], statutory: Mapping[date, str]) -> dict[date, str]:
    found = {day: name for day, name in statutory.items() if day.year not in years}
    for table in years.values():
        found.update(table.rest)
    return found


def _minutes(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60):
        raise ClockError(f"{text!r} is not a time of day: write it like '09:00'")
    return int(hours) * 60 + int(minutes)

"""Calendars for the tests of the clock: the insurer's own, one that never closes, one in Berlin."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.kit.slow_clock import SlowClock
from yinuo.kit.calendar import Calendar, OfficeHours, Period, Periods, RollFrom, YearTable
from yinuo.kit.calendar_rules import read_calendar

CALENDAR_TOML = Path(__file__).parents[2] / "src/yinuo/rules/cn_motor/calendar.toml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
WHOLE_DAY: Periods = (Period.parse("00:00", "24:00"),)
NIGHT_AND_DAY: Periods = (Period.parse("00:30", "02:45"), Period.parse("08:00", "24:00"))


def shanghai(month: int, day: int, hour: int = 0, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@cache
def insurer() -> Calendar:
    """The calendar that ships: Shanghai, 09:00-12:00 and 13:00-18:00."""
    return read_calendar(CALENDAR_TOML)


@cache
def never_closed() -> Calendar:
    return _made("hotline", SHANGHAI, OfficeHours((WHOLE_DAY,) * 7, WHOLE_DAY, WHOLE_DAY))


@cache
def berlin() -> Calendar:
    """Clocks change here, on Sundays, and the office works at night and on Sundays too."""
    hours = OfficeHours(
        (NIGHT_AND_DAY, NIGHT_AND_DAY, (), *(NIGHT_AND_DAY,) * 4), NIGHT_AND_DAY, ()
    )
    return _made("berlin", BERLIN, hours, first_year=2026, last_year=2027)


def _made(
    name: str, zone: ZoneInfo, hours: OfficeHours, *, first_year: int = 2025, last_year: int = 2027
) -> Calendar:
    empty = YearTable(rest={}, work=frozenset())
    return Calendar(
        name=name,
        zone=zone,
        hours=hours,
        weekend=frozenset({5, 6}),
        years=dict.fromkeys(range(first_year, last_year + 1), empty),
        statutory={},
        first_year=first_year,
        last_year=last_year,
        unsettled_tail_days=0,
        roll_from=RollFrom.REST_DAYS,
    )


@cache
def slow_insurer() -> SlowClock:
    """Two months round the National Day of 2026, read from the notice by hand."""
    off = {date(2026, 9, day) for day in (25, 26, 27)} | {
        date(2026, 10, day) for day in range(1, 8)
    }
    worked = {date(2026, 9, 20), date(2026, 10, 10)}

    def is_working(day: date) -> bool:
        return day in worked or (day.isoweekday() < 6 and day not in off)

    def is_open(wall: datetime) -> bool:
        return is_working(wall.date()) and (9 <= wall.hour < 12 or 13 <= wall.hour < 18)

    return SlowClock(SHANGHAI, date(2026, 9, 14), date(2026, 11, 15), is_working, is_open)


@cache
def slow_berlin() -> SlowClock:
    """The weeks round 25 October 2026, when the hour from 02:00 to 03:00 comes twice."""
    return _slow_berlin(date(2026, 10, 17), date(2026, 11, 20))


@cache
def slow_berlin_in_spring() -> SlowClock:
    """The weeks round 29 March 2026, when there is no hour from 02:00 to 03:00."""
    return _slow_berlin(date(2026, 3, 21), date(2026, 4, 24))


def _slow_berlin(first_on: date, last_on: date) -> SlowClock:
    def is_open(wall: datetime) -> bool:
        of_day = wall.hour * 60 + wall.minute
        return wall.isoweekday() != 3 and (30 <= of_day < 165 or of_day >= 480)

    return SlowClock(BERLIN, first_on, last_on, lambda day: day.isoweekday() < 6, is_open)

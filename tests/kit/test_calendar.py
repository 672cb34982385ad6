"""Calendars: the published years, office hours, provisional years, and tables that are refused."""

from __future__ import annotations

import copy
import tomllib
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from tests import make_calendar
from tests.kit.calendars import CALENDAR_TOML, berlin, insurer, never_closed, shanghai
from yinuo.kit.calendar import Calendar, OfficeHours, Period, YearTable
from yinuo.kit.calendar_rules import CalendarRules, build_calendar, read_calendar, statutory_days
from yinuo.kit.clock import ClockError, Limit, due
from yinuo.kit.errors import RuleError
from yinuo.kit.rules import check


def _raw() -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads(CALENDAR_TOML.read_text(encoding="utf-8")))


def _built(raw: dict[str, Any]) -> Calendar:
    rules = check("calendar.toml", CalendarRules, raw)
    assert isinstance(rules, CalendarRules)
    return build_calendar("changed", rules)


def _with_2027() -> Calendar:
    raw = _raw()
    raw["years"]["2027"] = {
        "value": {
            "rest": [
                {"name": "元旦", "first": date(2026, 12, 31), "last": date(2027, 1, 2)},
                {"name": "春节", "first": date(2027, 2, 5), "last": date(2027, 2, 12)},
            ],
            "work": [date(2027, 1, 3)],
        },
        "why": "Made up for this test.",
        "source": "Made up for this test.",
    }
    return _built(raw)


def test_every_day_of_the_published_years_is_as_chinesecalendar_says() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert insurer().is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_year_tables_are_what_the_generator_writes() -> None:
    text = CALENDAR_TOML.read_text(encoding="utf-8")
    assert text[text.index("[years.") :] == make_calendar.all_tables()


def test_a_working_weekend_has_the_hours_of_a_working_day_and_a_holiday_none() -> None:
    opens = [str(period) for period in insurer().periods(date(2026, 10, 10))]
    assert opens == ["09:00–12:00", "13:00–18:00"]
    assert insurer().periods(date(2026, 10, 5)) == ()
    assert insurer().periods(date(2026, 10, 11)) == ()
    assert insurer().is_holiday(date(2026, 10, 4))
    assert insurer().holiday_name(date(2026, 10, 1)) == "国庆节"
    assert insurer().holiday_name(date(2026, 10, 8)) == ""


def test_a_year_without_a_table_has_statutory_days_and_is_provisional() -> None:
    assert statutory_days("CN", [2027]).keys() >= {date(2027, 1, 1), date(2027, 10, 1)}
    assert not insurer().is_working_day(date(2027, 10, 1))
    assert insurer().is_provisional(date(2027, 5, 10))
    assert insurer().is_provisional(date(2003, 5, 10))
    assert not insurer().is_provisional(date(2026, 5, 10))


def test_the_last_days_before_an_unpublished_year_may_still_move() -> None:
    assert not insurer().is_provisional(date(2026, 12, 24))
    assert insurer().is_provisional(date(2026, 12, 25))
    assert not insurer().is_provisional(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("limit", "started_at", "provisional"),
    [
        ("10 working days", shanghai(12, 1), False),
        ("30 working days", shanghai(12, 1), True),
        ("40 office hours", shanghai(12, 1), False),
        ("40 office hours", shanghai(12, 21), True),
        ("60 days", shanghai(12, 1), False),
        ("2 years", shanghai(12, 1), False),
        ("900 hours", shanghai(12, 1), False),
        ("3 working days", shanghai(5, 4, year=1996), True),
    ],
)
def test_a_due_time_is_provisional_only_when_days_of_such_a_year_were_looked_at(
    limit: str, started_at: Any, provisional: bool
) -> None:
    assert due(Limit.parse(limit), started_at, insurer()).provisional is provisional


def test_rolling_forward_looks_at_the_last_day_only() -> None:
    limit = Limit(60, Limit.parse("1 day").unit, roll_forward=True)
    assert due(limit, shanghai(12, 1), insurer()).provisional
    assert not due(limit, shanghai(9, 1), insurer()).provisional


def test_publishing_a_year_settles_its_due_times_and_can_move_them() -> None:
    limit, start = Limit.parse("2 working days"), shanghai(12, 30, 9)
    before = due(limit, start, insurer())
    found = due(limit, start, _with_2027())
    assert (before.last_day_on, before.provisional) == (date(2027, 1, 4), True)
    # The notice gives 31 December off and makes Sunday, 3 January, a working day.
    assert (found.last_day_on, found.provisional) == (date(2027, 1, 4), False)
    one = due(Limit.parse("1 working day"), start, _with_2027())
    assert one.last_day_on == date(2027, 1, 3)


def test_rolling_from_holidays_only_leaves_ordinary_weekends_alone() -> None:
    raw = _raw()
    raw["office"]["roll_forward_from"]["value"] = "holidays"
    calendar = _built(raw)
    days = Limit(1, Limit.parse("1 day").unit, roll_forward=True)
    assert due(days, shanghai(3, 6), calendar).last_day_on == date(2026, 3, 7)
    assert due(days, shanghai(3, 6), insurer()).last_day_on == date(2026, 3, 9)
    assert due(days, shanghai(10, 1), calendar).last_day_on == date(2026, 10, 8)


def test_a_calendar_that_never_closes_is_one_long_period() -> None:
    begin, end = shanghai(1, 1), shanghai(1, 1, year=2027)
    found = due(Limit.parse("8760 office hours"), begin, never_closed())
    assert found.due_at == end


def test_days_have_23_or_25_hours_where_the_clocks_change() -> None:
    spring = berlin().index_of(date(2026, 3, 29))
    autumn = berlin().index_of(date(2026, 10, 25))
    lengths = [
        (berlin().starts[day + 1] - berlin().starts[day]) // (3_600 * 1_000_000)
        for day in (spring, spring + 1, autumn)
    ]
    assert lengths == [23, 24, 25]
    assert berlin().zone == ZoneInfo("Europe/Berlin")


WRONG: list[tuple[list[str], Any, str]] = [
    (["office", "zone", "value"], "Asia/Beijing", "not a time zone"),
    (["office", "hours", "value", "monday"], [["09:00", "25:00"]], "00:00 to 24:00"),
    (["office", "hours", "value", "monday"], [["12:00", "09:00"]], "00:00 to 24:00"),
    (["office", "hours", "value", "monday"], [["9", "12"]], "'9' is not a time of day"),
    (["office", "hours", "value", "monday"], [["09:00", "12:00"], ["11:00", "13:00"]], "overlap"),
    (["office", "hours", "value", "mondays"], [], "mondays"),
    (["office", "weekend", "value"], ["caturday"], "weekend"),
    (["office", "coverage", "value"], {"first_year": 2030, "last_year": 2020}, "before first"),
    (["years", "2026", "value", "work"], [date(2026, 10, 1)], "both a holiday and a working"),
    (
        ["years", "2026", "value", "rest"],
        [{"name": "元旦", "first": date(2026, 1, 3), "last": date(2026, 1, 1)}],
        "before 'first'",
    ),
    (["years", "26"], {}, "years"),
]


@pytest.mark.parametrize(("path", "value", "why"), WRONG)
def test_a_wrong_table_is_refused_with_its_key_and_what_to_do(
    path: list[str], value: Any, why: str
) -> None:
    raw = _raw()
    at = raw
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    with pytest.raises(RuleError, match=why):
        _built(raw)


def test_a_year_key_must_be_a_year() -> None:
    raw = _raw()
    raw["years"]["next"] = raw["years"]["2026"]
    with pytest.raises(RuleError, match=r"years.next"):
        _built(raw)


def test_hours_and_tables_in_code_are_checked_too() -> None:
    with pytest.raises(ClockError, match="seven weekdays"):
        OfficeHours(week=((),), working_weekend=())
    with pytest.raises(ClockError, match="00:00 to 24:00"):
        Period(600, 600)
    with pytest.raises(ClockError, match="both a holiday"):
        YearTable(rest={date(2026, 1, 1): "元旦"}, work=frozenset({date(2026, 1, 1)}))


def test_a_missing_file_is_named() -> None:
    with pytest.raises(RuleError, match=r"nowhere.*cannot be read"):
        read_calendar(CALENDAR_TOML.parent / "nowhere" / "calendar.toml")

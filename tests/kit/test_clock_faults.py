"""Faults that help desks are known for. Each row is a way in which other clocks go wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.kit.calendars import insurer, never_closed, shanghai
from yinuo.kit.clock import Due, Limit, Pause, due, explain, remaining, warn_times

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _due(limit: str, month: int, day: int, hour: int, *pauses: Pause) -> Due:
    return due(Limit.parse(limit), shanghai(month, day, hour), insurer(), pauses=pauses)


@pytest.mark.parametrize(
    "found",
    [
        _due("30 days", 3, 2, 10),
        _due("15 days", 9, 20, 10),
        _due("3 days", 9, 30, 16),
        _due("1 working day", 2, 13, 17),
        _due("7 working days", 9, 24, 8),
        _due("4 office hours", 9, 30, 17),
        _due("30 office minutes", 10, 3, 3),
        _due("2 years", 1, 1, 0),
    ],
    ids=lambda found: f"{found.limit} from {found.started_at:%d %b %H:%M}",
)
def test_no_reminder_at_midnight_on_a_weekend_or_on_a_holiday(found: Due) -> None:
    for moment in warn_times(found, [0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.99], insurer()):
        assert insurer().is_working_day(moment.date())
        assert 9 <= moment.hour < 18 or (moment.hour, moment.minute) == (18, 0)
        assert found.started_at <= moment < found.due_at


def test_a_limit_that_runs_out_before_the_office_opens_again_is_not_warned_about_at_night() -> None:
    found = _due("3 days", 9, 30, 22)
    assert warn_times(found, [0.5, 0.8], insurer()) == (found.due_at, found.due_at)


def test_a_duty_that_runs_at_night_is_warned_about_at_night_unless_asked_otherwise() -> None:
    found = _due("4 hours", 3, 2, 7)
    assert warn_times(found, [0.25], insurer()) == (shanghai(3, 2, 8),)
    assert warn_times(found, [0.25], insurer(), quiet=True) == (shanghai(3, 2, 9),)


def test_a_calendar_of_24_hours_and_7_days_does_not_lose_the_last_minute_of_a_day() -> None:
    found = due(Limit.parse("240 office hours"), shanghai(2, 20, 12), never_closed())
    assert found.due_at == shanghai(3, 2, 12)
    found = due(Limit.parse("1 office minute"), shanghai(3, 2, 23, 59), never_closed())
    assert found.due_at == shanghai(3, 3)
    assert remaining(found, shanghai(3, 2, 23, 59), never_closed()) == timedelta(minutes=1)


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
def test_a_report_on_a_holiday_starts_to_count_with_the_first_working_day(hour: int) -> None:
    assert _due("1 working day", 10, 2, hour).last_day_on == date(2026, 10, 8)
    assert _due("2 office hours", 10, 2, hour).due_at == shanghai(10, 8, 11)
    assert _due("1 day", 10, 2, hour).last_day_on == date(2026, 10, 3)


@pytest.mark.parametrize(
    ("limit", "pause", "longer"),
    [
        ("48 hours", Pause(shanghai(3, 2, 12), shanghai(3, 3, 1)), 13 * HOUR),
        ("8 office hours", Pause(shanghai(3, 2, 12, 30), shanghai(3, 2, 13, 30)), 30 * HOUR / 60),
        ("5 days", Pause(shanghai(3, 2, 12), shanghai(3, 3, 1)), DAY),
        ("4 working days", Pause(shanghai(3, 5, 12), shanghai(3, 6, 1)), 3 * DAY),
        ("1 year", Pause(shanghai(5, 5), shanghai(6, 5)), 31 * DAY),
    ],
)
def test_a_pause_really_pauses(limit: str, pause: Pause, longer: timedelta) -> None:
    without = _due(limit, 3, 2, 10)
    assert _due(limit, 3, 2, 10, pause).due_at - without.due_at == longer


def test_time_on_hold_is_not_counted_at_night_when_the_office_is_closed() -> None:
    overnight = Pause(shanghai(3, 2, 17), shanghai(3, 3, 10))
    found = _due("4 office hours", 3, 2, 16, overnight)
    # One hour of the evening and one of the morning; the night was never ours to give back.
    assert found.stopped == 2 * HOUR
    assert found.due_at == shanghai(3, 3, 14)


def test_a_weekend_on_hold_gives_no_working_day_back() -> None:
    weekend = Pause(shanghai(3, 7, 9), shanghai(3, 8, 20))
    found = _due("5 working days", 3, 2, 10, weekend)
    assert (found.last_day_on, found.stopped) == (date(2026, 3, 9), timedelta())


def test_reopening_does_not_spoil_the_figure() -> None:
    closed_at, reopened_at = shanghai(3, 3, 11), shanghai(3, 25, 9, 30)
    found = _due("16 office hours", 3, 2, 9)
    left_when_closed = remaining(found, closed_at, insurer())
    closed = _due("16 office hours", 3, 2, 9, Pause(closed_at, None, "closed"))
    again = _due("16 office hours", 3, 2, 9, Pause(closed_at, reopened_at, "closed"))
    assert left_when_closed == 6 * HOUR
    assert remaining(closed, shanghai(3, 20), insurer()) == left_when_closed
    assert remaining(again, reopened_at, insurer()) == left_when_closed
    # What was said of the time before the closing stays as it was.
    assert remaining(again, closed_at - HOUR, insurer()) == 7 * HOUR


def test_a_rule_that_changes_while_the_clock_runs_changes_nothing() -> None:
    rules = {"decision": Limit.parse("30 days")}
    found = due(rules["decision"], shanghai(3, 2), insurer())
    rules["decision"] = Limit.parse("10 days")
    again = due(found.limit, found.started_at, insurer(), pauses=found.pauses)
    assert again == found
    assert explain(again, "en").startswith("30 natural days")


def test_seconds_are_not_lost_between_two_office_periods() -> None:
    started_at = shanghai(3, 2, 11, 59) + timedelta(seconds=30, microseconds=1)
    found = due(Limit.parse("1 office minute"), started_at, insurer())
    assert found.due_at == shanghai(3, 2, 13) + timedelta(seconds=30, microseconds=1)


def test_a_limit_that_is_used_up_at_closing_time_is_due_then_and_not_the_next_morning() -> None:
    assert _due("3 office hours", 3, 2, 9).due_at == shanghai(3, 2, 12)
    assert _due("8 office hours", 3, 6, 9).due_at == shanghai(3, 6, 18)


def test_a_pause_of_no_length_and_a_pause_that_covers_everything_do_no_harm() -> None:
    assert _due("5 days", 3, 2, 10, Pause(shanghai(3, 3), shanghai(3, 3))).stopped == timedelta()
    everything = Pause(shanghai(2, 1), shanghai(5, 1, 12))
    found = _due("4 hours", 3, 2, 10, everything)
    assert found.due_at == shanghai(5, 1, 16)
    assert remaining(found, shanghai(3, 9), insurer()) == 4 * HOUR

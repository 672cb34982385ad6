"""Due times by example: each unit, each way of stopping and extending, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.kit.calendars import SHANGHAI, berlin, insurer, never_closed, shanghai
from yinuo.kit.clock import (
    ClockError,
    Due,
    Extension,
    Limit,
    Pause,
    Unit,
    after,
    due,
    remaining,
    warn_times,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_the_worked_case_of_article_15_ends_with_10_april() -> None:
    limit = Limit.parse("30 days")
    received_at = shanghai(3, 2, 10, 20)
    assert due(limit, received_at, insurer()).last_day_on == date(2026, 4, 1)
    waited = Pause(shanghai(3, 10, 16), shanghai(3, 19, 9), "supplement")
    found = due(limit, received_at, insurer(), pauses=[waited])
    assert found.last_day_on == date(2026, 4, 10)
    assert found.due_at == shanghai(4, 11)
    assert found.stopped == 9 * DAY


EXAMPLES = [
    # Round the clock.
    ("30 minutes", shanghai(10, 1, 23, 50), shanghai(10, 2, 0, 20)),
    ("24 hours", shanghai(2, 28, 9, 30), shanghai(3, 1, 9, 30)),
    ("0 minutes", shanghai(10, 1, 3), shanghai(10, 1, 3)),
    # Natural days: the starting day is not counted, the last one to its end.
    ("1 day", shanghai(3, 2, 0, 0), shanghai(3, 4)),
    ("1 day", shanghai(3, 2, 23, 59), shanghai(3, 4)),
    ("10 days", shanghai(9, 25, 9), shanghai(10, 6)),
    ("0 days", shanghai(3, 2, 9), shanghai(3, 3)),
    # Working days, over the National Day and its working Saturday, the 10th.
    ("1 working day", shanghai(9, 30, 17), shanghai(10, 9)),
    ("3 working days", shanghai(9, 30, 17), shanghai(10, 11)),
    ("1 working day", shanghai(10, 3, 9), shanghai(10, 9)),
    ("0 working days", shanghai(10, 3, 9), shanghai(10, 9)),
    ("15 working days", shanghai(2, 9, 9), shanghai(3, 7)),
    # Office time, with lunch.
    ("4 office hours", shanghai(3, 2, 9), shanghai(3, 2, 14)),
    ("4 office hours", shanghai(3, 2, 14), shanghai(3, 2, 18)),
    ("4 office hours", shanghai(3, 2, 14, 1), shanghai(3, 3, 9, 1)),
    ("30 office minutes", shanghai(3, 2, 12, 40), shanghai(3, 2, 13, 30)),
    ("30 office minutes", shanghai(9, 30, 17, 45), shanghai(10, 8, 9, 15)),
    ("8 office hours", shanghai(2, 14, 9), shanghai(2, 14, 18)),
    # Months and years, to the same day or the month's last.
    ("1 month", shanghai(1, 31, 9), shanghai(3, 1)),
    ("6 months", shanghai(8, 31, 9), shanghai(3, 1, year=2027)),
    ("2 years", shanghai(3, 2, 9, year=2024), shanghai(3, 3)),
    ("2 years", shanghai(2, 29, 9, year=2024), shanghai(3, 1)),
]


@pytest.mark.parametrize(("limit", "started_at", "expected_at"), EXAMPLES)
def test_each_unit_is_counted_in_its_own_way(
    limit: str, started_at: datetime, expected_at: datetime
) -> None:
    assert due(Limit.parse(limit), started_at, insurer()).due_at == expected_at


def test_the_reader_s_zone_does_not_move_the_day() -> None:
    # 17:00 on the 1st in London is 1 o'clock on the 2nd in Shanghai.
    started_at = datetime(2026, 3, 1, 17, tzinfo=UTC)
    found = due(Limit.parse("1 day"), started_at, insurer())
    assert found.due_at == shanghai(3, 4)
    far = started_at.astimezone(timezone(timedelta(hours=-11)))
    assert due(Limit.parse("1 day"), far, insurer()).due_at == found.due_at


ROLLED = [
    # (days from 20 September, last day as counted, last day after rolling)
    (11, date(2026, 10, 1), date(2026, 10, 8)),
    (17, date(2026, 10, 7), date(2026, 10, 8)),
    (18, date(2026, 10, 8), date(2026, 10, 8)),
    (20, date(2026, 10, 10), date(2026, 10, 10)),
    (21, date(2026, 10, 11), date(2026, 10, 12)),
    (5, date(2026, 9, 25), date(2026, 9, 28)),
]


@pytest.mark.parametrize(("days", "counted_on", "rolled_on"), ROLLED)
def test_a_last_day_of_rest_rolls_forward_only_where_the_rule_says_so(
    days: int, counted_on: date, rolled_on: date
) -> None:
    start = shanghai(9, 20, 9)
    assert due(Limit(days, Unit.DAYS), start, insurer()).last_day_on == counted_on
    found = due(Limit(days, Unit.DAYS, roll_forward=True), start, insurer())
    assert found.last_day_on == rolled_on
    assert found.rolled_from_on == (counted_on if counted_on != rolled_on else None)


def test_a_clock_that_rolled_forward_can_still_be_stopped_on_the_days_it_rolled_over() -> None:
    limit = Limit(11, Unit.DAYS, roll_forward=True)
    stopped = Pause(shanghai(10, 4, 9), shanghai(10, 6, 9))
    found = due(limit, shanghai(9, 20, 9), insurer(), pauses=[stopped])
    assert found.last_day_on == date(2026, 10, 10)


def test_pauses_that_overlap_stop_the_clock_once() -> None:
    pauses = [
        Pause(shanghai(3, 10, 9), shanghai(3, 19, 9), "repair invoice"),
        Pause(shanghai(3, 12, 9), shanghai(3, 21, 9), "driving licence"),
        Pause(shanghai(3, 11, 9), shanghai(3, 12, 9), "repair invoice"),
    ]
    found = due(Limit.parse("30 days"), shanghai(3, 2), insurer(), pauses=pauses)
    assert found.stopped == 11 * DAY
    assert found.last_day_on == date(2026, 4, 12)


def test_a_pause_after_the_due_time_or_before_the_start_changes_nothing() -> None:
    pauses = [
        Pause(shanghai(2, 1), shanghai(3, 1)),
        Pause(shanghai(4, 2), shanghai(4, 9)),
    ]
    found = due(Limit.parse("30 days"), shanghai(3, 2, 9), insurer(), pauses=pauses)
    assert (found.last_day_on, found.stopped) == (date(2026, 4, 1), timedelta())


def test_a_pause_on_the_last_day_still_counts() -> None:
    pause = Pause(shanghai(4, 1, 23), shanghai(4, 5, 9))
    found = due(Limit.parse("30 days"), shanghai(3, 2, 9), insurer(), pauses=[pause])
    assert found.last_day_on == date(2026, 4, 5)


@pytest.mark.parametrize("limit", ["30 days", "20 working days", "72 hours", "20 office hours"])
def test_while_the_clock_stands_still_nothing_is_used_up(limit: str) -> None:
    start, since = shanghai(3, 2, 10), shanghai(3, 3, 11)
    found = due(Limit.parse(limit), start, insurer(), pauses=[Pause(since, None)])
    assert found.paused_since_at == since
    left = remaining(found, since, insurer())
    assert left == found.left
    assert remaining(found, since + 100 * DAY, insurer()) == left
    running = due(Limit.parse(limit), start, insurer())
    assert remaining(found, since - HOUR, insurer()) == remaining(running, since - HOUR, insurer())
    assert found.due_at == running.due_at


def test_an_open_pause_takes_in_every_pause_after_it() -> None:
    pauses = [Pause(shanghai(3, 10), None), Pause(shanghai(3, 12), shanghai(3, 20))]
    found = due(Limit.parse("30 days"), shanghai(3, 2), insurer(), pauses=pauses)
    assert (found.paused_since_at, found.stopped) == (shanghai(3, 10), timedelta())


def test_an_open_pause_after_the_due_time_does_not_stop_anything() -> None:
    found = due(
        Limit.parse("1 hour"), shanghai(3, 2), insurer(), pauses=[Pause(shanghai(3, 3), None)]
    )
    assert found.paused_since_at is None
    assert remaining(found, shanghai(3, 3, 1), insurer()) == -24 * HOUR


def test_extensions_in_the_same_unit_make_one_longer_limit() -> None:
    more = [Extension(Limit.parse("15 days")), Extension(Limit.parse("30 days"), "complex")]
    found = due(Limit.parse("15 days"), shanghai(3, 2), insurer(), extensions=more)
    assert found.due_at == due(Limit.parse("60 days"), shanghai(3, 2), insurer()).due_at
    assert found.limit == Limit.parse("15 days")


def test_an_extension_in_another_unit_runs_on_from_the_due_time_before_it() -> None:
    more = [Extension(Limit.parse("2 working days"))]
    found = due(Limit.parse("10 days"), shanghai(9, 20, 9), insurer(), extensions=more)
    assert found.last_day_on == date(2026, 10, 9)
    more = [Extension(Limit.parse("4 office hours"))]
    found = due(Limit.parse("24 hours"), shanghai(3, 2, 15), insurer(), extensions=more)
    assert found.due_at == shanghai(3, 4, 10)
    assert found.last_day_on is None


def test_a_pause_counts_once_when_there_is_an_extension_in_another_unit() -> None:
    pauses = [Pause(shanghai(3, 3, 9), shanghai(3, 5, 9)), Pause(shanghai(3, 9, 9), None)]
    more = [Extension(Limit.parse("5 working days"), "complex")]
    found = due(Limit.parse("3 days"), shanghai(3, 2, 9), insurer(), pauses=pauses, extensions=more)
    # Three days and two stopped ones end with the 7th; five working days end with the 13th.
    assert found.last_day_on == date(2026, 3, 13)
    assert found.paused_since_at == shanghai(3, 9, 9)
    assert found.stopped == 2 * DAY


def test_an_escalation_counts_from_the_last_day_and_not_from_its_midnight() -> None:
    found = due(Limit.parse("1 working day"), shanghai(3, 2, 9), insurer())
    assert after(found, Limit.parse("1 working day"), insurer()) == shanghai(3, 5)
    assert after(found, Limit.parse("1 day"), insurer()) == shanghai(3, 5)
    assert after(found, Limit.parse("2 hours"), insurer()) == shanghai(3, 4, 2)
    assert after(found, Limit.parse("2 office hours"), insurer()) == shanghai(3, 4, 11)
    assert after(found, Limit.parse("0 minutes"), insurer()) == found.due_at
    assert after(found, Limit.parse("0 days"), insurer()) == found.due_at


def test_what_is_late_is_negative_in_the_time_that_the_limit_counts() -> None:
    found = due(Limit.parse("1 office hour"), shanghai(3, 6, 16), insurer())
    assert remaining(found, shanghai(3, 6, 16, 30), insurer()) == 30 * MINUTE
    assert remaining(found, shanghai(3, 9, 10), insurer()) == -2 * HOUR
    found = due(Limit.parse("1 day"), shanghai(3, 6, 16), insurer())
    assert remaining(found, shanghai(3, 9, 10), insurer()) == -34 * HOUR


def test_warnings_come_at_the_shares_of_the_limit() -> None:
    found = due(Limit.parse("10 minutes"), shanghai(10, 1, 3), insurer())
    assert warn_times(found, [0.5, 0.8], insurer()) == (
        shanghai(10, 1, 3, 5),
        shanghai(10, 1, 3, 8),
    )
    found = due(Limit.parse("8 office hours"), shanghai(3, 6, 14), insurer())
    assert warn_times(found, [0.25, 0.75], insurer()) == (
        shanghai(3, 6, 16),
        shanghai(3, 9, 11),
    )


def test_a_calendar_where_the_clocks_change_keeps_real_hours_and_whole_days() -> None:
    night = datetime(2026, 10, 25, 0, 0, tzinfo=berlin().zone)
    found = due(Limit.parse("24 hours"), night, berlin())
    assert (found.due_at.day, found.due_at.hour) == (25, 23)
    found = due(Limit.parse("1 day"), night, berlin())
    assert found.due_at.astimezone(UTC) - night.astimezone(UTC) == 49 * HOUR


NAIVE = datetime.fromisoformat("2026-03-02")
REFUSED = [
    (lambda: due(Limit.parse("1 day"), NAIVE, insurer()), "no time zone"),
    (lambda: due(Limit.parse("1 day"), shanghai(3, 2, year=1066), insurer()), "1992 to 2050"),
    (lambda: due(Limit.parse("90 years"), shanghai(3, 2), insurer()), "1992 to 2050"),
    (lambda: due(Limit.parse("99999 years"), shanghai(3, 2), insurer()), "have no date"),
    (lambda: due(Limit.parse("99999 days"), shanghai(3, 2), insurer()), "1992 to 2050"),
    (lambda: due(Limit.parse("99999 working days"), shanghai(3, 2), insurer()), "1992 to 2050"),
    (lambda: due(Limit.parse("999999 office hours"), shanghai(3, 2), insurer()), "outside"),
    (lambda: Pause(NAIVE, None), "no time zone"),
    (lambda: Pause(shanghai(3, 2), NAIVE), "no time zone"),
    (lambda: Pause(shanghai(3, 2), shanghai(3, 1)), "before it starts"),
    (lambda: Limit(-1, Unit.DAYS), "not -1"),
    (lambda: Limit(1, Unit.HOURS, roll_forward=True), "roll forward"),
    (lambda: Limit.parse("soon"), "'soon' is not a limit"),
    (lambda: Limit.parse("1.5 hours"), "is not a limit"),
    (lambda: Limit.parse("-3 days"), "is not a limit"),
    (lambda: Limit.parse("3 business days"), "is not a limit"),
    (lambda: Limit.parse(""), "is not a limit"),
    (lambda: _warned(1.5), "between 0 and 1"),
    (lambda: remaining(_due(), NAIVE, insurer()), "no time zone"),
]


def _due() -> Due:
    return due(Limit.parse("1 office hour"), shanghai(3, 2), insurer())


def _warned(share: float) -> object:
    return warn_times(due(Limit.parse("1 day"), shanghai(3, 2), insurer()), [share], insurer())


@pytest.mark.parametrize(("attempt", "why"), REFUSED)
def test_absurd_input_is_refused_in_plain_words(attempt: object, why: str) -> None:
    assert callable(attempt)
    with pytest.raises(ClockError, match=why):
        attempt()


@pytest.mark.parametrize(
    "text",
    [
        "0 minutes",
        "1 minute",
        "30 minutes",
        "24 hours",
        "1 day",
        "15 days",
        "1 working day",
        "7 working days",
        "1 office hour",
        "90 office minutes",
        "6 months",
        "2 years",
    ],
)
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(Limit.parse(text)) == text
    assert Limit.parse(f"  {text.replace(' ', '  ')} ") == Limit.parse(text)


def test_a_calendar_that_never_closes_counts_office_time_like_any_time() -> None:
    for hours in (1, 23, 24, 25, 24 * 365):
        start = shanghai(1, 1, 23, 59)
        found = due(Limit(hours, Unit.OFFICE_HOURS), start, never_closed())
        assert found.due_at == start + hours * HOUR
        assert found.due_at.tzinfo == SHANGHAI

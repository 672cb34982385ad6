"""The clock against a walker that looks at every minute, over made-up starts, limits and pauses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit import calendars
from tests.kit.slow_clock import MINUTE, Minute, SlowClock
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Due, Limit, Pause, Unit, due, remaining, warn_times

pytestmark = pytest.mark.filterwarnings("error")
WORLDS: dict[str, tuple[Callable[[], Calendar], Callable[[], SlowClock]]] = {
    "the insurer round the National Day": (calendars.insurer, calendars.slow_insurer),
    "Berlin in autumn": (calendars.berlin, calendars.slow_berlin),
    "Berlin in spring": (calendars.berlin, calendars.slow_berlin_in_spring),
}
EXAMPLES = settings(max_examples=40, deadline=None)
MANY = 400
TIME_LIMITS = st.builds(
    Limit,
    st.integers(0, 1200),
    st.sampled_from([Unit.MINUTES, Unit.OFFICE_MINUTES]),
) | st.builds(Limit, st.integers(0, 12), st.sampled_from([Unit.HOURS, Unit.OFFICE_HOURS]))
DAY_LIMITS = st.builds(Limit, st.integers(1, 6), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS]))


@dataclass(frozen=True)
class Story:
    world: str
    start: int
    stops: tuple[tuple[int, int], ...]

    @property
    def calendar(self) -> Calendar:
        return WORLDS[self.world][0]()

    @property
    def slow(self) -> SlowClock:
        return WORLDS[self.world][1]()

    def at(self, minute: int) -> datetime:
        return self.slow.first_at + minute * MINUTE

    @property
    def spans(self) -> list[tuple[datetime, datetime]]:
        return [(self.at(began), self.at(began + length)) for began, length in self.stops]

    @property
    def pauses(self) -> list[Pause]:
        return [Pause(*span) for span in self.spans]


WINDOW = 12 * 24 * 60
STORIES = st.builds(
    Story,
    st.sampled_from(sorted(WORLDS)),
    st.integers(0, WINDOW),
    st.lists(st.tuples(st.integers(0, WINDOW + 3000), st.integers(0, 3 * 24 * 60)), max_size=3).map(
        tuple
    ),
)


@EXAMPLES
@given(STORIES, TIME_LIMITS)
def test_minutes_and_hours_are_due_when_the_walker_says(story: Story, limit: Limit) -> None:
    hours = limit.unit in (Unit.HOURS, Unit.OFFICE_HOURS)
    expected = story.slow.after_minutes(
        story.at(story.start),
        limit.amount * (60 if hours else 1),
        story.spans,
        in_office=limit.unit in (Unit.OFFICE_HOURS, Unit.OFFICE_MINUTES),
    )
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    assert found.due_at.astimezone(UTC) == expected


@EXAMPLES
@given(STORIES, DAY_LIMITS)
def test_days_and_working_days_are_due_when_the_walker_says(story: Story, limit: Limit) -> None:
    expected = story.slow.after_days(
        story.at(story.start),
        limit.amount,
        story.spans,
        working=limit.unit is Unit.WORKING_DAYS,
    )
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    assert found.due_at.astimezone(UTC) == expected


@EXAMPLES
@given(STORIES, TIME_LIMITS | DAY_LIMITS, st.integers(0, WINDOW + 8000))
def test_what_remains_is_what_the_walker_counts(story: Story, limit: Limit, now: int) -> None:
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    at = max(story.at(now), found.started_at)
    if at < found.due_at:
        expected = story.slow.running(at, found.due_at, story.spans, _counts(found))
    else:
        expected = -story.slow.running(found.due_at, at, (), _counts(found))
    assert remaining(found, story.at(now), story.calendar) == expected


@EXAMPLES
@given(STORIES, TIME_LIMITS | DAY_LIMITS, st.floats(0, 1))
def test_a_warning_comes_when_that_share_is_used_up(
    story: Story, limit: Limit, share: float
) -> None:
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    (moment,) = warn_times(found, [share], story.calendar, quiet=False)
    whole = remaining(found, found.started_at, story.calendar)
    left = remaining(found, moment, story.calendar)
    assert found.started_at <= moment <= found.due_at
    assert abs(left - whole * (1 - share)) <= timedelta(microseconds=2)


@EXAMPLES
@given(STORIES, DAY_LIMITS | st.builds(Limit, st.integers(1, 20), st.just(Unit.OFFICE_HOURS)))
def test_a_quiet_warning_finds_the_office_at_work(story: Story, limit: Limit) -> None:
    if limit.unit is Unit.DAYS:
        limit = Limit(limit.amount + 9, Unit.DAYS)
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    for moment in warn_times(found, [0.25, 0.5, 0.8, 0.95], story.calendar):
        assert found.started_at <= moment <= found.due_at
        place = story.slow.place(moment)
        # A warning at the moment of closing is still seen, so the minute before may be open.
        assert any(minute.is_open for minute in story.slow.minutes[place - 1 : place + 1])


@EXAMPLES
@given(STORIES, TIME_LIMITS | DAY_LIMITS, st.integers(1, 3000))
def test_a_longer_pause_never_brings_the_due_time_forward(
    story: Story, limit: Limit, more: int
) -> None:
    start = story.at(story.start)
    found = due(limit, start, story.calendar, pauses=story.pauses)
    longer = [Pause(pause.started_at, pause.ended_at) for pause in story.pauses]
    longer.append(Pause(start, start + more * MINUTE))
    assert due(limit, start, story.calendar, pauses=longer).due_at >= found.due_at


@EXAMPLES
@given(STORIES, TIME_LIMITS | DAY_LIMITS)
def test_the_order_of_pauses_and_counting_one_twice_change_nothing(
    story: Story, limit: Limit
) -> None:
    start = story.at(story.start)
    found = due(limit, start, story.calendar, pauses=story.pauses)
    mixed = [*reversed(story.pauses), *story.pauses]
    again = due(limit, start, story.calendar, pauses=mixed)
    assert (again.due_at, again.stopped) == (found.due_at, found.stopped)


@EXAMPLES
@given(STORIES, TIME_LIMITS | DAY_LIMITS)
def test_the_clock_never_ends_while_it_stands_still(story: Story, limit: Limit) -> None:
    found = due(limit, story.at(story.start), story.calendar, pauses=story.pauses)
    if limit.amount:
        assert not any(began < found.due_at <= ended for began, ended in story.spans)


def _counts(found: Due) -> Callable[[Minute], bool]:
    if found.limit.unit in (Unit.OFFICE_HOURS, Unit.OFFICE_MINUTES):
        return lambda minute: minute.is_open
    if found.limit.unit is Unit.WORKING_DAYS:
        return lambda minute: minute.is_working_day
    return lambda minute: True


ANY_LIMIT = TIME_LIMITS | DAY_LIMITS
PROMISES: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (test_minutes_and_hours_are_due_when_the_walker_says, (TIME_LIMITS,)),
    (test_days_and_working_days_are_due_when_the_walker_says, (DAY_LIMITS,)),
    (test_what_remains_is_what_the_walker_counts, (ANY_LIMIT, st.integers(0, WINDOW + 8000))),
    (test_a_warning_comes_when_that_share_is_used_up, (ANY_LIMIT, st.floats(0, 1))),
    (test_a_quiet_warning_finds_the_office_at_work, (DAY_LIMITS,)),
    (test_a_longer_pause_never_brings_the_due_time_forward, (ANY_LIMIT, st.integers(1, 3000))),
    (test_the_order_of_pauses_and_counting_one_twice_change_nothing, (ANY_LIMIT,)),
    (test_the_clock_never_ends_while_it_stands_still, (ANY_LIMIT,)),
)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("promise", "more"), PROMISES, ids=[promise.__name__[5:] for promise, _ in PROMISES]
)
def test_it_holds_over_hundreds_of_stories(
    promise: Any, more: tuple[Any, ...], record_property: Callable[[str, object], None]
) -> None:
    held: Any = given(STORIES, *more)(promise.hypothesis.inner_test)
    settings(EXAMPLES, max_examples=MANY)(held)()
    record_property("stories for each", MANY)

"""The clock engine: when a promise is due, how much is left, when to warn, and why.

Pure: every instant comes in as an argument. How each unit is counted:

* minutes and hours run round the clock; office minutes and hours run in office periods only;
* days: the starting day is not counted, and the limit ends with the end of its last day (24:00
  in the calendar's zone), so `due_at` is the midnight after that day, exclusive;
* working days: the same, over working days only; months and years end on the same day of the
  month, or on its last day where that one does not exist;
* a pause stops the clock. For limits in days a day is stopped when the clock stands still as the
  day ends: a pause from the 10th to the 19th adds nine days whatever the hour, and one within a
  day adds none. Pauses that overlap count once, and one that begins at or after the due time
  changes nothing;
* extensions are added: the same unit as one longer limit, another unit from the due time before it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from yinuo.kit.calendar import DAY, Calendar
from yinuo.kit.clock_types import (
    DAY_UNITS,
    ELAPSED_UNITS,
    OFFICE_UNITS,
    ClockError,
    Due,
    Extension,
    Limit,
    Pause,
    Unit,
    require_aware,
)
from yinuo.kit.clock_words import explain
from yinuo.kit.rulers import (
    ENDLESS,
    SECOND,
    OffTheRuler,
    Ruler,
    SpanRuler,
    Stop,
    WallRuler,
    micros,
    stopped_between,
    walk,
)

__all__ = [
    "ClockError",
    "Due",
    "Extension",
    "Limit",
    "Pause",
    "Unit",
    "after",
    "due",
    "explain",
    "remaining",
    "warn_times",
]

_WALL = WallRuler()
_LENGTHS = {
    Unit.MINUTES: 60 * SECOND,
    Unit.HOURS: 3_600 * SECOND,
    Unit.OFFICE_MINUTES: 60 * SECOND,
    Unit.OFFICE_HOURS: 3_600 * SECOND,
}
_NONE = timedelta()
_WHOLE_DAYS = [timedelta(days) for days in range(400)]
# Reading a member of an enum class costs more than all the arithmetic of a due time.
_DAYS, _WORKING_DAYS, _YEARS = Unit.DAYS, Unit.WORKING_DAYS, Unit.YEARS


def due(
    limit: Limit,
    started_at: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """When the limit ends. Raises ClockError for a time without zone or outside the calendar."""
    if started_at.tzinfo is None:
        require_aware(started_at, "the start")
    if extensions:
        return _chained(limit, started_at, calendar, tuple(pauses), tuple(extensions))
    if limit.unit in DAY_UNITS:
        return _due_in_days(limit, started_at, calendar.day_of(started_at), calendar, tuple(pauses))
    return _due_in_time(limit, started_at, calendar, tuple(pauses))


def after(due: Due, limit: Limit, calendar: Calendar) -> datetime:
    """The end of a further limit that runs on from a due time, as an escalation does.

    Days count from the last day of the limit, not from the midnight at which it ended: one working
    day after a limit that ended with Monday is the end of Tuesday.
    """
    if limit.amount == 0:
        return due.due_at
    if limit.unit not in DAY_UNITS:
        return _due_in_time(limit, due.due_at, calendar, ()).due_at
    last = due.last_day_on
    day = calendar.day_of(due.due_at) if last is None else calendar.index_of(last)
    return _due_in_days(limit, due.due_at, day, calendar, ()).due_at


def remaining(due: Due, now: datetime, calendar: Calendar) -> timedelta:
    """Running time left at `now`, negative when late, unchanged while the clock stands still.

    It is measured in the time that the limit counts: office time for office limits, the hours of
    working days for working days, otherwise every hour.
    """
    require_aware(now, "the present")
    ruler = _ruler(due, calendar)
    try:
        at = max(micros(now), micros(due.started_at))
        since = due.paused_since_at
        if since is not None and due.left is not None and at >= micros(since):
            return due.left
        end = micros(due.due_at)
        left = ruler.used(end) - ruler.used(at)
        if at < end:
            left -= stopped_between(ruler, _stops(due.pauses), at, end)
        return timedelta(microseconds=left)
    except OffTheRuler:
        raise ClockError(f"{now.isoformat()} lies outside the calendar {calendar.name!r}") from None


def warn_times(
    due: Due, shares: Sequence[float], calendar: Calendar, *, quiet: bool | None = None
) -> tuple[datetime, ...]:
    """For each share of the limit (0 to 1) the moment at which that much of it is used up.

    With `quiet` a warning never falls outside office hours: it waits for the next opening, or, if
    that comes too late, goes back to the last office period before. Left out, minutes and hours are
    warned at once and all other limits quietly. Where the office is closed all the way from start
    to due time nobody can be warned in time, and the moment is the due time itself.
    """
    for share in shares:
        if not 0 <= share <= 1:
            raise ClockError(f"a share of a limit lies between 0 and 1, not {share}")
    hushed = due.limit.unit not in ELAPSED_UNITS if quiet is None else quiet
    ruler = _ruler(due, calendar)
    start, end = micros(due.started_at), micros(due.due_at)
    stops = _stops(due.pauses)
    try:
        total = ruler.used(end) - ruler.used(start) - stopped_between(ruler, stops, start, end)
        moments = [walk(ruler, start, int(total * share), stops)[0] for share in shares]
    except OffTheRuler:
        raise ClockError(f"the limit lies outside the calendar {calendar.name!r}") from None
    if hushed:
        moments = [_in_office_hours(calendar.office, at, start, end) for at in moments]
    return tuple(calendar.local(at) for at in moments)


# Limits in minutes and hours, of the day or of the office.


def _due_in_time(
    limit: Limit, started_at: datetime, calendar: Calendar, pauses: tuple[Pause, ...]
) -> Due:
    in_office = limit.unit in OFFICE_UNITS
    ruler: Ruler = calendar.office if in_office else _WALL
    start = micros(started_at)
    try:
        end, skipped, since = walk(
            ruler, start, limit.amount * _LENGTHS[limit.unit], _stops(pauses) if pauses else ()
        )
        due_at = calendar.local(end)
    except (OffTheRuler, OverflowError):
        raise ClockError(
            f"{limit} from {started_at.isoformat()} end outside the calendar {calendar.name!r}"
        ) from None
    due = Due(
        due_at,
        in_office and calendar.is_unsettled_between(start, end),
        limit,
        started_at,
        pauses,
        (),
        timedelta(0, 0, skipped) if skipped else _NONE,
    )
    return due if since is None else _standing_still(due, since, ruler, calendar)


def _stops(pauses: Sequence[Pause]) -> list[Stop]:
    return sorted([pause.stop for pause in pauses])


# Limits in days, working days, months and years: whole days, by index.


def _due_in_days(
    limit: Limit,
    started_at: datetime,
    start_day: int,
    calendar: Calendar,
    pauses: tuple[Pause, ...],
) -> Due:
    working = limit.unit is _WORKING_DAYS
    last = _unpaused_last_day(limit, start_day, calendar)
    stopped, is_open, rolled_from = 0, False, None
    if pauses:
        last, stopped, is_open = _after_stops(limit, start_day, last, calendar, pauses)
    provisional = working and calendar.looked_at_provisional(start_day, last)
    if limit.roll_forward and not working:
        rolled = calendar.rolled(last)
        provisional = calendar.looked_at_provisional(last, rolled)
        if rolled != last:
            rolled_from, last = calendar.date_of(last), rolled
    found = Due(
        calendar.end_of(last),
        provisional,
        limit,
        started_at,
        pauses,
        (),
        _WHOLE_DAYS[stopped] if stopped < len(_WHOLE_DAYS) else timedelta(stopped),
        rolled_from,
    )
    if not is_open:
        return found
    return _standing_still(found, _standing_since(found), _ruler(found, calendar), calendar)


def _unpaused_last_day(limit: Limit, start_day: int, calendar: Calendar) -> int:
    if limit.unit is _DAYS:
        return start_day + limit.amount
    if limit.unit is _WORKING_DAYS:
        if limit.amount == 0:
            return calendar.first_working(start_day)
        return calendar.working_day(calendar.working_before[start_day + 1] + limit.amount - 1)
    months = limit.amount * 12 if limit.unit is _YEARS else limit.amount
    return calendar.index_of(_months_later(calendar.date_of(start_day), months))


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        raise ClockError(f"{months} months from {day.isoformat()} have no date")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _after_stops(
    limit: Limit,
    start_day: int,
    last: int,
    calendar: Calendar,
    pauses: tuple[Pause, ...],
) -> tuple[int, int, bool]:
    """The last day, the days added, and whether the clock still stands."""
    working = limit.unit is _WORKING_DAYS
    before, even = calendar.working_before, calendar.even_start
    stopped, reached = 0, start_day
    for stop in _stops(pauses):
        if even is None:
            first, ended = calendar.days_of_stop(stop)
        else:
            # What days_of_stop does, written out: this is most of the work of a due time.
            first = (stop[0] - even) // DAY
            ended = (stop[1] - even) // DAY if stop[1] != ENDLESS else ENDLESS
        if ended <= reached:
            continue
        began = first if first > reached else reached  # noqa: FURB136 - max() is slow
        if began > last:
            # A clock that has rolled forward still runs on the days it rolled over.
            rolled = calendar.rolled(last) if limit.roll_forward else last
            if began > rolled:
                break
            last = rolled
        if ended == ENDLESS:
            return last, stopped, True
        if ended >= calendar.size:
            raise calendar.outside("the end of a pause")
        if working:
            skipped = before[ended] - before[began]
            last = calendar.working_day(before[last + 1] - 1 + skipped)
        else:
            skipped = ended - began
            last += skipped
        stopped += skipped
        reached = ended
    return last, stopped, False


def _standing_since(due: Due) -> int:
    """The moment at which the pause without an end begins to count."""
    since = micros(due.started_at)
    for began, ended in _stops(due.pauses):
        if ended == ENDLESS:
            return max(began, since)
        since = max(ended, since)
    return since


def _standing_still(due: Due, since: int, ruler: Ruler, calendar: Calendar) -> Due:
    left = ruler.used(micros(due.due_at)) - ruler.used(since)
    return due._replace(paused_since_at=calendar.local(since), left=timedelta(0, 0, left))


# Extensions.


def _chained(
    limit: Limit,
    started_at: datetime,
    calendar: Calendar,
    pauses: tuple[Pause, ...],
    extensions: tuple[Extension, ...],
) -> Due:
    running = pauses
    at, day = started_at, calendar.day_of(started_at)
    provisional, stopped, stands = False, timedelta(), False
    for stage in _stages(limit, extensions):
        if stage.unit in DAY_UNITS:
            part = _due_in_days(stage, at, day, calendar, running)
        else:
            part = _due_in_time(stage, at, calendar, running)
        at = part.due_at
        day = calendar.index_of(part.last_day_on) if part.last_day_on else calendar.day_of(at)
        provisional = provisional or part.provisional
        stopped += part.stopped
        if part.paused_since_at is not None:
            # The rest is counted as if the clock were started again at once.
            running, stands = (), True
    whole = part._replace(
        provisional=provisional,
        limit=limit,
        started_at=started_at,
        pauses=pauses,
        extensions=extensions,
        stopped=stopped,
        paused_since_at=None,
        left=None,
    )
    if not stands:
        return whole
    return _standing_still(whole, _standing_since(whole), _ruler(whole, calendar), calendar)


def _stages(limit: Limit, extensions: tuple[Extension, ...]) -> list[Limit]:
    """The limits to run one after the other; neighbours in the same unit are one limit."""
    stages = [limit]
    for extension in extensions:
        more, last = extension.limit, stages[-1]
        if more.unit is last.unit:
            stages[-1] = Limit(
                last.amount + more.amount,
                last.unit,
                last.roll_forward or more.roll_forward,
            )
        else:
            stages.append(more)
    rolls = stages[-1].unit in DAY_UNITS and any(stage.roll_forward for stage in stages)
    return [
        *(replace(stage, roll_forward=False) for stage in stages[:-1]),
        replace(stages[-1], roll_forward=rolls),
    ]


# What the limit counts.


def _ruler(due: Due, calendar: Calendar) -> Ruler:
    units = {due.limit.unit, *(extension.limit.unit for extension in due.extensions)}
    if units <= OFFICE_UNITS:
        return calendar.office
    if units == {Unit.WORKING_DAYS}:
        return calendar.working
    return _WALL


def _in_office_hours(office: SpanRuler, at: int, start: int, end: int) -> int:
    if office.inside(at):
        return at
    opens = office.next_open(at)
    if opens is not None and opens < end:
        return opens
    if office.inside(at - 1):
        # The moment of closing, with the due time before the next opening.
        return at
    span = office.last_span(end)
    if span is None or span[1] <= start:
        return end
    return span[0] if span[0] >= start else span[1]

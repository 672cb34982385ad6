"""The clock, told again as slowly and plainly as possible: it looks at every minute.

It knows nothing of prefix sums, day indexes or the Calendar class. Only for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
Stop = tuple[datetime, datetime]


@dataclass(frozen=True)
class Minute:
    """One minute, by the wall clock at its start."""

    at: datetime
    day: date
    is_open: bool
    is_working_day: bool
    ends_day: bool


class SlowClock:
    """Walks the minutes of a window. A day counts when the clock runs as it ends."""

    def __init__(
        self,
        zone: ZoneInfo,
        first_on: date,
        last_on: date,
        is_working: Callable[[date], bool],
        is_open: Callable[[datetime], bool],
    ) -> None:
        at = datetime(first_on.year, first_on.month, first_on.day, tzinfo=zone).astimezone(UTC)
        self.minutes: list[Minute] = []
        while (wall := at.astimezone(zone)).date() <= last_on:
            after = (at + MINUTE).astimezone(zone)
            self.minutes.append(
                Minute(
                    at=at,
                    day=wall.date(),
                    is_open=is_open(wall),
                    is_working_day=is_working(wall.date()),
                    ends_day=after.date() != wall.date(),
                )
            )
            at += MINUTE
        self.first_at = self.minutes[0].at

    def place(self, at: datetime) -> int:
        return (at - self.first_at) // MINUTE

    def after_minutes(
        self, start: datetime, amount: int, stops: Sequence[Stop], *, in_office: bool
    ) -> datetime:
        """When `amount` minutes have run."""
        if amount == 0:
            return start
        for minute in self.minutes[self.place(start) :]:
            runs = not any(began <= minute.at < ended for began, ended in stops)
            if runs and (minute.is_open or not in_office):
                amount -= 1
                if amount == 0:
                    return minute.at + MINUTE
        raise AssertionError("the window is too short for this limit")

    def after_days(
        self, start: datetime, amount: int, stops: Sequence[Stop], *, working: bool
    ) -> datetime:
        """When `amount` days after the starting day have ended."""
        place = self.place(start)
        if self.minutes[place].is_working_day or not working:
            amount += 1
        for minute in self.minutes[place:]:
            midnight = minute.at + MINUTE
            if not minute.ends_day or (working and not minute.is_working_day):
                continue
            if any(max(began, start) < midnight <= ended for began, ended in stops):
                continue
            amount -= 1
            if amount == 0:
                return midnight
        raise AssertionError("the window is too short for this limit")

    def running(
        self,
        first: datetime,
        last: datetime,
        stops: Sequence[Stop],
        counts: Callable[[Minute], bool],
    ) -> timedelta:
        """How much of the time between two instants counts and does not fall into a stop."""
        return MINUTE * sum(
            counts(minute) and not any(began <= minute.at < ended for began, ended in stops)
            for minute in self.minutes[self.place(first) : self.place(last)]
        )

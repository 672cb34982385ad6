"""Rulers: how much of some kind of time has run up to an instant, and when an amount is reached.

All values are whole microseconds; instants count from 1970-01-01 UTC. A ruler knows nothing of
zones, dates or rules, so every clock with pauses is the same walk along another ruler.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ENDLESS = 1 << 62
Stop = tuple[int, int]
"""Time in which a clock stands still, from and until; ENDLESS where no end is known."""

_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds from 1970-01-01 UTC to an aware datetime; exact, where a float would round."""
    return (at - EPOCH) // _MICROSECOND


class OffTheRuler(Exception):
    """The instant or the amount lies outside the time that this ruler knows."""


class Ruler(Protocol):
    def used(self, at: int) -> int:
        """Time that has run up to `at`."""

    def reach(self, used: int) -> int:
        """The earliest instant at which `used` has run."""


class WallRuler:
    """Time that always runs."""

    def used(self, at: int) -> int:
        return at

    def reach(self, used: int) -> int:
        return used


class SpanRuler:
    """Time that runs only inside given spans, by prefix sums and binary search."""

    __slots__ = ("_closes", "_first", "_last", "_opens", "_shift", "_used_after")

    def __init__(self, spans: Iterable[tuple[int, int]], first: int, last: int) -> None:
        """`spans` are sorted and do not overlap; `first` and `last` bound the known time."""
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._used_after: list[int] = []
        # Inside a span, the time used is the instant plus the span's shift.
        self._shift: list[int] = []
        self._first = first
        self._last = last
        used = 0
        for opens, closes in spans:
            if self._closes and self._closes[-1] == opens:
                # Joined spans keep a round-the-clock calendar as short as one span.
                self._closes[-1] = closes
                used += closes - opens
                self._used_after[-1] = used
                continue
            self._opens.append(opens)
            self._closes.append(closes)
            self._shift.append(used - opens)
            used += closes - opens
            self._used_after.append(used)

    def used(self, at: int) -> int:
        if not self._first <= at <= self._last:
            raise OffTheRuler
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return 0
        if at < self._closes[place]:
            return at + self._shift[place]
        return self._used_after[place]

    def reach(self, used: int) -> int:
        place = bisect_left(self._used_after, used)
        if place == len(self._used_after):
            raise OffTheRuler
        return used - self._shift[place]

    def inside(self, at: int) -> bool:
        """Whether time runs just after `at`."""
        place = bisect_right(self._opens, at) - 1
        return place >= 0 and at < self._closes[place]

    def next_open(self, at: int) -> int | None:
        """`at` itself when time runs there, otherwise the next opening."""
        if self.inside(at):
            return at
        place = bisect_left(self._opens, at)
        return self._opens[place] if place < len(self._opens) else None

    def last_span(self, before: int) -> Stop | None:
        """The last span that begins before the given instant."""
        place = bisect_left(self._opens, before) - 1
        return (self._opens[place], self._closes[place]) if place >= 0 else None


def walk(
    ruler: Ruler, start: int, amount: int, stops: Sequence[Stop]
) -> tuple[int, int, int | None]:
    """Walk `amount` along the ruler from `start`, standing still during `stops` (sorted).

    The result is the end, what the stops skipped of the ruler, and the beginning of a stop that has
    no end. Stops that overlap skip their time once, and one that begins when the end is reached
    changes nothing. After a stop without an end, the result is the end as it would be if the clock
    were started again at once.
    """
    target = ruler.used(start) + amount
    skipped, reached = 0, start
    for first, ended in stops:
        if ended <= reached:
            continue
        began = first if first > reached else reached  # noqa: FURB136 - max() is slow
        used = ruler.used(began)
        if used >= target:
            break
        if ended == ENDLESS:
            return max(start, ruler.reach(target)), skipped, began
        more = ruler.used(ended) - used
        target += more
        skipped += more
        reached = ended
    return max(start, ruler.reach(target)), skipped, None


def stopped_between(ruler: Ruler, stops: Sequence[Stop], first: int, last: int) -> int:
    """How much of the time from `first` to `last` fell into stops (sorted) that have an end."""
    stopped, reached = 0, first
    for first_of_stop, ended in stops:
        began = max(first_of_stop, reached)
        if ended == ENDLESS or began >= last:
            break
        if ended > began:
            reached = min(ended, last)
            stopped += ruler.used(reached) - ruler.used(began)
    return stopped

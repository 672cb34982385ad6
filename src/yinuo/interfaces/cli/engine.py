"""A clock of one's own: what people do, what follows by itself and what falls due, in time order.

The replay of other people's claims and the demo insurer are told on it.

A story is a generator: it takes its steps through the commands and yields when the next comes.
One process, one clock; nothing reads the time of the machine.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import connection
from django.db.models import Min

from yinuo import automation
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import FollowUp
from yinuo.core.cases.commands.sweeping import BATCH
from yinuo.core.cases.models import Promise
from yinuo.core.messages import commands as messages
from yinuo.core.payments import commands as payments
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import queue

Story = Generator[datetime, datetime, None]
"""Yields when it goes on; is sent the moment at which it does."""

Steps = Generator[datetime, datetime, datetime]
"""A part of a story; ends with the moment of its last step."""

SWEEP_EVERY = timedelta(minutes=10)
"""The sweeper comes at these steps, so that it takes several promises at once."""
BANK_EVERY = timedelta(hours=2)


@dataclass(slots=True)
class Engine:
    """Runs stories to their end. `ended` is told how many of them are over."""

    bank: StandInBank
    ended: Callable[[int], object] = lambda _count: None
    sweep_every: timedelta = SWEEP_EVERY
    money_waits: bool = False
    """Set by a story that has instructed a payment: the bank has to come."""
    _agenda: list[tuple[datetime, int, Story | None]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=count)
    _follow_ups: list[FollowUp] = field(default_factory=list)
    _bank_comes: bool = False

    def add(self, story: Story) -> None:
        """Put the beginning of a story on the agenda."""
        self._put(next(story), story)

    def run(self, *, until: datetime | None = None) -> None:
        """Until nothing is left to do, or until a moment after which nothing happens any more."""
        with self._own_clock():
            while self._agenda and (until is None or self._agenda[0][0] <= until):
                at, _serial, story = heapq.heappop(self._agenda)
                self._sweep(until=at)
                if story is None:
                    self._visit_bank(at)
                else:
                    self._go_on(story, at)
                self._react(at)
                if self.money_waits and not self._bank_comes:
                    self._call_bank(at)
            if until is not None:
                self._sweep(until=until)

    def _put(self, at: datetime, story: Story | None) -> None:
        heapq.heappush(self._agenda, (at.astimezone(UTC), next(self._serial), story))

    def _go_on(self, story: Story, at: datetime) -> None:
        try:
            self._put(max(at, story.send(at)), story)
        except StopIteration:
            self.ended(1)

    def _react(self, at: datetime) -> None:
        """What follows by itself, and what follows from that, before time goes on."""
        while self._follow_ups:
            taken = self._follow_ups.copy()
            self._follow_ups.clear()
            event_ids = [pk for one in taken for pk in one.event_ids]
            if event_ids:
                automation.react(event_ids=event_ids, at=at)
            for one in taken:
                if one.message_ids:
                    messages.send_due(one.message_ids, at=at)

    def _sweep(self, *, until: datetime) -> None:
        """Every promise whose check comes before this moment, at the sweeper's own steps."""
        while True:
            first = Promise.objects.filter(next_check_at__lte=until).aggregate(
                first=Min("next_check_at")
            )["first"]
            if first is None:
                return
            tick = _tick_after(first, self.sweep_every)
            if tick > until:
                return
            while cases.sweep(at=tick).promises == BATCH:
                pass
            self._react(tick)

    def _call_bank(self, at: datetime) -> None:
        self._bank_comes = True
        self._put(_tick_after(at, BANK_EVERY), None)

    def _visit_bank(self, at: datetime) -> None:
        """Take the answers to what went out last time, then hand over what is ready now."""
        self.bank.at = at
        answered = payments.read_answers(channel=self.bank, by=SYSTEM, at=at)
        payments.make_batches(by=SYSTEM, at=at)
        sent = payments.hand_over(channel=self.bank, by=SYSTEM, at=at)
        self._bank_comes = self.money_waits = False
        if answered or sent:
            self._call_bank(at)

    @contextmanager
    def _own_clock(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(queue.capture())
            stack.enter_context(cases.follow_ups_to(self._follow_ups.append))
            stack.enter_context(rulebook.pinned())
            cases.reacts_to(automation.REACTIONS)
            with connection.cursor() as cursor:
                # A sandbox that loses its last second is played again.
                cursor.execute("SET synchronous_commit TO off")
            yield


def _tick_after(at: datetime, every: timedelta) -> datetime:
    """The first step of the sweeper at or after this moment."""
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return start + -((start - at) // every) * every

"""A sandbox that owns the clock: stories of many claims, told in the order of their times.

A story is a generator. It yields how many minutes pass until its next beat and is sent the time
of that beat; what it does there are the commands that people use. Between the beats the house
goes on by itself: reactions follow at once, promises are warned about and missed when their time
comes, batches leave for the bank and its answers come back. All of it in one process, in time
order, so a year of honest history is told in seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min

from yinuo import automation
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Promise
from yinuo.core.messages import commands as messages
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries as payment_queries
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people.actors import SYSTEM
from yinuo.kit import queue
from yinuo.kit.queue import Captured

Story = Generator[float, datetime, None]
SWEPT_TOGETHER = timedelta(minutes=10)
BANK_EVERY = timedelta(hours=2)
MOST_ROUNDS = 20


@dataclass(slots=True)
class Stage:
    """The house while it is told about: its clock, its bank, and what still has to happen."""

    bank: StandInBank
    until: datetime
    on_beat: Callable[[], object] = lambda: None
    _queue: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _bank_at: datetime | None = None
    _told: int = 0

    def tell(self, stories: Iterable[tuple[datetime, Story]]) -> None:
        """Tell all of them up to `until`; what lies after it does not happen."""
        for number, (at, story) in enumerate(stories):
            minutes = next(story)
            heapq.heappush(self._queue, (at + timedelta(minutes=minutes), number, story))
        with queue.capture() as jobs:
            while self._queue and self._queue[0][0] <= self.until:
                at, number, story = heapq.heappop(self._queue)
                self._pass_time(at, jobs)
                self._beat(at, number, story)
                self._follow_up(jobs, at)
            self._pass_time(self.until, jobs)

    def _beat(self, at: datetime, number: int, story: Story) -> None:
        try:
            minutes = story.send(at)
        except StopIteration:
            self._told += 1
            self.on_beat()
            return
        heapq.heappush(self._queue, (at + timedelta(minutes=minutes), number, story))

    def _pass_time(self, at: datetime, jobs: Captured) -> None:
        """What happens by the clock until then, in its own order."""
        for _ in range(100_000):
            sweep_at = self._next_sweep()
            bank_at = self._bank_at or at
            nearest = min(moment for moment in (sweep_at, bank_at) if moment is not None)
            if nearest > at:
                return
            if nearest == bank_at:
                self._exchange(bank_at)
                self._bank_at = bank_at + BANK_EVERY
                if sweep_at is None and bank_at >= at:
                    self._follow_up(jobs, bank_at)
                    return
            else:
                cases.sweep(at=min(nearest + SWEPT_TOGETHER, at))
            self._follow_up(jobs, nearest)

    def _next_sweep(self) -> datetime | None:
        found: datetime | None = Promise.objects.filter(next_check_at__isnull=False).aggregate(
            first=Min("next_check_at")
        )["first"]
        return found

    def _exchange(self, at: datetime) -> None:
        self.bank.at = at
        ready = payment_queries.currencies_ready()
        if not ready:
            return
        payer = payment_queries.payer()
        for currency in ready:
            while payments.make_batch(payer=payer, currency=currency, by=SYSTEM, at=at).batch:
                pass
        payments.hand_over(channel=self.bank, by=SYSTEM, at=at)
        payments.read_answers(channel=self.bank, by=SYSTEM, at=at)

    def _follow_up(self, jobs: Captured, at: datetime) -> None:
        """Reactions, and reactions to those; messages go into the sink of the sandbox."""
        for _ in range(MOST_ROUNDS):
            taken = jobs.take()
            if not taken:
                return
            for job in taken:
                if job.task == "react":
                    automation.react(at=at, **job.arguments)
                elif job.task == "send_messages":
                    messages.send_due(list(job.arguments["message_ids"]), at=at)

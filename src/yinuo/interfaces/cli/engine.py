"""A clock of one's own: what people do, what follows by itself and what falls due.

The replay of other people's claims and the demo insurer are told on it. One process, one clock;
nothing reads the time of the machine.

A story is a generator. It yields an `Act`: the member of a set command and the moment at which it
happens, and is sent what the command made of it. What many stories do within a stretch of time is
done by one call of the command, each member at its own moment. Within a case everything happens in
the order of time: before an act its case is swept up to that moment, what follows by itself follows
at once, and a case whose money is with the bank waits for the bank. What cases share (how many
claims a surveyor carries) is seen as far as the stretch has been told.

A story may also yield a bare moment, takes its steps itself when it is sent that moment, and then
everything before it has happened in every case. Or it yields a `Moment`, which names the cases that
its steps are about: then everything before it has happened in these.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

from django.db import connection
from django.db.models import Min

from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries as call_back_queries
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries as case_queries
from yinuo.core.cases.commands import FollowUp
from yinuo.core.messages import commands as messages
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries as payment_queries
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.payments.models import Payment
from yinuo.core.people import memory
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import queue

SetCommand = Callable[[Sequence[Any]], Sequence[Any]]
"""Takes members in the order of time and gives one result for each."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a story does next. `member` says who acts and when, as the command wants it."""

    at: datetime
    command: SetCommand
    member: Any
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a story takes steps itself, and the cases that exist already and that it touches."""

    at: datetime
    case_ids: tuple[int, ...] = ()


Story = Generator["Act | Moment | datetime", Any, None]
Steps = Generator["Act | Moment | datetime", Any, datetime]
"""A part of a story; ends with the moment of its last step."""

SWEEP_EVERY = timedelta(minutes=10)
"""The sweeper comes at these steps, so that it takes several promises at once."""
BANK_EVERY = timedelta(hours=2)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""The sweeper and the bank count their steps from here."""
STRETCH = timedelta(days=5)
"""So far may one case be ahead of another."""
AT_ONCE = 300
"""Members of one call, so that a transaction stays small."""
UNDER_WAY = (
    Payment.Status.READY,
    Payment.Status.BATCHED,
    Payment.Status.HANDED_OVER,
    Payment.Status.UNDER_WAY,
)


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    at: datetime
    serial: int
    act: Act | None = field(compare=False)
    story: Story = field(compare=False)
    touches: tuple[int, ...] | None = field(default=None, compare=False)
    """The cases that this touches; None where that can be any."""


@dataclass(slots=True)
class Engine:
    """Runs stories to their end. `ended` is told how many of them are over."""

    bank: StandInBank
    branch: int | None = None
    """Its cases alone; those of other branches are in other hands, with clocks of their own."""
    ended: Callable[[int], object] = lambda _count: None
    sweep_every: timedelta = SWEEP_EVERY
    bank_every: timedelta = BANK_EVERY
    stretch: timedelta = STRETCH
    money_waits: bool = False
    """Set by a story that has instructed a payment: the bank has to come."""
    _agenda: list[_Entry] = field(default_factory=list)
    _ranks: dict[SetCommand, int] = field(default_factory=dict)
    _serial: Iterator[int] = field(default_factory=count)
    _follow_ups: list[FollowUp] = field(default_factory=list)
    _bank_at: datetime | None = None
    _with_bank: frozenset[int] = frozenset()
    _swept_at: datetime = EPOCH
    """Until then every case has been swept; single cases may be further on."""

    def add(self, story: Story) -> None:
        """Put the beginning of a story on the agenda."""
        self._put(next(story), story)

    def call_bank(self) -> None:
        """A payment has been instructed: the bank has to come."""
        self.money_waits = True

    def run(self, *, until: datetime | None = None) -> None:
        """Until nothing is left to do, or until a moment after which nothing happens any more."""
        end = EPOCH
        with self._own_clock():
            while (start := self._next()) is not None and (until is None or start <= until):
                end = self._stretch(start, until)
            self._sweep_all(until or end)

    def _next(self) -> datetime | None:
        moments = [self._agenda[0].at] if self._agenda else []
        return min([*moments, *([self._bank_at] if self._bank_at else [])], default=None)

    def _put(
        self, what: Act | Moment | datetime, story: Story, *, not_before: datetime | None = None
    ) -> None:
        act = what if isinstance(what, Act) else None
        touches = what.case_ids if isinstance(what, Moment) else None
        at = what if isinstance(what, datetime) else what.at
        if not_before is not None:
            at = max(at, not_before)
        if act is not None:
            self._ranks.setdefault(act.command, len(self._ranks))
        entry = _Entry(at.astimezone(UTC), next(self._serial), act, story, touches)
        heapq.heappush(self._agenda, entry)

    def _stretch(self, start: datetime, until: datetime | None) -> datetime:
        """Everything that happens in all cases until a moment, and not beyond it in any."""
        end = start + self.stretch if until is None else min(start + self.stretch, until)
        alone = min((entry for entry in self._agenda if entry.act is None), default=None)
        if alone is not None:
            end = min(end, alone.at)
        while True:
            ready = [entry for entry in self._agenda if entry.act and self._may_go(entry, end)]
            if ready:
                self._perform(self._choose(ready))
            elif self._bank_at is not None and self._bank_at <= end:
                self._visit_bank(self._bank_at)
            else:
                break
        go_on = alone if alone is not None and alone.at == end else None
        touched = go_on.touches if go_on is not None else None
        if touched is not None and end < self._swept_at + self.stretch:
            self._sweep(dict.fromkeys(touched, end))
        else:
            self._sweep_all(end)
        if go_on is not None:
            self._go_on_alone(go_on)
        return end

    def _may_go(self, entry: _Entry, end: datetime) -> bool:
        if entry.at > end or entry.act is None:
            return False
        waits = self._bank_at is not None and entry.at >= self._bank_at
        return not (waits and entry.act.case_id in self._with_bank)

    def _choose(self, ready: Sequence[_Entry]) -> list[_Entry]:
        """Steps that come early in their stories go first: then those behind them go together."""
        first = min(self._ranks[entry.act.command] for entry in ready if entry.act)
        chosen = [e for e in ready if e.act and self._ranks[e.act.command] == first]
        return sorted(chosen)[:AT_ONCE]

    def _perform(self, chosen: Sequence[_Entry]) -> None:
        taken = {entry.serial for entry in chosen}
        self._agenda = [entry for entry in self._agenda if entry.serial not in taken]
        heapq.heapify(self._agenda)
        acts = [entry.act for entry in chosen if entry.act]
        self._sweep({act.case_id: act.at for act in acts if act.case_id is not None})
        results = acts[0].command([act.member for act in acts])
        for entry, result in zip(chosen, results, strict=True):
            self._go_on(entry.story, result, entry.at)
        self._react()
        self._call_bank(chosen[0].at)

    def _go_on_alone(self, entry: _Entry) -> None:
        self._agenda.remove(entry)
        heapq.heapify(self._agenda)
        self._go_on(entry.story, entry.at, entry.at)
        self._react()
        self._call_bank(entry.at)

    def _go_on(self, story: Story, sent: Any, at: datetime) -> None:
        try:
            self._put(story.send(sent), story, not_before=at)
        except StopIteration:
            self.ended(1)

    def _react(self) -> None:
        """What follows by itself, and what follows from that, before time goes on."""
        while self._follow_ups:
            taken = self._follow_ups.copy()
            self._follow_ups.clear()
            automation.react_when_happened([event for one in taken for event in one.events])
            messages.send_when_written([pk for one in taken for pk in one.message_ids])

    # Promises ------------------------------------------------------------------------------------

    def _sweep_all(self, until: datetime) -> None:
        """Every promise, and every call-back that is due by itself, at the sweeper's own steps."""
        while asked := call_back_queries.next_sweep_at(until=until, branch=self.branch):
            tick = _tick_after(asked, self.sweep_every)
            if tick > until:
                break
            self._sweep_promises(tick)
            while call_backs.sweep(at=tick, branch=self.branch).full:
                pass
            self._react()
        self._sweep_promises(until)
        self._swept_at = until

    def _sweep_promises(self, until: datetime) -> None:
        first = case_queries.first_checks(until, branch=self.branch)
        self._sweep_cases(first, dict.fromkeys(first, until))

    def _sweep(self, until: Mapping[int, datetime]) -> None:
        """Every check of these cases that comes by its moment, at the sweeper's own steps."""
        if until:
            first = case_queries.first_checks(max(until.values()), list(until))
            self._sweep_cases(first, until)

    def _sweep_cases(self, first: Mapping[int, datetime], until: Mapping[int, datetime]) -> None:
        """A case that rests goes on when what follows by itself has happened."""
        due = {pk: until[pk] for pk, at in first.items() if self._step_of(at) <= until[pk]}
        while due:
            resting: set[int] = set()
            for place in range(0, len(due), AT_ONCE):
                some = dict(islice(due.items(), place, place + AT_ONCE))
                resting |= cases.sweep_many(some, step_of=self._step_of)
                self._react()
            due = {pk: at for pk, at in due.items() if pk in resting}

    def _step_of(self, at: datetime) -> datetime:
        return _tick_after(at, self.sweep_every)

    # The bank ------------------------------------------------------------------------------------

    def _call_bank(self, at: datetime) -> None:
        """The bank comes at its next step after the money was instructed."""
        if self.money_waits:
            self.money_waits = False
            comes = _tick_after(at, self.bank_every)
            self._bank_at = comes if self._bank_at is None else min(comes, self._bank_at)
            self._with_bank = self._cases_with_money()

    def _visit_bank(self, at: datetime) -> None:
        """Take the answers to what went out last time, then hand over what is ready now."""
        self._sweep(dict.fromkeys(self._with_bank, at))
        self.bank.at = at
        answered = payments.read_answers(channel=self.bank, by=SYSTEM, at=at)
        self._react()
        payments.make_batches(by=SYSTEM, at=at, branch=self.branch)
        sent = payments.hand_over(channel=self.bank, by=SYSTEM, at=at, branch=self.branch)
        self._react()
        self._with_bank = self._cases_with_money()
        if answered or sent:
            self._bank_at = _tick_after(at + self.bank_every, self.bank_every)
        else:
            first = payment_queries.ready(self.branch).aggregate(first=Min("made_at"))["first"]
            self._bank_at = _tick_after(first, self.bank_every) if first else None

    def _cases_with_money(self) -> frozenset[int]:
        rows = Payment.objects.filter(status__in=UNDER_WAY)
        if self.branch is not None:
            rows = rows.filter(case__branch=self.branch)
        return frozenset(rows.values_list("case_id", flat=True))

    @contextmanager
    def _own_clock(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(queue.capture())
            stack.enter_context(cases.follow_ups_to(self._follow_ups.append))
            stack.enter_context(rulebook.pinned())
            stack.enter_context(memory.in_hand())
            cases.reacts_to(automation.REACTIONS)
            with connection.cursor() as cursor:
                # A sandbox that loses its last second is played again.
                cursor.execute("SET synchronous_commit TO off")
            yield


def _tick_after(at: datetime, every: timedelta) -> datetime:
    """The first step of the sweeper at or after this moment."""
    return EPOCH + -((EPOCH - at) // every) * every

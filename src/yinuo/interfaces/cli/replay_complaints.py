"""Complaints of a file, carried from receipt to closing at their own dates.

The file knows days, and many complaints share one: what an office does on a day is done for the
set, by the same commands that people use for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import Decided, Letter, NewComplaint, NewMeasure
from yinuo.areas.complaints.models import Complaint
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Person, Staff
from yinuo.interfaces.cli import replay_cast
from yinuo.interfaces.cli.engine import Engine, Moment, Story
from yinuo.interfaces.cli.hands import Ended
from yinuo.interfaces.cli.replay_cast import Cast
from yinuo.interfaces.common.mapped import FiledComplaint
from yinuo.interfaces.common.mapping import ComplaintReplayMap
from yinuo.kit.errors import DomainError, Message, gettext_noop

PEOPLE_AT_ONCE = 1_000
SWEEP_EVERY = timedelta(hours=6)
"""Warnings of a replay are up to so late; when a promise was missed is exact all the same."""
HOW = "letter"


class ClosedBeforeReceived(DomainError):
    code = "closed_before_received"
    message: ClassVar[Message] = gettext_noop("%(key)s was closed before it was received.")
    http = 422


@dataclass(slots=True)
class Office:
    """Who works through the complaints, and which case each of them became."""

    using: ComplaintReplayMap
    cast: Cast
    zone: ZoneInfo
    since: datetime
    ended: Ended = lambda _count: None
    persons: dict[str, Person] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    _staff: dict[str, Staff] = field(default_factory=dict)

    def at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone)

    def officer(self, day: date) -> Actor:
        """One officer takes what comes in on a day."""
        return self.cast.one("complaint_officer", day.toordinal())

    def staff(self, actor: Actor) -> Staff:
        """The member of staff whose actor this is, read once."""
        found = self._staff.get(actor.id)
        if found is None:
            assert actor.staff_id is not None, "an officer is a member of staff"
            found = self._staff[actor.id] = Staff.objects.get(pk=actor.staff_id)
        return found

    def story(self, rows: Sequence[FiledComplaint]) -> Story:
        """Every working moment of the office, in time order."""
        received, closed = defaultdict(list), defaultdict(list)
        for row in rows:
            received[row.received_on].append(row)
            closed[row.closed_on].append(row)
        for day in sorted({*received, *closed}):
            if day in received:
                at = yield Moment(self.at(day, self.using.received_hour))
                self.receive(received[day], at)
                at = yield self.about(received[day], self.at(day, self.using.worked_hour))
                self.work(received[day], self.officer(day), at)
            if day in closed:
                at = yield self.about(closed[day], self.at(day, self.using.ended_hour))
                self.end(closed[day], at)
                self.ended(len(closed[day]))

    def about(self, rows: Sequence[FiledComplaint], at: datetime) -> Moment:
        """The moment at which something happens in the cases of these rows."""
        return Moment(at, tuple(self.cases[row.key].pk for row in rows))

    def receive(self, rows: Sequence[FiledComplaint], at: datetime) -> None:
        agent, officer = self.cast.one("agent", at.toordinal()), self.officer(at.date())
        handler = self.staff(officer)
        news = [
            NewComplaint(
                customer=self.persons[row.key],
                channel=row.channel,
                branch=self.cast.branch,
                product=row.product,
                handler=handler,
                confirmed_new=True,
                external_key=row.key,
            )
            for row in rows
        ]
        opened = complaints.receive_many(news, by=agent, at=at)
        self.cases |= {row.key: case for row, case in zip(rows, opened, strict=True)}

    def work(self, rows: Sequence[FiledComplaint], officer: Actor, at: datetime) -> None:
        """Confirmed, taken up, looked into, and the causes named; what is passed on waits."""
        kept = [self.cases[row.key] for row in rows if row.end != "transfer"]
        named = [
            (self.cases[row.key], row.causes[0], row.causes[1:])
            for row in rows
            if row.end != "transfer"
        ]
        with cases.transaction():
            complaints.acknowledge_many(
                [self.cases[row.key] for row in rows], how="phone", by=officer, at=at
            )
            complaints.accept_many(kept, by=officer, at=at)
            complaints.declare_no_interest_many(kept, by=officer, at=at)
            complaints.investigate_many(kept, by=officer, at=at)
            complaints.name_causes_many(named, by=officer, at=at)

    def end(self, rows: Sequence[FiledComplaint], at: datetime) -> None:
        officer, says = self.officer(at.date()), self.using
        for row in rows:
            case = self.cases[row.key]
            if row.end == "withdraw":
                complaints.withdraw(case=case, reason=says.reason, by=officer, at=at)
            elif row.end == "transfer":
                complaints.transfer(
                    case=case, to=says.passed_to, reason=says.passed_to, by=officer, at=at
                )
        answered = [row for row in rows if row.end == "answer"]
        if answered:
            self.answer(answered, officer, at)

    def answer(self, rows: Sequence[FiledComplaint], officer: Actor, at: datetime) -> None:
        """Decided, told, done, reported and closed on the day that the file calls closed."""
        held = [self.cases[row.key] for row in rows]
        decisions = [
            Decided(
                case=case,
                letter=_letter(row, self.using),
                measures=tuple(NewMeasure(kind, self.using.measure) for kind in row.measures),
            )
            for case, row in zip(held, rows, strict=True)
        ]
        with cases.transaction():
            complaints.decide_many(decisions, by=officer, at=at)
            complaints.tell_many(held, how=HOW, by=officer, at=at)
            complaints.carry_out_many(held, by=officer, at=at)
            complaints.report_back_many(held, words=self.using.report, by=officer, at=at)
            complaints.close_many(held, agreed=True, by=officer, at=at)


def _letter(row: FiledComplaint, using: ComplaintReplayMap) -> Letter:
    says = next(one for verdict, one in using.letters.items() if verdict == row.upheld)
    return Letter(says.facts, says.decision, says.basis, row.upheld)


def played(rows: Sequence[FiledComplaint]) -> int:
    """How many of these complaints are here already."""
    keys = [row.key for row in rows]
    return Complaint.objects.filter(external_key__in=keys).count()


def open_offices(
    rows: Sequence[FiledComplaint], using: ComplaintReplayMap, zone: ZoneInfo, count: int
) -> list[Office]:
    """An office for each hand, open since the first complaint.

    Raises ClosedBeforeReceived before anything is played.
    """
    for row in rows:
        if row.closed_on < row.received_on:
            raise ClosedBeforeReceived("closed_on", key=row.key)
    first = min((row.received_on for row in rows), default=date.min)
    since = datetime.combine(first, time(0), zone)
    return [Office(using, replay_cast.gather(hand, at=since), zone, since) for hand in range(count)]


def play(rows: Sequence[FiledComplaint], office: Office, ended: Ended) -> list[int]:
    """Carry the complaints to their end; returns the ids of their cases."""
    office.ended = ended
    office.persons = _register(rows, office.cast, office.since)
    bank = StandInBank(office.since.astimezone(UTC))
    engine = Engine(bank, office.cast.branch.pk, sweep_every=SWEEP_EVERY)
    engine.add(office.story(rows))
    engine.run()
    return [case.pk for case in office.cases.values()]


def _register(rows: Sequence[FiledComplaint], cast: Cast, at: datetime) -> dict[str, Person]:
    ids: list[int] = []
    for place in range(0, len(rows), PEOPLE_AT_ONCE):
        found = [
            # What they would answer nobody knows, so they are not asked.
            replace(row.customer, home_branch_id=cast.branch.pk, opted_out=("surveys",))
            for row in rows[place : place + PEOPLE_AT_ONCE]
        ]
        ids += people.register_many(found, by=SYSTEM, at=at)
    persons = Person.objects.select_related("home_branch").in_bulk(ids)
    return {row.key: persons[pk] for row, pk in zip(rows, ids, strict=True)}

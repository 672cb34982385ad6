"""A small kind of case for these tests, and short ways to say who does what when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.cases.workflow import WORKFLOWS, State, Step, Table, Workflow
from yinuo.core.people.actors import Actor, customer_actor, staff_actor
from yinuo.core.people.models import Branch, Person, Staff

KIND = "trial"
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
DISPATCH = "claims.dispatch"  # 5 minutes, internal
CONTACT = "claims.first_contact"  # 10 minutes, to the customer
DECISION = "claims.decision"  # 30 days, statutory, may be paused
NEW = "new"
AT_WORK = "at_work"
DONE = "done"
DROPPED = "dropped"

STATES = (
    State(NEW, "New"),
    State(AT_WORK, "At work"),
    State(DONE, "Done", ended=True),
    State(DROPPED, "Dropped", ended=True),
)
STEPS = (
    Step("open", "Open", (), None, ("agent", "customer"), "trial.opened", makes=(DISPATCH,)),
    Step("begin", "Begin", (NEW,), AT_WORK, ("agent",), "trial.begun", (DECISION,), (DISPATCH,)),
    Step("call", "Call", (AT_WORK,), None, ("agent",), "trial.called", makes=(CONTACT,)),
    Step("called", "Called", (AT_WORK,), None, ("agent",), "trial.reached", keeps=(CONTACT,)),
    Step("finish", "Finish", (AT_WORK,), DONE, ("agent",), "trial.finished", keeps=(DECISION,)),
    Step("drop", "Drop", (NEW, AT_WORK), DROPPED, ("agent", "customer"), "trial.dropped"),
    Step("reopen", "Open again", (DONE,), AT_WORK, ("team_lead",), "trial.reopened"),
)
VERSION_1 = Workflow(KIND, 1, Table(NEW, STATES, STEPS))

_serial = count(1)


def install() -> None:
    WORKFLOWS.register(VERSION_1, prefix="T")


def uninstall() -> None:
    for version in WORKFLOWS.versions(KIND):
        WORKFLOWS.unregister(KIND, version)


def later(limit: str, since: datetime = START) -> datetime:
    """So long after, around the clock: "5 minutes", "9 days"."""
    amount, unit = limit.split()
    return since + timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(amount)})


def branch(name: str = "Head office", parent: Branch | None = None) -> Branch:
    serial = next(_serial)
    made = Branch.objects.create(name=name, code=f"B{serial}", parent=parent, path=f"new{serial}")
    made.path = f"{parent.path if parent else ''}{made.pk}."
    made.save()
    return made


def person(home: Branch, name: str = "Wang Trial") -> Person:
    return Person.objects.create(name=name, home_branch=home, created_at=START)


def staff(home: Branch, *roles: str) -> Staff:
    username = f"trial{next(_serial)}"
    return Staff.objects.create(
        username=username, name=username, branch=home, roles=list(roles), joined_at=START
    )


def actor(of: Staff) -> Actor:
    return staff_actor(
        staff_id=of.pk, roles=of.roles, branch_id=of.branch_id, branch_path=of.branch.path
    )


class Office:
    """One branch with an agent, a team lead and a manager, and a customer."""

    def __init__(self, parent: Branch | None = None) -> None:
        self.branch = branch("Branch", parent)
        self.agent = staff(self.branch, "agent")
        self.lead = staff(self.branch, "team_lead", "agent")
        self.manager = staff(self.branch, "manager")
        self.customer = person(self.branch)

    @property
    def by_agent(self) -> Actor:
        return actor(self.agent)

    @property
    def by_lead(self) -> Actor:
        return actor(self.lead)

    @property
    def by_customer(self) -> Actor:
        return customer_actor(person_id=self.customer.pk)

    def opening(self, *, handler: bool = True) -> cases.Opening:
        return cases.Opening(
            kind=KIND,
            step="open",
            customer=self.customer,
            branch=self.branch,
            handler=self.agent if handler else None,
        )

    def open(self, at: datetime = START) -> Case:
        return cases.open_case(self.opening(), by=self.by_agent, at=at)

    def open_many(self, number: int, at: datetime = START) -> list[Case]:
        openings = [self.opening() for _ in range(number)]
        return cases.open_many(openings, by=self.by_agent, at=at)

    def step(self, case: Case, name: str, at: datetime = START, by: Actor | None = None) -> None:
        cases.advance(cases.Move(case=case, step=name), by=by or self.by_agent, at=at)
        case.refresh_from_db()

    def at_work(self, at: datetime = START) -> Case:
        case = self.open(at)
        self.step(case, "begin", at)
        return case


def types(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("seq").values_list("type", flat=True))


def last(case: Case) -> Event:
    return Event.objects.filter(case=case).order_by("seq").last() or Event()


def promise(case: Case, rule: str) -> Promise:
    return Promise.objects.filter(case=case, rule=rule).order_by("round").last() or Promise()


def chain_holds(case: Case) -> bool:
    """Whether the lines follow each other and their hashes, up to the head on the case."""
    case.refresh_from_db()
    before = bytes(32)
    for seq, event in enumerate(Event.objects.filter(case=case).order_by("seq"), start=1):
        digest = cases.event_hash(
            number=case.number,
            seq=seq,
            prev_hash=before,
            at=event.at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            type_=event.type,
            data=event.data,
            source=event.source,
        )
        if event.seq != seq or bytes(event.prev_hash) != before or bytes(event.hash) != digest:
            return False
        before = digest
    return case.head_seq == case.events.count() and bytes(case.head_hash) == before

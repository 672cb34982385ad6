"""A small insurer for these tests: a head office, two branches, one of them with a sub-branch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people import queries
from yinuo.core.people.actors import SYSTEM, Actor, client_actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.core.people.rules import NewPerson

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
PHONE = "13800001234"

_serial = count(1)


def later(amount: str, since: datetime = START) -> datetime:
    """So long after, around the clock: "5 minutes", "9 days"; "-1 seconds" before."""
    number, unit = amount.split()
    return since + timedelta(**{unit: int(number)})


def branch(name: str, parent: Branch | None = None) -> Branch:
    code = f"B{next(_serial)}"
    return people.create_branch(name=name, code=code, parent=parent, by=SYSTEM, at=START)


def staff(home: Branch, *roles: str, on_duty: bool = True, name: str = "") -> Staff:
    username = f"colleague{next(_serial)}"
    return people.hire_staff(
        username=username, name=name or username, branch=home, roles=roles, on_duty=on_duty,
        by=SYSTEM, at=START,
    )  # fmt: skip


def actor(of: Staff) -> Actor:
    return queries.actor_of_staff(of)


def person(home: Branch, name: str = "王小明", phone: str = PHONE) -> Person:
    new = NewPerson(name=name, home_branch_id=home.pk, phone=phone)
    return people.register_person(person=new, by=SYSTEM, at=START)


def case_of(customer: Person) -> Case:
    """A bare case row: what a code or an access record points at."""
    home = customer.home_branch
    return Case.objects.create(
        number=f"C26-{next(_serial):07d}-0", kind="claim", workflow_version=1, state="reported",
        customer=customer, branch=home, branch_path=home.path, opened_at=START,
        state_since_at=START,
    )  # fmt: skip


class House:
    def __init__(self) -> None:
        self.root = branch("Head office")
        self.north = branch("North", self.root)
        self.harbour = branch("Harbour", self.north)
        self.south = branch("South", self.root)
        self.manager = staff(self.root, "manager")
        self.north_manager = staff(self.north, "manager")
        self.agent = staff(self.north, "agent")

    @property
    def by_manager(self) -> Actor:
        return actor(self.manager)

    @property
    def by_north_manager(self) -> Actor:
        return actor(self.north_manager)

    @property
    def by_agent(self) -> Actor:
        return actor(self.agent)

    def by_client(self, home: Branch, *roles: str) -> Actor:
        client, _key = people.create_api_client(
            name=f"client {next(_serial)}", roles=roles, branch=home, by=SYSTEM, at=START
        )
        return client_actor(
            client_id=client.pk, roles=client.roles, branch_id=home.pk, branch_path=home.path
        )


@contextmanager
def statements(most: int) -> Iterator[None]:
    """Fail, and show them, when more statements than that are sent."""
    with CaptureQueriesContext(connection) as sent:
        yield
    assert len(sent) <= most, "\n".join(query["sql"][:300] for query in sent.captured_queries)

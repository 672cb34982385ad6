"""A small insurer with a fixed cast, made through the same commands that people use.

Head office 总公司 with two branches, East and West. One person per role in the East, a second
agent in the West who must not see what happens in the East.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests import snapshots
from yinuo.areas.claims.commands import NewLoss, Report
from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import commands as policies
from yinuo.core.policies.models import Policy
from yinuo.core.policies.rules import CoverRow, DisclosureRow, DriverRow, PolicyRow, VehicleRow

# A Wednesday, ten in the morning in Shanghai, far from holidays.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
THIS_RUN = datetime.now(UTC)
"""The real time as a run began, for insurers behind a door whose clock cannot be set."""
PASSWORD = "correct-horse-battery-8"
ROLES = (
    "agent",
    "surveyor",
    "assessor",
    "calculator",
    "reviewer",
    "approver",
    "cashier",
    "team_lead",
)


@dataclass(slots=True)
class World:
    root: Branch
    east: Branch
    west: Branch
    staff: dict[str, Staff]
    policy: Policy
    holder: Person

    def __getitem__(self, name: str) -> Actor:
        """The actor of a member of staff, by role; `west` is the agent of the other branch."""
        if name == "customer":
            return customer_actor(person_id=self.holder.pk)
        member = Staff.objects.select_related("branch").get(pk=self.staff[name].pk)
        return people_queries.actor_of_staff(member)


def build(*, at: datetime = NOW) -> World:
    """The insurer, once by its commands; after that its rows are copied, where it comes first."""
    return snapshots.remembered(("world", at), lambda: found(at))


def found(at: datetime) -> World:
    long_ago = at - timedelta(days=400)
    root = people.create_branch(name="总公司", code="HQ", by=SYSTEM, at=long_ago)
    east = people.create_branch(
        name="东区分公司", code="EAST", parent=root, by=SYSTEM, at=long_ago,
        latitude=31.23, longitude=121.47, phone="021-00000001",
    )  # fmt: skip
    west = people.create_branch(name="西区分公司", code="WEST", parent=root, by=SYSTEM, at=long_ago)
    staff = {role: _hire(role, east, (role,), long_ago) for role in ROLES}
    staff["west"] = _hire("west", west, ("agent",), long_ago)
    staff["manager"] = _hire("manager", root, ("manager",), long_ago)
    staff["auditor"] = _hire("auditor", root, ("auditor",), long_ago)
    staff["operator"] = _hire("operator", root, ("operator",), long_ago)
    for skill in ("car", "injury", "property", "large_loss"):
        people.grant_competence(
            staff=staff["surveyor"], kind=skill, valid_from_on=date(2020, 1, 1), by=SYSTEM,
            at=long_ago,
        )  # fmt: skip
    policy = take_policy(at=at)
    return World(root, east, west, staff, policy, policy.holder)


def _hire(name: str, branch: Branch, roles: tuple[str, ...], at: datetime) -> Staff:
    return people.hire_staff(
        username=name, name=f"{name} 员工", branch=branch, roles=roles, by=SYSTEM, at=at,
        password=PASSWORD, work_phone="021-00000002", email=f"{name}@insurer.example",
        latitude=31.23, longitude=121.48,
    )  # fmt: skip


def policy_row(*, number: str, plate: str, at: datetime, branch: str = "EAST") -> PolicyRow:
    return PolicyRow(
        number=number,
        product="motor",
        branch_code=branch,
        holder=NewPerson(
            name="样例客户甲", phone="13900000001", email="customer@example.com",
            external_key=f"holder:{number}",
        ),
        vehicle=VehicleRow(make="样例牌", model="一号", plate=plate, model_year=2022),
        starts_at=at - timedelta(days=100),
        ends_at=at + timedelta(days=265),
        premium=Decimal("4200.00"),
        covers=(
            CoverRow("ctpli", ("other_vehicle", "property", "injury"), Decimal(200_000)),
            CoverRow("own_damage", ("own_vehicle",), Decimal(150_000), Decimal(500)),
        ),
        drivers=(DriverRow(relation="self"),),
        disclosures=(DisclosureRow("deductible", True, at - timedelta(days=100), "sms-1"),),
    )  # fmt: skip


def take_policy(*, number: str = "P-100", plate: str = "沪A12345", at: datetime = NOW) -> Policy:
    row = policy_row(number=number, plate=plate, at=at)
    policies.take_over_policy(row=row, by=SYSTEM, at=at)
    return Policy.objects.select_related("holder", "vehicle", "branch").get(number=number.upper())


def report_of(**changes: object) -> Report:
    """A plain report: one own car, two hours ago, in town."""
    values: dict[str, object] = {
        "accident_at": NOW - timedelta(hours=2),
        "place": "东大路 1 号",
        "cause": "collision",
        "losses": (NewLoss("own_vehicle", estimate=Decimal(8000)),),
        "policy_number": "P-100",
        "latitude": 31.24,
        "longitude": 121.47,
        "drivable": True,
        "said": {"at_scene": True},
        **changes,
    }
    return Report(**values)  # type: ignore[arg-type]

"""The people, cars and policies of the demo insurer. Nobody could take them for real ones.

Names carry the mark 示例 (example), plates begin with 示, a sign that no province uses, streets
are called 示例路, and telephone numbers come from one invented block.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch, Staff
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import commands as policies
from yinuo.core.policies.rules import CoverRow, DisclosureRow, DriverRow, PolicyRow, VehicleRow

PASSWORD = "demo-yinuo-2026"  # noqa: S105  printed at the start; production refuses demo accounts
SKILLS = ("car", "injury", "property", "fire_water", "theft", "large_loss")
TRAININGS = ("call_back", "call_back_complex")
ROLES = (
    ("agent", ("agent",), "坐席"),
    ("surveyor", ("surveyor",), "查勘员"),
    ("assessor", ("assessor",), "定损员"),
    ("calculator", ("calculator",), "理算员"),
    ("reviewer", ("reviewer",), "复核员"),
    ("approver", ("approver",), "审批人"),
    ("cashier", ("cashier",), "出纳"),
    ("lead", ("team_lead",), "组长"),
    ("officer", ("complaint_officer",), "投诉专员"),
)
HEAD_OFFICE = (
    ("manager", ("manager",), "经理"),
    ("auditor", ("auditor",), "审计员"),
    ("operator", ("operator",), "运维员"),
)
BRANCHES = (("east", "示例东区分公司", 31.23, 121.51), ("west", "示例西区分公司", 31.22, 121.38))
MAKES = (
    ("示例汽车", ("一号", "二号", "三号")),
    ("样本车业", ("小轿", "旅行")),
    ("演示新能源", ("E1", "E2")),
)
GIVEN = "安宁和平书画山水云松竹梅春秋晨光"
FAMILY = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who works where; an actor by branch code and role."""

    staff: Mapping[tuple[str, str], Staff]
    branches: Mapping[str, Branch]

    def actor(self, branch: str, role: str) -> Actor:
        return people_queries.actor_of_staff(self.staff[(branch, role)])


def hire(at: datetime) -> Cast:
    """Head office and two branches, each with every role of a claim."""
    root = people.create_branch(
        name="示例保险总公司", code="HQ", by=SYSTEM, at=at, phone="400-000-0000"
    )
    branches = {"hq": root}
    staff: dict[tuple[str, str], Staff] = {}
    for name, roles, title in HEAD_OFFICE:
        staff[("hq", name)] = _hire(name, title, root, roles, at, 31.23, 121.47)
    for code, name, latitude, longitude in BRANCHES:
        branch = people.create_branch(
            name=name, code=code.upper(), parent=root, by=SYSTEM, at=at, phone="400-000-0000",
            address="示例路 1 号", latitude=latitude, longitude=longitude,
        )  # fmt: skip
        branches[code] = branch
        for number, (role, roles, title) in enumerate(ROLES):
            username = role if code == "east" else f"{role}-{code}"
            spread = number / 200
            member = _hire(username, title, branch, roles, at, latitude + spread, longitude)
            staff[(code, role)] = member
        second = f"surveyor2-{code}"
        staff[(code, "surveyor2")] = _hire(
            second, "查勘员二", branch, ("surveyor", "assessor"), at, latitude, longitude + 0.05
        )
    return Cast(staff, branches)


def known() -> Cast:
    """The cast of a house that was filled before."""
    staff = {}
    for member in Staff.objects.filter(is_demo=True).select_related("branch"):
        role = member.username.split("-")[0]
        staff[(member.branch.code.lower(), role)] = member
    return Cast(staff, {b.code.lower(): b for b in Branch.objects.all()})


def _hire(
    username: str,
    title: str,
    branch: Branch,
    roles: tuple[str, ...],
    at: datetime,
    latitude: float,
    longitude: float,
) -> Staff:
    member = people.hire_staff(
        username=username, name=f"示例{title}", branch=branch, roles=roles, by=SYSTEM, at=at,
        password=PASSWORD, is_demo=True, work_phone="400-000-0000",
        email=f"{username}@demo.example", latitude=latitude, longitude=longitude,
    )  # fmt: skip
    for training in TRAININGS if "agent" in roles else ():
        people.grant_competence(
            staff=member, kind=training, valid_from_on=date(2024, 1, 1), by=SYSTEM, at=at,
            reference=f"DEMO-{training}",
        )  # fmt: skip
    if "surveyor" in roles:
        for skill in SKILLS:
            people.grant_competence(
                staff=member, kind=skill, valid_from_on=date(2024, 1, 1), by=SYSTEM, at=at,
                reference=f"DEMO-{skill}",
            )  # fmt: skip
    return member


def sell(count: int, dice: random.Random, now: datetime) -> list[str]:
    """Policies of this and last year, some ended or cancelled; returns their numbers."""
    rows = [_policy(number, dice, now) for number in range(1, count + 1)]
    for start in range(0, len(rows), 1000):
        policies.import_many(rows[start : start + 1000], by=SYSTEM, at=now - timedelta(days=400))
    return [row.number for row in rows]


def customer_name(dice: random.Random) -> str:
    return f"示例·{dice.choice(FAMILY)}{dice.choice(GIVEN)}"


def _policy(number: int, dice: random.Random, now: datetime) -> PolicyRow:
    make, models = dice.choice(MAKES)
    starts_at = now - timedelta(days=dice.randint(40, 330), hours=dice.randint(0, 23))
    holder = NewPerson(
        name=customer_name(dice), phone=f"1390000{number:04d}",
        email=f"customer{number}@demo.example" if number % 5 else "",
        language="zh-hant" if number % 40 == 0 else "en" if number % 40 == 1 else "zh-hans",
        vulnerability="听力不便" if number % 60 == 7 else "",
        external_key=f"demo:{number}",
    )  # fmt: skip
    told_at = starts_at - timedelta(days=1)
    return PolicyRow(
        number=f"DEMO{number:06d}",
        product="motor",
        branch_code="EAST" if number % 2 else "WEST",
        holder=holder,
        vehicle=VehicleRow(
            make=make, model=dice.choice(models), plate=f"示{'AB'[number % 2]}{10000 + number}",
            model_year=dice.randint(2014, now.year), vin=f"DEMOVIN{number:010d}",
        ),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=365),
        premium=Decimal(dice.randint(2200, 9800)),
        covers=(
            CoverRow("ctpli", ("other_vehicle", "property", "injury"), Decimal(200_000)),
            CoverRow("own_damage", ("own_vehicle",), Decimal(dice.randint(60, 320) * 1000),
                     Decimal(dice.choice((0, 300, 500)))),
            CoverRow("third_party", ("other_vehicle", "property", "injury"), Decimal(1_000_000)),
        ),
        drivers=(DriverRow(relation="本人"),),
        disclosures=tuple(
            DisclosureRow(topic, topic != "deductible" or number % 11 != 3, told_at, "DEMO")
            for topic in ("cover", "exclusions", "process", "papers", "deductible")
        ),
        sold_by="示例销售员",
    )  # fmt: skip

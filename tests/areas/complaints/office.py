"""Who handles complaints in the tests, and the plain way of a complaint."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.world import NOW, PASSWORD, World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import Letter, NewComplaint
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM

WORDS = "你们的查勘员让我等了三个小时，态度还很差，我要投诉！"
LETTER = Letter(
    facts="查勘员比约定的时间晚到两小时五十分，事先没有告诉客户。",
    decision="投诉成立。我们向您道歉，并补偿您的停车费。",
    basis="我们的服务承诺：查勘员三十分钟内到达，来不及要事先告诉客户，因为路边等候有危险。",
    upheld="yes",
)


def hire_officers(insurer: World, *, at: datetime) -> None:
    """Two officers in the East, a team lead and manager are there already."""
    for name in ("officer", "officer2"):
        insurer.staff[name] = people.hire_staff(
            username=name,
            name=f"{name} 员工",
            branch=insurer.east,
            roles=("complaint_officer",),
            by=SYSTEM,
            at=at,
            password=PASSWORD,
            work_phone="021-00000003",
            email=f"{name}@insurer.example",
        )


def complain(
    insurer: World, about: Case | None, *, at: datetime, by: str = "agent", **more: object
) -> Case:
    values: dict[str, object] = {"words": WORDS, "channel": "phone", **more}
    new = NewComplaint(customer=insurer.holder, about=about, **values)  # type: ignore[arg-type]
    case = complaints.receive(new=new, by=insurer[by], at=at)
    case.refresh_from_db()
    return case


def handler_of(insurer: World, case: Case) -> str:
    """Which of the cast handles it."""
    case.refresh_from_db()
    return next(name for name, one in insurer.staff.items() if one.pk == case.handler_id)


def investigate(insurer: World, case: Case, *, at: datetime) -> str:
    """From the first call to the inquiry; returns who handles it."""
    name = handler_of(insurer, case)
    officer = insurer[name]
    complaints.acknowledge(case=case, how="phone", by=officer, at=at)
    complaints.accept(case=case, by=officer, at=at + timedelta(minutes=10))
    complaints.declare_no_interest(case=case, by=officer, at=at + timedelta(minutes=12))
    complaints.investigate(case=case, by=officer, at=at + timedelta(minutes=15))
    complaints.name_causes(
        case=case, main="delay_survey", others=("attitude_cold",), by=officer, at=at
    )
    return name


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)

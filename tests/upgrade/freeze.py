"""`python tests/make.py freeze`: tell a story with this code and keep the state it leaves.

Run it on the code that is released, before the first migration that follows it. Claims stop at
every point of the way, with jobs in the queue, a batch at the bank, papers and a seal.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connections

from tests import databases, world
from tests.core.documents import samples
from tests.upgrade import state
from tests.world import World, report_of
from yinuo import automation
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, SurveySheet
from yinuo.core.cases.commands import sealing
from yinuo.core.cases.models import Case
from yinuo.core.documents.commands import Upload
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.policies.models import Policy
from yinuo.kit import queue

# A Wednesday, ten in the morning in Shanghai, long before anybody runs the new code on it.
BEGAN = datetime(2025, 3, 5, 2, 0, tzinfo=UTC)
ACCOUNT = AccountDetails("individual", "样例客户甲", "6222020000000000000", "示例银行")


@dataclass(frozen=True, slots=True)
class Told:
    """One claim of the story, who lives in it, and when it began."""

    house: World
    policy: Policy
    case: Case
    began_at: datetime

    def after(self, minutes: float) -> datetime:
        return self.began_at + timedelta(minutes=minutes)


def _report(house: World, policy: Policy, at: datetime) -> Case:
    report = report_of(policy_number=policy.number, accident_at=at - timedelta(hours=2))
    return claims.report(report=report, door="phone", by=house["agent"], at=at).case


def _register(told: Told) -> None:
    claims.register(case=told.case, by=told.house["agent"], at=told.after(3))


def _dispatch(told: Told) -> None:
    surveyor = told.house.staff["surveyor"]
    claims.dispatch(case=told.case, surveyor=surveyor, by=told.house["agent"], at=told.after(4))


def _survey(told: Told) -> None:
    surveyor = told.house["surveyor"]
    claims.declare_no_interest(case=told.case, by=surveyor, at=told.after(7))
    claims.contact(case=told.case, by=surveyor, at=told.after(8))
    claims.arrive(case=told.case, by=surveyor, at=told.after(30))
    sheet = SurveySheet("consistent", "full", "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
    claims.complete_survey(case=told.case, sheet=sheet, by=surveyor, at=told.after(60))


def _assess(told: Told) -> None:
    lines = [
        Line("part", "前保险杠", Decimal(3000), Decimal(2800), reason="按市场价"),
        Line("labour", "喷漆", Decimal(1200), Decimal(1200)),
    ]
    claims.assess(
        case=told.case, loss=1, lines=lines, by=told.house["assessor"], at=told.after(120)
    )  # fmt: skip


def _complete_papers(told: Told) -> None:
    agent = told.house["agent"]
    upload = Upload("claim_form", "form.jpg", [samples.picture(shade=1, quality=20)])
    claims.receive_papers(case=told.case, uploads=[upload], by=agent, at=told.after(125))
    claims.propose_account(
        case=told.case, person=told.policy.holder, details=ACCOUNT, by=agent, at=told.after(130)
    )
    claims.complete_papers(case=told.case, by=agent, at=told.after(180))


def _calculate(told: Told) -> None:
    claims.calculate(case=told.case, loss=1, by=told.house["calculator"], at=told.after(240))


def _review(told: Told) -> None:
    claims.review(case=told.case, loss=1, by=told.house["reviewer"], at=told.after(300))


def _approve(told: Told) -> None:
    claims.approve(case=told.case, loss=1, by=told.house["approver"], at=told.after(360))


def _decide(told: Told) -> None:
    claims.decide(case=told.case, loss=1, by=told.house["approver"], at=told.after(420))


def _instruct(told: Told) -> None:
    claims.instruct_payment(case=told.case, loss=1, by=told.house["cashier"], at=told.after(430))


STEPS: tuple[tuple[str, Callable[[Told], None]], ...] = (
    ("registered", _register),
    ("dispatched", _dispatch),
    ("surveyed", _survey),
    ("assessed", _assess),
    ("documented", _complete_papers),
    ("calculated", _calculate),
    ("reviewed", _review),
    ("approved", _approve),
    ("decided", _decide),
    ("paid", _instruct),
)


def tell(*, began_at: datetime = BEGAN) -> dict[str, str]:
    """One claim per point of the way; returns their numbers by the state where they stopped.

    The jobs that the last step of each leaves stay in the queue, as when a worker is stopped.
    """
    house = world.build(at=began_at)
    stopped = {}
    for index in range(len(STEPS) + 1):
        policy = world.take_policy(number=f"P-F{index}", plate=f"沪F{index:05}", at=began_at)
        with queue.capture():
            told = Told(house, policy, _report(house, policy, began_at), began_at)
            for _, step in STEPS[: max(index - 1, 0)]:
                step(told)
        if index:
            STEPS[index - 1][1](told)
        case = Case.objects.get(pk=told.case.pk)
        stopped[case.state] = case.number
    automation.exchange_with_bank(at=began_at + timedelta(minutes=500))
    sealing.seal(at=began_at + timedelta(minutes=510))
    return stopped


def freeze() -> None:
    template = databases.prepare()
    name = databases.clone_name("freezing")
    databases.clone(template, name)
    databases.point_django_at(name)
    asked = ["git", "rev-parse", "--short", "HEAD"]
    revision = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    try:
        cases = tell()
        state.write(revision=revision, made_at=f"{datetime.now(UTC):%Y-%m-%d}", cases=cases)
    finally:
        connections.close_all()
        databases.drop(name)
    print(f"{state.ARCHIVE.name}: {len(cases)} claims of {revision}, {', '.join(cases)}")

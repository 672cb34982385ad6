"""The desk as each colleague sees it: a signed-in browser per role, on a fresh small insurer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.test import Client

from tests import world
from tests.world import World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, Reported, SurveySheet
from yinuo.core.cases.models import Case
from yinuo.kit import queue

NOW = datetime.now(UTC)
"""The desk's clock cannot be set, so its tests live now."""


@dataclass(slots=True)
class Desks:
    """`desks["agent"]` is the browser of the agent."""

    world: World

    def __getitem__(self, role: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(self.world.staff[role])
        return client


def build() -> Desks:
    return Desks(world.build(at=NOW))


def report(insurer: World, **changes: object) -> Reported:
    """A claim as the agent takes it, an hour after the accident."""
    given = {"accident_at": NOW - timedelta(hours=1), **changes}
    with queue.capture():
        return claims.report(
            report=report_of(**given), door="phone", confirmed_new=True, by=insurer["agent"], at=NOW
        )


def decided(insurer: World) -> Case:
    """A claim with a cut that was explained, decided by an approver."""
    case = report(insurer).case
    sheet = SurveySheet("consistent", "full", "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
    lines = [
        Line("part", "前保险杠", Decimal(3000), Decimal(2800), reason="按市场价"),
        Line("labour", "喷漆", Decimal(1200), Decimal(1200)),
    ]
    surveyor = insurer["surveyor"]
    with queue.capture():
        claims.register(case=case, by=insurer["agent"], at=NOW + timedelta(minutes=3))
        claims.dispatch(case=case, by=insurer["agent"], at=NOW + timedelta(minutes=5))
        claims.declare_no_interest(case=case, by=surveyor, at=NOW + timedelta(minutes=7))
        claims.contact(case=case, by=surveyor, at=NOW + timedelta(minutes=8))
        claims.arrive(case=case, by=surveyor, at=NOW + timedelta(minutes=30))
        claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=NOW + timedelta(hours=1))
        claims.assess(
            case=case, loss=1, lines=lines, by=insurer["assessor"], at=NOW + timedelta(hours=2)
        )
        claims.complete_papers(case=case, by=insurer["agent"], at=NOW + timedelta(hours=3))
        claims.calculate(case=case, loss=1, by=insurer["calculator"], at=NOW + timedelta(hours=4))
        claims.review(case=case, loss=1, by=insurer["reviewer"], at=NOW + timedelta(hours=5))
        claims.approve(case=case, loss=1, by=insurer["approver"], at=NOW + timedelta(hours=6))
        claims.decide(case=case, loss=1, by=insurer["approver"], at=NOW + timedelta(hours=7))
    return Case.objects.get(pk=case.pk)


def form(**changes: str) -> Mapping[str, str]:
    """A report as the browser sends it."""
    happened = (NOW + timedelta(hours=8) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    values = {
        "known": "P-100",
        "policy_number": "P-100",
        "accident_at": happened,
        "place": "东大路 1 号",
        "cause": "collision",
        "in_town": "yes",
        "drivable": "yes",
        "injured": "",
        "said-at_scene": "on",
        "losses-0-kind": "own_vehicle",
        "losses-0-severity": "medium",
        "losses-0-estimate": "8,000.00",
        **changes,
    }
    return {name.replace("__", "-"): value for name, value in values.items()}

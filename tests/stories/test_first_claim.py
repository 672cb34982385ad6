"""A claim goes from the first report to a decision, told as the people live it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, SurveySheet
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.kit import queue


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def test_a_claim_goes_from_report_to_decision(insurer: World) -> None:
    with queue.capture():
        reported = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW)
        case = reported.case
        assert case.state == "reported"
        assert case.care == "regular"
        claims.register(case=case, by=insurer["agent"], at=NOW + timedelta(minutes=3))
        claims.dispatch(case=case, by=insurer["agent"], at=NOW + timedelta(minutes=5))
        surveyor = insurer["surveyor"]
        claims.declare_no_interest(case=case, by=surveyor, at=NOW + timedelta(minutes=7))
        claims.contact(case=case, by=surveyor, at=NOW + timedelta(minutes=8))
        claims.arrive(case=case, by=surveyor, at=NOW + timedelta(minutes=30))
        sheet = SurveySheet("consistent", "full", "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
        claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=NOW + timedelta(hours=1))
        lines = [
            Line("part", "前保险杠", Decimal(3000), Decimal(2800), reason="按市场价"),
            Line("labour", "喷漆", Decimal(1200), Decimal(1200)),
        ]
        claims.assess(
            case=case, loss=1, lines=lines, by=insurer["assessor"], at=NOW + timedelta(hours=2)
        )
        claims.complete_papers(case=case, by=insurer["agent"], at=NOW + timedelta(hours=3))
        claims.calculate(case=case, loss=1, by=insurer["calculator"], at=NOW + timedelta(hours=4))
        claims.review(case=case, loss=1, by=insurer["reviewer"], at=NOW + timedelta(hours=5))
        claims.approve(case=case, loss=1, by=insurer["approver"], at=NOW + timedelta(hours=6))
        decision = claims.decide(
            case=case, loss=1, by=insurer["approver"], at=NOW + timedelta(hours=7)
        )
    assert decision.amount == Decimal(3500)
    assert decision.outcome == "part"
    assert Case.objects.get().state == "decided"
    late = Promise.objects.filter(kept_at__isnull=False, missed_at__isnull=False)
    assert not late.exists()
    assert Event.objects.filter(case=case).count() == Case.objects.get().head_seq

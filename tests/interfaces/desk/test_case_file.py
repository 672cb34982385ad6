"""The file of a claim that has been through every desk is shown whole, in few statements."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, SurveySheet
from yinuo.core.cases.models import Case
from yinuo.kit import queue


@pytest.fixture
def decided(desks: Desks) -> Case:
    """A claim with a cut that was explained, decided by an approver."""
    insurer = desks.world
    case = house.report(insurer).case
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


@pytest.mark.covers("SUR-7", "LOSS-1", "ADJ-16")
def test_survey_assessment_sum_and_decision_stand_in_the_file(desks: Desks, decided: Case) -> None:
    client = desks["team_lead"]
    client.get(f"/desk/claims/{decided.number}")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/desk/claims/{decided.number}").content.decode()
    assert len(asked) <= 15
    for shown in (
        "Fits what was reported",
        "Full liability",
        "前保险杠",
        "按市场价",
        "¥2,800.00",
        "Kept by the contract",
        "¥3,500.00",
        "Paid in part",
        "approver 员工",
        "Explained",
    ):
        assert shown in page, shown


def test_the_page_says_who_is_next_when_there_is_nothing_to_do(desks: Desks, decided: Case) -> None:
    page = desks["agent"].get(f"/desk/claims/{decided.number}").content.decode()
    assert "Next: Cashier." in page

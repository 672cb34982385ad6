"""The file of a claim that has been through every desk is shown whole, in few statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.interfaces.desk import house
from tests.interfaces.desk.house import Desks
from yinuo.core.cases.models import Case


@pytest.fixture
def decided(desks: Desks) -> Case:
    return house.decided(desks.world)


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
    page = desks["surveyor"].get(f"/desk/claims/{decided.number}").content.decode()
    assert "Next: Cashier." in page

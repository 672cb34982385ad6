"""Which role opens which sheet and list, and what the sheets do without a script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import send, sheet, text
from tests.interfaces.desk.house import Desks
from tests.interfaces.desk.test_journey import LINES
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.models import Assessment, InjuredPerson, Loss
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.models import Staff
from yinuo.interfaces.common.actions import ACTIONS, CLAIM_ACTIONS
from yinuo.interfaces.desk.sheets import SHEETS
from yinuo.interfaces.desk.sheets.shared import SHEETS as SHARED
from yinuo.kit import queue

ALL = (
    "agent",
    "surveyor",
    "assessor",
    "calculator",
    "reviewer",
    "approver",
    "cashier",
    "team_lead",
    "manager",
    "auditor",
    "operator",
)
LISTS = {
    "/desk/survey": {"surveyor", "agent", "team_lead", "manager", "auditor"},
    "/desk/assessment": {"assessor", "calculator", "team_lead", "manager", "auditor"},
    "/desk/review": {"reviewer", "team_lead", "manager", "auditor"},
    "/desk/approval": {"reviewer", "approver", "calculator", "team_lead", "manager", "auditor"},
    "/desk/payments": {"cashier", "manager"},
}
# A claim that was only reported: these sheets open, the others say that it is not their time.
FIRST_STEPS = {
    "registration": {"agent", "team_lead"},
    "withdrawal": {"agent", "team_lead"},
    "delay-notice": {"agent", "assessor", "calculator", "team_lead"},
    "reserve": {"agent", "surveyor", "assessor", "team_lead"},
    "handler": {"team_lead", "manager"},
    "account": {"agent", "calculator", "cashier", "team_lead"},
    "note": set(ALL) - {"auditor", "operator"},
}


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def number(desks: Desks) -> str:
    return house.report(desks.world).case.number


def test_every_sheet_is_that_of_an_action() -> None:
    for kind, sheets in SHEETS.items():
        assert set(sheets) <= set(ACTIONS[kind]), kind
    assert set(SHARED) <= set(CLAIM_ACTIONS)


@pytest.mark.parametrize("path", LISTS)
def test_a_work_list_opens_to_its_roles_and_to_nobody_else(desks: Desks, path: str) -> None:
    opened = {role for role in ALL if desks[role].get(path).status_code == 200}
    assert opened == LISTS[path]


@pytest.mark.parametrize("noun", FIRST_STEPS)
def test_a_sheet_opens_to_the_roles_of_its_step(desks: Desks, number: str, noun: str) -> None:
    answers = {role: desks[role].get(sheet(number, noun)).status_code for role in ALL}
    assert {role for role, status in answers.items() if status == 200} == FIRST_STEPS[noun]
    # An operator sees no customer's case at all.
    assert answers["operator"] == 404


def test_nobody_sees_a_sheet_without_signing_in(desks: Desks, number: str) -> None:
    answer = desks["agent"]
    answer.logout()
    assert "/accounts/login/" in answer.get(sheet(number, "registration"))["Location"]


def test_a_row_is_added_and_taken_away_without_a_script(desks: Desks, number: str) -> None:
    _to_surveyor(desks, number)
    surveyor, path = desks["surveyor"], sheet(number, "survey")
    typed = {"findings": "未完", "damages-0-part": "前保险杠", "damages-0-degree": "medium"}
    more = text(send(surveyor, path, {**typed, "add": "damages"}, status=200))
    assert 'name="damages-1-part"' in more
    assert "未完" in more
    both = {**typed, "damages-1-part": "大灯"}
    less = text(send(surveyor, path, {**both, "remove": "damages-0"}, status=200))
    assert 'value="大灯"' in less
    assert 'value="前保险杠"' not in less


@pytest.mark.covers("SUR-7")
def test_who_may_do_both_surveys_and_assesses_on_one_sheet(desks: Desks, number: str) -> None:
    Staff.objects.filter(username="surveyor").update(roles=["surveyor", "assessor"])
    desks.world.staff["surveyor"].refresh_from_db()
    _to_surveyor(desks, number)
    lines = {f"assessments-0-{name}": value for name, value in LINES.items()}
    findings = {
        "authenticity": "consistent",
        "liability": "full",
        "findings": "前保险杠碰撞",
        "injured-0-name": "伤者甲",
        "injured-0-severity": "light",
    }
    send(desks["surveyor"], sheet(number, "survey-and-assessment"), {**findings, **lines})
    assert str(Assessment.objects.get().approved) == "4000.00"
    assert InjuredPerson.objects.get().name == "伤者甲"
    assert Loss.objects.get().stage == "assessed"


def test_only_the_surveyor_of_the_claim_files_the_survey(desks: Desks, number: str) -> None:
    _to_surveyor(desks, number)
    Staff.objects.filter(username="assessor").update(roles=["surveyor"])
    desks.world.staff["assessor"].refresh_from_db()
    page = text(desks["assessor"].get(sheet(number, "survey")))
    assert "Only surveyor" in page


@pytest.mark.covers("COM-4")
def test_a_delay_is_told_with_its_reason_and_the_new_time(desks: Desks, number: str) -> None:
    path = sheet(number, "delay-notice")
    page = text(send(desks["agent"], path, {"reason": "零件缺货", "new_at": "soon"}, status=422))
    assert "零件缺货" in page
    send(desks["agent"], path, {"reason": "零件缺货", "new_at": "2099-01-05T17:00"})
    assert Note.objects.get().body == "零件缺货"


def test_a_note_is_kept_and_a_withdrawal_ends_the_claim(desks: Desks, number: str) -> None:
    agent = desks["agent"]
    send(agent, sheet(number, "note"), {"body": "客户要求下午联系"})
    answer = agent.get(f"/desk/claims/{number}")
    assert f'data-draft-done="{number}-note"' in text(answer)
    send(agent, sheet(number, "withdrawal"), {"reason": "客户自行修理"})
    assert Case.objects.get().state == "withdrawn"


def test_a_work_list_costs_the_same_however_many_wait(desks: Desks) -> None:
    surveyor = desks["surveyor"]
    for _ in range(3):
        _to_surveyor(desks, house.report(desks.world).case.number)
    surveyor.get("/desk/survey")
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert surveyor.get("/desk/survey").status_code == 200
    for _ in range(5):
        _to_surveyor(desks, house.report(desks.world).case.number)
    with CaptureQueriesContext(connection) as many:
        assert text(surveyor.get("/desk/survey")).count('/survey"') >= 8
    assert len(many) == len(few) <= 14


def _to_surveyor(desks: Desks, number: str) -> None:
    insurer, at = desks.world, datetime.now(UTC)
    case = Case.objects.get(number=number)
    claims.register(case=case, by=insurer["agent"], at=at)
    claims.dispatch(case=case, surveyor=insurer.staff["surveyor"], by=insurer["agent"], at=at)
    claims.declare_no_interest(case=case, by=insurer["surveyor"], at=at)

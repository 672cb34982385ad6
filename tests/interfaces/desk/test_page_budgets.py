"""The page of a case that follows a claim up may take so many statements, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.areas.call_backs.asking import at_any_hour, train
from tests.areas.complaints.office import LETTER, complain, handler_of, hire_officers, investigate
from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import NOW, Desks
from tests.interfaces.desk.test_call_backs import opened
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands import NewMeasure
from yinuo.areas.complaints.models import NamedCause
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.core.messages.models import Message
from yinuo.kit import queue

COMPLAINT, CONCERN, CALL_BACK = 22, 18, 16
COMPLAINTS = 11
"""Statements of a page, with those of the session and of the record of who looked."""


@pytest.fixture
def desks(db: None) -> Iterator[Desks]:
    with queue.capture():
        built = house.build()
        hire_officers(built.world, at=NOW - timedelta(days=300))
        yield built


def shown(desks: Desks, role: str, address: str, *, budget: int) -> str:
    client = desks[role]
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get(address))
    assert len(asked) <= budget, "\n".join(one["sql"][:160] for one in asked)
    return unescape(page)


def test_a_complaint_nobody_named_the_causes_of_keeps_its_budget(desks: Desks) -> None:
    case = complain(desks.world, house.decided(desks.world), at=NOW)
    name = handler_of(desks.world, case)
    page = shown(desks, name, f"/desk/complaints/{case.number}", budget=COMPLAINT)
    assert "Suggested by words and record" in page


def test_a_list_looks_for_new_rules_once_however_many_words_it_says(desks: Desks) -> None:
    case = complain(desks.world, house.decided(desks.world), at=NOW)
    NamedCause.objects.create(complaint_id=case.pk, code="delay", main=True, by="staff:1", at=NOW)
    client = desks["manager"]
    client.get("/desk/complaints")
    with CaptureQueriesContext(connection) as asked:
        page = text(client.get("/desk/complaints"))
    assert case.number in page
    looked = [one["sql"] for one in asked if "rulebook_rulerevision" in one["sql"]]
    assert len(looked) <= 1


def test_a_complaint_with_everything_in_it_keeps_its_budget(desks: Desks) -> None:
    claim = house.decided(desks.world)
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    officer = desks.world[name]
    told = Message.objects.filter(case=claim, channel="inbox").earliest("pk")
    complaints.remark_evidence(
        case=case, evidence=f"told:{told.pk}", words="当时就告知了", cited=True, by=officer, at=NOW
    )
    complaints.ask_why(case=case, answers=["没人打电话", "不知道晚了"], by=officer, at=NOW)
    steps = [
        NewMeasure("apology", "向客户道歉"),
        NewMeasure("compensation", "停车费", amount=Decimal("80.50")),
        NewMeasure("training", "沟通培训", staff=desks.world.staff["surveyor"]),
    ]
    complaints.propose(case=case, words="道歉并补偿", measures=steps, by=officer, at=NOW)
    money = queries.open_measures(queries.of_case(case))[1].pk
    lead = desks.world["team_lead"]
    complaints.approve_compensation(case=case, measure=money, by=lead, at=NOW)
    complaints.agree(case=case, words="同意", by=officer, at=NOW)
    complaints.decide(case=case, letter=LETTER, by=officer, at=NOW)
    page = shown(desks, name, f"/desk/complaints/{case.number}", budget=COMPLAINT)
    for part in (
        "★ 当时就告知了",
        "¥3,500.00 of ¥4,200.00",
        "不知道晚了",
        "¥80.50",
        "surveyor 员工",
        LETTER.decision,
        "What prevents it",
    ):
        assert part in page, part


def test_a_concern_keeps_its_budget(desks: Desks) -> None:
    claim: Case = house.report(desks.world).case
    by = desks.world["agent"]
    case = concerns.open_concern(
        about=claim, reasons=["said_to_us"], words="定损太低,不够修车", by=by, at=NOW
    )
    concerns.propose_closing(case=case, reason="taken_back", words="客户说算了", by=by, at=NOW)
    page = shown(desks, "team_lead", f"/desk/concerns/{case.number}", budget=CONCERN)
    for part in ("定损太低", "客户说算了", "To be closed without the customer's yes"):
        assert part in page, part
    assert "How they stand to us" in page


def test_a_call_back_with_a_call_keeps_its_budget(desks: Desks) -> None:
    row = opened(desks)
    train(desks.world, "agent")
    at_any_hour(desks.world, at=NOW - timedelta(hours=1))
    call_backs.start_call(case=row.case, by=desks.world["agent"], at=NOW)
    page = shown(desks, "team_lead", f"/desk/call-backs/{row.case.number}", budget=CALL_BACK)
    assert "is on the phone" in page


def test_a_list_of_complaints_takes_as_many_statements_for_many_as_for_one(desks: Desks) -> None:
    client, address = desks["manager"], "/desk/complaints?which=open"
    asked = []
    for report in (house.report(desks.world), house.report(desks.world)):
        case = complain(desks.world, report.case, at=NOW)
        assert case.number in text(client.get(address))
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        asked.append(len(statements))
    assert asked[0] == asked[1] <= COMPLAINTS

"""A complaint on the customer's own page: said, followed, agreed to or not, taken back, rated."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from pydantic import BaseModel

from tests.areas.complaints.office import LETTER, handler_of, hire_officers, investigate
from tests.interfaces.common.wrong_values import refused, right_values, wrong_values
from tests.interfaces.portal.visitors import Answer, now, page_of, reported, visit
from tests.world import World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands import NewMeasure
from yinuo.areas.complaints.models import Complaint
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.messages.models import Message
from yinuo.interfaces.common.actions.complaints import COMPLAINT_ACTIONS
from yinuo.interfaces.common.inputs.complaints import ComplainHereInput

WORDS = "查勘员让我等了三个小时，我要投诉"


@pytest.fixture
def claim(insurer: World, visitor: Client) -> Case:
    hire_officers(insurer, at=now() - timedelta(days=300))
    claim = reported(insurer)
    visit(visitor, claim)
    return claim


@pytest.fixture
def case(claim: Case, visitor: Client) -> Case:
    said = {"words": WORDS, "wanted": "道歉", "channel": "regulator"}
    answer = visitor.post(page_of(claim, "/complaint"), said)
    assert answer.status_code == 303, unescape(answer.content.decode())
    return Complaint.objects.get().case


def page(case: Case, tail: str = "") -> str:
    return f"/complaints/{case.number}{tail}"


def read(visitor: Client, case: Case, tail: str = "") -> str:
    answer = visitor.get(page(case, tail))
    assert answer.status_code == 200, (tail, answer.status_code)
    return unescape(answer.content.decode())


def say(visitor: Client, case: Case, noun: str, **given: str) -> Answer:
    return visitor.post(page(case, f"/{noun}"), given)


def propose(insurer: World, case: Case) -> str:
    name = investigate(insurer, case, at=now())
    complaints.propose(
        case=case, words="我们道歉，补偿停车费。",
        measures=[
            NewMeasure("apology", "书面道歉"),
            NewMeasure("compensation", "停车费", Decimal("50.00")),
            NewMeasure("training", "倾听训练", staff=insurer.staff["surveyor"]),
        ],
        by=insurer[name], at=now(),
    )  # fmt: skip
    return name


def approve(insurer: World, case: Case) -> None:
    money = next(one for one in queries.open_measures(case.complaint) if one.amount)
    complaints.approve_compensation(case=case, measure=money.pk, by=insurer["team_lead"], at=now())


def answered(insurer: World, case: Case) -> str:
    name = investigate(insurer, case, at=now())
    complaints.decide(case=case, letter=LETTER, by=insurer[name], at=now())
    complaints.tell(case=case, how="phone", by=insurer[name], at=now())
    return name


@pytest.mark.covers("CMP-1", "CMP-17", "CMP-23")
def test_the_customer_complains_and_sees_the_clock_of_the_law(
    case: Case, visitor: Client, insurer: World
) -> None:
    complaint = Complaint.objects.get(pk=case.pk)
    assert complaint.channel == "portal"
    assert Promise.objects.filter(case=case, statutory=True).get().rule == "complaints.answer"
    text = read(visitor, case)
    for part in (WORDS, "Decide and tell you", "Call you and confirm", "By law within fifteen"):
        assert part in text
    assert insurer.staff[handler_of(insurer, case)].name in text
    for inner in ("Suspicion", "Begin the investigation", "reads like"):
        assert inner not in text


def test_only_what_concerns_the_customer_is_asked(claim: Case, visitor: Client) -> None:
    form = unescape(visitor.get(page_of(claim, "/complaint")).content.decode())
    assert "What happened?" in form
    assert "How it came in" not in form
    empty = visitor.post(page_of(claim, "/complaint"), {"words": " "})
    assert empty.status_code == 422


def test_said_twice_it_is_one_complaint(case: Case, claim: Case, visitor: Client) -> None:
    again = visitor.post(page_of(claim, "/complaint"), {"words": "还没有回音"})
    assert again.status_code == 303
    assert Complaint.objects.count() == 1
    assert Note.objects.filter(case=case, thread="facts").count() == 1


@pytest.mark.covers("CMP-19")
def test_a_proposal_is_accepted_with_one_press(case: Case, visitor: Client, insurer: World) -> None:
    propose(insurer, case)
    early = read(visitor, case)
    assert "I accept the proposal" not in early
    assert "停车费" not in early
    say(visitor, case, "agreement")
    assert Complaint.objects.get(pk=case.pk).proposals.get().answer == ""
    assert not Message.objects.filter(case=case, reason="complaint_proposed").exists()
    approve(insurer, case)
    told = Message.objects.get(case=case, reason="complaint_proposed", channel="inbox")
    assert "停车费" in told.body
    text = read(visitor, case)
    assert "I accept the proposal" in text
    assert "停车费 ¥50.00" in text
    assert "倾听训练" not in text
    assert say(visitor, case, "agreement").status_code == 303
    assert Complaint.objects.get(pk=case.pk).proposals.get().answer == "agreed"
    assert Promise.objects.filter(case=case, rule="complaints.carry_out").exists()


@pytest.mark.covers("CMP-19")
def test_a_proposal_that_is_not_accepted_costs_nothing(
    case: Case, visitor: Client, insurer: World
) -> None:
    propose(insurer, case)
    approve(insurer, case)
    assert say(visitor, case, "disagreement").status_code == 422
    assert say(visitor, case, "disagreement", words="补偿太少").status_code == 303
    case.refresh_from_db()
    assert case.state == "investigating"
    assert "¥50.00" not in read(visitor, case)


@pytest.mark.covers("CMP-22", "CPL-8")
def test_the_answer_stands_whole_on_the_page_and_on_paper(
    case: Case, visitor: Client, insurer: World
) -> None:
    assert visitor.get(page(case, "/letter")).status_code == 404
    answered(insurer, case)
    text = read(visitor, case)
    for part in (LETTER.facts, LETTER.decision, LETTER.basis, "12378", "A review can be asked"):
        assert part in text
    assert visitor.get(page(case, "/letter")).content.startswith(b"%PDF")
    assert say(visitor, case, "rating", rating="9").status_code == 422
    assert say(visitor, case, "rating", rating="2", words="太慢").status_code == 303
    assert Complaint.objects.get(pk=case.pk).rating == 2


def test_new_facts_begin_it_again_and_a_review_brings_other_eyes(
    case: Case, visitor: Client, insurer: World
) -> None:
    name = answered(insurer, case)
    assert say(visitor, case, "new-facts", words="我有录像").status_code == 303
    case.refresh_from_db()
    assert case.state == "investigating"
    complaints.decide(case=case, letter=LETTER, by=insurer[name], at=now())
    complaints.tell(case=case, how="phone", by=insurer[name], at=now())
    assert say(visitor, case, "review", words="还是不对").status_code == 303
    assert "Other people look at it again" in read(visitor, case)


def test_it_is_taken_back_and_ends_today(case: Case, visitor: Client) -> None:
    assert say(visitor, case, "withdrawal").status_code == 422
    assert say(visitor, case, "withdrawal", reason="解决了").status_code == 303
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert "You took the complaint back" in read(visitor, case)


def test_what_is_for_colleagues_is_not_there_for_the_customer(
    case: Case, visitor: Client, insurer: World
) -> None:
    answered(insurer, case)
    for noun in ("suspicion", "causes", "more-time", "answer", "telling", "evidence", "lesson"):
        assert visitor.get(page(case, f"/{noun}")).status_code == 404
        assert visitor.post(page(case, f"/{noun}"), {}).status_code == 404


def test_a_stranger_is_asked_to_sign_in(case: Case) -> None:
    assert Client().get(page(case)).status_code == 303
    assert Client().get(page(case, "/letter")).status_code == 303


@pytest.mark.soak
def test_each_field_of_each_form_of_the_customer_refuses_what_it_is_not(
    claim: Case, case: Case, visitor: Client, insurer: World
) -> None:
    answered(insurer, case)
    forms: list[tuple[str, type[BaseModel]]] = [(page_of(claim, "/complaint"), ComplainHereInput)]
    forms += [(page(case, f"/{noun}"), COMPLAINT_ACTIONS[noun].schema) for noun in OF_CUSTOMERS]
    for path, schema in forms:
        form = {**right_values(schema), "channel": ""}
        for wrong in wrong_values(schema):
            # What is not asked of a customer is not read either.
            if wrong.name not in ("channel", "party", "person"):
                refused(visitor, path, form, [wrong])


OF_CUSTOMERS = ("new-facts", "withdrawal", "rating", "review")


def test_a_form_of_the_customer_with_everything_wrong_keeps_what_was_typed(
    case: Case, visitor: Client
) -> None:
    for noun in ("new-facts", "withdrawal"):
        schema = COMPLAINT_ACTIONS[noun].schema
        first = {one.name: one for one in wrong_values(schema) if one.name not in ("seen", "party")}
        refused(visitor, page(case, f"/{noun}"), right_values(schema), list(first.values()))

"""The sum as the customer reads it: line by line, with questions, objections and the rates."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from tests.interfaces.portal.test_track import assessed, decided, paid
from tests.interfaces.portal.visitors import now, page_of, reported, visit
from tests.world import World
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case, Event, Note, Promise
from yinuo.core.messages.models import Message

pytestmark = pytest.mark.django_db


def shown(visitor: Client, case: Case) -> str:
    answer = visitor.get(page_of(case))
    assert answer.status_code == 200
    return str(answer.content.decode())


def ask_links(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="(/claims/[^"]+/sum/1[^"]*)"', page)]


@pytest.mark.covers("ADJ-10", "ADJ-11", "ADJ-17", "KB-2")
def test_each_line_has_its_clause_in_plain_words_and_a_way_to_ask(
    insurer: World, visitor: Client
) -> None:
    case = paid(insurer)
    visit(visitor, case)
    page = shown(visitor, case)
    assert "How the money is worked out" in page
    assert "From the agreed repair we take what others have already paid you" in page
    assert "/standards/" in page
    links = ask_links(page)
    assert any("line=" in link for link in links)
    asking = visitor.get(next(link for link in links if "line=" in link))
    assert "<blockquote>" in asking.content.decode()
    assert "1 working day" in asking.content.decode()


@pytest.mark.covers("ADJ-8", "LOSS-12")
@pytest.mark.parametrize(
    ("kind", "rule"),
    [("question", "claims.question_answer"), ("objection", "claims.objection_answer")],
)
def test_a_question_or_objection_stands_beside_its_line_with_its_promise_and_answer(
    insurer: World, visitor: Client, kind: str, rule: str
) -> None:
    case = paid(insurer)
    visit(visitor, case)
    link = next(one for one in ask_links(shown(visitor, case)) if "line=" in one)
    answer = visitor.post(link, {"kind": kind, "body": "为什么减了 500 元？<b>"})
    assert answer.status_code == 303
    page = shown(visitor, case)
    assert "为什么减了 500 元？&lt;b&gt;" in page
    assert "A person answers" in page
    assert Promise.objects.get(case=case, rule=rule).kept_at is None
    note = Note.objects.get(kind=kind)
    claims.answer_about_sum(
        case=Case.objects.get(pk=case.pk), note=note.pk, body="这是您保单里自己承担的部分。",
        by=insurer["reviewer"], at=now(),
    )  # fmt: skip
    assert "这是您保单里自己承担的部分。" in shown(visitor, case)
    assert Promise.objects.get(case=case, rule=rule).kept_at is not None


def test_a_question_about_a_line_that_is_gone_is_still_shown_with_its_answer(
    insurer: World, visitor: Client
) -> None:
    case = paid(insurer)
    claims.ask_about_sum(
        case=Case.objects.get(pk=case.pk), loss=1, line="99.gone", body="这一行是什么？",
        objection=False, by=insurer["customer"], at=now(),
    )  # fmt: skip
    visit(visitor, case)
    page = shown(visitor, case)
    assert "这一行是什么？" in page
    assert "Earlier questions" in page


def test_an_empty_question_keeps_the_page_and_asks_nothing(insurer: World, visitor: Client) -> None:
    case = paid(insurer)
    visit(visitor, case)
    answer = visitor.post(page_of(case, "/sum/1"), {"kind": "objection", "body": " "})
    assert answer.status_code == 422
    assert not Note.objects.filter(thread__startswith="sum:").exists()
    assert visitor.get(page_of(case, "/sum/7")).status_code == 404


def test_before_a_sum_there_is_nothing_to_object_to_and_a_stranger_asks_nothing(
    insurer: World, visitor: Client
) -> None:
    case = reported(insurer)
    assert visitor.post(page_of(case, "/sum/1"), {"body": "?"}).status_code == 303
    visit(visitor, case)
    assert visitor.post(page_of(case, "/sum/1"), {"body": "？"}).status_code == 422
    assert not Note.objects.exists()


@pytest.mark.covers("PRE-10")
def test_rates_and_limits_are_published_for_everybody_with_dates(visitor: Client) -> None:
    answer = visitor.get("/standards/")
    assert answer.status_code == 200
    page = answer.content.decode()
    for part in ("¥180,000.00", "2020-09-19", "¥110,000.00", "0.6 %", "70 %", "main fault"):
        assert part in page, part
    assert "Insurance Law of China, art. 24" in page


def test_the_letter_reaches_the_customer_as_a_message_and_as_a_paper(
    insurer: World, visitor: Client
) -> None:
    case = paid(insurer)
    told = Message.objects.filter(reason__startswith="claim_paid", person=case.customer)
    assert any("决定信" in one.body for one in told)
    visit(visitor, case)
    papers = visitor.get(page_of(case, "/papers")).content.decode()
    assert "Decision letter" in papers
    link = next(one for one in re.findall(r'href="([^"]+)"', papers) if "/files/" in one)
    fetched = visitor.get(unescape(link))
    assert fetched.status_code == 200
    assert b"".join(fetched.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


@pytest.mark.covers("LOSS-12")
def test_the_assessment_is_objected_to_before_anything_is_decided(
    insurer: World, visitor: Client
) -> None:
    case = assessed(insurer)
    Claim.objects.filter(pk=case.pk).update(other_vehicles=1)
    visit(visitor, case)
    page = shown(visitor, case)
    assert "What we have assessed so far" in page
    assert "We take the other cars as insured." in page
    link = next(one for one in ask_links(page))
    answer = visitor.post(link, {"kind": "objection", "body": "前保险杠应当换新的。"})
    assert answer.status_code == 303
    page = shown(visitor, case)
    assert "前保险杠应当换新的。" in page
    assert Promise.objects.get(case=case, rule="claims.objection_answer").kept_at is None


@pytest.mark.covers("ADJ-17", "COM-15")
def test_a_decision_is_accepted_once_and_the_promise_to_send_the_money_begins(
    insurer: World, visitor: Client
) -> None:
    case = decided(insurer)
    visit(visitor, case)
    page = shown(visitor, case)
    assert "I accept this decision" in page
    path = page_of(case, "/acceptance/1")
    assert visitor.get(path).status_code == 405
    for _time in (1, 2):
        assert visitor.post(path).status_code == 303
    assert Event.objects.filter(case=case, type="claim.decision_accepted").count() == 1
    promised = Promise.objects.filter(case=case, rule="claims.payment_start")
    assert promised.get().kept_at is None
    page = shown(visitor, case)
    assert "You accepted this decision on" in page
    assert "I accept this decision" not in page
    claims.instruct_payment(
        case=Case.objects.get(pk=case.pk), loss=1, by=insurer["cashier"], at=now()
    )
    assert promised.get().kept_at is not None
    assert visitor.post(page_of(case, "/acceptance/7")).status_code == 303
    assert Event.objects.filter(case=case, type="claim.decision_accepted").count() == 1

"""The customer follows the claim like a parcel."""

from __future__ import annotations

import gzip
import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.interfaces.portal.visitors import CHINESE, Answer, now, page_of, reported, visit
from tests.world import World, take_policy
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, Reason, SurveySheet
from yinuo.areas.claims.workflow import CLAIM
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.documents.commands import Wanted
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.models import AccessRecord
from yinuo.interfaces.portal import sentences
from yinuo.kit import queue

FIRST_PAGE_BYTES = 60_000
PAGE_QUERIES = 19
ACCOUNT = AccountDetails("individual", "样例客户甲", "6222020000000000000", "示例银行")


def seconds(count: int) -> datetime:
    """Steps follow each other within the last minutes, in order."""
    return now() - timedelta(seconds=240 - count)


def surveyed(insurer: World) -> Case:
    case = reported(insurer)
    claims.register(case=case, by=insurer["agent"], at=seconds(0))
    surveyor = insurer.staff["surveyor"]
    claims.dispatch(case=case, surveyor=surveyor, by=insurer["agent"], at=seconds(5))
    claims.declare_no_interest(case=case, by=insurer["surveyor"], at=seconds(10))
    claims.contact(case=case, by=insurer["surveyor"], at=seconds(15))
    claims.arrive(case=case, by=insurer["surveyor"], at=seconds(20))
    sheet = SurveySheet("consistent", "full", "内部看法", (Damage(1, "前保险杠", "medium"),))
    claims.complete_survey(case=case, sheet=sheet, by=insurer["surveyor"], at=seconds(25))
    return Case.objects.get(pk=case.pk)


def assessed(insurer: World) -> Case:
    case = surveyed(insurer)
    lines = [
        Line(
            "part",
            "前保险杠",
            Decimal(3000),
            Decimal(2800),
            reason="按市场价",
            clause="own_damage_sum_2020",
        ),
        Line("labour", "喷漆", Decimal(1200), Decimal(1200)),
    ]
    claims.assess(case=case, loss=1, lines=lines, by=insurer["assessor"], at=seconds(30))
    return Case.objects.get(pk=case.pk)


def decided(insurer: World) -> Case:
    case = assessed(insurer)
    claims.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=seconds(35)
    )
    claims.complete_papers(case=case, by=insurer["agent"], at=seconds(40))
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=seconds(45))
    claims.review(case=case, loss=1, by=insurer["reviewer"], at=seconds(50))
    claims.approve(case=case, loss=1, by=insurer["approver"], at=seconds(55))
    claims.decide(case=case, loss=1, by=insurer["approver"], at=seconds(60))
    return Case.objects.get(pk=case.pk)


def paid(insurer: World) -> Case:
    case = decided(insurer)
    claims.instruct_payment(case=case, loss=1, by=insurer["cashier"], at=seconds(65))
    return Case.objects.get(pk=case.pk)


def seen(visitor: Client, case: Case) -> str:
    visit(visitor, case)
    answer = visitor.get(page_of(case))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.covers("COM-3", "COM-4", "FNOL-7")
def test_the_link_of_a_message_opens_the_page_with_what_comes_next(
    insurer: World, visitor: Client
) -> None:
    case = reported(insurer)
    text = seen(visitor, case)
    assert "We have your report" in text
    assert "Confirm your report and name your contact" in text
    assert "021-00000002" in text
    assert AccessRecord.objects.filter(case=case, what="portal.claim").count() == 1


@pytest.mark.covers("COM-2", "COM-3", "PAY-2")
def test_the_milestones_and_the_sum_stand_line_by_line(insurer: World, visitor: Client) -> None:
    text = seen(visitor, paid(insurer))
    for milestone in (
        "Claim accepted",
        "Survey completed",
        "Papers complete, being checked",
        "Decision made",
        "Payment on its way",
    ):
        assert milestone in text
    for part in (
        "前保险杠",
        "¥2,800.00",
        "按市场价",
        "how the sum is made",
        "the part that the policy leaves to you",
        "¥3,500.00",
    ):
        assert part in text
    assert "Account ending in 0000" in text
    assert "6222020000000000000" not in text


def test_what_colleagues_say_and_promise_each_other_stays_among_them(
    insurer: World, visitor: Client
) -> None:
    case = surveyed(insurer)
    cases.remark(
        case=case, body="怀疑是旧伤", kind="internal", for_customer=False,
        by=insurer["assessor"], at=seconds(30),
    )  # fmt: skip
    text = seen(visitor, case)
    assert "怀疑是旧伤" not in text
    assert "内部看法" not in text
    assert "Write down the survey" not in text
    assert "claims.assessment" not in text


@pytest.mark.covers("FNOL-7")
def test_papers_that_are_wanted_are_the_next_step_with_their_reason(
    insurer: World, visitor: Client
) -> None:
    case = assessed(insurer)
    wanted = [Wanted("driving_licence", "To see that the driver may drive")]
    claims.request_papers(case=case, wanted=wanted, by=insurer["agent"], at=seconds(35))
    text = seen(visitor, case)
    assert "It is your turn: please send us what is missing" in text
    assert "To see that the driver may drive" in text
    assert page_of(case, "/papers#paper-driving_licence") in text


def test_a_refusal_gives_each_reason_with_its_clause(insurer: World, visitor: Client) -> None:
    case = surveyed(insurer)
    reasons = [Reason("事故发生在保险期间之前", "第三条", "保险开始以前的事故不赔。")]
    claims.propose_refusal(
        case=case, loss=1, reasons=reasons, by=insurer["assessor"], at=seconds(30)
    )
    before = seen(visitor, case)
    assert "第三条" not in before
    assert "efus" not in before
    claims.review(case=case, loss=1, by=insurer["reviewer"], at=seconds(40))
    claims.approve(case=case, loss=1, by=insurer["manager"], at=seconds(50))
    claims.decide(case=case, loss=1, by=insurer["manager"], at=seconds(60))
    text = seen(visitor, Case.objects.get(pk=case.pk))
    assert "事故发生在保险期间之前" in text
    assert "Clause: 第三条" in text
    assert "保险开始以前的事故不赔。" in text
    assert "write to us below" in text


def test_what_another_payee_gets_is_not_shown(insurer: World, visitor: Client) -> None:
    case = paid(insurer)
    other = take_policy(number="P-200", plate="沪B22222", at=now()).holder
    Payment.objects.filter(case=case).update(payee=other)
    assert "Account ending in" not in seen(visitor, case)


def test_messages_stand_on_the_page_until_they_are_read(insurer: World, visitor: Client) -> None:
    with queue.capture():
        case = surveyed(insurer)
    text = seen(visitor, case)
    shown = re.findall(r'name="message" value="(\d+)"', text)
    assert shown
    others = Message.objects.filter(staff__isnull=False).values_list("pk", flat=True)
    sent = [*shown, *map(str, others), "x", "9" * 40]
    assert visitor.post(page_of(case, "/messages"), {"message": sent}).status_code == 303
    left = Message.objects.filter(person=insurer.holder, channel="inbox", read_at=None)
    assert not left.exists()
    assert not Message.objects.filter(staff__isnull=False, read_at__isnull=False).exists()
    assert 'name="message"' not in visitor.get(page_of(case)).content.decode()


@pytest.mark.covers("COM-7")
def test_every_page_of_a_claim_names_the_way_to_complain(insurer: World, visitor: Client) -> None:
    case = reported(insurer)
    visit(visitor, case)
    for tail in ("", "/papers", "/account", "/question", "/withdrawal"):
        text = visitor.get(page_of(case, tail)).content.decode()
        assert "Questions and complaints: 021-00000001" in text


def test_every_state_has_words_for_what_comes_next() -> None:
    states = {state.name for state in CLAIM.case.states}
    assert set(sentences.NEXT_STEPS) == states


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", "我们已经收到您的报案"), ("zh-hant", "我們已經收到您的報案"), ("en", "We have")],
)
def test_the_page_speaks_three_languages(
    insurer: World, visitor: Client, language: str, words: str
) -> None:
    case = reported(insurer)
    visit(visitor, case)
    back = {"language": language, "next": page_of(case)}
    assert visitor.post("/language", back).headers["Location"] == page_of(case)
    assert words in visitor.get(page_of(case)).content.decode()


def test_the_page_works_without_scripts(insurer: World, visitor: Client) -> None:
    text = seen(visitor, paid(insurer))
    assert not re.search(r"\son[a-z]+=", text)
    assert 'href="#"' not in text
    assert "javascript:" not in text


def test_the_page_costs_few_queries(
    insurer: World, visitor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = paid(insurer)
    visit(visitor, case)
    visitor.get(page_of(case))
    with django_assert_max_num_queries(PAGE_QUERIES):
        visitor.get(page_of(case))


def over_the_wire(answer: Answer) -> int:
    """The page as it was sent, and all that it names as whitenoise sends it, compressed."""
    sent: bytes = answer.content
    page = gzip.decompress(sent) if answer.headers.get("Content-Encoding") == "gzip" else sent
    named = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page.decode()))
    total = len(sent)
    for name in named:
        found = finders.find(name)
        assert isinstance(found, str), name
        total += len(gzip.compress(Path(found).read_bytes()))
    return total


@pytest.mark.parametrize("address", ["/", "/track/", "/report/"])
def test_the_first_page_is_light(insurer: World, address: str) -> None:
    answer = Client(headers=CHINESE).get(address)
    assert answer.status_code == 200
    assert over_the_wire(answer) <= FIRST_PAGE_BYTES


def test_the_page_that_a_link_opens_is_as_light(insurer: World) -> None:
    case = paid(insurer)
    phone = Client(headers={**CHINESE, "Accept-Encoding": "gzip"})
    visit(phone, case)
    answer = phone.get(page_of(case))
    assert answer.status_code == 200
    assert over_the_wire(answer) <= FIRST_PAGE_BYTES


def test_staff_come_to_their_desk(insurer: World, visitor: Client) -> None:
    visitor.force_login(insurer.staff["agent"])
    assert visitor.get("/").headers["Location"] == "/desk/"

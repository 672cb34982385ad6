"""Cases that follow a claim up, as their customer opens them: seen, moved, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.interfaces.portal.visitors import ENGLISH, now, page_of, reported, visit
from tests.world import World, take_policy
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import NewComplaint
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def claim(insurer: World) -> Case:
    return reported(insurer)


@pytest.fixture
def concern(insurer: World, claim: Case) -> Case:
    return concerns.open_concern(
        about=claim,
        reasons=["said_to_us"],
        words="定损太低,不够修车",
        by=insurer["agent"],
        at=now(),
    )


def address(case: Case, tail: str = "") -> str:
    return f"/concerns/{case.number}{tail}"


def seen(visitor: Client, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.mark.covers("FB-5")
def test_who_signed_in_to_the_claim_finds_and_opens_what_follows_it_up(
    visitor: Client, claim: Case, concern: Case
) -> None:
    visit(visitor, claim)
    listed = seen(visitor, page_of(claim))
    assert f'href="{address(concern)}"' in listed
    text = seen(visitor, address(concern))
    for shown in ("Your concern", concern.number, claim.number, "agent 员工", "Where it is"):
        assert shown in text
    assert 'class="promise' in text
    assert AccessRecord.objects.filter(case=concern, what="portal.case").exists()


def test_the_link_of_its_message_opens_it_and_leads_on_to_the_claim(
    visitor: Client, claim: Case, concern: Case
) -> None:
    visit(visitor, concern)
    assert concern.number in seen(visitor, address(concern))
    assert claim.number in seen(visitor, page_of(claim))
    assert "Your concern" in seen(visitor, "/")


def test_letters_about_what_follows_the_claim_up_stand_on_its_own_page_however_one_came_in(
    insurer: World, visitor: Client, claim: Case, concern: Case
) -> None:
    new = NewComplaint(claim.customer, "phone", about=claim, words="态度恶劣")
    complaint = complaints.receive(new=new, by=insurer["agent"], at=now())
    visit(visitor, concern)
    path = f"/complaints/{complaint.number}"
    letter = complaint.messages.get(channel="inbox", person=claim.customer)
    assert letter.subject in seen(visitor, path)
    visitor.post(f"{path}/messages", {"message": letter.pk})
    letter.refresh_from_db()
    assert letter.read_at is not None


def test_another_matter_of_the_same_customer_stays_closed(
    insurer: World, visitor: Client, claim: Case, concern: Case
) -> None:
    """Who has the link of one letter has not thereby all that there ever was."""
    take_policy(number="P-200", plate="沪A54321", at=now())
    other = reported(insurer, policy_number="P-200", plate="沪A54321")
    Case.objects.filter(pk=other.pk).update(customer=claim.customer_id)
    visit(visitor, other, claim.customer_id)
    for path in (page_of(claim), address(concern), address(concern, "/note")):
        assert visitor.get(path).status_code == 404, path


def test_a_stranger_is_asked_to_sign_in_and_learns_nothing(concern: Case) -> None:
    stranger = Client(headers=ENGLISH)
    for number in (concern.number, "N26-9999999-1"):
        for tail in ("", "/note", "/nonsense"):
            answer = stranger.get(f"/concerns/{number}{tail}")
            assert (answer.status_code, answer["Location"]) == (
                303,
                f"/track/?number={number}",
            )


def test_a_case_is_found_only_under_the_word_of_its_kind(visitor: Client, concern: Case) -> None:
    visit(visitor, concern)
    for path in (f"/claims/{concern.number}", f"/complaints/{concern.number}", "/dreams/x"):
        assert visitor.get(path).status_code == 404


def test_what_only_colleagues_may_do_is_not_there(visitor: Client, concern: Case) -> None:
    visit(visitor, concern)
    for noun in ("taking", "sorting", "handler", "nonsense"):
        assert visitor.get(address(concern, f"/{noun}")).status_code == 404
        assert visitor.post(address(concern, f"/{noun}"), {}).status_code == 404


def test_a_question_is_asked_once_however_often_it_is_sent_and_answered_there(
    insurer: World, visitor: Client, concern: Case
) -> None:
    visit(visitor, concern)
    page = seen(visitor, address(concern, "/note"))
    assert "Ask a question" in page
    assert "for_customer" not in page
    refused = visitor.post(address(concern, "/note"), {"body": " "})
    assert refused.status_code == 422
    for _time in range(2):
        sent = visitor.post(address(concern, "/note"), {"body": "什么时候有结果?"})
        assert (sent.status_code, sent["Location"]) == (303, f"{address(concern)}#questions")
    asked = Note.objects.get(case=concern, kind="question")
    assert (asked.for_customer, asked.by.split(":")[0]) == (True, "customer")
    cases.remark(
        case=concern, body="明天给您电话", kind="answer", for_customer=True,
        by=insurer["agent"], at=now(),
    )  # fmt: skip
    cases.remark(
        case=concern, body="客户有点急", kind="internal", for_customer=False,
        by=insurer["agent"], at=now(),
    )  # fmt: skip
    text = seen(visitor, address(concern))
    assert "什么时候有结果?" in text
    assert "明天给您电话" in text
    assert "客户有点急" not in text


def test_a_refused_form_keeps_what_was_typed_and_a_step_taken_twice_says_so(
    insurer: World, visitor: Client, concern: Case
) -> None:
    agent = insurer["agent"]
    concerns.take(case=concern, by=agent, at=now())
    concerns.solve(case=concern, words="重新定损,按配件价补差", by=agent, at=now())
    visit(visitor, concern)
    too_long = "很" * 5000
    kept = visitor.post(address(concern, "/objection"), {"words": too_long})
    assert kept.status_code == 422
    assert too_long in kept.content.decode()
    assert visitor.post(address(concern, "/confirmation"), {}).status_code == 303
    again = visitor.post(address(concern, "/confirmation"), {})
    assert again.status_code == 303
    assert "done already" in seen(visitor, address(concern))


def test_the_messages_of_a_case_stand_on_its_page_and_are_marked_there(
    visitor: Client, concern: Case
) -> None:
    visit(visitor, concern)
    assert "1 new" in seen(visitor, address(concern))
    letter = concern.messages.get(channel="inbox", person=concern.customer)
    marked = visitor.post(address(concern, "/messages"), {"message": [letter.pk, "x", "9" * 30]})
    assert marked["Location"] == f"{address(concern)}#inbox"
    assert "1 new" not in seen(visitor, address(concern))


def test_the_page_of_a_case_takes_few_statements(
    visitor: Client, concern: Case, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    visit(visitor, concern)
    seen(visitor, address(concern))
    with django_assert_max_num_queries(22):
        seen(visitor, address(concern))

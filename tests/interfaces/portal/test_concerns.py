"""A customer's problem on the customer's own page: told, followed, confirmed, or not."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.portal.visitors import now, page_of, reported, visit
from tests.world import World, take_policy
from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases.models import Case, Event

WORDS = "定损太低,不够修车"


@pytest.fixture
def claim(insurer: World, visitor: Client) -> Case:
    claim = reported(insurer)
    visit(visitor, claim)
    return claim


@pytest.fixture
def concern(claim: Case, visitor: Client) -> Case:
    answer = visitor.post(page_of(claim, "/concern"), {"words": WORDS})
    assert answer.status_code == 303, answer.content.decode()
    return Concern.objects.get().case


def page(case: Case, tail: str = "") -> str:
    return f"/concerns/{case.number}{tail}"


def solve(case: Case, insurer: World) -> None:
    concerns.solve(case=case, words="补付 300 元", by=insurer["agent"], at=now())


@pytest.mark.covers("FB-1", "CRM-2")
def test_the_customer_tells_a_problem_and_follows_it_like_a_parcel(
    concern: Case, claim: Case, visitor: Client, insurer: World
) -> None:
    row = Concern.objects.get(pk=concern.pk)
    assert (row.door, row.reasons, row.causes[0]) == ("portal", ["asked_by_customer"], "amount")
    assert concern.number in visitor.get(page_of(claim)).content.decode()
    text = visitor.get(page(concern)).content.decode()
    assert "We heard you" in text
    assert WORDS in text
    assert "agent 员工" in text
    assert "Answer what you told us" in text


def test_only_what_concerns_the_customer_is_asked_and_shown(
    concern: Case, claim: Case, visitor: Client
) -> None:
    form = visitor.get(page_of(claim, "/concern")).content.decode()
    assert "What is not right?" in form
    for inner in ("What it is about", "Suspected fraud", "A different problem"):
        assert inner not in form
    text = visitor.get(page(concern)).content.decode()
    for inner in ("The amount", "read by the machine", "data-mark", "Correct cause"):
        assert inner not in text


def test_what_a_customer_may_not_decide_is_not_taken_from_a_form(
    claim: Case, visitor: Client
) -> None:
    given = {"words": WORDS, "causes": ["fraud"], "urgency": "high", "separate": "on"}
    visitor.post(page_of(claim, "/concern"), given)
    for row in Concern.objects.all():
        assert "fraud" not in row.causes
        assert row.urgency != "high"


@pytest.mark.covers("FB-1", "CB-3")
def test_the_customers_yes_closes_it(concern: Case, visitor: Client, insurer: World) -> None:
    solve(concern, insurer)
    text = visitor.get(page(concern)).content.decode()
    assert "does that solve it?" in text
    assert "补付 300 元" in text
    assert visitor.get(page(concern, "/confirmation")).status_code == 200
    answer = visitor.post(page(concern, "/confirmation"), {"words": ""}, follow=True)
    assert "We closed it" in answer.content.decode()
    concern.refresh_from_db()
    assert concern.state == "closed"


@pytest.mark.covers("CB-3")
def test_the_customers_no_begins_again(concern: Case, visitor: Client, insurer: World) -> None:
    solve(concern, insurer)
    assert visitor.post(page(concern, "/objection"), {"words": ""}).status_code == 422
    sent = visitor.post(page(concern, "/objection"), {"words": "钱没有到"}, follow=True)
    assert "We go on, with new times" in sent.content.decode()
    concern.refresh_from_db()
    assert concern.state == "taken"


def test_the_customer_makes_it_a_complaint(concern: Case, visitor: Client) -> None:
    answer = visitor.post(page(concern, "/complaint"), {"words": ""}, follow=True)
    assert "It is a complaint now" in answer.content.decode()
    told = Event.objects.get(case=concern, type="concern.became_complaint")
    first = Concern.objects.get(pk=concern.pk).first_spoken_at
    assert told.data["first_spoken_at"] == first.isoformat()


def test_who_comes_back_after_the_end_opens_it_anew(
    concern: Case, visitor: Client, insurer: World
) -> None:
    solve(concern, insurer)
    visitor.post(page(concern, "/confirmation"), {"words": ""})
    assert "It is not solved after all" in visitor.get(page(concern)).content.decode()
    visitor.post(page(concern, "/return"), {"words": "又不对了"})
    assert Case.objects.filter(kind="concern", closed_at=None).count() == 1


def test_the_link_of_the_letter_opens_the_concern_itself(concern: Case, insurer: World) -> None:
    stranger = Client(headers={"Accept-Language": "en"})
    assert stranger.get(page(concern)).status_code in (302, 303)
    visit(stranger, concern)
    assert stranger.get(page(concern)).status_code == 200


def test_steps_of_colleagues_are_not_there_for_customers(
    concern: Case, visitor: Client, insurer: World
) -> None:
    for noun in ("taking", "answer", "solution", "closing-proposal", "sorting", "handler"):
        assert visitor.get(page(concern, f"/{noun}")).status_code == 404, noun
        assert visitor.post(page(concern, f"/{noun}"), {"words": "x"}).status_code == 404, noun
    concern.refresh_from_db()
    assert concern.state == "opened"


def test_another_customers_concern_is_not_there(concern: Case, insurer: World) -> None:
    other = Client(headers={"Accept-Language": "en"})
    policy = take_policy(number="P-200", plate="沪B22222", at=now())
    other_claim = reported(insurer, policy_number=policy.number)
    visit(other, other_claim)
    assert other.get(page(concern)).status_code != 200
    assert other.post(page(concern, "/confirmation"), {"words": ""}).status_code != 200
    assert Case.objects.get(pk=concern.pk).state == "opened"

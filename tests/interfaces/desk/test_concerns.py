"""Concerns at the desk: lists, page, sheets, suggestions, and how words were read."""

from __future__ import annotations

import re

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns.models import Concern, Finding
from yinuo.core.cases.models import Case
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.messages.models import Message
from yinuo.kit import queue

WORDS = "定损太低,不够修车,我要找律师"


@pytest.fixture
def claim(desks: Desks) -> Case:
    return house.report(desks.world).case


def take_up(desks: Desks, claim: Case, words: str = WORDS) -> Case:
    with queue.capture():
        return concerns.open_concern(
            about=claim, reasons=["said_to_us"], words=words, by=desks.world["agent"], at=NOW
        )


def page(case: Case) -> str:
    return f"/desk/concerns/{case.number}"


@pytest.mark.covers("FB-5", "FB-3")
def test_a_colleague_takes_up_what_the_customer_said_from_the_page_of_the_claim(
    desks: Desks, claim: Case
) -> None:
    agent = desks["agent"]
    sheet = f"/desk/claims/{claim.number}/concern"
    assert "What is not right?" in agent.get(sheet).content.decode()
    sent = agent.post(sheet, {"words": WORDS, "urgency": ""})
    assert sent.status_code == 303
    concern = Concern.objects.get()
    assert (concern.door, concern.urgency) == ("desk", "high")
    listed = agent.get("/desk/concerns").content.decode()
    assert concern.case.number in listed
    assert "The amount" in listed


@pytest.mark.covers("CARE-12")
def test_the_page_shows_the_words_it_rests_on_and_how_sure_the_reading_is(
    desks: Desks, claim: Case
) -> None:
    text = desks["agent"].get(page(take_up(desks, claim))).content.decode()
    marked = re.findall(r'<mark data-mark="(\w+)" title="([^"]+)">', text)
    assert ("alarm", "speaks of court or lawyers") in marked
    assert "read by the machine" in text
    assert "Needs a call today" in text


@pytest.mark.covers("FB-1")
def test_it_is_answered_solved_and_confirmed_by_three_hands(desks: Desks, claim: Case) -> None:
    case = take_up(desks, claim)
    agent = desks["agent"]
    assert agent.post(f"{page(case)}/taking", {}).status_code == 303
    answer = f"{page(case)}/answer"
    assert "The customer reads this word for word" in agent.get(answer).content.decode()
    assert agent.post(answer, {"words": ""}).status_code == 422
    assert agent.post(answer, {"words": "明天重新算一遍价格"}).status_code == 303
    assert agent.post(f"{page(case)}/solution", {"words": "补付 300 元"}).status_code == 303
    assert f"{page(case)}/confirmation" not in agent.get(page(case)).content.decode()
    # What a button says before it is pressed is what happens: the customer is told of the end.
    asked = desks["team_lead"].get(f"{page(case)}/confirmation").content.decode()
    assert "thank you for telling us" in asked or "谢谢您告诉我们" in asked
    sent = desks["team_lead"].post(f"{page(case)}/confirmation", {"words": "电话里说好了"})
    assert sent.status_code == 303
    case.refresh_from_db()
    assert case.state == "closed"


@pytest.mark.covers("FB-3")
def test_closing_without_the_customer_is_looked_at_by_a_second_person(
    desks: Desks, claim: Case
) -> None:
    case = take_up(desks, claim)
    lead = desks["team_lead"]
    proposal = {"reason": "no_reaction", "words": "三次没有接电话"}
    assert lead.post(f"{page(case)}/closing-proposal", proposal).status_code == 303
    assert case.number in lead.get("/desk/concerns?which=review").content.decode()
    assert lead.post(f"{page(case)}/closing", {}).status_code in (403, 409, 422)
    case.refresh_from_db()
    assert case.state == "closing"
    assert "三次没有接电话" in desks["manager"].get(page(case)).content.decode()
    assert desks["manager"].post(f"{page(case)}/closing", {}).status_code == 303
    case.refresh_from_db()
    assert case.state == "closed"


@pytest.mark.parametrize("which", ["open", "mine", "late", "waiting", "review", "closed", "oops"])
def test_every_list_opens_and_says_what_to_do_when_it_is_empty(
    desks: Desks, claim: Case, which: str
) -> None:
    assert (
        "No concern here." in desks["agent"].get(f"/desk/concerns?which={which}").content.decode()
    )
    take_up(desks, claim)
    assert desks["agent"].get(f"/desk/concerns?which={which}").status_code == 200


@pytest.mark.parametrize("place", ["concerns", "findings"])
def test_lists_are_for_those_who_look_after_customers(desks: Desks, place: str) -> None:
    assert desks["surveyor"].get(f"/desk/{place}").status_code == 403
    assert desks["operator"].get(f"/desk/{place}").status_code == 403
    assert desks["auditor"].get(f"/desk/{place}").status_code == 200


def test_another_branch_sees_neither_concern_nor_words_nor_suggestion(
    desks: Desks, claim: Case
) -> None:
    case = take_up(desks, claim)
    note = Concern.objects.get().words_id
    kept = finding(desks, claim)
    west = desks["west"]
    assert case.number not in west.get("/desk/concerns").content.decode()
    for address in (page(case), f"/desk/readings/{note}", f"/desk/findings/{kept.pk}"):
        assert west.get(address).status_code == 404, address


@pytest.mark.covers("CARE-12")
def test_a_person_corrects_how_words_were_read(desks: Desks, claim: Case) -> None:
    case = take_up(desks, claim)
    note = Concern.objects.get(pk=case.pk).words_id
    assert note is not None
    address = f"/desk/readings/{note}"
    assert "How a person reads them" in desks["agent"].get(address).content.decode()
    wrong = {"sentiment": "sad", "urgency": "high"}
    assert desks["agent"].post(address, wrong).status_code == 422
    good = {"sentiment": "neg", "causes": ["denial", "amount"], "urgency": "high"}
    assert desks["agent"].post(address, good).status_code == 302
    assert knowledge.corrections() == [("neg", "denial", WORDS)]
    assert "read by a person" in desks["agent"].get(page(case)).content.decode()


# Suggestions -----------------------------------------------------------------------------------


def finding(desks: Desks, claim: Case) -> Finding:
    with queue.capture():
        return concerns.keep_finding(
            case=claim, title="一次列全材料", cause="docs", product="motor", stage="reported",
            by=desks.world["agent"], at=NOW,
        )  # fmt: skip


@pytest.mark.covers("FB-4", "FB-6", "CB-25")
def test_a_suggestion_is_considered_and_its_answer_reaches_the_customer(
    desks: Desks, claim: Case
) -> None:
    kept, lead = finding(desks, claim), desks["team_lead"]
    assert "一次列全材料" in lead.get("/desk/findings?standing=new").content.decode()
    address = f"/desk/findings/{kept.pk}"
    assert lead.post(f"{address}/title", {"title": "", "cause": "docs"}).status_code == 422
    assert lead.post(f"{address}/title", {"title": "清单合并", "cause": "docs"}).status_code == 302
    assert lead.post(f"{address}/answer", {"standing": "adopted", "words": ""}).status_code == 422
    told = {"standing": "adopted", "words": "清单改成一页了", "change": "清单一页",
            "rests_on": claim.number}  # fmt: skip
    assert lead.post(f"{address}/answer", told).status_code == 302
    kept.refresh_from_db()
    assert (kept.title, kept.standing) == ("清单合并", "adopted")
    assert Message.objects.filter(case=claim, reason="finding_answered").exists()
    assert "清单改成一页了" in lead.get(address).content.decode()


def test_an_agent_reads_suggestions_and_decides_none(desks: Desks, claim: Case) -> None:
    address = f"/desk/findings/{finding(desks, claim).pk}"
    assert "Tell the customer" not in desks["agent"].get(address).content.decode()
    told = {"standing": "adopted", "words": "清单改成一页了", "change": "清单一页",
            "rests_on": claim.number}  # fmt: skip
    assert desks["agent"].post(f"{address}/answer", told).status_code == 403


# The customer's standing ------------------------------------------------------------------------


@pytest.mark.covers("CRM-3", "CRM-4")
def test_the_standing_of_the_customer_is_beside_the_concern_and_on_the_customers_page(
    desks: Desks, claim: Case
) -> None:
    case = take_up(desks, claim)
    for address in (page(case), f"/desk/customers/{case.customer_id}"):
        text = desks["agent"].get(address).content.decode()
        assert "How they stand to us" in text
        assert "May leave us" in text
        assert "not asked yet" in text

"""Approved answers: written by one, approved by another, given in the same words, and counted."""

from __future__ import annotations

import re

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.core.knowledge.models import AnswerUse, ApprovedAnswer
from yinuo.kit import queue

WORDS = "钱最晚三个工作日到您的卡上。"
GIVEN = {"title": "钱什么时候到", "body": WORDS, "language": "zh-hans", "causes": ["delay"]}


def approved(desks: Desks) -> ApprovedAnswer:
    assert desks["agent"].post("/desk/answers/new", GIVEN).status_code == 302
    row = ApprovedAnswer.objects.get()
    decision = f"/desk/answers/{row.pk}/decision"
    assert desks["team_lead"].post(decision, {"approve": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.checked_at is not None
    return row


def concern(desks: Desks) -> Case:
    claim = house.report(desks.world).case
    with queue.capture():
        return concerns.open_concern(
            about=claim, reasons=["said_to_us"], words="理赔太慢", by=desks.world["agent"], at=NOW
        )


@pytest.mark.covers("KB-1")
def test_an_approved_answer_is_given_in_its_words_and_the_use_is_on_record(desks: Desks) -> None:
    row, case = approved(desks), concern(desks)
    agent, sheet = desks["agent"], f"/desk/concerns/{case.number}/answer"
    assert "钱什么时候到" in agent.get(sheet).content.decode()
    assert agent.post(sheet, {"approved": str(row.pk), "words": ""}).status_code == 303
    assert case.notes.get(kind="answer").body == WORDS
    use = AnswerUse.objects.get()
    assert (use.answer, use.case_id, use.changed) == (row, case.pk, False)
    assert WORDS in agent.get("/desk/answers").content.decode()
    shown = agent.get(f"/desk/answers/{row.pk}").content.decode()
    assert re.search(r"Given to customers</dt>\s*<dd>1", shown)


def test_other_words_are_on_record_as_changed(desks: Desks) -> None:
    row, case = approved(desks), concern(desks)
    sheet = f"/desk/concerns/{case.number}/answer"
    given = {"approved": str(row.pk), "words": "钱今天到。"}
    assert desks["agent"].post(sheet, given).status_code == 303
    assert AnswerUse.objects.get().changed


def test_who_wrote_it_does_not_approve_it(desks: Desks) -> None:
    lead = desks["team_lead"]
    lead.post("/desk/answers/new", GIVEN)
    row = ApprovedAnswer.objects.get()
    lead.post(f"/desk/answers/{row.pk}/decision", {"approve": "1"})
    row.refresh_from_db()
    assert row.checked_at is None
    with pytest.raises(Exception, match="approved_answer_maker_is_not_checker"):
        ApprovedAnswer.objects.filter(pk=row.pk).update(checked_by=row.made_by)


def test_what_nobody_approved_cannot_be_given(desks: Desks) -> None:
    desks["agent"].post("/desk/answers/new", GIVEN)
    row, case = ApprovedAnswer.objects.get(), concern(desks)
    sheet = f"/desk/concerns/{case.number}/answer"
    assert WORDS not in desks["agent"].get(sheet).content.decode()
    sent = desks["agent"].post(sheet, {"approved": str(row.pk), "words": ""})
    assert sent.status_code in (404, 422)
    assert not AnswerUse.objects.exists()
    assert not case.notes.filter(kind="answer").exists()


def test_a_better_version_takes_the_place_of_the_old_one(desks: Desks) -> None:
    old = approved(desks)
    better = {**GIVEN, "body": "钱最晚两个工作日到您的卡上。"}
    page = f"/desk/answers/new?replaces={old.pk}"
    assert WORDS in desks["agent"].get(page).content.decode()
    desks["agent"].post(page, better)
    new = ApprovedAnswer.objects.exclude(pk=old.pk).get()
    desks["manager"].post(f"/desk/answers/{new.pk}/decision", {"approve": "1"})
    old.refresh_from_db()
    assert old.withdrawn_at is not None
    listed = desks["agent"].get("/desk/answers").content.decode()
    assert "两个工作日" in listed
    assert WORDS not in listed


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"body": " "}, {"language": "de"}, {"causes": ["weather"]}]
)
def test_half_an_answer_is_refused(desks: Desks, wrong: dict[str, object]) -> None:
    sent = desks["agent"].post("/desk/answers/new", {**GIVEN, **wrong})
    assert sent.status_code == 422
    assert not ApprovedAnswer.objects.exists()


@pytest.mark.covers("KB-1")
def test_words_that_only_experts_know_do_not_go_out(desks: Desks) -> None:
    case = concern(desks)
    sheet = f"/desk/concerns/{case.number}/answer"
    sent = desks["agent"].post(sheet, {"words": "已提交核价,请等待核赔。"})
    assert sent.status_code == 422
    assert "核价" in sent.content.decode()
    assert not case.notes.filter(kind="answer").exists()


def test_an_agent_approves_nothing(desks: Desks) -> None:
    desks["agent"].post("/desk/answers/new", GIVEN)
    row = ApprovedAnswer.objects.get()
    sent = desks["agent"].post(f"/desk/answers/{row.pk}/decision", {"approve": "1"})
    assert sent.status_code == 403

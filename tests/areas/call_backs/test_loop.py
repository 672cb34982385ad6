"""Asked, answered, asked again: until the customer is content, says stop, or the bound is met."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.areas.call_backs.conftest import Open, after, fresh
from tests.world import NOW, World
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import AlreadyAnswered, Answered
from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.core.cases.commands import StepNotAllowed
from yinuo.core.cases.models import Event, Note
from yinuo.core.messages.models import Message
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Person

GOOD = Answered("portal", answers={"overall": 5}, csat=5, nps=9, ces=6)
BAD = Answered(
    "portal",
    answers={"overall": 2},
    words={"what": "赔款少了三百，没人说明原因"},
    csat=2,
    nps=3,
    ces=2,
    reasons=("low_score", "named_problem"),
)


def invite(row: CallBack, at: datetime) -> None:
    call_backs.invite(case=row.case, by=SYSTEM, at=at)


def answer(row: CallBack, given: Answered, by: Actor, at: datetime) -> Response:
    return call_backs.answer(case=row.case, given=given, by=by, at=at)


def lines(row: CallBack) -> list[str]:
    found = Event.objects.filter(case=row.case).order_by("seq").values_list("type", flat=True)
    return [one for one in found if one.startswith("call_back.")]


def test_a_content_customer_is_thanked_and_left_alone(insurer: World, open_one: Open) -> None:
    row = open_one()
    invite(row, NOW)
    answer(row, GOOD, insurer["customer"], after(2))
    row = fresh(row)
    assert (row.case.state, row.satisfied, row.channel) == ("completed", True, "")
    assert lines(row) == [
        "call_back.opened",
        "call_back.invited",
        "call_back.answered",
        "call_back.completed",
    ]
    assert set(row.case.promises.values_list("rule", "kept_at")) == {
        ("call_backs.first_contact", NOW),
        ("call_backs.completion", after(2)),
    }
    thanks = Message.objects.filter(case=row.case, reason="call_back_answered", channel="inbox")
    assert "谢谢" in thanks.get().body


def test_answers_are_kept_with_their_version_and_words_as_notes(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    invite(row, NOW)
    answer(row, BAD, insurer["customer"], after(2))
    kept = Response.objects.get()
    note = Note.objects.get(case=row.case)
    assert (kept.questionnaire, kept.version, kept.round) == ("after_claim", 1, 1)
    assert (kept.answers, kept.notes) == ({"overall": 2}, {"what": note.pk})
    assert (kept.csat, kept.nps, kept.ces) == (2, 3, 2)
    assert (note.body, note.kind, note.thread) == (BAD.words["what"], "words", "what")
    told = Event.objects.get(type="call_back.answered").data
    assert told["reasons"] == ["low_score", "named_problem"]
    assert told["notes"] == [note.pk]
    assert BAD.words["what"] not in str(told)


def test_an_unhappy_answer_leads_to_another_round_two_days_later(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    invite(row, NOW)
    answer(row, BAD, insurer["customer"], after(2))
    row = fresh(row)
    assert (row.case.state, row.round, row.satisfied) == ("waiting", 2, False)
    assert (row.channel, row.next_contact_at) == ("message", after(50))
    promise = row.case.promises.get(rule="call_backs.next_round")
    assert (promise.started_at, promise.due_at) == (after(50), after(74))
    # Whoever is to be asked again is not forgotten once the letter has left.
    owed = row.case.promises.get(rule="call_backs.completion", kept_at=None)
    assert (owed.round, owed.due_at) == (2, after(50 + 72))
    assert call_backs.sweep(at=after(49)).invited == 0
    assert call_backs.sweep(at=after(50)).invited == 1
    row = fresh(row)
    assert (row.case.state, row.link_used_at) == ("invited", None)
    letter = Message.objects.get(reason="call_back_invited_again", channel="inbox")
    assert row.followed.number in letter.body
    answer(row, GOOD, insurer["customer"], after(60))
    assert fresh(row).case.state == "completed"
    assert not row.case.promises.filter(kept_at=None, withdrawn_at=None).exists()
    assert list(Response.objects.values_list("round", "csat")) == [(1, 2), (2, 5)]


def test_the_loop_ends_after_its_last_round(insurer: World, open_one: Open) -> None:
    row, at = open_one(), 0.0
    for round_ in (1, 2, 3):
        assert call_backs.sweep(at=after(at)).invited == 1
        answer(row, BAD, insurer["customer"], after(at + 2))
        assert fresh(row).round == min(round_ + 1, 3)
        at += 50
    row = fresh(row)
    assert (row.case.state, row.channel) == ("unsatisfied", "")
    assert lines(row)[-1] == "call_back.ended_unsatisfied"


def test_what_is_mended_early_is_asked_about_early(insurer: World, open_one: Open) -> None:
    row = open_one()
    invite(row, NOW)
    assert not call_backs.bring_forward(case=row.case, by=SYSTEM, at=after(1))
    answer(row, BAD, insurer["customer"], after(2))
    assert call_backs.bring_forward(case=row.case, by=SYSTEM, at=after(6))
    assert not call_backs.bring_forward(case=row.case, by=SYSTEM, at=after(6))
    assert fresh(row).next_contact_at == after(6)
    assert call_backs.sweep(at=after(6)).invited == 1


@pytest.mark.parametrize("state", ["invited", "waiting", "completed"])
def test_the_same_questions_are_not_answered_twice(
    insurer: World, open_one: Open, state: str
) -> None:
    row = open_one()
    invite(row, NOW)
    if state != "invited":
        answer(row, BAD if state == "waiting" else GOOD, insurer["customer"], after(2))
    else:
        answer(row, BAD, insurer["customer"], after(2))
        call_backs.sweep(at=after(50))
        answer(row, BAD, insurer["customer"], after(51))
    with pytest.raises((AlreadyAnswered, StepNotAllowed)):
        answer(row, GOOD, insurer["customer"], after(52))


def test_answers_by_link_end_the_call_that_is_being_made(insurer: World, open_one: Open) -> None:
    row = open_one()
    invite(row, NOW)
    call_backs.start_call(case=row.case, by=insurer["agent"], at=after(1))
    answer(row, GOOD, insurer["customer"], after(1.05))
    assert Attempt.objects.get(channel="call").outcome == "abandoned"
    with pytest.raises(StepNotAllowed):
        call_backs.record_attempt(
            case=row.case, outcome="no_answer", by=insurer["agent"], at=after(1.1)
        )


def test_answers_on_the_phone_end_the_call_as_reached(insurer: World, open_one: Open) -> None:
    row = open_one()
    call_backs.start_call(case=row.case, by=insurer["agent"], at=after(1))
    spoken = Answered("call", answers={"overall": 4}, csat=4)
    answer(row, spoken, insurer["agent"], after(1.1))
    assert Attempt.objects.get().outcome == "reached"
    assert fresh(row).case.state == "completed"


def test_stop_ends_this_one_and_never_again_ends_them_all(insurer: World, open_one: Open) -> None:
    row = open_one()
    call_backs.opt_out(case=row.case, by=insurer["customer"], at=after(1))
    row = fresh(row)
    assert (row.case.state, row.channel) == ("opted_out", "")
    assert "surveys" in Person.objects.get(pk=insurer.holder.pk).opted_out
    assert Message.objects.filter(reason="call_back_opted_out", channel="inbox").count() == 1
    for step in (call_backs.stop, call_backs.opt_out, call_backs.invite):
        with pytest.raises(StepNotAllowed):
            step(case=row.case, by=insurer["agent"], at=after(2))


def test_a_leader_leaves_a_customer_out_with_a_reason_of_the_programme(
    insurer: World, open_one: Open
) -> None:
    row, lead = open_one(), insurer["team_lead"]
    with pytest.raises(call_backs.NoSuchExclusion):
        call_backs.exclude(case=row.case, reason="no_time", by=lead, at=after(1))
    call_backs.exclude(case=row.case, reason="litigation", by=lead, at=after(1))
    assert fresh(row).case.state == "excluded"
    assert Event.objects.get(type="call_back.excluded").data["reason"] == "litigation"

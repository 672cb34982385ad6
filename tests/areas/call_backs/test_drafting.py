"""Answers one by one: nothing is said twice, nothing is lost, nobody else's call is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import HAPPY, Asking, finish, train
from tests.world import NOW
from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.models import CallBack, Response
from yinuo.areas.complaints.models import Complaint
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.knowledge import reader
from yinuo.core.people.models import Person
from yinuo.kit import queue
from yinuo.perception import reading


@pytest.fixture
def ask(db: None) -> Asking:
    return asking.build()


def _quality(ask: Asking) -> str:
    names = ("was_professional", "was_efficient", "was_transparent", "was_warm")
    return names[ask.case.pk % 4]


def _all(ask: Asking, **changes: str) -> None:
    for question, raw in {**HAPPY, _quality(ask): "5", **changes}.items():
        ask.answer(question, raw)


def test_each_answer_is_kept_when_it_is_given(ask: Asking) -> None:
    ask.answer("satisfied", "4")
    ask.answer("easy", "")
    draft = queries.draft_of(ask.row)
    assert draft is not None
    assert draft.answers == {"satisfied": 4, "easy": None}
    assert (draft.questionnaire, draft.version, draft.round) == ("after_claim", 1, 1)
    assert draft.finished_at is None
    assert draft.csat is None


def test_given_again_the_newer_answer_counts(ask: Asking) -> None:
    ask.answer("satisfied", "4")
    ask.answer("satisfied", "2")
    assert Response.objects.get().answers == {"satisfied": 2}


def test_words_are_a_note_and_the_same_words_sent_twice_are_one(ask: Asking) -> None:
    ask.answer("satisfied", "4")
    for _ in range(2):
        ask.answer("suggestion", "进度写细一点")
    draft = Response.objects.get()
    note = Note.objects.get(case=ask.case)
    assert draft.notes == {"suggestion": note.pk}
    assert "suggestion" not in draft.answers
    assert (note.kind, note.body, note.by) == ("words", "进度写细一点", ask.customer.id)
    assert queries.given_answers(draft)["suggestion"] == "进度写细一点"
    ask.answer("suggestion", "")
    assert queries.given_answers(Response.objects.get())["suggestion"] is None


def test_a_question_that_is_not_asked_takes_no_answer(ask: Asking) -> None:
    for question in ("problem_words", "told_of_delay", "nothing"):
        with pytest.raises(engine.QuestionUnknown):
            ask.answer(question, "yes")
    assert not Response.objects.exists()


def test_a_refused_answer_keeps_the_earlier_one(ask: Asking) -> None:
    ask.answer("satisfied", "4")
    with pytest.raises(engine.ScoreOffScale):
        ask.answer("satisfied", "9")
    assert Response.objects.get().answers == {"satisfied": 4}


def test_finished_answers_are_scores_events_and_an_end(ask: Asking) -> None:
    _all(ask)
    finished = finish(ask)
    assert (finished.csat, finished.nps, finished.ces) == (5, 10, 7)
    event = Event.objects.get(case=ask.case, type="call_back.answered")
    assert event.data["reasons"] == []
    assert event.data["questionnaire"] == "after_claim"
    ask.case.refresh_from_db()
    assert ask.case.state == "completed"


def test_what_has_to_be_answered_is_named(ask: Asking) -> None:
    ask.answer("satisfied", "5")
    with pytest.raises(engine.AnswerMissing) as missing:
        finish(ask)
    assert missing.value.field == "problem"
    ask.answer("problem", "none")
    assert finish(ask).csat == 5


def test_a_branch_that_was_left_again_is_not_kept_with_the_answers(ask: Asking) -> None:
    _all(ask, problem="open")
    ask.answer("problem_words", "修理厂态度很差")
    ask.answer("problem", "none")
    finished = finish(ask)
    assert "problem_words" not in finished.notes
    assert Event.objects.get(case=ask.case, type="call_back.answered").data["reasons"] == []


def test_unhappy_answers_ask_for_a_concern_and_another_round_with_other_questions(
    ask: Asking,
) -> None:
    _all(ask, satisfied="1", problem="open")
    ask.answer("problem_words", "赔款少了三千，没人解释")
    finish(ask)
    event = Event.objects.get(case=ask.case, type="call_back.answered")
    assert event.data["reasons"] == ["low_score", "named_problem"]
    row = CallBack.objects.get(pk=ask.case.pk)
    assert (row.round, row.questionnaire, row.questionnaire_version) == (2, "after_solution", 1)
    assert row.satisfied is False


def test_what_is_finished_is_not_answered_again(ask: Asking) -> None:
    _all(ask)
    finish(ask)
    with pytest.raises(call_backs.AlreadyAnswered):
        finish(ask)
    with pytest.raises(call_backs.AlreadyAnswered):
        ask.answer("satisfied", "1")


def test_between_two_rounds_the_next_questions_are_not_open_yet(ask: Asking) -> None:
    _all(ask, satisfied="1")
    finish(ask)
    with pytest.raises(call_backs.AlreadyAnswered):
        ask.answer("solved", "yes")


# On the phone ----------------------------------------------------------------------------------


def test_nothing_is_asked_before_we_know_who_is_there(ask: Asking) -> None:
    phone = {"channel": "call", "by": ask.agent}
    with pytest.raises(call_backs.NoRunningCall):
        ask.answer("satisfied", "5", **phone)
    ask.call(identify=False)
    with pytest.raises(call_backs.NotIdentified):
        ask.answer("satisfied", "5", **phone)
    for wrong in ("", "0001", "京B99999", "样例客户甲"):
        with pytest.raises(call_backs.NotTheCustomer):
            call_backs.identify(case=ask.case, said=wrong, by=ask.agent, at=ask.at)
    for right in ("沪A12345", " 沪a·123 45", "A12345"):
        with queue.capture():
            call_backs.identify(case=ask.case, said=right, by=ask.agent, at=ask.at)
    assert Event.objects.filter(case=ask.case, type="call_back.identified").count() == 1
    ask.answer("satisfied", "5", **phone)


def test_the_last_four_of_the_id_number_prove_it_and_those_of_the_phone_do_not(
    ask: Asking,
) -> None:
    person = ask.row.person
    person.id_number = "110101199003074514"
    person.save()
    ask.call(identify=False)
    with pytest.raises(call_backs.NotTheCustomer):
        call_backs.identify(case=ask.case, said="0001", by=ask.agent, at=ask.at)
    with queue.capture():
        call_backs.identify(case=ask.case, said="4514", by=ask.agent, at=ask.at)
    event = Event.objects.get(case=ask.case, type="call_back.identified")
    assert event.data == {"number": 1, "how": "id_number"}


def test_each_call_is_made_sure_of_anew(ask: Asking) -> None:
    ask.call()
    with queue.capture():
        call_backs.record_attempt(
            case=ask.case,
            outcome="later",
            next_at=ask.at + timedelta(hours=5),
            by=ask.agent,
            at=ask.at,
        )
    ask.at += timedelta(hours=5)
    ask.call(identify=False)
    with pytest.raises(call_backs.NotIdentified):
        ask.answer("satisfied", "5", channel="call", by=ask.agent)


def test_answers_on_the_phone_keep_the_script_and_count_as_reached(ask: Asking) -> None:
    ask.call()
    for question, raw in {**HAPPY, _quality(ask): "4"}.items():
        ask.answer(question, raw, channel="call", by=ask.agent)
    finished = finish(ask, channel="call", by=ask.agent)
    assert (finished.script, finished.by) == ("standard/1", ask.agent.id)
    row = ask.row
    assert row.reached_at == ask.at
    assert row.attempts.get(channel="call").outcome == "reached"


def test_a_colleague_does_not_answer_in_somebody_elses_call(ask: Asking) -> None:
    train(ask.world, "team_lead")
    ask.call()
    lead = ask.world["team_lead"]
    with pytest.raises(call_backs.NoRunningCall):
        ask.answer("satisfied", "5", channel="call", by=lead)
    with pytest.raises(call_backs.BeingCalled):
        call_backs.start_call(case=ask.case, by=lead, at=ask.at)


def test_what_was_begun_by_link_is_finished_on_the_phone_without_asking_twice(
    ask: Asking,
) -> None:
    ask.answer("satisfied", "4")
    ask.answer("easy", "6")
    ask.call()
    ask.answer("problem", "none", channel="call", by=ask.agent)
    finished = finish(ask, channel="call", by=ask.agent)
    assert (finished.csat, finished.ces, finished.channel) == (4, 6, "call")


@pytest.mark.parametrize(
    ("occasion", "care"), [("refused", ""), ("paid", "major"), ("paid", "special")]
)
@pytest.mark.django_db
def test_a_hard_talk_needs_a_second_training(occasion: str, care: str) -> None:
    ask = asking.build(occasion=occasion, care=care)
    with pytest.raises(call_backs.NotTrained):
        call_backs.start_call(case=ask.case, by=ask.agent, at=ask.at)
    train(ask.world, "agent", kind="call_back_complex")
    ask.call()


def test_whoever_needs_care_gets_the_gentle_script(ask: Asking) -> None:
    Person.objects.filter(pk=ask.row.person_id).update(vulnerability="hard of hearing")
    assert queries.script_of(ask.row, at=NOW).key == "gentle/1"


def test_words_are_read_with_the_weights_of_this_installation(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = reading.read("我要去法院起诉你们")
    assert heard.urgency == "high"
    monkeypatch.setattr(reader, "read_words", lambda _text: heard)
    _all(ask, suggestion="都好")
    finish(ask)
    told = Event.objects.get(case=ask.case, type="call_back.answered")
    assert "threat" in told.data["reasons"]


# What is left in the middle ----------------------------------------------------------------------


def _heard(ask: Asking) -> list[Event]:
    return list(Event.objects.filter(case=ask.case, type="call_back.heard_in_part"))


def _give_up(ask: Asking) -> None:
    CallBack.objects.filter(pk=ask.case.pk).update(channel="end", next_contact_at=ask.at)
    with queue.capture():
        call_backs.sweep(at=ask.at)


def _refuse(ask: Asking) -> None:
    ask.call()
    with queue.capture():
        call_backs.record_attempt(case=ask.case, outcome="refused", by=ask.agent, at=ask.at)


def _end(command: Callable[..., None], role: str, **given: str) -> Callable[[Asking], None]:
    def end(ask: Asking) -> None:
        with queue.capture():
            command(case=ask.case, by=ask.world[role], at=ask.at, **given)

    return end


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (_give_up, "exhausted"),
        (_refuse, "stopped"),
        (_end(call_backs.stop, "customer"), "stopped"),
        (_end(call_backs.opt_out, "customer"), "opted_out"),
        (_end(call_backs.exclude, "team_lead", reason="litigation"), "excluded"),
    ],
)
def test_a_bad_score_is_heard_however_the_questions_end(
    ask: Asking, end: Callable[[Asking], None], state: str
) -> None:
    said_at = ask.at
    ask.answer("satisfied", "1")
    ask.at += timedelta(minutes=5)
    end(ask)
    ask.case.refresh_from_db()
    assert ask.case.state == state
    (heard,) = _heard(ask)
    assert heard.data["reasons"] == ["low_score"]
    assert heard.data["first_spoken_at"] == said_at.isoformat()
    assert Response.objects.get().finished_at is None


def test_good_answers_left_in_the_middle_ask_nothing(ask: Asking) -> None:
    ask.answer("satisfied", "5")
    _give_up(ask)
    assert not _heard(ask)


def test_finished_answers_are_not_heard_a_second_time_at_the_end(ask: Asking) -> None:
    _all(ask, satisfied="1")
    finish(ask)
    _give_up(ask)
    assert not _heard(ask)


def test_words_of_a_branch_that_was_left_are_not_heard(ask: Asking) -> None:
    ask.answer("satisfied", "4")
    ask.answer("problem", "open")
    ask.answer("problem_words", "修理厂态度很差")
    ask.answer("problem", "none")
    _give_up(ask)
    assert not _heard(ask)


def test_a_wish_to_complain_said_in_the_middle_is_a_complaint_from_that_moment(
    ask: Asking,
) -> None:
    said_at = ask.at
    ask.answer("satisfied", "1")
    ask.answer("problem", "complaint")
    ask.at += timedelta(minutes=5)
    with queue.capture() as jobs:
        call_backs.stop(case=ask.case, by=ask.customer, at=ask.at)
        for _ in range(2):
            (heard,) = _heard(ask)
            automation.react(event_ids=[heard.pk], at=ask.at)
        jobs.take()
    complaint = Complaint.objects.get()
    assert complaint.first_spoken_at == said_at
    assert not Case.objects.filter(kind="concern").exists()

"""Answers one by one: each is kept when it is given, so that nobody says anything twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.commands.answering import (
    AlreadyAnswered,
    Answered,
    answer,
    newest_response,
)
from yinuo.areas.call_backs.commands.calling import NoRunningCall
from yinuo.areas.call_backs.commands.common import Held, hold
from yinuo.areas.call_backs.models import Attempt, Response
from yinuo.areas.call_backs.questionnaire import Answer, AnswerMissing, Questionnaire
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.knowledge import reader
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError, Message


class NotTheCustomer(DomainError):
    """`field` is what was said; what it was compared with is never told."""

    code = "not_the_customer"
    message: ClassVar[Message] = _(
        "This is not what we know. Ask again, or end the call without talking about the case."
    )
    http = 422


class NotIdentified(DomainError):
    code = "not_identified"
    message: ClassVar[Message] = _("Make sure first who is on the phone.")


def identify(*, case: Case, said: str, by: Actor, at: datetime) -> None:
    """The person on the phone has said something that only the customer knows.

    Raises NoRunningCall and NotTheCustomer.
    """
    with cases.transaction():
        held = hold(case)
        running = _own_call(held, by)
        how = rules.proof_of(said, queries.proofs_of(held.row.person))
        if how is None:
            raise NotTheCustomer("said")
        if not queries.is_identified(running):
            data = {"number": running.number, "how": how}
            cases.record(case=held.case, type="call_back.identified", data=data, by=by, at=at)


def keep_answer(
    *,
    case: Case,
    question: str,
    raw: str | int | Sequence[str] | None,
    channel: str,
    by: Actor,
    at: datetime,
) -> Response:
    """Keep one answer of the running round; given again, the newer one counts.

    Raises AlreadyAnswered, QuestionUnknown, AnswerRefused, StepNotAllowed, NotYourRole and, on
    the phone, NoRunningCall and NotIdentified.
    """
    with cases.transaction():
        held = _held_to_answer(case, channel, by)
        draft = _draft(held, channel, by, at)
        given = queries.given_answers(draft)
        asking = queries.questionnaire_of(held.row, at=at)
        asked = engine.asked(asking, given, queries.question_facts(held.row))
        if question not in {one.id for one in asked}:
            raise engine.QuestionUnknown("question")
        value = engine.check(asking.question(question), raw)
        _put(held, draft, asking, question, value, by, at)
        draft.save()
    return draft


def finish(
    *, case: Case, channel: str, by: Actor, at: datetime, seen: int | None = None
) -> Response:
    """What was given one by one becomes the answer of this round.

    Raises AnswerMissing naming the first question that has to be answered, and the refusals of
    `answer` and `keep_answer`.
    """
    with cases.transaction():
        held = _held_to_answer(case, channel, by)
        draft = _draft(held, channel, by, at)
        asking, facts = queries.questionnaire_of(held.row, at=at), queries.question_facts(held.row)
        given = engine.kept(asking, queries.given_answers(draft), facts)
        for question in engine.asked(asking, given, facts):
            if question.required and given.get(question.id) is None:
                raise AnswerMissing(question.id)
        draft.notes = {id_: note for id_, note in draft.notes.items() if id_ in given}
        draft.answers = {id_: one for id_, one in given.items() if id_ not in draft.notes}
        draft.save()
        found = engine.outcome(asking, given, facts, read=reader.read_words)
        scores = engine.scores(asking, given)
        finished = Answered(
            channel=channel,
            csat=scores.csat,
            nps=scores.nps,
            ces=scores.ces,
            reasons=found.reasons,
            suggestion=found.suggestion,
            complaint=found.complaint,
        )
        return answer(case=held.case, given=finished, by=by, at=at, seen=seen)


def _held_to_answer(case: Case, channel: str, by: Actor) -> Held:
    held = hold(case)
    newest = newest_response(held)
    if newest is not None and newest.finished_at is not None:
        raise AlreadyAnswered
    cases.check_step(held.case, "answer", by=by)
    if channel == rules.CALL and not queries.is_identified(_own_call(held, by)):
        raise NotIdentified
    return held


def _own_call(held: Held, by: Actor) -> Attempt:
    running = held.running
    if running is None or running.by != by.id:
        raise NoRunningCall(number=held.case.number)
    return running


def _draft(held: Held, channel: str, by: Actor, at: datetime) -> Response:
    """The row of this round; whoever gives an answer last is on record as the one who took it."""
    row = held.row
    draft = newest_response(held) or Response(call_back=row, round=row.round, started_at=at)
    draft.questionnaire, draft.version = row.questionnaire, row.questionnaire_version
    draft.language, draft.channel, draft.by = row.language, channel, by.id
    if channel == rules.CALL:
        draft.script = queries.script_of(row, at=at).key
    return draft


def _put(
    held: Held,
    draft: Response,
    asking: Questionnaire,
    question: str,
    value: Answer,
    by: Actor,
    at: datetime,
) -> None:
    if asking.question(question).kind != "text":
        draft.answers[question] = value
        return
    if not isinstance(value, str):
        draft.notes.pop(question, None)
        draft.answers[question] = None
        return
    draft.answers.pop(question, None)
    held_note = draft.notes.get(question)
    # The same words sent twice, by a second click or a second tab, are written down once.
    if held_note is None or not Note.objects.filter(pk=held_note, body=value).exists():
        note = cases.write_note(
            case=held.case,
            body=value,
            kind="words",
            thread=question,
            by=by,
            at=at,
            for_customer=True,
        )
        draft.notes[question] = note.pk

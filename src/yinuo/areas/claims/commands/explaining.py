"""What we tell about the sum: the letter, and answers to questions and objections on its lines."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import letters
from yinuo.areas.claims.commands.common import Locked, locked, telling
from yinuo.areas.claims.commands.lettering import keep_letter
from yinuo.areas.claims.letters import Subject
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.commands.notes import NoteIsEmpty
from yinuo.core.cases.models import Case, Note
from yinuo.core.documents.models import Document
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge.rules import language_for
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

THREADS = "sum:"
"""Threads about a line of the sum are called sum:<loss>:<line>."""
LONGEST_THREAD = 60
_NOT_DECIDED = (
    "reported", "registered", "dispatched", "surveyed", "assessed", "documented", "calculated",
    "reviewed", "approved",
)  # fmt: skip


class NothingToTell(DomainError):
    code = "nothing_to_tell"
    message = _("Loss %(loss)s has no calculation yet: there is nothing to write about.")


class NotDecidedYet(DomainError):
    code = "not_decided_yet"
    message = _("The letter about loss %(loss)s goes out with its decision: decide it first.")


class NoSuchQuestion(DomainError):
    code = "no_such_question"
    message = _("There is no such question about the sum.")
    http = 404


class AnsweredAlready(DomainError):
    code = "answered_already"
    message = _("This question is answered already.")


class OwnWorkDisputed(DomainError):
    code = "own_work_disputed"
    message = _("The objection is to your own work: another colleague has to look at it.")
    http = 403


def write_letter(
    *, case: Case, loss: int, words: str, by: Actor, at: datetime, seen: int | None = None
) -> Document:
    """Write another letter about a decision that is told, and keep it as it is sent.

    The first goes out with the decision itself. Raises NotDecidedYet, NothingToTell, and
    WordingRefused where the words are not plain.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        cases.check_step(held.case, "write_letter", by=by)
        if row.stage in _NOT_DECIDED:
            raise NotDecidedYet("loss", loss=row.ordinal)
        newest = row.calculations.select_related("assessment").order_by("-version").first()
        if newest is None:
            raise NothingToTell("loss", loss=row.ordinal)
        document = keep_letter(held, row, newest, words=words, by=by, at=at)
        data = {"loss": row.ordinal, "document": document.pk}
        facts = telling(held.claim, loss=row.title)
        cases.advance(Move(held.case, "write_letter", data=data, facts=facts), by=by, at=at)
    return document


def ask_about_sum(
    *, case: Case, loss: int, line: str, body: str, objection: bool, by: Actor, at: datetime
) -> Note:
    """A question about a line of the sum or of the assessment, or an objection to it.

    Either is a thread beside the line, with a promise of its own. `line` is the key of the line,
    or empty for the sum as a whole. Raises NoteIsEmpty.
    """
    if not body.strip():
        raise NoteIsEmpty("body")
    step = "object_to_sum" if objection else "question_sum"
    rule = "claims.objection_answer" if objection else "claims.question_answer"
    with cases.transaction():
        held = locked(case)
        row = held.loss(loss)
        cases.check_step(held.case, step, by=by)
        note = cases.write_note(
            case=held.case,
            body=body,
            kind="objection" if objection else "question",
            thread=f"{THREADS}{row.ordinal}:{line}"[:LONGEST_THREAD],
            for_customer=True,
            by=by,
            at=at,
        )
        data = {"note": note.pk, "loss": row.ordinal}
        cases.advance(Move(held.case, step, data=data, facts=telling(held.claim)), by=by, at=at)
        cases.promise(case=held.case, rule=rule, subject=f"note:{note.pk}", by=by, at=at)
    return note


def answer_about_sum(*, case: Case, note: int, body: str, by: Actor, at: datetime) -> Note:
    """Answer a question or an objection; an objection is answered by who did not make the sum.

    Raises NoSuchQuestion, AnsweredAlready, OwnWorkDisputed, NoteIsEmpty and WordingRefused.
    """
    with cases.transaction():
        held = locked(case)
        cases.check_step(held.case, "answer_sum", by=by)
        asked = Note.objects.filter(
            case=held.case, pk=note, thread__startswith=THREADS, kind__in=("question", "objection")
        ).first()
        if asked is None:
            raise NoSuchQuestion("note")
        if Note.objects.filter(in_reply_to=asked).exists():
            raise AnsweredAlready("note")
        if asked.kind == "objection" and by.id in _makers(held, asked):
            raise OwnWorkDisputed("note")
        knowledge.require_plain(
            text=body,
            language=language_for(body, held.case.customer.language),
            purpose="reply",
            at=at,
            field="body",
        )
        answer = cases.write_note(
            case=held.case,
            body=body,
            kind="answer",
            thread=asked.thread,
            in_reply_to=asked,
            for_customer=True,
            by=by,
            at=at,
        )
        _note_clauses(held, asked, body, by, at)
        subject = f"note:{asked.pk}"
        for rule in ("claims.question_answer", "claims.objection_answer"):
            cases.keep(case=held.case, rule=rule, subject=subject, by=by, at=at)
        data = {"note": answer.pk, "question": asked.pk, "kind": asked.kind}
        facts = telling(held.claim, words=answer.body)
        cases.advance(Move(held.case, "answer_sum", data=data, facts=facts), by=by, at=at)
    return answer


def _note_clauses(held: Locked, asked: Note, body: str, by: Actor, at: datetime) -> None:
    """An answer may say what a clause means: other words than the library's raise a finding."""
    loss = held.loss(int(asked.thread.split(":")[1]))
    newest = loss.calculations.select_related("assessment").order_by("-version").first()
    if newest is None:
        return
    held.claim.case = held.case
    about = Subject(held.claim, held.losses, loss, newest, at)
    found = knowledge.explanations(body, letters.cited(about), at=at)
    knowledge.note_uses(
        case_id=held.case.pk,
        cited={key: words for key, words in found.items() if words},
        language=about.language,
        place="answer",
        by=by,
        at=at,
    )


def _makers(held: Locked, asked: Note) -> set[str]:
    """Who assessed and who calculated the loss that the thread is about."""
    number = asked.thread.split(":")[1]
    loss = held.loss(int(number))
    calculation = loss.calculations.order_by("-version").values_list("made_by", flat=True).first()
    assessment = loss.assessments.order_by("-version").values_list("made_by", flat=True).first()
    return {str(one) for one in (calculation, assessment) if one}

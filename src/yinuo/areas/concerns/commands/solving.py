"""From the owner who takes a concern to the customer who says that it is solved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.concerns import queries, rules, workflow
from yinuo.areas.concerns.commands.common import (
    Locked,
    WordsMissing,
    check_known,
    locked,
    rules_at,
    said,
    told,
)
from yinuo.areas.concerns.commands.opening import open_concern, reopen_as_unsolved
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge import queries as knowledge_queries
from yinuo.core.knowledge.rules import language_for
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Staff
from yinuo.kit.errors import DomainError


class NotForThisHandler(DomainError):
    code = "not_for_this_handler"
    message = _(
        "This concern is about how people behaved, so somebody else than the handler of "
        "%(number)s looks after it."
    )
    http = 403


class NotGivenToYou(DomainError):
    code = "not_given_to_you"
    message = _("This concern is with somebody else. A team lead can give it to you.")
    http = 403


class OwnSolution(DomainError):
    code = "own_solution"
    message = _("You proposed this solution: another person has to ask the customer about it.")
    http = 403


def take(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Look after it oneself, with its promises. Raises NotForThisHandler."""
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        before = held.case.handler_id
        data = {"from": before, "to": by.staff_id}
        if by.staff_id is not None and by.staff_id != before:
            held.case.handler = Staff.objects.get(pk=by.staff_id)
            cases.hand_over_promises(case=held.case, to=held.case.handler, from_id=before)
        cases.advance(Move(held.case, "take", data=data), by=by, at=at)


def reassign(*, case: Case, to: Staff, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Raises NotForThisHandler and NotOfThisBranch."""
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, to.pk)
        cases.reassign(case=held.case, to=to, by=by, at=at)


def contact(*, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Spoke with the customer, who said this.

    Raises WordsMissing, NotForThisHandler and NotGivenToYou.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        only_if_given(held, by)
        note = said(held.case, words, by=by, at=at)
        cases.advance(Move(held.case, "contact", data={"note": note.pk}), by=by, at=at)


def answer(
    *,
    case: Case,
    words: str,
    approved: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """What we make of it, for the customer to read; with `approved`, in approved words.

    Raises WordsMissing, NotForThisHandler, NotGivenToYou, AnswerNotFound, WordingRefused.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        only_if_given(held, by)
        words = _in_plain_words(held, words, approved, by=by, at=at)
        note = told(held.case, words, "answer", by=by, at=at)
        _answered(held, at)
        facts = {"words": words}
        move = Move(held.case, "answer", data={"note": note.pk}, facts=facts)
        cases.advance(move, by=by, at=at)


def solve(
    *,
    case: Case,
    words: str,
    approved: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """What we did or will do about it; whether that solves it, the customer says.

    Raises as `answer` does.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        only_if_given(held, by)
        words = _in_plain_words(held, words, approved, by=by, at=at)
        note = told(held.case, words, "solution", by=by, at=at)
        _answered(held, at)
        concern = held.concern
        concern.solved_at, concern.solved_by = at, by.id
        concern.save(update_fields=["solved_at", "solved_by"])
        facts = {"words": words}
        data = {"note": note.pk, "round": concern.round}
        cases.advance(Move(held.case, "solve", data=data, facts=facts), by=by, at=at)


def confirm(
    *, case: Case, words: str = "", by: Actor, at: datetime, seen: int | None = None
) -> None:
    """The customer says that it is solved; that closes it.

    A member of staff who heard it writes down what was said, and is not the one who proposed the
    solution. Raises OwnSolution, WordsMissing and NotForThisHandler.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        concern = held.concern
        if by.id == concern.solved_by:
            raise OwnSolution
        if by.kind != "customer" and not words.strip():
            raise WordsMissing("words")
        note = said(held.case, words, by=by, at=at) if words.strip() else None
        data = {"note": note.pk if note else None, "round": concern.round}
        cases.advance(Move(held.case, "confirm", data=data), by=by, at=at)
        concern.confirmed_at, concern.confirmed_by = at, by.id
        concern.outcome = Concern.Outcome.CONFIRMED
        concern.save(update_fields=["confirmed_at", "confirmed_by", "outcome"])
        cases.advance(Move(held.case, "close", data=closed(held, "confirmed")), by=SYSTEM, at=at)


def reopen(*, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The customer says that it is not solved: new times, one round more. Raises WordsMissing."""
    with cases.transaction():
        held = locked(case, seen=seen)
        note = said(held.case, words, by=by, at=at)
        reopen_as_unsolved(held, {"note": note.pk}, by=by, at=at)


def come_back(*, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None) -> Case:
    """The customer comes back after the end: a new concern, which knows the one before.

    Raises WordsMissing.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        about = held.case.about or held.case
        fresh = open_concern(
            about=about,
            reasons=["not_satisfied_again"],
            words=words,
            source_case=held.case,
            causes=tuple(held.concern.causes),
            door="portal" if by.kind == "customer" else "desk",
            by=by,
            at=at,
        )
        data = {"concern": fresh.pk}
        cases.advance(Move(held.case, "come_back", data=data), by=by, at=at)
    return fresh


def sort(
    *,
    case: Case,
    causes: Sequence[str],
    urgency: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Correct what it is about and how urgent it is.

    Raises WordUnknown, NotForThisHandler and NotGivenToYou.
    """
    check_known("causes", tuple(causes), rules.KNOWN_CAUSES)
    check_known("urgency", (urgency,), rules.KNOWN_URGENCIES)
    with cases.transaction():
        held = locked(case, seen=seen)
        concern = held.concern
        concern.apart = rules_at(at).owner.choice.value.keeps_apart(tuple(causes))
        keep_apart(held, by.staff_id)
        only_if_given(held, by)
        urgent = rules.is_urgent(urgency) and not rules.is_urgent(concern.urgency)
        data = {"from": list(concern.causes), "causes": list(causes), "urgency": urgency}
        concern.causes, concern.urgency = list(causes), urgency
        concern.save(update_fields=["causes", "urgency", "apart"])
        also = ("concerns.urgent_contact",) if urgent else ()
        cases.advance(Move(held.case, "sort", data=data, also_makes=also), by=by, at=at)


def closed(held: Locked, how: str, reason: str = "") -> dict[str, object]:
    """What the last line of a concern tells whoever follows up."""
    concern, case = held.concern, held.case
    return {
        "how": how,
        "reason": reason,
        "rounds": concern.round,
        "in_time": queries.solved_in_time(concern),
        "about": case.about_id,
        "source": concern.source_case_id,
    }


def _in_plain_words(
    held: Locked, words: str, approved: int | None, *, by: Actor, at: datetime
) -> str:
    """What the customer will read: the approved words unless others were typed, and its use."""
    own = words.strip()
    if approved is not None:
        given = knowledge_queries.offered_answer(approved)
        changed = bool(own) and own != given.body
        knowledge.use_answer(answer=given, case_id=held.case.pk, changed=changed, by=by, at=at)
        own = own or given.body
    if own:
        knowledge.require_plain(
            text=own,
            language=language_for(own, held.case.customer.language),
            purpose="concern_answer",
            at=at,
            field="words",
        )
    return own


def _answered(held: Locked, at: datetime) -> None:
    if held.concern.answered_at is None:
        held.concern.answered_at = at
        held.concern.save(update_fields=["answered_at"])


def keep_apart(held: Locked, staff_id: int | None) -> None:
    """Nobody looks into what is said about their own work."""
    about = held.case.about
    if staff_id is None or about is None or not held.concern.apart:
        return
    if about.handler_id == staff_id:
        raise NotForThisHandler(number=about.number)


def only_if_given(held: Locked, by: Actor) -> None:
    """The claims department answers what a leader gave it. Raises NotGivenToYou."""
    if not workflow.is_given(by.roles, by.staff_id, held.case.handler_id):
        raise NotGivenToYou

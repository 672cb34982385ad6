"""Every action on a concern, and the one that takes a concern up from any other case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns import queries
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.actions.shared import NOTE
from yinuo.interfaces.common.actions.table import Action, table_of
from yinuo.interfaces.common.inputs.concerns import (
    ClosingProposalInput,
    ClosingReturnInput,
    ConcernAnswerInput,
    ConcernByStaffInput,
    MoreWordsInput,
    NotSolvedInput,
    SaidInput,
    SolutionInput,
    SolvedInput,
    SortingInput,
    ToComplaintInput,
)


def take_up(
    actor: Actor, about: Case, given: ConcernByStaffInput, *, door: str, at: datetime
) -> Case:
    """Open a concern about a case, or add the words to the one that is open."""
    by_customer = actor.kind == "customer"
    return concerns.open_concern(
        about=about,
        reasons=["asked_by_customer" if by_customer else "said_to_us"],
        words=given.words,
        causes=() if by_customer else tuple(given.causes),
        urgency="" if by_customer else given.urgency or "",
        separate=given.separate and not by_customer,
        door=door,
        by=actor,
        at=at,
    )


def _raise(actor: Actor, case: Case, given: ConcernByStaffInput, at: datetime) -> None:
    cases.check_step(case, "raise_concern", by=actor)
    door = {"customer": "portal", "client": "api"}.get(actor.kind, "desk")
    take_up(actor, case, given, door=door, at=at)


def _take(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    concerns.take(case=case, by=actor, at=at, seen=given.seen)


def _contact(actor: Actor, case: Case, given: SaidInput, at: datetime) -> None:
    concerns.contact(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _answer(actor: Actor, case: Case, given: ConcernAnswerInput, at: datetime) -> None:
    concerns.answer(
        case=case, words=given.words, approved=given.approved, by=actor, at=at, seen=given.seen
    )


def _solve(actor: Actor, case: Case, given: SolutionInput, at: datetime) -> None:
    concerns.solve(
        case=case, words=given.words, approved=given.approved, by=actor, at=at, seen=given.seen
    )


def _confirm(actor: Actor, case: Case, given: SolvedInput, at: datetime) -> None:
    concerns.confirm(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _reopen(actor: Actor, case: Case, given: NotSolvedInput, at: datetime) -> None:
    concerns.reopen(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _hear(actor: Actor, case: Case, given: MoreWordsInput, at: datetime) -> None:
    reason = "asked_by_customer" if actor.kind == "customer" else "said_to_us"
    concerns.hear_again(
        case=case, words=given.words, reasons=[reason], by=actor, at=at, seen=given.seen
    )


def _come_back(actor: Actor, case: Case, given: NotSolvedInput, at: datetime) -> None:
    concerns.come_back(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _propose_closing(actor: Actor, case: Case, given: ClosingProposalInput, at: datetime) -> None:
    concerns.propose_closing(
        case=case, reason=given.reason, words=given.words, by=actor, at=at, seen=given.seen
    )


def _review_closing(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    concerns.review_closing(case=case, by=actor, at=at, seen=given.seen)


def _return_closing(actor: Actor, case: Case, given: ClosingReturnInput, at: datetime) -> None:
    concerns.return_closing(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _complain(actor: Actor, case: Case, given: ToComplaintInput, at: datetime) -> None:
    concerns.become_complaint(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _sort(actor: Actor, case: Case, given: SortingInput, at: datetime) -> None:
    concerns.sort(
        case=case, causes=given.causes, urgency=given.urgency, by=actor, at=at, seen=given.seen
    )


def _handler(actor: Actor, case: Case, given: inputs.HandlerInput, at: datetime) -> None:
    staff = people.staff_for(actor, given.staff)
    concerns.reassign(case=case, to=staff, by=actor, at=at, seen=given.seen)


def _barred_to_confirm(actor: Actor, case: Case) -> bool:
    return queries.is_own_solution(actor, case) or queries.is_kept_from(actor, case)


def _barred_to_close(actor: Actor, case: Case) -> bool:
    return queries.is_own_proposal(actor, case) or queries.is_kept_from(actor, case)


# Every kind whose workflow has the step `raise_concern` takes this into its own table.
RAISE_CONCERN = Action("concern", ConcernByStaffInput, _raise, ("raise_concern",))

CONCERN_ACTIONS: Mapping[str, Action[Any]] = table_of(
    Action("taking", inputs.EmptyInput, _take, ("take",), queries.is_kept_from),
    Action("contact", SaidInput, _contact, ("contact",), queries.is_not_for),
    Action("answer", ConcernAnswerInput, _answer, ("answer",), queries.is_not_for),
    Action("solution", SolutionInput, _solve, ("solve",), queries.is_not_for),
    Action("confirmation", SolvedInput, _confirm, ("confirm",), _barred_to_confirm),
    Action("objection", NotSolvedInput, _reopen, ("reopen",)),
    Action("closing", inputs.EmptyInput, _review_closing, ("review_closing",), _barred_to_close),
    Action("closing-return", ClosingReturnInput, _return_closing, ("return_closing",)),
    Action(
        "closing-proposal",
        ClosingProposalInput,
        _propose_closing,
        ("propose_closing",),
        queries.is_not_for,
    ),
    Action("return", NotSolvedInput, _come_back, ("come_back",)),
    Action("more-words", MoreWordsInput, _hear, ("hear_again",)),
    Action("complaint", ToComplaintInput, _complain, ("become_complaint",)),
    Action("sorting", SortingInput, _sort, ("sort",), queries.is_not_for),
    Action("handler", inputs.HandlerInput, _handler, ("reassign",)),
    NOTE,
)

"""The steps of a replay: what its people do in many claims at once, through the set commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import (
    Arrive,
    Assess,
    CompletePapers,
    CompleteSurvey,
    Decide,
    Dispatch,
    LossTurn,
    NewReport,
    ProposeAccount,
    Refusal,
    Register,
    Reported,
    Turn,
    Withdraw,
)
from yinuo.areas.claims.models import Loss, Survey
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.interfaces.cli.replay_cast import Cast

HIGHER = ("team_lead", "manager")


def report(members: Sequence[NewReport]) -> list[Reported]:
    return claims.report_many(members, by=SYSTEM, at=_first(members))


def register(members: Sequence[Register]) -> list[None]:
    claims.register_many(members, by=SYSTEM, at=_first(members))
    return _nothing(members)


def withdraw(members: Sequence[Withdraw]) -> list[None]:
    claims.withdraw_many(members, by=SYSTEM, at=_first(members))
    return _nothing(members)


@dataclass(frozen=True, slots=True)
class Contact:
    """The first talk. `lead` sends somebody where the dispatch found nobody."""

    case: Case
    lead: Actor
    cast: Cast
    at: datetime


def contact(members: Sequence[Contact]) -> list[Actor]:
    """The surveyors declare that they have no interest of their own, and call."""
    at = _first(members)
    with cases.transaction():
        sent = _surveyors(members)
        missing = [one for one in members if one.case.pk not in sent]
        if missing:
            turns = [Dispatch(case=one.case, by=one.lead, at=one.at) for one in missing]
            for survey in claims.dispatch_many(turns, by=SYSTEM, at=at):
                sent[survey.claim_id] = survey.surveyor_id
        actors = [one.cast.actor(sent[one.case.pk]) for one in members]
        turns_of_them = [
            Turn(case=one.case, by=actor, at=one.at)
            for one, actor in zip(members, actors, strict=True)
        ]
        claims.declare_no_interest_many(turns_of_them, by=SYSTEM, at=at)
        claims.contact_many(turns_of_them, by=SYSTEM, at=at)
    return actors


def _surveyors(members: Sequence[Contact]) -> dict[int, int]:
    rows = Survey.objects.filter(claim__in=[one.case.pk for one in members])
    return dict(rows.order_by("round").values_list("claim_id", "surveyor_id"))


def arrive(members: Sequence[Arrive]) -> list[None]:
    claims.arrive_many(members, by=SYSTEM, at=_first(members))
    return _nothing(members)


def complete_survey(members: Sequence[CompleteSurvey]) -> list[Survey]:
    return claims.complete_survey_many(members, by=SYSTEM, at=_first(members))


def assess(members: Sequence[Sequence[Assess]]) -> list[None]:
    turns = _all(members)
    claims.assess_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


def complete_papers(
    members: Sequence[tuple[Sequence[ProposeAccount], CompletePapers]],
) -> list[None]:
    """The payees name their accounts, and nothing more is needed."""
    at = _first([complete for _accounts, complete in members])
    with cases.transaction():
        accounts = _all(accounts for accounts, _complete in members)
        claims.propose_account_many(accounts, by=SYSTEM, at=at)
        complete = [complete for _accounts, complete in members]
        claims.complete_papers_many(complete, by=SYSTEM, at=at)
    return _nothing(members)


def calculate(members: Sequence[Sequence[LossTurn]]) -> list[None]:
    turns = _all(members)
    claims.calculate_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


def propose_refusal_many(members: Sequence[Sequence[Refusal]]) -> list[None]:
    turns = _all(members)
    claims.propose_refusal_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


def review(members: Sequence[Sequence[LossTurn]]) -> list[None]:
    turns = _all(members)
    claims.review_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


@dataclass(frozen=True, slots=True)
class Approve:
    """`approvers` by the level of authority that a sum asks for."""

    case: Case
    losses: Sequence[Loss]
    approvers: Mapping[str, Actor]
    at: datetime


def approve(members: Sequence[Approve]) -> list[None]:
    """Somebody with the authority that each sum needs; a refusal needs the team lead."""
    waiting = Approval.objects.filter(
        case__in=[one.case.pk for one in members], verdict=Approval.Verdict.WAITING
    )
    levels = {
        (row.case_id, row.subject): row.level if row.amount else "team_lead" for row in waiting
    }
    turns = [
        LossTurn(
            case=one.case,
            loss=loss.ordinal,
            by=one.approvers[levels[one.case.pk, cases.subject_of(loss)]],
            at=one.at,
        )
        for one in members
        for loss in one.losses
    ]
    claims.approve_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


def decide(members: Sequence[Sequence[Decide]]) -> list[None]:
    turns = _all(members)
    claims.decide_many(turns, by=SYSTEM, at=_first(turns))
    return _nothing(members)


def instructing(call_bank: Callable[[], None]) -> Callable[[Sequence[Turn]], list[list[Payment]]]:
    """The step that instructs everything that is decided and not under way.

    A loss with nothing to pay has ended.
    """

    def instruct(members: Sequence[Turn]) -> list[list[Payment]]:
        decided = Loss.objects.filter(
            claim__in=[one.case.pk for one in members], stage="decided"
        ).order_by("claim_id", "ordinal")
        of_claim = {one.case.pk: one for one in members}
        turns = [
            LossTurn(
                case=of_claim[loss.claim_id].case,
                loss=loss.ordinal,
                by=of_claim[loss.claim_id].by,
                at=of_claim[loss.claim_id].at,
            )
            for loss in decided
        ]
        paid: dict[int, list[Payment]] = {}
        made = claims.instruct_payment_many(turns, by=SYSTEM, at=_first(members))
        for turn, payments in zip(turns, made, strict=True):
            paid.setdefault(turn.case.pk, []).extend(payments)
        call_bank()
        return [paid.get(one.case.pk, []) for one in members]

    return instruct


def came_back(members: Sequence[Case]) -> list[bool]:
    """Whether the money of a claim has come back from the bank."""
    returned = Loss.objects.filter(claim__in=[case.pk for case in members], stage="returned")
    found = set(returned.values_list("claim_id", flat=True))
    return [case.pk in found for case in members]


def propose_account(members: Sequence[ProposeAccount]) -> list[PayeeAccount]:
    return claims.propose_account_many(members, by=SYSTEM, at=_first(members))


@dataclass(frozen=True, slots=True)
class Confirm:
    case: Case
    account: PayeeAccount
    by: Actor
    at: datetime


def confirm_account(members: Sequence[Confirm]) -> list[None]:
    for one in members:
        claims.confirm_account(case=one.case, account=one.account, by=one.by, at=one.at)
    return _nothing(members)


def _first(members: Sequence[Any]) -> datetime:
    """The moment of who does not bring one of their own; here everybody does."""
    moment: datetime = members[0].at
    return moment


def _all(members: Iterable[Sequence[Any]]) -> list[Any]:
    return [turn for member in members for turn in member]


def _nothing(members: Sequence[Any]) -> list[None]:
    return [None] * len(members)

"""理算: the sum of a loss by one person, or the proposal to pay nothing.

A machine never decides: every step here is taken by a member of staff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import advances, queries
from yinuo.areas.claims.commands.clauses import Library
from yinuo.areas.claims.commands.common import LossTurn, Member, newest_versions
from yinuo.areas.claims.commands.settling import (
    digest_of,
    nothing_to_pay,
    settled,
    settled_from,
    sheet_of,
    sum_of,
)
from yinuo.areas.claims.commands.sums import advance, taken
from yinuo.areas.claims.models import Assessment, Calculation, Loss
from yinuo.areas.claims.rules import Sum, less_advances
from yinuo.areas.claims.settling import Settled
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge.rules import written_in
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError, raise_problems


class NotAssessed(DomainError):
    code = "not_assessed"
    message = _("Loss %(loss)s has no assessment: there is nothing to calculate from.")


class ReasonAndClause(DomainError):
    code = "reason_and_clause"
    message = _("A refusal says why and names the clause: reason %(number)s lacks one of them.")
    http = 422


class RefusalWithoutReason(DomainError):
    code = "refusal_without_reason"
    message = _("A refusal has at least one reason with its clause.")
    http = 422


class ClauseNotExplained(DomainError):
    code = "clause_not_explained"
    message = _("“%(clause)s” is not in the library: say in plain words what it says.")
    http = 422


class ClauseExplainedAlready(DomainError):
    code = "clause_explained_already"
    message = _("The library says in plain words what “%(clause)s” means: leave this empty.")
    http = 422


@dataclass(frozen=True, slots=True)
class Reason:
    """Why less is paid or nothing, and the clause that says so.

    `clause` is the key or the name of a clause of the library, or words of one's own; `plain` says
    what a clause means that the library does not have.
    """

    reason: str
    clause: str
    plain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(LossTurn):
    reasons: Sequence[Reason]


def preview(*, loss: Loss, at: datetime) -> Sum:
    """The sum as it would be now; writes nothing. Raises NotAssessed and AccidentRefused."""
    losses = list(loss.claim.losses.order_by("ordinal"))
    assessments = queries.newest_assessments(losses)
    found = settled(loss.claim, losses, at=at, assessments=assessments)
    result = sum_of(found, loss, _of_loss(assessments, loss))
    return less_advances(result, advances.advanced([loss]).get(loss.pk, Decimal(0)))


def calculate_many(turns: Sequence[LossTurn], *, by: Actor, at: datetime) -> list[Calculation]:
    """Work out the sums of losses, each from its newest assessment.

    The losses of one claim are settled together. Raises NotAssessed and AccidentRefused.
    """
    with cases.transaction():
        members, losses = taken(turns, "calculate", by, at)
        held = {one.held.claim.pk: one.held for one in members}
        every = [loss for each in held.values() for loss in each.losses]
        assessments = queries.newest_assessments(every)
        facts = queries.accident_facts_many(
            [(each.claim, each.losses) for each in held.values()], assessments
        )
        prefetch_related_objects(list(assessments.values()), "lines")
        paid_before = advances.advanced(losses)
        sheets: dict[tuple[int, datetime], _Sheet] = {}
        drafts = []
        for one, loss in zip(members, losses, strict=True):
            pk = one.held.claim.pk
            with cases.naming(one.held.case):
                assessment = _of_loss(assessments, loss)
                if (pk, one.at) not in sheets:
                    sheets[pk, one.at] = _Sheet.of(settled_from(facts[pk], at=one.at))
            sheet = sheets[pk, one.at]
            result = sum_of(sheet.settled, loss, assessment)
            result = less_advances(result, paid_before.get(loss.pk, Decimal(0)))
            drafts.append(
                _Draft(one, loss, result, assessment, result.outcome, _cuts(assessment), sheet)
            )
        return _file(drafts, "calculate", by, at)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A claim settled, and what is kept of it to work it out again."""

    settled: Settled
    kept: Mapping[str, Any]
    digest: str

    @staticmethod
    def of(found: Settled) -> _Sheet:
        kept = sheet_of(found)
        return _Sheet(found, kept, digest_of(kept))


def _of_loss(assessments: Mapping[int, Assessment], loss: Loss) -> Assessment:
    assessment = assessments.get(loss.pk)
    if assessment is None:
        raise NotAssessed("loss", loss=loss.ordinal)
    return assessment


def _cuts(assessment: Assessment) -> list[dict[str, str]]:
    lines = sorted(assessment.lines.all(), key=lambda line: line.ordinal)
    return [{"reason": line.reason, "clause": line.clause} for line in lines if line.reason]


def calculate(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> Calculation:
    """One loss; see `calculate_many`."""
    return calculate_many([LossTurn(case=case, loss=loss, seen=seen)], by=by, at=at)[0]


def propose_refusal_many(turns: Sequence[Refusal], *, by: Actor, at: datetime) -> list[Calculation]:
    """Propose to pay nothing for losses. They go the same way of review and approval.

    Raises RefusalWithoutReason, ReasonAndClause, ClauseNotExplained, ClauseExplainedAlready and
    knowledge.WordingRefused.
    """
    found, checked = Library(at), set[Reason]()
    for turn in turns:
        with cases.naming(turn.case):
            _check_reasons(turn.reasons, found, checked)
    with cases.transaction():
        members, losses = taken(turns, "propose_refusal", by, at)
        assessments = queries.newest_assessments(losses)
        drafts = []
        for one, loss in zip(members, losses, strict=True):
            assessment = assessments.get(loss.pk)
            asked = assessment.asked if assessment else loss.estimate or Decimal(0)
            nothing = nothing_to_pay(asked)
            listed = [_kept(reason, found) for reason in one.turn.reasons]
            drafts.append(_Draft(one, loss, nothing, assessment, "refuse", listed))
        return _file(drafts, "propose_refusal", by, at)


def propose_refusal(
    *,
    case: Case,
    loss: int,
    reasons: Sequence[Reason],
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Calculation:
    """One loss; see `propose_refusal_many`."""
    turn = Refusal(case=case, loss=loss, reasons=reasons, seen=seen)
    return propose_refusal_many([turn], by=by, at=at)[0]


# Parts ---------------------------------------------------------------------------------------


def _kept(reason: Reason, found: Library) -> dict[str, str]:
    """A reason as it is kept: the clause by its name, and where it is explained."""
    key, name = found.key_and_name(reason.clause)
    more = {"key": key, "plain": reason.plain.strip()}
    known = {one: words for one, words in more.items() if words}
    return {"reason": reason.reason, "clause": name, **known}


def _check_reasons(reasons: Sequence[Reason], found: Library, checked: set[Reason]) -> None:
    """The customer reads these words: each names why and where, and is plain (保险法 art 24)."""
    if not reasons:
        raise RefusalWithoutReason("reasons")
    raise_problems(
        ReasonAndClause(
            f"reasons.{index}.{'clause' if reason.reason.strip() else 'reason'}", number=index + 1
        )
        for index, reason in enumerate(reasons)
        if not reason.reason.strip() or not reason.clause.strip()
    )
    for index, reason in enumerate(reasons):
        if reason in checked:
            continue
        _check_clause(reason, found, f"reasons.{index}.plain")
        for name, words in (("reason", reason.reason), ("plain", reason.plain)):
            if not words.strip():
                continue
            knowledge.require_plain(
                text=words,
                language=written_in(words),
                purpose="reply",
                at=found.at,
                field=f"reasons.{index}.{name}",
            )
        checked.add(reason)


def _check_clause(reason: Reason, found: Library, place: str) -> None:
    """The letter says every clause in plain words: the library's, or those of a colleague."""
    key, name = found.key_and_name(reason.clause)
    if key and reason.plain.strip():
        raise ClauseExplainedAlready(place, clause=name)
    if not (reason.plain.strip() or found.explains(reason.clause)):
        raise ClauseNotExplained(place, clause=name)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a calculation is made of."""

    member: Member[Any]
    loss: Loss
    result: Sum
    assessment: Assessment | None
    outcome: str
    reasons: list[dict[str, str]]
    sheet: _Sheet | None = None


def _file(drafts: Sequence[_Draft], step: str, by: Actor, at: datetime) -> list[Calculation]:
    losses = [draft.loss for draft in drafts]
    versions = newest_versions(Calculation, losses)
    filed = add_rows(
        [
            Calculation(
                loss=draft.loss,
                version=versions.get(draft.loss.pk, 0) + 1,
                assessment=draft.assessment,
                outcome=draft.outcome,
                asked=draft.result.asked,
                approved=draft.result.approved,
                deductible=draft.result.deductible,
                amount=draft.result.amount,
                currency=draft.member.held.claim.currency,
                steps=list(draft.result.steps),
                reasons=draft.reasons,
                made_by=draft.member.by.id,
                made_at=draft.member.at,
                sheet=draft.sheet.kept if draft.sheet else None,
                digest=draft.sheet.digest if draft.sheet else "",
            )
            for draft in drafts
        ]
    )
    advance(step, [draft.member for draft in drafts], losses, filed, by, at)
    return filed

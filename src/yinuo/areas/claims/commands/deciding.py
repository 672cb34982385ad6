"""理算 复核 审批: the sum by one person, its review by another, approval in authority, decision.

A machine never decides: every step here is taken by a member of staff.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import Locked, locked, rules_at, telling
from yinuo.areas.claims.commands.settling import (
    digest_of,
    nothing_to_pay,
    settled,
    sheet_of,
    sum_of,
)
from yinuo.areas.claims.models import Assessment, Calculation, Claim, Decision, Loss, Payee
from yinuo.areas.claims.rules import Sum
from yinuo.areas.claims.settling import Settled
from yinuo.core.approvals import commands as approvals
from yinuo.core.approvals.commands import MakerCannotCheck, ReasonMissing
from yinuo.core.approvals.models import Approval
from yinuo.core.approvals.rules import may_check_alone
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.kit.errors import DomainError, raise_problems

APPROVAL = "settlement"


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


class BeyondAuthority(DomainError):
    code = "beyond_authority"
    message = _(
        "%(amount)s in a claim of this class is above your authority: %(roles)s may approve it."
    )
    http = 403


class OnlyAPerson(DomainError):
    code = "only_a_person"
    message = _("This is decided by a member of staff, never by a machine.")
    http = 403


class SharesDoNotAddUp(DomainError):
    code = "shares_do_not_add_up"
    message = _("The payees' shares make %(shares)s, the sum is %(amount)s.")
    http = 422


class NoPayee(DomainError):
    code = "no_payee"
    message = _("Say who receives the money.")
    http = 422


@dataclass(frozen=True, slots=True)
class Reason:
    """Why less is paid or nothing, and the clause that says so."""

    reason: str
    clause: str


@dataclass(frozen=True, slots=True)
class Share:
    person: Person
    amount: Decimal


def preview(*, loss: Loss, at: datetime) -> Sum:
    """The sum as it would be now; writes nothing. Raises NotAssessed and AccidentRefused."""
    losses = loss.claim.losses.order_by("ordinal")
    return _worked_out(loss.claim, losses, loss, at)[0]


def _worked_out(
    claim: Claim, losses: Sequence[Loss], loss: Loss, at: datetime
) -> tuple[Sum, Settled, Assessment]:
    assessments = queries.newest_assessments(losses)
    assessment = assessments.get(loss.pk)
    if assessment is None:
        raise NotAssessed("loss", loss=loss.ordinal)
    found = settled(claim, losses, at=at, assessments=assessments)
    return sum_of(found, loss, assessment), found, assessment


def calculate(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> Calculation:
    """Work out the sum of one loss from its newest assessment."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "calculate", by)
        held.claim.case = held.case
        result, found, assessment = _worked_out(held.claim, held.losses, row, at)
        cuts = [
            asdict(Reason(line.reason, line.clause))
            for line in assessment.lines.order_by("ordinal")
            if line.reason
        ]
        calculation = _file(
            held, row, result, assessment, result.outcome, cuts, by, at, sheet=sheet_of(found)
        )
        _advance(held, row, "calculate", calculation, by, at)
    return calculation


def propose_refusal(
    *,
    case: Case,
    loss: int,
    reasons: Sequence[Reason],
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Calculation:
    """Propose to pay nothing for a loss. It goes the same way of review and approval."""
    _check_reasons(reasons)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "propose_refusal", by)
        asked = row.estimate or Decimal(0)
        assessment = row.assessments.order_by("-version").first()
        if assessment is not None:
            asked = assessment.asked
        nothing = nothing_to_pay(asked)
        listed = [asdict(reason) for reason in reasons]
        calculation = _file(held, row, nothing, assessment, "refuse", listed, by, at)
        _advance(held, row, "propose_refusal", calculation, by, at)
    return calculation


def review(*, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Confirm the sum as a second person. Raises MakerCannotCheck.

    A rule may let the maker confirm a small sum alone; its revision is then kept with it.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "review", by)
        calculation = _waiting(held, row)
        authority = rules_at(at).authority
        alone = by.id == calculation.made_by
        if alone and (
            calculation.outcome == "refuse"
            or not may_check_alone(calculation.amount, authority.alone_up_to.value)
        ):
            raise MakerCannotCheck
        calculation.verdict = Calculation.Verdict.CONFIRMED
        calculation.reviewed_by, calculation.reviewed_at = by.id, at
        calculation.rule_revision = 0 if alone else None
        calculation.save()
        _request_approval(held, row, calculation, by, at)
        _advance(held, row, "review", calculation, by, at)


def return_review(
    *, case: Case, loss: int, remark: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Send the sum back with what to change. Raises ReasonMissing and MakerCannotCheck."""
    if not remark.strip():
        raise ReasonMissing("remark")
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "return_review", by)
        calculation = _waiting(held, row)
        if by.id == calculation.made_by:
            raise MakerCannotCheck
        calculation.verdict = Calculation.Verdict.RETURNED
        calculation.reviewed_by, calculation.reviewed_at = by.id, at
        calculation.review_remark = remark.strip()
        calculation.save()
        _advance(held, row, "return_review", calculation, by, at)


def approve(*, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Approve within one's authority. Raises BeyondAuthority and MakerCannotCheck."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "approve", by)
        calculation = _confirmed(held, row)
        _check_authority(held, calculation, by, at)
        approvals.approve(
            case=held.case,
            subject=cases.subject_of(row),
            kind=APPROVAL,
            by=by,
            at=at,
            makers=frozenset({calculation.made_by}),
        )
        _advance(held, row, "approve", calculation, by, at)


def return_approval(
    *, case: Case, loss: int, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        _check_step(held, row, "return_approval", by)
        calculation = _confirmed(held, row)
        subject = cases.subject_of(row)
        approvals.return_unapproved(
            case=held.case, subject=subject, kind=APPROVAL, reason=reason, by=by, at=at
        )
        _advance(held, row, "return_approval", calculation, by, at)


def decide(
    *,
    case: Case,
    loss: int,
    shares: Sequence[Share] = (),
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Decision:
    """Decide an approved loss and tell the customer, in one transaction.

    `shares` may be left out when the owner of the loss receives all of it.
    Raises OnlyAPerson, NoPayee and SharesDoNotAddUp.
    """
    if by.kind != "staff":
        raise OnlyAPerson
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        calculation = _confirmed(held, row)
        _check_step(held, row, _decision_step(calculation), by)
        decision = _write_decision(held, row, calculation, by, at)
        if calculation.outcome != "refuse" and calculation.amount > 0:
            _write_payees(held, row, calculation, shares)
        row.outcome, row.amount = calculation.outcome, calculation.amount
        row.save(update_fields=["outcome", "amount"])
        _advance(held, row, _decision_step(calculation), calculation, by, at)
    return decision


def _check_step(held: Locked, loss: Loss, step: str, by: Actor) -> None:
    """First of all, so that a refusal says where the claim is and not what is missing for it."""
    cases.check_move(Move(held.case, step, parts=(loss,), all_parts=held.losses), by=by)


def _decision_step(calculation: Calculation) -> str:
    if calculation.outcome == "refuse":
        return "refuse"
    return "decide" if calculation.amount > 0 else "decide_zero"


def _check_reasons(reasons: Sequence[Reason]) -> None:
    if not reasons:
        raise RefusalWithoutReason("reasons")
    raise_problems(
        ReasonAndClause(f"reasons.{index}", number=index + 1)
        for index, reason in enumerate(reasons)
        if not reason.reason.strip() or not reason.clause.strip()
    )


def _file(
    held: Locked,
    loss: Loss,
    result: Sum,
    assessment: Assessment | None,
    outcome: str,
    reasons: list[dict[str, str]],
    by: Actor,
    at: datetime,
    *,
    sheet: Mapping[str, object] | None = None,
) -> Calculation:
    newest = loss.calculations.aggregate(newest=Max("version"))["newest"] or 0
    return Calculation.objects.create(
        loss=loss,
        version=newest + 1,
        assessment=assessment,
        outcome=outcome,
        asked=result.asked,
        approved=result.approved,
        deductible=result.deductible,
        amount=result.amount,
        currency=held.claim.currency,
        steps=list(result.steps),
        reasons=reasons,
        made_by=by.id,
        made_at=at,
        sheet=sheet,
        digest=digest_of(sheet) if sheet else "",
    )


def _waiting(held: Locked, loss: Loss) -> Calculation:
    row = loss.calculations.filter(verdict=Calculation.Verdict.WAITING).order_by("-version").first()
    if row is None:
        raise approvals.NoApprovalWaiting
    return row


def _confirmed(held: Locked, loss: Loss) -> Calculation:
    row = (
        loss.calculations.filter(verdict=Calculation.Verdict.CONFIRMED).order_by("-version").first()
    )
    if row is None:
        raise approvals.NoApprovalWaiting
    return row


def _request_approval(
    held: Locked, loss: Loss, calculation: Calculation, by: Actor, at: datetime
) -> None:
    authority = rules_at(at).authority.limits.value
    roles = authority.roles_for(held.case.care, calculation.amount)
    if calculation.outcome == "refuse":
        roles = authority.roles_for_refusal(held.case.care)
    approvals.request_approval(
        case=held.case,
        subject=cases.subject_of(loss),
        kind=APPROVAL,
        amount=calculation.amount,
        currency=calculation.currency,
        level=roles[0] if roles else "manager",
        made_by=calculation.made_by,
        by=by,
        at=at,
    )


def _check_authority(held: Locked, calculation: Calculation, by: Actor, at: datetime) -> None:
    authority = rules_at(at).authority.limits.value
    roles = authority.roles_for(held.case.care, calculation.amount)
    allowed = authority.allows(by.roles, held.case.care, calculation.amount)
    if calculation.outcome == "refuse":
        allowed = allowed and authority.allows_refusal(by.roles)
        roles = authority.roles_for_refusal(held.case.care)
    if not allowed:
        raise BeyondAuthority(
            amount=f"{calculation.amount} {calculation.currency}", roles=", ".join(roles)
        )


def _write_decision(
    held: Locked, loss: Loss, calculation: Calculation, by: Actor, at: datetime
) -> Decision:
    approval = (
        Approval.objects.filter(
            case=held.case,
            subject=cases.subject_of(loss),
            kind=APPROVAL,
            verdict=Approval.Verdict.APPROVED,
        )
        .order_by("-decided_at")
        .first()
    )
    if approval is None:
        raise approvals.NoApprovalWaiting
    return Decision.objects.create(
        loss=loss,
        calculation=calculation,
        approval=approval,
        outcome=calculation.outcome,
        amount=calculation.amount,
        currency=calculation.currency,
        reasons=calculation.reasons,
        decided_by=by.id,
        decided_at=at,
    )


def _write_payees(
    held: Locked, loss: Loss, calculation: Calculation, shares: Sequence[Share]
) -> None:
    given = list(shares)
    if not given:
        owner = loss.owner or (held.case.customer if loss.kind == "own_vehicle" else None)
        if owner is None:
            raise NoPayee("shares")
        given = [Share(owner, calculation.amount)]
    total = sum((share.amount for share in given), Decimal(0))
    if total != calculation.amount or any(share.amount <= 0 for share in given):
        raise SharesDoNotAddUp("shares", shares=total, amount=calculation.amount)
    Payee.objects.filter(loss=loss).delete()
    Payee.objects.bulk_create(
        Payee(loss=loss, person=share.person, amount=share.amount) for share in given
    )


def _advance(
    held: Locked, loss: Loss, step: str, calculation: Calculation, by: Actor, at: datetime
) -> None:
    refused = calculation.outcome == "refuse"
    cases.advance(
        Move(
            held.case,
            step,
            parts=(loss,),
            all_parts=held.losses,
            data={
                "loss": loss.ordinal,
                "calculation": calculation.version,
                "outcome": calculation.outcome,
                "amount": str(calculation.amount),
                **({"sha256": calculation.digest} if calculation.digest else {}),
            },
            facts=telling(
                held.claim,
                amount=calculation.amount,
                asked=calculation.asked,
                approved=calculation.approved,
                deductible=calculation.deductible,
                reasons=calculation.reasons,
                loss=loss.title,
            ),
            amount=calculation.amount,
            also_makes=("claims.refusal_notice",) if step == "approve" and refused else (),
        ),
        by=by,
        at=at,
    )

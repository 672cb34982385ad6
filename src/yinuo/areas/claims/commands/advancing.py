"""预付: what is surely due is paid before the rest can be worked out (保险法 art 25).

An advance is proposed by one person, approved by another within authority, and sent by the cashier;
the sum that is worked out later takes it off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import advances, queries
from yinuo.areas.claims.advances import ADVANCE, advance_subject
from yinuo.areas.claims.commands.common import Locked, locked, rules_at, telling
from yinuo.areas.claims.commands.deciding import BeyondAuthority, NoPayee
from yinuo.areas.claims.commands.settling import settled_from
from yinuo.areas.claims.models import Loss
from yinuo.core.approvals import commands as approvals
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.payments import commands as payments
from yinuo.core.payments.commands import Draft
from yinuo.core.payments.models import Payment
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.kit.errors import DomainError

_CENT = Decimal("0.01")


class MoreThanSurelyDue(DomainError):
    code = "more_than_surely_due"
    message = _("Surely due for loss %(loss)s are %(most)s by now: %(amount)s is more.")
    http = 422


class NoAdvance(DomainError):
    code = "no_advance"
    message = _("Loss %(loss)s has no approved advance that is still to be sent.")


class AdvanceWaits(DomainError):
    code = "advance_waits"
    message = _("An advance on loss %(loss)s waits for approval already.")


def surely_due(held: Locked, loss: Loss, *, at: datetime) -> Decimal:
    """What will be due whatever the open papers say, less what was advanced before.

    While the survey has not fixed the liability nothing is assumed that would have to be paid
    back; of an estimate a part by rule counts. Raises AccidentRefused.
    """
    rules = rules_at(at).advances
    newest = queries.newest_assessments(held.losses)
    facts = queries.accident_facts(held.claim, held.losses, assessments=newest)
    if not facts.liability:
        facts = replace(facts, liability="none")
    ours = settled_from(facts, at=at).losses.get(loss.ordinal)
    whole = ours.amount if ours else Decimal(0)
    part = rules.of_assessed.value if loss.pk in newest else rules.of_estimate.value
    before = advances.advanced([loss]).get(loss.pk, Decimal(0))
    return max((whole * part).quantize(_CENT, ROUND_DOWN) - before, Decimal(0))


def propose_advance(
    *, case: Case, loss: int, amount: Decimal, by: Actor, at: datetime, seen: int | None = None
) -> Approval:
    """Propose to pay a part now; it waits on the day of somebody who may approve it.

    Raises MoreThanSurelyDue, AdvanceWaits and NoPayee.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        held.claim.case = held.case
        move = _move(held, row, "propose_advance", amount)
        cases.check_move(move, by=by)
        _payee(held, row)
        subject = advance_subject(row)
        if Approval.objects.filter(
            case=held.case, subject=subject, kind=ADVANCE, verdict=Approval.Verdict.WAITING
        ).exists():
            raise AdvanceWaits("loss", loss=loss)
        most = surely_due(held, row, at=at)
        if not 0 < amount <= most:
            raise MoreThanSurelyDue("amount", loss=loss, most=most, amount=amount)
        roles = rules_at(at).authority.limits.value.roles_for(held.case.care, amount)
        approval = approvals.request_approval(
            case=held.case,
            subject=subject,
            kind=ADVANCE,
            amount=amount,
            currency=held.claim.currency,
            level=roles[0] if roles else "manager",
            made_by=by.id,
            by=by,
            at=at,
        )
        owners = {"approver": _approver_of(held, roles, by, at)}
        cases.advance(replace(move, owners=owners), by=by, at=at)
    return approval


def _approver_of(held: Locked, roles: Sequence[str], by: Actor, at: datetime) -> int | None:
    """Who approves: the lowest authority first, the nearest of it, and never the proposer."""
    path = held.case.branch_path
    found = (one for role in roles for one in people.staff_with(role, path, at))
    return next((one.pk for one in found if one.pk != by.staff_id), None)


def approve_advance(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> Approval:
    """Approve within one's authority. Raises BeyondAuthority and MakerCannotCheck."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        waiting = _waiting(held, row)
        move = _move(held, row, "approve_advance", waiting.amount)
        cases.check_move(move, by=by)
        authority = rules_at(at).authority.limits.value
        if not authority.allows(by.roles, held.case.care, waiting.amount):
            roles = authority.roles_for(held.case.care, waiting.amount)
            raise BeyondAuthority.above(waiting.amount, waiting.currency, roles)
        approval = approvals.approve(
            case=held.case, subject=waiting.subject, kind=ADVANCE, by=by, at=at
        )
        cases.advance(move, by=by, at=at)
    return approval


def return_advance(
    *, case: Case, loss: int, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Do not approve it, and say why. Raises ReasonMissing."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        waiting = _waiting(held, row)
        move = _move(held, row, "return_advance", waiting.amount)
        cases.check_move(move, by=by)
        approvals.return_unapproved(
            case=held.case, subject=waiting.subject, kind=ADVANCE, reason=reason, by=by, at=at
        )
        cases.advance(move, by=by, at=at)


def pay_advance(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> list[Payment]:
    """Instruct what was approved, to leave with the next batch. Raises NoAdvance."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        open_ones = advances.to_send(held.case, row)
        if not open_ones:
            raise NoAdvance("loss", loss=loss)
        amount = sum((one.amount for one in open_ones), Decimal(0))
        move = _move(held, row, "pay_advance", amount)
        cases.check_move(move, by=by)
        payee = _payee(held, row)
        drafts = [
            Draft(
                case=held.case,
                payee=payee,
                approval=one,
                amount=one.amount,
                currency=one.currency,
                subject=advance_subject(row),
            )
            for one in open_ones
        ]
        made = payments.draft_many(drafts, by=by, at=at)
        cases.advance(move, by=by, at=at)
    return made


def _waiting(held: Locked, loss: Loss) -> Approval:
    row = Approval.objects.filter(
        case=held.case,
        subject=advance_subject(loss),
        kind=ADVANCE,
        verdict=Approval.Verdict.WAITING,
    ).first()
    if row is None:
        raise approvals.NoApprovalWaiting
    return row


def _payee(held: Locked, loss: Loss) -> Person:
    """Who owns what was harmed. Raises NoPayee where we do not know."""
    owner = loss.owner or (held.case.customer if loss.kind == "own_vehicle" else None)
    if owner is None:
        raise NoPayee("loss")
    return owner


def _move(held: Locked, loss: Loss, step: str, amount: Decimal) -> Move:
    return Move(
        held.case,
        step,
        parts=(loss,),
        all_parts=held.losses,
        data={"loss": loss.ordinal, "amount": str(amount)},
        facts=telling(held.claim, amount=amount, loss=loss.title),
        amount=amount,
    )

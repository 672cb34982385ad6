"""Asking for an approval and giving it. The caller records the event of its own business."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NoApprovalWaiting(DomainError):
    code = "no_approval_waiting"
    message = _("Nothing is waiting for approval here: somebody has already decided.")


class MakerCannotCheck(DomainError):
    code = "maker_cannot_check"
    message = _("You made this yourself: another person has to check it.")
    http = 403


class ReasonMissing(DomainError):
    code = "reason_missing"
    message = _("Say why: the person who made it has to know what to change.")
    http = 422


def request_approval(
    *,
    case: Case,
    subject: str,
    kind: str,
    amount: Decimal,
    currency: str,
    level: str,
    made_by: str,
    by: Actor,
    at: datetime,
) -> Approval:
    """Ask for an approval on behalf of `made_by`, the actor id of who made what is approved."""
    with cases.transaction():
        return Approval.objects.create(
            case=case,
            subject=subject,
            kind=kind,
            amount=amount,
            currency=currency,
            level=level,
            requested_by=made_by,
            requested_at=at,
        )


def approve(
    *,
    case: Case,
    subject: str,
    kind: str,
    by: Actor,
    at: datetime,
    makers: frozenset[str] = frozenset(),
    rule_revision: int | None = None,
) -> Approval:
    """Give the waiting approval. `makers` are those who made what is checked.

    Raises NoApprovalWaiting and MakerCannotCheck.
    """
    with cases.transaction():
        row = _waiting(case, subject, kind)
        if rule_revision is None and by.id in makers | {row.requested_by}:
            raise MakerCannotCheck
        row.verdict = Approval.Verdict.APPROVED
        row.decided_by = by.id
        row.decided_at = at
        row.rule_revision = rule_revision
        row.save(update_fields=["verdict", "decided_by", "decided_at", "rule_revision"])
    return row


def return_unapproved(
    *, case: Case, subject: str, kind: str, reason: str, by: Actor, at: datetime
) -> Approval:
    """Send it back with a reason. Raises NoApprovalWaiting and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing("reason")
    with cases.transaction():
        row = _waiting(case, subject, kind)
        if by.id == row.requested_by:
            raise MakerCannotCheck
        row.verdict = Approval.Verdict.RETURNED
        row.decided_by = by.id
        row.decided_at = at
        row.reason = reason.strip()
        row.save(update_fields=["verdict", "decided_by", "decided_at", "reason"])
    return row


def _waiting(case: Case, subject: str, kind: str) -> Approval:
    row = (
        Approval.objects.select_for_update()
        .filter(case=case, subject=subject, kind=kind, verdict=Approval.Verdict.WAITING)
        .first()
    )
    if row is None:
        raise NoApprovalWaiting
    return row

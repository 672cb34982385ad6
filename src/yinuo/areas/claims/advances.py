"""What was paid in advance on a loss: approvals of a kind of their own, and their payments."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from yinuo.areas.claims.models import Loss
from yinuo.core.approvals.models import Approval
from yinuo.core.cases.models import Case
from yinuo.core.payments.models import Payment

ADVANCE = "advance"
"""The kind of approval that lets a part be paid before the sum is worked out."""


def advance_subject(loss: Loss) -> str:
    return f"{ADVANCE}:{loss.pk}"


def advanced(losses: Sequence[Loss]) -> dict[int, Decimal]:
    """What was approved to be paid in advance, by loss; losses without any are left out."""
    subjects = {advance_subject(loss): loss.pk for loss in losses}
    rows = Approval.objects.filter(
        case__in={loss.claim_id for loss in losses},
        kind=ADVANCE,
        verdict=Approval.Verdict.APPROVED,
        subject__in=subjects,
    )
    found: dict[int, Decimal] = {}
    for subject, amount in rows.values_list("subject", "amount"):
        found[subjects[subject]] = found.get(subjects[subject], Decimal(0)) + amount
    return found


def to_send(case: Case, loss: Loss) -> list[Approval]:
    """Approved advances on the loss that no payment carries, or whose payment came back."""
    ended = (Payment.Status.RETURNED, Payment.Status.CANCELLED)
    sent = Payment.objects.filter(case=case, subject=advance_subject(loss)).exclude(
        status__in=ended
    )
    rows = Approval.objects.filter(
        case=case,
        subject=advance_subject(loss),
        kind=ADVANCE,
        verdict=Approval.Verdict.APPROVED,
    )
    return list(rows.exclude(pk__in=sent.values("approval")).order_by("pk"))

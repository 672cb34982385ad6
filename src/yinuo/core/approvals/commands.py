"""Asking for an approval and giving it. The caller records the event of its own business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import add_rows, change_rows
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


@dataclass(frozen=True, slots=True)
class Asking:
    """An approval to ask for; `made_by` is the actor id of who made what is approved."""

    case: Case
    subject: str
    kind: str
    amount: Decimal
    currency: str
    level: str
    made_by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Giving:
    """An approval to give, or to send back with a reason. `makers` made what is checked."""

    case: Case
    subject: str
    kind: str
    makers: frozenset[str] = frozenset()
    rule_revision: int | None = None
    reason: str = ""
    by: Actor | None = None
    at: datetime | None = None


def request_many(asked: Sequence[Asking], *, by: Actor, at: datetime) -> list[Approval]:
    """Ask for approvals on behalf of who made what is approved."""
    with cases.transaction():
        return add_rows(
            [
                Approval(
                    case=one.case,
                    subject=one.subject,
                    kind=one.kind,
                    amount=one.amount,
                    currency=one.currency,
                    level=one.level,
                    requested_by=one.made_by,
                    requested_at=one.at or at,
                )
                for one in asked
            ]
        )


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
    """One approval; see `request_many`."""
    asked = Asking(case, subject, kind, amount, currency, level, made_by)
    return request_many([asked], by=by, at=at)[0]


def approve_many(givings: Sequence[Giving], *, by: Actor, at: datetime) -> list[Approval]:
    """Give the waiting approvals. Raises NoApprovalWaiting and MakerCannotCheck."""
    with cases.transaction():
        waiting = _all_waiting([one.case for one in givings])
        rows = []
        for one in givings:
            with cases.naming(one.case):
                row = waiting.pop((one.case.pk, one.subject, one.kind), None)
                if row is None:
                    raise NoApprovalWaiting
                who = one.by or by
                if one.rule_revision is None and who.id in one.makers | {row.requested_by}:
                    raise MakerCannotCheck
            row.verdict = Approval.Verdict.APPROVED
            row.decided_by = who.id
            row.decided_at = one.at or at
            row.rule_revision = one.rule_revision
            rows.append(row)
        change_rows(rows, "verdict", "decided_by", "decided_at", "rule_revision")
    return rows


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
    """One approval; see `approve_many`."""
    giving = Giving(case, subject, kind, makers, rule_revision)
    return approve_many([giving], by=by, at=at)[0]


def return_many(givings: Sequence[Giving], *, by: Actor, at: datetime) -> list[Approval]:
    """Send what waits back, each with its reason. Raises NoApprovalWaiting and ReasonMissing."""
    for one in givings:
        if not one.reason.strip():
            with cases.naming(one.case):
                raise ReasonMissing("reason")
    with cases.transaction():
        waiting = _all_waiting([one.case for one in givings])
        rows = []
        for one in givings:
            with cases.naming(one.case):
                row = waiting.pop((one.case.pk, one.subject, one.kind), None)
                if row is None:
                    raise NoApprovalWaiting
                who = one.by or by
                if who.id == row.requested_by:
                    raise MakerCannotCheck
            row.verdict = Approval.Verdict.RETURNED
            row.decided_by = who.id
            row.decided_at = one.at or at
            row.reason = one.reason.strip()
            rows.append(row)
        change_rows(rows, "verdict", "decided_by", "decided_at", "reason")
    return rows


def return_unapproved(
    *, case: Case, subject: str, kind: str, reason: str, by: Actor, at: datetime
) -> Approval:
    """One approval; see `return_many`."""
    giving = Giving(case, subject, kind, reason=reason)
    return return_many([giving], by=by, at=at)[0]


def _all_waiting(of: Sequence[Case]) -> dict[tuple[int, str, str], Approval]:
    rows = Approval.objects.select_for_update().filter(
        case__in={case.pk for case in of}, verdict=Approval.Verdict.WAITING
    )
    return {(row.case_id, row.subject, row.kind): row for row in rows.order_by("pk")}

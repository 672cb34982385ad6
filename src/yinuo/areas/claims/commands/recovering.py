"""追偿: what others owe us for what we paid in their place, the notice to them, the ledger."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import Locked, locked
from yinuo.areas.claims.models import Calculation, Loss, Recovery, RecoveryEntry
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NothingToRecover(DomainError):
    code = "nothing_to_recover"
    message = _("The decided sum of loss %(loss)s leaves nothing to recover.")


class NoSuchRecovery(DomainError):
    code = "no_such_recovery"
    message = _("There is no such recovery in this claim.")
    http = 404


class MoreThanOwed(DomainError):
    code = "more_than_owed"
    message = _("At most %(left)s is still owed.")
    http = 422


def open_recovery(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> list[Recovery]:
    """Open the file of a decided loss that was settled in subrogation; once for each debtor.

    Raises NothingToRecover.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        cases.check_step(held.case, "open_recovery", by=by)
        debts = _debts(row)
        if not debts:
            raise NothingToRecover("loss", loss=row.ordinal)
        rows = [_recovery(held, row, one, by, at) for one in debts]
        known = set(row.recoveries.values_list("debtor", flat=True))
        made = Recovery.objects.bulk_create(one for one in rows if one.debtor not in known)
        data = {"loss": row.ordinal, "recoveries": [one.pk for one in made]}
        cases.advance(Move(held.case, "open_recovery", data=data), by=by, at=at)
    return made


def notify_debtor(
    *,
    case: Case,
    recovery: int,
    name: str,
    insurer: str,
    how: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Keep that the debtor was told in writing; until then a payment to our customer frees him."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "notify_debtor", by=by)
        row = _row(held, recovery)
        row.debtor_name, row.insurer = name.strip(), insurer.strip()
        row.notified_at, row.notified_how = at, how.strip()
        row.save(update_fields=["debtor_name", "insurer", "notified_at", "notified_how"])
        data = {"recovery": row.pk}
        cases.advance(Move(held.case, "notify_debtor", data=data), by=by, at=at)


def book_recovery(
    *,
    case: Case,
    recovery: int,
    kind: str,
    amount: Decimal,
    remark: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> RecoveryEntry:
    """Book what came in or is given up; what is paid in full ends. Raises MoreThanOwed."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "book_recovery", by=by)
        row = _row(held, recovery)
        left = left_of(row)
        if amount <= 0 or amount > left:
            raise MoreThanOwed("amount", left=left)
        entry = RecoveryEntry.objects.create(
            recovery=row, kind=kind, amount=amount, remark=remark.strip(), by=by.id, at=at
        )
        if amount == left:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
        data = {"recovery": row.pk, "kind": kind, "amount": str(amount)}
        cases.advance(Move(held.case, "book_recovery", data=data), by=by, at=at)
    return entry


def left_of(recovery: Recovery) -> Decimal:
    """What is still owed."""
    booked = recovery.entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return recovery.ctpli + recovery.third_party + recovery.owner - booked


def _debts(loss: Loss) -> list[dict[str, str]]:
    """The debts in the sheet of the newest calculation of the own car."""
    newest = loss.calculations.filter(verdict=Calculation.Verdict.CONFIRMED)
    calculation = newest.order_by("-version").first()
    if loss.kind != "own_vehicle" or calculation is None or not calculation.sheet:
        return []
    return list(calculation.sheet["debts"])


def _recovery(held: Locked, loss: Loss, debt: dict[str, str], by: Actor, at: datetime) -> Recovery:
    return Recovery(
        claim=held.claim,
        loss=loss,
        debtor=debt["debtor"],
        ctpli=Decimal(debt["ctpli"]),
        third_party=Decimal(debt["third_party"]),
        owner=Decimal(debt["owner"]),
        currency=held.claim.currency,
        opened_at=at,
        opened_by=by.id,
    )


def _row(held: Locked, recovery: int) -> Recovery:
    row = Recovery.objects.filter(claim=held.claim, pk=recovery).first()
    if row is None:
        raise NoSuchRecovery("recovery")
    return row

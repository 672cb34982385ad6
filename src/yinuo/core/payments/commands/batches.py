"""Payments leave in batches: claimed and written in one transaction, then handed to the bank.

The file's bytes are stored with the claim, so whatever crashes, a payment is in exactly one file
and that file is the same whenever it is handed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases import commands as cases
from yinuo.core.payments import queries
from yinuo.core.payments.bank import pain001
from yinuo.core.payments.bank.exchange import BankChannel
from yinuo.core.payments.bank.pain001 import Party, Transfer
from yinuo.core.payments.models import Payment, PaymentBatch
from yinuo.core.payments.rulefile import PaymentsRules
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook.queries import rules
from yinuo.kit.crypto import encrypt_bytes
from yinuo.kit.errors import DomainError, PermanentFailure
from yinuo.kit.ids import digest_of
from yinuo.kit.money import Money

_HAND_OVER_LOCK = 7_210_601


class AccountNotInForce(DomainError):
    code = "account_not_in_force"
    message = _("Payment %(payment)s waits: its account has been replaced or not confirmed.")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A payment that stays behind, so that it does not stop the others; a person looks at it."""

    payment: Payment
    problems: tuple[DomainError, ...]


@dataclass(frozen=True, slots=True)
class BatchMade:
    """``batch`` is None when no payment was ready or none could be sent."""

    batch: PaymentBatch | None
    left_out: tuple[LeftOut, ...]


def make_batch(
    *,
    payer: Party,
    currency: str,
    by: Actor,
    at: datetime,
    execute_on: date | None = None,
    branch: int | None = None,
) -> BatchMade:
    """Claim payments that are ready, up to the rule's limit, and write their file.

    Two callers at once take different payments. A payment that no bank could make is left out.
    Call again until ``batch`` is None. ``branch`` takes the payments of its cases alone. Raises
    InstructionRefused when the payer is not usable.
    """
    batch_rules = rules(PaymentsRules, at=at).batch
    most = batch_rules.most_payments.value
    with cases.transaction():
        taken, left_out = _claim(currency, most, batch_rules.reference.value, at, branch)
        if not taken:
            return BatchMade(None, left_out)
        payments = [payment for payment, _transfer in taken]
        identifiers = sorted(payment.end_to_end_id for payment in payments)
        day = timezone.localtime(at).date()
        file = pain001.Batch(
            message_id=f"YN{day:%Y%m%d}-{digest_of(*identifiers)[:16]}",
            created_at=at,
            execute_on=execute_on or day,
            debtor=payer,
            transfers=tuple(transfer for _payment, transfer in taken),
        )
        content = pain001.write(file, most=most)
        batch = PaymentBatch.objects.create(
            message_id=file.message_id,
            made_at=at,
            made_by=by.id,
            currency=currency,
            count=len(payments),
            total=file.total,
            content=encrypt_bytes(content),
            sha256=hashlib.sha256(content).digest(),
        )
        Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(
            batch=batch, status=Payment.Status.BATCHED
        )
    return BatchMade(batch, left_out)


def make_batches(
    *, by: Actor, at: datetime, branch: int | None = None
) -> tuple[list[PaymentBatch], list[LeftOut]]:
    """Batches of everything that is ready, one currency a file, and what stayed behind."""
    made: list[PaymentBatch] = []
    left_out: list[LeftOut] = []
    payer = queries.payer()
    for currency in queries.currencies_ready(branch):
        result = make_batch(payer=payer, currency=currency, by=by, at=at, branch=branch)
        left_out += result.left_out
        while result.batch is not None:
            made.append(result.batch)
            result = make_batch(payer=payer, currency=currency, by=by, at=at, branch=branch)
    return made, left_out


def hand_over(
    *, channel: BankChannel, by: Actor, at: datetime, branch: int | None = None
) -> list[PaymentBatch]:
    """Deliver every batch that has not been handed over, the oldest first.

    The file is delivered outside a transaction and marked afterwards; a crash in between makes
    the next call deliver the same file again, which the channel sends once. While another caller
    is at it, nothing is done. A TemporaryFailure of the channel ends the round; a batch that
    fails for good does not hold up the others, and is raised as PermanentFailure at the end.
    """
    done: list[PaymentBatch] = []
    failures: list[PermanentFailure] = []
    with _only_caller(branch or 0) as alone:
        for batch in queries.batches_to_hand_over(branch) if alone else []:
            try:
                channel.deliver(f"{batch.message_id}.xml", queries.batch_file(batch))
            except PermanentFailure as failure:
                failures.append(failure)
                continue
            with cases.transaction():
                row = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
                mark_handed_over(row, by=by, at=at)
            done.append(row)
    if failures:
        raise failures[0]
    return done


def mark_handed_over(batch: PaymentBatch, *, by: Actor, at: datetime) -> None:
    """Note that the bank has the file; the caller holds the batch locked. Safe to run twice."""
    if batch.handed_over_at is not None:
        return
    payments = list(batch.payments.select_related("case").order_by("pk"))
    cases.lock_many(payment.case_id for payment in payments)
    batch.handed_over_at = at
    batch.save(update_fields=["handed_over_at"])
    batch.payments.filter(status=Payment.Status.BATCHED).update(status=Payment.Status.HANDED_OVER)
    lines = [
        (payment.case, "payment.sent", {"payment": payment.pk, "subject": payment.subject})
        for payment in payments
    ]
    cases.record_many(lines, by=by, at=at)


def _claim(
    currency: str, most: int, reference: str, at: datetime, branch: int | None
) -> tuple[list[tuple[Payment, Transfer]], tuple[LeftOut, ...]]:
    """Up to ``most`` sendable payments, locked, and those passed over on the way to them."""
    taken: list[tuple[Payment, Transfer]] = []
    left_out: list[LeftOut] = []
    last = 0
    while len(taken) < most:
        found = _lock_ready(currency, at, branch, after=last, count=most - len(taken))
        if not found:
            break
        last = found[-1].pk
        for payment in found:
            transfer = _transfer(payment, reference)
            problems = tuple(_problems(payment, transfer))
            if problems:
                left_out.append(LeftOut(payment, problems))
            else:
                taken.append((payment, transfer))
    return taken, tuple(left_out)


def _lock_ready(
    currency: str, at: datetime, branch: int | None, *, after: int, count: int
) -> Sequence[Payment]:
    """What was instructed by that moment: who replays knows already what comes after it."""
    return list(
        queries.ready(branch)
        .filter(currency=currency, made_at__lte=at, pk__gt=after)
        .select_related("account", "case")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:count]
    )


def _problems(payment: Payment, transfer: Transfer) -> Iterator[DomainError]:
    account = payment.account
    if account.confirmed_at is None or account.replaced_at is not None:
        yield AccountNotInForce(payment=payment.end_to_end_id)
    yield from pain001.transfer_problems(transfer)


def _transfer(payment: Payment, reference: str) -> Transfer:
    account = payment.account
    return Transfer(
        end_to_end_id=payment.end_to_end_id,
        money=Money(payment.amount, payment.currency),
        creditor=Party(
            name=account.holder_name,
            account=account.number,
            bank_name=account.bank_name,
            bank_code=account.bank_code,
        ),
        about=reference.replace("{number}", payment.case.number),
    )


@contextmanager
def _only_caller(branch: int) -> Iterator[bool]:
    """True for one caller at a time on all machines; a caller that dies lets go by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_HAND_OVER_LOCK, branch])
        row = cursor.fetchone()
    alone = bool(row and row[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_HAND_OVER_LOCK, branch])

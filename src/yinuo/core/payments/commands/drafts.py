"""Instructions to pay, each under an approval that somebody with authority has given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.payments import queries
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import digest_of
from yinuo.kit.money import check_amount, format_amount

DEAD = (Payment.Status.RETURNED, Payment.Status.CANCELLED)


class ApprovalMissing(DomainError):
    code = "approval_missing"
    message = _("Nothing is paid without an approval of this case in the same currency.")


class MoreThanApproved(DomainError):
    code = "more_than_approved"
    message = _("Approved were %(approved)s, and with this payment it would be %(wanted)s.")


class NoAccountToPay(DomainError):
    code = "no_account_to_pay"
    message = _("%(payee)s has given no account yet, or it still has to be confirmed.")


class PaymentAlreadyRunning(DomainError):
    code = "payment_already_running"
    message = _("This money is already on its way to %(payee)s.")


class AccountNotCorrected(DomainError):
    code = "account_not_corrected"
    message = _("The last payment to %(payee)s came back: the account has to be confirmed first.")


class PaymentNotReturned(DomainError):
    code = "payment_not_returned"
    message = _("Only a payment that came back can be sent again.")


class PaymentHasLeft(DomainError):
    code = "payment_has_left"
    message = _("The payment is already in a batch for the bank and cannot be stopped here.")


class ApprovalGiven(Protocol):
    """What is asked of an approval; payments do not know the package that gives it."""

    pk: Any

    @property
    def case_id(self) -> int: ...
    @property
    def verdict(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """Money owed to one payee. ``subject`` names the part of the case, as in ``loss:12``."""

    case: Case
    payee: Person
    approval: ApprovalGiven
    amount: Decimal
    currency: str
    subject: str = ""
    by: Actor | None = None
    at: datetime | None = None


def draft_many(drafts: Sequence[Draft], *, by: Actor, at: datetime) -> list[Payment]:
    """Instruct the payments, to leave with the next batch; the caller records its own event.

    Raises ApprovalMissing, MoreThanApproved, NoAccountToPay, PaymentAlreadyRunning,
    AccountNotCorrected, and what check_amount raises.
    """
    with cases.transaction():
        cases.lock_many(draft.case.pk for draft in drafts)
        accounts = _accounts_of(drafts)
        known: dict[int, list[Payment]] = defaultdict(list)
        for row in Payment.objects.filter(case__in={draft.case.pk for draft in drafts}):
            known[row.case_id].append(row)
        made: list[Payment] = []
        for draft in drafts:
            with cases.naming(draft.case):
                payment = _drafted(draft, known[draft.case.pk], accounts, by, at)
            known[draft.case.pk].append(payment)
            made.append(payment)
        return add_rows(made)


def _drafted(
    draft: Draft,
    known: Sequence[Payment],
    accounts: dict[tuple[int, str, int], PayeeAccount],
    by: Actor,
    at: datetime,
) -> Payment:
    check_amount(draft.amount, field="amount", currency=draft.currency)
    previous = _previous(draft, known)
    _check_approval(draft, known)
    account = _account_for(draft, accounts, previous)
    attempt = previous.attempt + 1 if previous else 1
    return _new_payment(draft, account, attempt, draft.by or by, draft.at or at)


def draft_payment(draft: Draft, *, by: Actor, at: datetime) -> Payment:
    return draft_many([draft], by=by, at=at)[0]


def reissue(*, payment: Payment, by: Actor, at: datetime) -> Payment:
    """Send a payment that came back once more, to the account confirmed since.

    Raises PaymentNotReturned, and what draft_many raises.
    """
    with cases.transaction():
        cases.lock(payment.case)
        fresh = Payment.objects.select_related("approval", "case", "payee").get(pk=payment.pk)
        if fresh.status != Payment.Status.RETURNED:
            raise PaymentNotReturned
        draft = Draft(
            case=fresh.case,
            payee=fresh.payee,
            approval=fresh.approval,
            amount=fresh.amount,
            currency=fresh.currency,
            subject=fresh.subject,
        )
        return draft_payment(draft, by=by, at=at)


def cancel_payment(*, payment: Payment, by: Actor, at: datetime) -> Payment:
    """Stop a payment that no batch has taken yet. Raises PaymentHasLeft."""
    with cases.transaction():
        case = cases.lock(payment.case)
        row = Payment.objects.select_for_update().get(pk=payment.pk)
        if row.status != Payment.Status.READY:
            raise PaymentHasLeft
        row.status = Payment.Status.CANCELLED
        row.save(update_fields=["status"])
        data = {"payment": row.pk, "subject": row.subject}
        cases.record(case=case, type="payment.cancelled", data=data, by=by, at=at)
    return row


def _accounts_of(drafts: Sequence[Draft]) -> dict[tuple[int, str, int], PayeeAccount]:
    found = queries.in_force().filter(
        case__in={draft.case.pk for draft in drafts},
        person__in={draft.payee.pk for draft in drafts},
    )
    return {(row.case_id, row.subject, row.person_id): row for row in found}


def _check_approval(draft: Draft, payments: Iterable[Payment]) -> None:
    approval = draft.approval
    if (approval.verdict, approval.case_id, approval.currency) != (
        "approved",
        draft.case.pk,
        draft.currency,
    ):
        raise ApprovalMissing
    living = (p for p in payments if p.approval_id == approval.pk and p.status not in DEAD)
    wanted = sum((p.amount for p in living), draft.amount)
    if wanted > approval.amount:
        raise MoreThanApproved(
            "amount",
            approved=format_amount(approval.amount, draft.currency),
            wanted=format_amount(wanted, draft.currency),
        )


def _previous(draft: Draft, payments: Iterable[Payment]) -> Payment | None:
    """The last attempt for the same part and payee. Raises PaymentAlreadyRunning."""
    same = [p for p in payments if (p.subject, p.payee_id) == (draft.subject, draft.payee.pk)]
    if any(p.approval_id == draft.approval.pk and p.status not in DEAD for p in same):
        raise PaymentAlreadyRunning(payee=draft.payee.name)
    return max(same, key=lambda p: p.attempt, default=None)


def _account_for(
    draft: Draft, accounts: dict[tuple[int, str, int], PayeeAccount], previous: Payment | None
) -> PayeeAccount:
    own = accounts.get((draft.case.pk, draft.subject, draft.payee.pk))
    account = own or accounts.get((draft.case.pk, "", draft.payee.pk))
    if account is None:
        raise NoAccountToPay("account", payee=draft.payee.name)
    came_back = previous is not None and previous.status == Payment.Status.RETURNED
    if came_back and previous is not None and previous.account_id == account.pk:
        raise AccountNotCorrected("account", payee=draft.payee.name)
    return account


def _new_payment(
    draft: Draft, account: PayeeAccount, attempt: int, by: Actor, at: datetime
) -> Payment:
    # The same payment attempted again always has the same number, whoever asks and when.
    stem = digest_of(draft.case.number, draft.subject, draft.payee.pk)[:10]
    return Payment(
        case=draft.case,
        subject=draft.subject,
        attempt=attempt,
        payee=draft.payee,
        account=account,
        approval_id=draft.approval.pk,
        amount=draft.amount,
        currency=draft.currency,
        end_to_end_id=f"{draft.case.number}-{stem}-{attempt}",
        made_by=by.id,
        made_at=at,
    )

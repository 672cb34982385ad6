"""How others read payments, accounts, batches and the bank's answers."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from yinuo.core.cases.models import Case
from yinuo.core.payments.bank.exchange import BankChannel, ExchangeDirectory
from yinuo.core.payments.bank.pain001 import Party
from yinuo.core.payments.models import BankAnswer, PayeeAccount, Payment, PaymentBatch
from yinuo.core.people.models import Person
from yinuo.kit.crypto import decrypt_bytes
from yinuo.kit.errors import DomainError, PermanentFailure
from yinuo.kit.errors import gettext_noop as _


def in_force() -> QuerySet[PayeeAccount]:
    """Accounts that money may be sent to."""
    return PayeeAccount.objects.filter(confirmed_at__isnull=False, replaced_at__isnull=True)


def account_in_force(case: Case, person: Person, subject: str = "") -> PayeeAccount | None:
    """The payee's account for this part of the case, else the one for the whole case."""
    found = in_force().filter(case=case, person=person, subject__in={subject, ""})
    return max(found, key=lambda account: len(account.subject), default=None)


def accounts_of(case: Case) -> QuerySet[PayeeAccount]:
    """Every account of the case that has not been replaced, proposals included."""
    return (
        PayeeAccount.objects.filter(case=case, replaced_at__isnull=True)
        .select_related("person")
        .order_by("pk")
    )


class AccountNotFound(DomainError):
    code = "account_not_found"
    message = _("There is no such account in this case.")
    http = 404


def account_for(case: Case, account_id: int) -> PayeeAccount:
    """Raises AccountNotFound, also for an account of another case."""
    account = accounts_of(case).filter(pk=account_id).first()
    if account is None:
        raise AccountNotFound("account")
    return account


def proposals_of(case: Case) -> QuerySet[PayeeAccount]:
    """Changed accounts that wait for a second person."""
    return accounts_of(case).filter(confirmed_at__isnull=True)


def returned_from(account: PayeeAccount) -> QuerySet[Payment]:
    return Payment.objects.filter(account=account, status=Payment.Status.RETURNED)


def payments_of(case: Case) -> QuerySet[Payment]:
    """The case's payments, every attempt, in the order they were made."""
    return (
        Payment.objects.filter(case=case).select_related("account", "payee", "batch").order_by("pk")
    )


def payments_in(cases: QuerySet[Case], *statuses: Payment.Status) -> QuerySet[Payment]:
    """Payments of the cases that ``cases.queries.visible_to`` gives, the oldest first."""
    found = Payment.objects.filter(case__in=cases)
    if statuses:
        found = found.filter(status__in=statuses)
    return found.select_related("case", "account", "payee", "batch").order_by("made_at", "pk")


def ready(branch: int | None = None) -> QuerySet[Payment]:
    """What waits for a batch; of the cases of one branch where it is named."""
    found = Payment.objects.filter(status=Payment.Status.READY)
    return found if branch is None else found.filter(case__branch=branch)


def currencies_ready(branch: int | None = None) -> list[str]:
    """The currencies in which payments wait for a batch; one file holds one currency."""
    return sorted(set(ready(branch).values_list("currency", flat=True)))


def batches() -> QuerySet[PaymentBatch]:
    """All batches without their files, the newest first."""
    return PaymentBatch.objects.defer("content").order_by("-made_at", "-pk")


def batches_after(message_id: str) -> QuerySet[PaymentBatch]:
    """The batches that are older than this one; all of them where there is no such batch."""
    last = PaymentBatch.objects.filter(message_id=message_id).only("made_at").first()
    found = batches()
    if last is None:
        return found
    return found.filter(Q(made_at__lt=last.made_at) | Q(made_at=last.made_at, pk__lt=last.pk))


def batches_to_hand_over(branch: int | None = None) -> list[PaymentBatch]:
    """Batches that the bank does not have yet, the oldest first.

    With a branch, those that hold a payment of it.
    """
    found = PaymentBatch.objects.filter(handed_over_at__isnull=True)
    if branch is not None:
        found = found.filter(
            Exists(Payment.objects.filter(batch=OuterRef("pk"), case__branch=branch))
        )
    return list(found.order_by("made_at", "pk"))


def batch_file(batch: PaymentBatch) -> bytes:
    """The pain.001 file in clear. Raises PermanentFailure when it is not what was written."""
    content = decrypt_bytes(bytes(batch.content))
    if hashlib.sha256(content).digest() != bytes(batch.sha256):
        raise PermanentFailure(f"the file of batch {batch.message_id} has been changed")
    return content


def answers_to_look_at() -> QuerySet[BankAnswer]:
    """Answers that hold something a person has to decide, the newest first."""
    return BankAnswer.objects.exclude(findings=[]).defer("content").order_by("-read_at", "-pk")


def channel() -> BankChannel:
    """The exchange directory of this installation."""
    return ExchangeDirectory(settings.BANK_EXCHANGE)


def payer() -> Party:
    """The insurer's own account, from the settings of this installation."""
    return Party(
        name=settings.PAYER["name"],
        account=settings.PAYER["account"],
        bank_name=settings.PAYER["bank_name"],
        bank_code=settings.PAYER["bank_code"],
    )

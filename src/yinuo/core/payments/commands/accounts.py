"""Where a payee wants the money. The first account is checked by rule, a change by two people."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.payments import queries
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.payments.rulefile import PaymentsRules
from yinuo.core.payments.rules import AccountDetails, account_problems
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.rulebook.queries import rules
from yinuo.kit.crypto import Secret, keyed_digest, normalise
from yinuo.kit.errors import DomainError, raise_problems

CHECKED_BY_RULE = "rule:payments.account"
"""Stands as the confirmer of a first account, which no second person has to look at."""


class AccountAlreadyDecided(DomainError):
    code = "account_already_decided"
    message = _("This account has already been confirmed or declined.")


class AccountNeedsSecondPerson(DomainError):
    code = "account_needs_second_person"
    message = _("A changed account is confirmed by a colleague of the person who entered it.")
    http = 403


def propose_account(
    *,
    case: Case,
    person: Person,
    details: AccountDetails,
    by: Actor,
    at: datetime,
    subject: str = "",
) -> PayeeAccount:
    """Enter the payee's account. The first one is in force at once, a later one when confirmed.

    The account that is already in force, entered again, is returned unchanged, unless a payment
    to it came back. Raises SeveralProblems or the single problem from payments.rules.
    """
    tidy = details.tidy()
    account_rules = rules(PaymentsRules, at=at).account
    raise_problems(account_problems(tidy, payee_name=person.name, rules=account_rules))
    with cases.transaction():
        fresh = cases.lock(case)
        earlier = list(
            PayeeAccount.objects.filter(
                case=fresh, subject=subject, person=person, replaced_at__isnull=True
            )
        )
        current = next((row for row in earlier if row.confirmed_at), None)
        if current and _details(current) == tidy and not _came_back(current):
            return current
        # A newer proposal takes the place of one that still waits.
        for row in earlier:
            if row is not current:
                row.replaced_at = at
                row.save(update_fields=["replaced_at"])
        account = _new_account(fresh, subject, person, tidy, correction=current is not None)
        account.proposed_by, account.proposed_at = by.id, at
        if current is None:
            account.confirmed_by, account.confirmed_at = CHECKED_BY_RULE, at
        account.save()
        _note(account, "account.proposed", by, at)
    return account


def confirm_account(*, account: PayeeAccount, by: Actor, at: datetime) -> PayeeAccount:
    """Put a changed account in force; payments that have not left yet go to it.

    Raises AccountAlreadyDecided and AccountNeedsSecondPerson.
    """
    with cases.transaction():
        row = _waiting(account)
        if by.staff_id is None or by.id == row.proposed_by:
            raise AccountNeedsSecondPerson
        replaced = PayeeAccount.objects.filter(
            case=row.case_id,
            subject=row.subject,
            person=row.person_id,
            replaced_at__isnull=True,
            confirmed_at__isnull=False,
        )
        old = [found.pk for found in replaced]
        replaced.update(replaced_at=at)
        row.confirmed_by, row.confirmed_at = by.id, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        Payment.objects.filter(account__in=old, status=Payment.Status.READY).update(account=row)
        _note(row, "account.confirmed", by, at)
    return row


def decline_account(*, account: PayeeAccount, by: Actor, at: datetime) -> PayeeAccount:
    """Put a proposed change aside. Raises AccountAlreadyDecided."""
    with cases.transaction():
        row = _waiting(account)
        row.replaced_at = at
        row.save(update_fields=["replaced_at"])
        _note(row, "account.declined", by, at)
    return row


def _waiting(account: PayeeAccount) -> PayeeAccount:
    cases.lock(account.case)
    row = PayeeAccount.objects.select_related("case").get(pk=account.pk)
    if row.confirmed_at is not None or row.replaced_at is not None:
        raise AccountAlreadyDecided
    return row


def _new_account(
    case: Case, subject: str, person: Person, details: AccountDetails, *, correction: bool
) -> PayeeAccount:
    number = normalise(Secret.ACCOUNT, details.number)
    return PayeeAccount(
        case=case,
        subject=subject,
        person=person,
        holder_kind=details.holder_kind,
        holder_name=details.holder_name,
        number=details.number,
        number_index=keyed_digest(Secret.ACCOUNT, number),
        number_last4=number[-4:],
        bank_name=details.bank_name,
        bank_code=details.bank_code,
        is_correction=correction,
    )


def _details(account: PayeeAccount) -> AccountDetails:
    return AccountDetails(
        holder_kind=account.holder_kind,
        holder_name=account.holder_name,
        number=account.number,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
    )


def _came_back(account: PayeeAccount) -> bool:
    return queries.returned_from(account).exists()


def _note(account: PayeeAccount, event: str, by: Actor, at: datetime) -> None:
    data = {
        "account": account.pk,
        "subject": account.subject,
        "correction": account.is_correction,
    }
    cases.record(case=account.case, type=event, data=data, by=by, at=at)

"""Where a payee wants the money. The first account is checked by rule, a change by two people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
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
from yinuo.kit.bulk import add_rows, change_rows
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


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a payee wants the money; ``subject`` names the part of the case, as in loss:12."""

    case: Case
    person: Person
    details: AccountDetails
    subject: str = ""
    by: Actor | None = None
    at: datetime | None = None


def propose_many(proposals: Sequence[Proposal], *, by: Actor, at: datetime) -> list[PayeeAccount]:
    """Enter accounts. The first one of a payee is in force at once, a later one when confirmed.

    The account that is already in force, entered again, is returned unchanged, unless a payment
    to it came back. Raises SeveralProblems or the single problem from payments.rules.
    """
    tidied = [_checked(one, one.at or at) for one in proposals]
    with cases.transaction():
        locked = cases.lock_many(one.case.pk for one in proposals)
        known = _standing(proposals)
        found: list[PayeeAccount] = []
        replaced: list[PayeeAccount] = []
        for one, tidy in zip(proposals, tidied, strict=True):
            key = (one.case.pk, one.subject, one.person.pk)
            current = next((row for row in known[key] if row.confirmed_at), None)
            if current and _details(current) == tidy and not _came_back(current):
                found.append(current)
                continue
            # A newer proposal takes the place of one that still waits.
            for row in known[key]:
                if row is not current:
                    row.replaced_at = one.at or at
                    replaced.append(row)
            account = _new_account(
                locked[one.case.pk], one.subject, one.person, tidy, correction=current is not None
            )
            account.proposed_by, account.proposed_at = (one.by or by).id, one.at or at
            if current is None:
                account.confirmed_by, account.confirmed_at = CHECKED_BY_RULE, one.at or at
            known[key] = [*([current] if current else []), account]
            found.append(account)
        new = [row for row in found if row._state.adding]
        change_rows([row for row in replaced if not row._state.adding], "replaced_at")
        add_rows(new)
        cases.record_many(
            [
                _line(row, "account.proposed", one.by or by, one.at or at)
                for one, row in zip(proposals, found, strict=True)
                if row in new
            ],
            by=by,
            at=at,
        )
    return found


def propose_account(
    *,
    case: Case,
    person: Person,
    details: AccountDetails,
    by: Actor,
    at: datetime,
    subject: str = "",
) -> PayeeAccount:
    """One account; see `propose_many`."""
    return propose_many([Proposal(case, person, details, subject)], by=by, at=at)[0]


def _checked(proposal: Proposal, at: datetime) -> AccountDetails:
    tidy = proposal.details.tidy()
    account_rules = rules(PaymentsRules, at=at).account
    with cases.naming(proposal.case):
        raise_problems(account_problems(tidy, payee_name=proposal.person.name, rules=account_rules))
    return tidy


def _standing(
    proposals: Sequence[Proposal],
) -> dict[tuple[int, str, int], list[PayeeAccount]]:
    """The accounts of these payees that nothing has replaced."""
    rows = PayeeAccount.objects.filter(
        case__in={one.case.pk for one in proposals},
        person__in={one.person.pk for one in proposals},
        replaced_at__isnull=True,
    )
    standing: dict[tuple[int, str, int], list[PayeeAccount]] = defaultdict(list)
    for row in rows.order_by("pk"):
        standing[row.case_id, row.subject, row.person_id].append(row)
    return standing


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
    cases.record_many([_line(account, event, by, at)], by=by, at=at)


def _line(account: PayeeAccount, event: str, by: Actor, at: datetime) -> cases.Line:
    data = {
        "account": account.pk,
        "subject": account.subject,
        "correction": account.is_correction,
    }
    return cases.Line(account.case, event, data, by=by, at=at)

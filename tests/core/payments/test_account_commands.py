"""Who may say where the money goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError

from tests.core.cases import trial
from tests.core.cases.trial import START
from tests.core.payments.answers import entry
from tests.core.payments.till import Till, card
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries
from yinuo.core.payments.models import PayeeAccount
from yinuo.kit.crypto import Secret, blind_index
from yinuo.kit.errors import SeveralProblems


def test_the_first_account_is_in_force_once_the_rule_has_checked_it(till: Till) -> None:
    case = till.office.open()
    account = till.account(case)
    assert queries.account_in_force(case, till.office.customer) == account
    assert account.proposed_by == till.by.id != account.confirmed_by
    assert trial.last(case).type == "account.proposed"
    assert account.number not in str(trial.last(case).data)


def test_an_account_is_stored_unreadable_and_findable(till: Till) -> None:
    account = till.account(till.office.open())
    index = blind_index(Secret.ACCOUNT, f" {account.number} ")
    found = PayeeAccount.objects.get(number_index=index)
    assert (found.number, found.number_last4) == (account.number, account.number[-4:])


def test_a_wrong_account_is_refused_field_by_field_and_leaves_nothing(till: Till) -> None:
    case = till.office.open()
    wrong = replace(till.details(till.office.customer), number="123", holder_name="Somebody Else")
    with pytest.raises(SeveralProblems) as caught:
        payments.propose_account(
            case=case, person=till.office.customer, details=wrong, by=till.by, at=START
        )
    assert {part.field for part in caught.value.parts} == {"holder_name", "number"}
    assert not queries.accounts_of(case).exists()
    assert trial.types(case) == ["trial.opened"]


def test_a_change_waits_for_a_second_person(till: Till) -> None:
    case = till.office.open()
    first, second = till.account(case), till.account(case)
    assert second.is_correction
    assert list(queries.proposals_of(case)) == [second]
    assert queries.account_in_force(case, till.office.customer) == first
    for same in (till.by, till.office.by_customer):
        with pytest.raises(payments.AccountNeedsSecondPerson):
            payments.confirm_account(account=second, by=same, at=START)
    payments.confirm_account(account=second, by=till.office.by_lead, at=START)
    assert queries.account_in_force(case, till.office.customer) == second
    assert trial.last(case).type == "account.confirmed"
    with pytest.raises(payments.AccountAlreadyDecided):
        payments.confirm_account(account=second, by=till.cashier, at=START)


def test_the_database_itself_refuses_one_person_for_both(till: Till) -> None:
    case = till.office.open()
    till.account(case)
    second = till.account(case)
    with pytest.raises(IntegrityError, match="account_maker_is_not_checker"):
        PayeeAccount.objects.filter(pk=second.pk).update(confirmed_by=second.proposed_by)


def test_the_same_account_again_changes_nothing(till: Till) -> None:
    case = till.office.open()
    number = card()
    first = till.account(case, number=number)
    again = till.account(case, number=f"{number[:4]} {number[4:]}")
    assert again == first
    assert PayeeAccount.objects.filter(case=case).count() == 1


def test_a_newer_proposal_takes_the_place_of_one_that_waits(till: Till) -> None:
    case = till.office.open()
    till.account(case)
    second, third = till.account(case), till.account(case)
    assert list(queries.proposals_of(case)) == [third]
    with pytest.raises(payments.AccountAlreadyDecided):
        payments.confirm_account(account=second, by=till.office.by_lead, at=START)


def test_a_declined_change_leaves_the_old_account(till: Till) -> None:
    case = till.office.open()
    first, second = till.account(case), till.account(case)
    payments.decline_account(account=second, by=till.office.by_lead, at=START)
    assert list(queries.accounts_of(case)) == [first]


def test_payments_that_have_not_left_go_to_the_corrected_account(till: Till) -> None:
    payment = till.payment()
    second = till.account(payment.case)
    payments.confirm_account(account=second, by=till.office.by_lead, at=START)
    payment.refresh_from_db()
    assert payment.account == second


def test_a_returned_payment_is_sent_again_only_after_four_eyes(till: Till) -> None:
    payment = till.sent()
    till.answer(payment, entry(payment.end_to_end_id, "RJCT", reason="AC04"))
    with pytest.raises(payments.AccountNotCorrected):
        payments.reissue(payment=payment, by=till.cashier, at=START)
    # The customer insists on the same number: that too is looked at by two people.
    proposal = till.account(payment.case, number=payment.account.number)
    assert proposal != payment.account
    payments.confirm_account(account=proposal, by=till.office.by_lead, at=START)
    again = payments.reissue(payment=payment, by=till.cashier, at=START)
    assert (again.attempt, again.account, again.amount) == (2, proposal, payment.amount)
    assert again.end_to_end_id == payment.end_to_end_id[:-1] + "2"
    with pytest.raises(payments.PaymentAlreadyRunning):
        payments.reissue(payment=payment, by=till.cashier, at=START)

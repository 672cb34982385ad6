"""What may be instructed, and what not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START
from tests.core.payments.till import Till
from yinuo.core.approvals.models import Approval
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries
from yinuo.core.payments.models import Payment
from yinuo.kit.money import AmountTooSmall


def test_a_payment_waits_for_the_next_batch_under_its_own_number(till: Till) -> None:
    payment = till.payment()
    assert payment.status == Payment.Status.READY
    assert payment.end_to_end_id.startswith(payment.case.number)
    assert len(payment.end_to_end_id) <= 35
    assert list(queries.payments_of(payment.case)) == [payment]
    assert queries.currencies_ready() == ["CNY"]


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_nothing_and_less_is_never_paid(till: Till, amount: str) -> None:
    case = till.office.open()
    till.account(case)
    draft = replace(till.draft(case), amount=Decimal(amount))
    with pytest.raises(AmountTooSmall):
        payments.draft_payment(draft, by=till.cashier, at=START)


def test_the_same_money_is_instructed_once(till: Till) -> None:
    case = till.office.open()
    till.account(case)
    draft = till.draft(case, "100.00")
    half = replace(draft, amount=Decimal(50))
    payments.draft_payment(half, by=till.cashier, at=START)
    with pytest.raises(payments.PaymentAlreadyRunning):
        payments.draft_payment(half, by=till.cashier, at=START)


def test_payees_of_one_approval_share_its_amount(till: Till) -> None:
    case = till.office.open()
    other = trial.person(till.office.branch, "Li Trial")
    till.account(case)
    till.account(case, other)
    first = till.draft(case, "100.00")
    parts = [replace(first, amount=Decimal(60)), replace(first, amount=Decimal(41), payee=other)]
    with pytest.raises(payments.MoreThanApproved, match=r"¥101\.00"):
        payments.draft_many(parts, by=till.cashier, at=START)
    assert not Payment.objects.exists()
    parts[1] = replace(parts[1], amount=Decimal(40))
    assert len(payments.draft_many(parts, by=till.cashier, at=START)) == 2


def test_there_is_no_payment_without_an_approval_for_it(till: Till) -> None:
    case, other = till.office.open(), till.office.open()
    till.account(case)
    draft = till.draft(case)
    foreign = replace(draft, approval=till.approval(other))
    dollars = replace(draft, currency="USD")
    for wrong in (foreign, dollars):
        with pytest.raises(payments.ApprovalMissing):
            payments.draft_payment(wrong, by=till.cashier, at=START)
    Approval.objects.filter(pk=draft.approval.pk).update(verdict="returned")
    returned = replace(draft, approval=Approval.objects.get(pk=draft.approval.pk))
    with pytest.raises(payments.ApprovalMissing):
        payments.draft_payment(returned, by=till.cashier, at=START)


def test_there_is_no_payment_without_an_account(till: Till) -> None:
    case = till.office.open()
    with pytest.raises(payments.NoAccountToPay):
        payments.draft_payment(till.draft(case), by=till.cashier, at=START)


def test_an_account_for_one_part_comes_before_that_for_the_whole_case(till: Till) -> None:
    case, payee = till.office.open(), till.office.customer
    whole = till.account(case)
    part = payments.propose_account(
        case=case, person=payee, details=till.details(payee), subject="loss:1", by=till.by, at=START
    )
    assert queries.account_in_force(case, payee, "loss:1") == part
    assert queries.account_in_force(case, payee, "loss:2") == whole
    draft = replace(till.draft(case), subject="loss:1")
    assert payments.draft_payment(draft, by=till.cashier, at=START).account == part


def test_a_payment_can_be_stopped_until_a_batch_takes_it(till: Till) -> None:
    first, second = till.payment(), till.payment()
    payments.cancel_payment(payment=first, by=till.cashier, at=START)
    made = till.batch()
    assert made.batch is not None
    assert list(made.batch.payments.all()) == [second]
    with pytest.raises(payments.PaymentHasLeft):
        payments.cancel_payment(payment=second, by=till.cashier, at=START)
    again = payments.draft_payment(
        payments.Draft(
            case=first.case,
            payee=first.payee,
            approval=first.approval,
            amount=first.amount,
            currency="CNY",
        ),
        by=till.cashier,
        at=START,
    )
    assert again.attempt == 2


def test_a_payment_that_did_not_come_back_is_not_sent_again(till: Till) -> None:
    with pytest.raises(payments.PaymentNotReturned):
        payments.reissue(payment=till.payment(), by=till.cashier, at=START)

"""What is surely due is paid first, by three pairs of hands, and the final sum takes it off."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests import world
from tests.interfaces.portal.test_track import ACCOUNT
from tests.stories.test_decision_in_words import after, assessed, decided, surveyed
from tests.world import World
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands.advancing import AdvanceWaits, MoreThanSurelyDue, NoAdvance
from yinuo.areas.claims.models import Calculation, Payee
from yinuo.core.approvals.commands import MakerCannotCheck, NoApprovalWaiting
from yinuo.core.cases.commands import StepNotAllowed
from yinuo.core.cases.models import Case, Promise
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def insurer() -> World:
    return world.build()


def propose(insurer: World, case: Case, amount: int, at: datetime) -> None:
    claims.propose_advance(
        case=case, loss=1, amount=Decimal(amount), by=insurer["calculator"], at=at
    )


def test_an_advance_is_proposed_approved_sent_and_taken_off_the_sum(insurer: World) -> None:
    case = surveyed(insurer)
    assessed(insurer, case)
    # Of the 11,500 that are assessed nine tenths are surely due.
    with pytest.raises(MoreThanSurelyDue):
        propose(insurer, case, 10351, after(190))
    propose(insurer, case, 4000, after(190))
    with pytest.raises(AdvanceWaits):
        propose(insurer, case, 1000, after(191))
    with pytest.raises(NoAdvance):
        claims.pay_advance(case=case, loss=1, by=insurer["cashier"], at=after(192))
    claims.approve_advance(case=case, loss=1, by=insurer["team_lead"], at=after(195))
    promise = Promise.objects.get(case=case, rule="claims.advance_payment")
    claims.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=after(196)
    )
    (paid,) = claims.pay_advance(case=case, loss=1, by=insurer["cashier"], at=after(200))
    assert (paid.amount, paid.payee) == (Decimal("4000.00"), insurer.holder)
    promise.refresh_from_db()
    assert promise.kept_at == after(200)
    assert Message.objects.filter(reason="claim_advance_paid", person=insurer.holder).exists()
    with pytest.raises(MoreThanSurelyDue):
        propose(insurer, case, 6351, after(201))
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=after(240))
    row = Calculation.objects.get()
    assert row.amount == Decimal("7500.00")
    assert {"step": "advanced", "value": "-4000.00"} in row.steps
    with pytest.raises(StepNotAllowed):
        propose(insurer, case, 100, after(250))
    decided(insurer, case)
    claims.decide(case=case, loss=1, by=insurer["team_lead"], at=after(400))
    assert Payee.objects.get().amount == Decimal("7500.00")
    claims.instruct_payment(case=case, loss=1, by=insurer["cashier"], at=after(410))
    amounts = Payment.objects.filter(case=case).values_list("amount", flat=True)
    assert sum(amounts) == Decimal("11500.00")


def test_nobody_approves_the_advance_that_he_proposed_and_one_sent_back_is_not_paid(
    insurer: World,
) -> None:
    case = surveyed(insurer)
    with pytest.raises(NoApprovalWaiting):
        claims.approve_advance(case=case, loss=1, by=insurer["team_lead"], at=after(90))
    # Nothing is assessed: half of the estimate counts.
    with pytest.raises(MoreThanSurelyDue):
        propose(insurer, case, 5751, after(90))
    claims.propose_advance(
        case=case, loss=1, amount=Decimal(5750), by=insurer["team_lead"], at=after(90)
    )
    with pytest.raises(MakerCannotCheck):
        claims.approve_advance(case=case, loss=1, by=insurer["team_lead"], at=after(91))
    claims.return_advance(
        case=case, loss=1, reason="先等定损结果。", by=insurer["manager"], at=after(92)
    )
    with pytest.raises(NoAdvance):
        claims.pay_advance(case=case, loss=1, by=insurer["cashier"], at=after(93))

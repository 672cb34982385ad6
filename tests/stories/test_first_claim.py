"""A claim goes from the first report to money in the account, told as the people live it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings

from tests import world
from tests.core.documents import samples
from tests.world import NOW, World, report_of
from yinuo import automation
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, SurveySheet
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.documents.commands import Upload
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox
from yinuo.core.payments.models import Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.kit import queue
from yinuo.kit.queue import Captured

ACCOUNT = AccountDetails("individual", "样例客户甲", "6222020000000000000", "示例银行")


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def run_jobs(jobs: Captured, minutes: int) -> None:
    """What the worker would do now: reactions, and reactions to those."""
    for _ in range(10):
        taken = [job for job in jobs.take() if job.task == "react"]
        if not taken:
            return
        for job in taken:
            queue.run(job, at=after(minutes))


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def carry_to_decision(insurer: World, jobs: Captured) -> Case:
    agent, surveyor = insurer["agent"], insurer["surveyor"]
    case = claims.report(report=report_of(), door="phone", by=agent, at=NOW).case
    claims.register(case=case, by=agent, at=after(3))
    run_jobs(jobs, 4)
    claims.declare_no_interest(case=case, by=surveyor, at=after(7))
    claims.contact(case=case, by=surveyor, at=after(8))
    claims.arrive(case=case, by=surveyor, at=after(30))
    sheet = SurveySheet("consistent", "full", "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
    claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=after(60))
    lines = [
        Line("part", "前保险杠", Decimal(3000), Decimal(2800), reason="按市场价"),
        Line("labour", "喷漆", Decimal(1200), Decimal(1200)),
    ]
    claims.assess(case=case, loss=1, lines=lines, by=insurer["assessor"], at=after(120))
    claims.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=after(130)
    )
    claims.complete_papers(case=case, by=agent, at=after(180))
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=after(240))
    claims.review(case=case, loss=1, by=insurer["reviewer"], at=after(300))
    claims.approve(case=case, loss=1, by=insurer["approver"], at=after(360))
    claims.decide(case=case, loss=1, by=insurer["approver"], at=after(420))
    return case


def test_a_claim_goes_from_report_to_money_in_the_account(
    insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE = tmp_path
    with queue.capture() as jobs:
        case = carry_to_decision(insurer, jobs)
        claims.instruct_payment(case=case, loss=1, by=insurer["cashier"], at=after(430))
        automation.exchange_with_bank(at=after(435))
        answer_outbox(ExchangeDirectory(tmp_path), at=after(440))
        automation.exchange_with_bank(at=after(445))
        run_jobs(jobs, 446)
    payment = Payment.objects.get()
    assert (payment.amount, payment.status) == (Decimal(3500), "arrived")
    ended = Case.objects.get(kind="claim")
    assert ended.state == "closed"
    assert not Promise.objects.filter(case=ended, kept_at=None, withdrawn_at=None).exists()
    assert not Promise.objects.filter(missed_at__isnull=False).exists()
    assert Event.objects.filter(case=case).count() == ended.head_seq


def test_money_that_comes_back_is_paid_after_two_people_corrected_the_account(
    insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE = tmp_path
    with queue.capture() as jobs:
        case = carry_to_decision(insurer, jobs)
        claims.instruct_payment(case=case, loss=1, by=insurer["cashier"], at=after(430))
        automation.exchange_with_bank(at=after(435))
        answer_outbox(ExchangeDirectory(tmp_path), at=after(440), decide=lambda _account: "AC04")
        automation.exchange_with_bank(at=after(445))
        run_jobs(jobs, 446)
        assert Case.objects.get().state == "returned"
        details = AccountDetails("individual", "样例客户甲", "6222020000000000018", "示例银行")
        proposed = claims.propose_account(
            case=case, person=insurer.holder, details=details, by=insurer["agent"], at=after(450)
        )
        claims.confirm_account(case=case, account=proposed, by=insurer["cashier"], at=after(455))
        claims.instruct_payment(case=case, loss=1, by=insurer["cashier"], at=after(460))
        automation.exchange_with_bank(at=after(465))
        answer_outbox(ExchangeDirectory(tmp_path), at=after(470))
        automation.exchange_with_bank(at=after(475))
        run_jobs(jobs, 476)
    assert Case.objects.get(kind="claim").state == "closed"
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["arrived", "returned"]


@pytest.mark.parametrize(
    ("kind", "promised"), [("survey_photos", False), ("scene_photos", False), ("claim_form", True)]
)
def test_only_papers_of_the_customer_start_the_clock_of_the_decision(
    insurer: World, kind: str, promised: bool
) -> None:
    with queue.capture():
        case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
        upload = Upload(kind, "photo.jpg", [samples.picture()])
        claims.receive_papers(case=case, uploads=[upload], by=insurer["agent"], at=after(5))
    assert Promise.objects.filter(rule="claims.decision").exists() is promised

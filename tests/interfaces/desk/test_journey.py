"""A claim from the first sheet to money in the account, each step at the desk by its person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import run_jobs, send, sheet, text
from tests.interfaces.desk.house import Desks
from yinuo import automation
from yinuo.areas.claims.models import Decision, Loss, Survey
from yinuo.core.cases.models import Case, Promise
from yinuo.core.documents.models import Document
from yinuo.core.messages.models import Message
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue
from yinuo.kit.queue import Captured

LINES = {
    "lines-0-kind": "part",
    "lines-0-name": "前保险杠",
    "lines-0-quantity": "1",
    "lines-0-asked": "3,000",
    "lines-0-approved": "2,800",
    "lines-0-reason": "按市场价",
    "lines-1-kind": "labour",
    "lines-1-name": "喷漆",
    "lines-1-quantity": "1",
    "lines-1-asked": "1200",
    "lines-1-approved": "1200",
    "lines-2-kind": "part",
    "lines-2-quantity": "1",
}
ACCOUNT = {
    "holder_name": "样例客户甲",
    "number": "6222020000000000000",
    "bank_name": "示例银行",
}


@pytest.fixture
def jobs() -> Iterator[Captured]:
    with queue.capture() as captured:
        yield captured


@pytest.fixture(autouse=True)
def bank(settings: LazySettings, tmp_path: Path) -> Path:
    settings.BANK_EXCHANGE = tmp_path
    return tmp_path


def photo() -> SimpleUploadedFile:
    content = BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(content, "JPEG")
    return SimpleUploadedFile("scene.jpg", content.getvalue(), "image/jpeg")


def survey(desks: Desks, number: str, jobs: Captured) -> None:
    surveyor = desks["surveyor"]
    send(desks["agent"], sheet(number, "registration"), {"reserves-1": "9000"})
    run_jobs(jobs)
    for noun in ("no-interest", "contact"):
        answer = send(surveyor, sheet(number, noun), {"next": "survey"})
        assert answer["Location"] == sheet(number, "survey")
    send(surveyor, sheet(number, "arrival"), {"latitude": "31.24", "longitude": "121.47"})
    sent = surveyor.post(
        sheet(number, "papers"), {"kind": "survey_photos", "file": [photo()], "next": "survey"}
    )
    assert sent["Location"] == sheet(number, "survey")
    findings = {
        "authenticity": "consistent",
        "liability": "full",
        "findings": "前保险杠碰撞",
        "damages-0-part": "前保险杠",
        "damages-0-degree": "medium",
        "damages-0-loss": "1",
        "injured-0-severity": "light",
        "told": ["rights", "papers"],
    }
    send(surveyor, sheet(number, "survey"), findings)


def decide(desks: Desks, number: str) -> None:
    send(desks["assessor"], sheet(number, "assessment"), LINES)
    send(desks["agent"], sheet(number, "account"), ACCOUNT)
    send(desks["agent"], sheet(number, "papers-completion"))
    send(desks["calculator"], sheet(number, "calculation"))
    send(desks["reviewer"], sheet(number, "review"))
    send(desks["approver"], sheet(number, "approval"))
    send(desks["approver"], sheet(number, "decision"))


def at_the_bank(bank: Path, cashier: Client, code: str = "") -> None:
    """The cashier makes the file; the bank takes it and answers."""
    cashier.post("/desk/payments/batches")
    automation.exchange_with_bank(at=datetime.now(UTC))
    choice = {"decide": lambda _account: code} if code else {}
    answer_outbox(ExchangeDirectory(bank), at=datetime.now(UTC), **choice)
    automation.exchange_with_bank(at=datetime.now(UTC))


@pytest.mark.covers("WF-1", "SUR-2", "SUR-4", "LOSS-1", "ADJ-2", "ADJ-3", "COM-6", "PAY-1", "PAY-2")
def test_a_claim_goes_from_registration_to_money_in_the_account_at_the_desk(
    desks: Desks, jobs: Captured, bank: Path
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    done = Survey.objects.get()
    assert done.told == ["rights", "papers"]
    assert done.parts.get().part == "前保险杠"
    decide(desks, number)
    cashier = desks["cashier"]
    send(cashier, sheet(number, "payment-instruction"))
    assert number in text(cashier.get("/desk/payments"))
    at_the_bank(bank, cashier)
    run_jobs(jobs)
    ended = Case.objects.get(kind="claim")
    assert ended.state == "closed"
    payment = Payment.objects.get()
    assert (str(payment.amount), payment.status) == ("3500.00", "arrived")
    assert not Promise.objects.filter(case=ended, kept_at=None, withdrawn_at=None).exists()
    assert AccessRecord.objects.filter(case_id=ended.pk, what="desk.decision").exists()


@pytest.mark.covers("PAY-3")
def test_money_that_comes_back_goes_out_again_after_two_people_corrected_the_account(
    desks: Desks, jobs: Captured, bank: Path
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    decide(desks, number)
    cashier = desks["cashier"]
    send(cashier, sheet(number, "payment-instruction"))
    at_the_bank(bank, cashier, "AC04")
    run_jobs(jobs)
    assert Case.objects.get(kind="claim").state == "returned"
    assert "came back" in text(cashier.get("/desk/payments?show=returned"))
    corrected = {**ACCOUNT, "number": "6222020000000000018"}
    send(cashier, sheet(number, "account"), corrected)
    proposed = PayeeAccount.objects.get(confirmed_at=None)
    own = {"account": str(proposed.pk)}
    refused = send(cashier, sheet(number, "account-confirmation"), own, status=403)
    assert "colleague" in text(refused)
    send(desks["team_lead"], sheet(number, "account-confirmation"), own)
    send(cashier, sheet(number, "payment-instruction"))
    at_the_bank(bank, cashier)
    run_jobs(jobs)
    assert Case.objects.get(kind="claim").state == "closed"


@pytest.mark.covers("PAY-3")
def test_a_changed_account_that_the_payee_does_not_know_is_turned_down_and_the_customer_told(
    desks: Desks, jobs: Captured
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    decide(desks, number)
    cashier = desks["cashier"]
    assert "Turn a changed account down" not in text(cashier.get(f"/desk/claims/{number}"))
    changed = {**ACCOUNT, "number": "6222020000000000018"}
    send(cashier, sheet(number, "account"), changed)
    assert "Turn a changed account down" in text(cashier.get(f"/desk/claims/{number}"))
    proposed = str(PayeeAccount.objects.get(confirmed_at=None).pk)
    declining = sheet(number, "account-declining")
    assert desks["agent"].get(declining).status_code == 403
    kept = send(cashier, declining, {"account": proposed, "reason": " "}, status=422)
    assert "The one before stays in force" in text(kept)
    send(cashier, declining, {"account": proposed, "reason": "客户回电说没有改过账户"})
    assert PayeeAccount.objects.get(pk=proposed).replaced_at is not None
    told = Message.objects.filter(reason="account_declined", person__isnull=False)
    assert "没有改过账户" in told[0].body
    again = {"account": proposed, "reason": "再试一次"}
    answer = cashier.post(declining, again)
    assert answer.status_code == 404
    send(cashier, sheet(number, "payment-instruction"))
    assert Payment.objects.get().account.number_last4 == "0000"


@pytest.mark.covers("ADJ-4", "ADJ-14")
def test_a_refusal_needs_reasons_goes_through_other_hands_and_is_told(
    desks: Desks, jobs: Captured
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    calculator = desks["calculator"]
    send(calculator, sheet(number, "refusal-proposal"), status=422)
    clause = "own_damage_exclusions_2020"
    reasons = {"reasons-0-reason": "事故不在保险期间", "reasons-0-clause": clause}
    page = text(calculator.get(sheet(number, "refusal-proposal")))
    assert f'<option value="{clause}">' in page
    assert "own_damage_exclusions_2014" not in page
    typed = reasons | {"reasons-0-clause": "", "reasons-0-own_clause": "特别约定第2条"}
    again = send(calculator, sheet(number, "refusal-proposal"), typed, status=422)
    assert "say in plain words what it says" in text(again)
    assert "特别约定第2条" in text(again)
    both = typed | reasons
    send(calculator, sheet(number, "refusal-proposal"), both, status=422)
    send(calculator, sheet(number, "refusal-proposal"), reasons)
    send(desks["reviewer"], sheet(number, "review"))
    approver = desks["approver"]
    assert "above your authority" in text(approver.get(sheet(number, "approval")))
    send(approver, sheet(number, "approval"), status=403)
    send(desks["team_lead"], sheet(number, "approval"))
    page = text(desks["team_lead"].get(sheet(number, "decision")))
    assert "事故不在保险期间" in page
    send(desks["team_lead"], sheet(number, "decision"))
    assert Decision.objects.get().outcome == "refuse"
    assert Case.objects.get(kind="claim").state == "refused"


@pytest.mark.covers("ADJ-15")
def test_a_reviewer_sends_the_sum_back_with_what_has_to_change(
    desks: Desks, jobs: Captured
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    send(desks["assessor"], sheet(number, "assessment"), LINES)
    send(desks["agent"], sheet(number, "papers-completion"))
    page = text(desks["calculator"].get(sheet(number, "calculation")))
    assert "¥3,500.00" in page
    send(desks["calculator"], sheet(number, "calculation"))
    send(desks["reviewer"], sheet(number, "review-return"), status=422)
    send(desks["reviewer"], sheet(number, "review-return"), {"reason": "工时过高"})
    assert Loss.objects.get().stage == "documented"


@pytest.mark.covers("LOSS-6")
def test_a_cut_without_a_reason_is_refused_beside_its_line_with_every_word_kept(
    desks: Desks, jobs: Captured
) -> None:
    number = house.report(desks.world).case.number
    survey(desks, number, jobs)
    path = sheet(number, "assessment")
    page = text(send(desks["assessor"], path, {**LINES, "lines-0-reason": ""}, status=422))
    assert 'href="#id_lines-0-reason"' in page
    assert 'list="id_lines-0-clause_known"' in page
    assert "车损险，责任免除" in page
    assert 'value="2,800"' in page
    assert "¥4,200.00" in page
    more = text(send(desks["assessor"], path, {**LINES, "add": "lines"}, status=200))
    assert 'name="lines-3-name"' in more
    assert 'value="喷漆"' in more


@pytest.mark.covers("FNOL-12", "DOC-15")
def test_papers_are_asked_for_at_once_looked_at_and_asked_again_with_the_reason(
    desks: Desks, jobs: Captured
) -> None:
    number = house.report(desks.world).case.number
    agent = desks["agent"]
    send(agent, sheet(number, "registration"), {"reserves-1": "9000"})
    page = text(agent.get(sheet(number, "papers-request")))
    kinds = page.split('name="wanted-0-kind" value="')[1].split('"')[0]
    send(agent, sheet(number, "papers-request"), status=422)
    wanted = {"wanted-0-kind": kinds, "wanted-0-why": "用于核实", "wanted-1-why": "不要"}
    send(agent, sheet(number, "papers-request"), wanted)
    asked = Document.objects.get()
    assert (asked.kind, asked.why_asked) == (kinds, "用于核实")
    agent.post(sheet(number, "papers"), {"kind": kinds, "file": [photo()]})
    document = Document.objects.get(status="received")
    shown: Any = agent.get(f"/desk/documents/{document.pk}/preview")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown.getvalue().startswith(b"\xff\xd8")
    assert AccessRecord.objects.filter(what=f"document.preview:{document.pk}").exists()
    assert desks["west"].get(f"/desk/documents/{document.pk}").status_code == 404
    path = sheet(number, "papers-judgement")
    rejected = {"judgements-0-accepted": "false", "judgements-0-reason": ""}
    page = text(send(agent, path, rejected, status=422))
    assert 'value="false" checked' in page
    send(agent, path, {**rejected, "judgements-0-reason": "太暗"})
    document.refresh_from_db()
    assert (document.status, document.rejection) == ("rejected", "太暗")

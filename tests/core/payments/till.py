"""Cases with money to pay, a bank's directory, and short ways to pay and to be answered."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from tests.core.cases import trial
from tests.core.cases.trial import START, Office
from tests.core.payments.answers import answer
from tests.core.payments.samples import INSURER
from yinuo.core.approvals import commands as approvals
from yinuo.core.approvals.models import Approval
from yinuo.core.cases.models import Case
from yinuo.core.payments import commands as payments
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.pain001 import NAMESPACE
from yinuo.core.payments.commands import BatchMade, Draft
from yinuo.core.payments.models import BankAnswer, PayeeAccount, Payment, PaymentBatch
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Person
from yinuo.kit.ids import luhn_digit

_serial = count(1)


def card() -> str:
    body = f"622202{next(_serial):012d}"
    return body + str(luhn_digit(body))


class Till:
    def __init__(self, root: Path) -> None:
        self.office = Office()
        self.exchange = ExchangeDirectory(root)
        self.cashier = trial.actor(trial.staff(self.office.branch, "cashier"))

    @property
    def by(self) -> Actor:
        return self.office.by_agent

    def details(self, person: Person, number: str = "", bank: str = "中国银行") -> AccountDetails:
        return AccountDetails("individual", person.name, number or card(), bank)

    def account(self, case: Case, person: Person | None = None, number: str = "") -> PayeeAccount:
        payee = person or self.office.customer
        return payments.propose_account(
            case=case, person=payee, details=self.details(payee, number), by=self.by, at=START
        )

    def approval(self, case: Case, amount: str = "100.00", subject: str = "") -> Approval:
        approvals.request_approval(
            case=case,
            subject=subject,
            kind="settlement",
            amount=Decimal(amount),
            currency="CNY",
            level="team_lead",
            made_by=self.by.id,
            by=self.by,
            at=START,
        )
        return approvals.approve(
            case=case, subject=subject, kind="settlement", by=self.office.by_lead, at=START
        )

    def draft(self, case: Case, amount: str = "100.00") -> Draft:
        return Draft(
            case=case,
            payee=self.office.customer,
            approval=self.approval(case, amount),
            amount=Decimal(amount),
            currency="CNY",
        )

    def payment(self, amount: str = "100.00") -> Payment:
        """A payment that is ready, in a case of its own."""
        case = self.office.open()
        self.account(case)
        return payments.draft_payment(self.draft(case, amount), by=self.cashier, at=START)

    def batch(self) -> BatchMade:
        return payments.make_batch(payer=INSURER, currency="CNY", by=SYSTEM, at=START)

    def hand_over(self) -> list[PaymentBatch]:
        return payments.hand_over(channel=self.exchange, by=SYSTEM, at=START)

    def sent(self, amount: str = "100.00") -> Payment:
        """A payment that the bank has."""
        payment = self.payment(amount)
        self.batch()
        self.hand_over()
        payment.refresh_from_db()
        return payment

    def answer(
        self, payment: Payment, *entries: str, group: str = "", name: str = "a.xml"
    ) -> BankAnswer:
        payment.refresh_from_db()
        assert payment.batch is not None
        content = answer(*entries, batch=payment.batch.message_id, group=group)
        row = payments.apply_answer(content=content, file_name=name, by=SYSTEM, at=START)
        payment.refresh_from_db()
        return row


def numbers_in(*files: Path | bytes) -> Counter[str]:
    """How often each end-to-end number stands in the files."""
    found: Counter[str] = Counter()
    for file in files:
        root = ElementTree.fromstring(file if isinstance(file, bytes) else file.read_bytes())
        found.update(e.text or "" for e in root.iter(f"{{{NAMESPACE}}}EndToEndId"))
    return found

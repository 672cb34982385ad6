"""The story of one row: who takes which step, and how long it takes them.

Chance depends on the row alone, so a file is always played the same way.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from yinuo.areas.claims.commands import (
    Arrive,
    Assess,
    CompletePapers,
    CompleteSurvey,
    Damage,
    Decide,
    Line,
    LossTurn,
    NewReport,
    ProposeAccount,
    Reason,
    Refusal,
    Register,
    Report,
    Reported,
    SurveySheet,
    Turn,
    Withdraw,
)
from yinuo.areas.claims.models import Loss
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.models import Case
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import Actor, customer_actor
from yinuo.core.people.models import Person
from yinuo.interfaces.cli import replay_steps as steps
from yinuo.interfaces.cli.engine import Act, SetCommand, Steps, Story
from yinuo.interfaces.cli.replay_cast import Cast
from yinuo.interfaces.common.mapping import ReplayMap, Typed
from yinuo.kit import clock
from yinuo.kit.clock import Limit
from yinuo.kit.ids import luhn_digit

REASON = Reason(
    "事故经过与现场痕迹不符，且无证明",
    "保险条款：保险责任",
    "只有真的发生过、并且能看出经过的事故，我们才赔。",
)
NOT_IN_FORCE = Reason(
    "事故不在保险期间内", "保险条款：保险期间", "保险开始以前和结束以后发生的事故，我们不赔。"
)
CUT = "无证据证明的部分不予认可"
CUT_TO = Decimal("0.70")
"""The share that is recognised where the rest is not proved."""
WITHDRAWN = "损失低于免赔额，自行修理"
CLOSED_ACCOUNT = "AC04"
BANK = "示例银行"
LOOK_AGAIN = Limit.parse("2 hours")
DEGREES = {"light": "light", "medium": "medium", "severe": "heavy", "total": "destroyed"}


def _nobody_pays(members: Sequence[Any]) -> list[Any]:
    return [[] for _member in members]


@dataclass(slots=True)
class Ledger:
    """What the stories leave behind: the accounts that the bank does not know.

    `instruct` is the step that sends money on its way and calls the bank.
    """

    instruct: SetCommand = _nobody_pays
    unknown_accounts: set[str] = field(default_factory=set)
    case_ids: list[int] = field(default_factory=list)

    def decide(self, account: str) -> str:
        """The bank's answer for an account; see bank.stand_in."""
        return CLOSED_ACCOUNT if account in self.unknown_accounts else ""


@dataclass(slots=True)
class Script:
    """One row with everything that its story needs. `turn` is its place in the file."""

    row: Typed
    report: Report
    using: ReplayMap
    cast: Cast
    turn: int
    ledger: Ledger
    holder_id: int
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        # Seeded by the row's key: the same on every machine and in every run.
        self.chance = random.Random(self.report.external_key)  # noqa: S311

    def by(self, role: str) -> Actor:
        return self.cast.one(role, self.turn)

    def after(self, step: str, at: datetime) -> datetime:
        """When this step is taken, if the one before it was taken at this moment."""
        pace = self.using.pace[step]
        if pace.late_one_in and self.chance.randrange(pace.late_one_in) == 0:
            limit = Limit.parse(pace.late)
        else:
            shortest, longest = map(Limit.parse, pace.between)
            amount = self.chance.randint(shortest.amount, longest.amount)
            limit = Limit(amount, shortest.unit)
        return clock.due(limit, at, calendar_at(at)).due_at

    def ending(self) -> str:
        return next(one.script for one in self.using.endings if self.row.fits(one.when))

    def turn_of(self, told: Reported, role: str, at: datetime) -> Turn:
        return Turn(case=told.case, by=self.by(role), at=at)

    def each_loss(self, told: Reported, role: str, at: datetime) -> list[LossTurn]:
        by = self.by(role)
        return [LossTurn(case=told.case, loss=one.ordinal, by=by, at=at) for one in told.losses]

    def story(self) -> Story:
        """From the accident to the end of the claim."""
        at = self.after("report", self.report.accident_at)
        told: Reported = yield Act(at, steps.report, self._new_report(at))
        self.ledger.case_ids.append(told.case.pk)
        do = Doing(told.case.pk)
        at = self.after("register", at)
        yield do(at, steps.register, Register(case=told.case, by=self.by("agent"), at=at))
        ending = self.ending()
        if ending == "withdraw":
            at = self.after("withdraw", at)
            by = customer_actor(person_id=told.case.customer_id)
            turn = Withdraw(case=told.case, reason=WITHDRAWN, by=by, at=at)
            yield do(at, steps.withdraw, turn)
            return
        at = yield from self._survey(told, ending, at)
        refused = ending == "refuse" or not told.verification.ok
        at = self.after("assess", at)
        if refused:
            yield do(at, steps.propose_refusal_many, self._refusals(told, at))
        else:
            at = yield from self._to_calculation(told, ending, at)
        at = yield from self._to_decision(told, at)
        if not refused:
            yield from self._pay(told, at)

    def _new_report(self, at: datetime) -> NewReport:
        """One in four customers reports on the web, the others call."""
        by, door = self.by("agent"), "phone"
        if self.chance.randrange(4) == 0:
            by, door = customer_actor(person_id=self.holder_id), "web"
        return NewReport(self.report, door, by=by, at=at)

    def _survey(self, told: Reported, ending: str, at: datetime) -> Steps:
        do = Doing(told.case.pk)
        at = self.after("contact", at)
        sending = steps.Contact(told.case, self.by("team_lead"), self.cast, at)
        surveyor: Actor = yield do(at, steps.contact, sending)
        at = self.after("arrive", at)
        yield do(at, steps.arrive, Arrive(case=told.case, by=surveyor, at=at))
        at = self.after("survey", at)
        sheet = SurveySheet(
            authenticity="consistent" if ending == "pay" else "doubtful",
            liability="none" if self.report.cause == "theft" else "full",
            findings=self.report.circumstances,
            damages=[
                Damage(loss.ordinal, loss.title, DEGREES[loss.severity])
                for loss in told.losses
                if loss.kind == "own_vehicle"
            ],
        )
        turn = CompleteSurvey(case=told.case, sheet=sheet, by=surveyor, at=at)
        yield do(at, steps.complete_survey, turn)
        return at

    def _refusals(self, told: Reported, at: datetime) -> list[Refusal]:
        reasons, by = [REASON if told.verification.ok else NOT_IN_FORCE], self.by("calculator")
        return [
            Refusal(case=told.case, loss=loss.ordinal, reasons=reasons, by=by, at=at)
            for loss in told.losses
        ]

    def _to_calculation(self, told: Reported, ending: str, at: datetime) -> Steps:
        do, cut = Doing(told.case.pk), ending == "cut"
        by = self.by("assessor")
        assessments = [
            Assess(case=told.case, loss=loss.ordinal, lines=_lines(loss, cut=cut), by=by, at=at)
            for loss in told.losses
        ]
        yield do(at, steps.assess, assessments)
        with_report = self.row.cells.get("police_report_available") == "YES"
        at = self.after("papers" if with_report else "papers_without_police_report", at)
        accounts = [
            self._account(told.case, person, place, at)
            for place, person in enumerate(_payees(told))
        ]
        complete = CompletePapers(case=told.case, by=self.by("agent"), at=at)
        yield do(at, steps.complete_papers, (accounts, complete))
        at = self.after("calculate", at)
        yield do(at, steps.calculate, self.each_loss(told, "calculator", at))
        return at

    def _to_decision(self, told: Reported, at: datetime) -> Steps:
        do = Doing(told.case.pk)
        at = self.after("review", at)
        yield do(at, steps.review, self.each_loss(told, "reviewer", at))
        at = self.after("approve", at)
        approvers = {role: self.by(role) for role in ("reviewer", "approver", *steps.HIGHER)}
        yield do(at, steps.approve, steps.Approve(told.case, told.losses, approvers, at))
        at = self.after("decide", at)
        by = self.by("team_lead")
        decisions = [
            Decide(case=told.case, loss=loss.ordinal, letter=False, by=by, at=at)
            for loss in told.losses
        ]
        yield do(at, steps.decide, decisions)
        return at

    def _pay(self, told: Reported, at: datetime) -> Steps:
        do = Doing(told.case.pk)
        at = self.after("instruct", at)
        paid: list[Payment] = yield do(at, self.ledger.instruct, self.turn_of(told, "cashier", at))
        if not paid or self.chance.randrange(self.using.returned_one_in):
            return at
        # The bank reads the file later than this, so it does not know the account by then.
        self.ledger.unknown_accounts.add(paid[0].account.number)
        came_back = False
        while not came_back:
            at = LOOK_AGAIN.after(at)
            came_back = yield do(at, steps.came_back, told.case)
        at = self.after("correct", at)
        account = self._account(told.case, paid[0].payee, 9, at)
        proposed: PayeeAccount = yield do(at, steps.propose_account, account)
        at = self.after("confirm", at)
        cashier = self.by("cashier")
        yield do(at, steps.confirm_account, steps.Confirm(told.case, proposed, cashier, at))
        at = self.after("instruct", at)
        yield do(at, self.ledger.instruct, self.turn_of(told, "cashier", at))
        return at

    def _account(self, case: Case, person: Person, place: int, at: datetime) -> ProposeAccount:
        """A card number that adds up and that no bank has given to anybody."""
        digits = f"6222020{self.turn:010d}{place}"
        number = f"{digits}{luhn_digit(digits)}"
        details = AccountDetails("individual", person.name, number, BANK)
        return ProposeAccount(case=case, person=person, details=details, by=self.by("agent"), at=at)


@dataclass(frozen=True, slots=True)
class Doing:
    """Makes the acts of one case."""

    case_id: int

    def __call__(self, at: datetime, command: SetCommand, member: Any) -> Act:
        return Act(at, command, member, self.case_id)


def _payees(told: Reported) -> list[Person]:
    """The policyholder and whoever owns a loss, each once."""
    everybody = [told.case.customer, *(loss.owner for loss in told.losses if loss.owner)]
    return list({person.pk: person for person in everybody}.values())


def _lines(loss: Loss, *, cut: bool) -> list[Line]:
    """What was asked, and all of it recognised, or the share that is proved."""
    asked = loss.estimate or Decimal(0)
    if not cut:
        return [Line("other", loss.title, asked, asked)]
    approved = (asked * CUT_TO).quantize(Decimal("0.01"))
    return [Line("other", loss.title, asked, approved, reason=CUT)]

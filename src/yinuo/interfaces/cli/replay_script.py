"""The story of one row: who takes which step, and how long it takes them.

Chance depends on the row alone, so a file is always played the same way.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import Damage, Line, Reason, Report, Reported, SurveySheet
from yinuo.areas.claims.models import Loss, Survey
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.models import Case
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.interfaces.cli.engine import Engine, Steps, Story
from yinuo.interfaces.cli.replay_cast import Cast
from yinuo.interfaces.common.mapping import ReplayMap, Typed
from yinuo.kit import clock
from yinuo.kit.clock import Limit
from yinuo.kit.ids import luhn_digit

REASON = Reason("事故经过与现场痕迹不符，且无证明", "保险条款：保险责任")
NOT_IN_FORCE = Reason("事故不在保险期间内", "保险条款：保险期间")
CUT = Reason("无证据证明的部分不予认可", "保险条款：赔偿处理")
CUT_TO = Decimal("0.70")
"""The share that is recognised where the rest is not proved."""
WITHDRAWN = "损失低于免赔额，自行修理"
CLOSED_ACCOUNT = "AC04"
BANK = "示例银行"
LOOK_AGAIN = Limit.parse("2 hours")
DEGREES = {"light": "light", "medium": "medium", "severe": "heavy", "total": "destroyed"}


@dataclass(slots=True)
class Ledger:
    """What the stories leave behind: the accounts that the bank does not know."""

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
    engine: Engine
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

    def story(self) -> Story:
        """From the accident to the end of the claim."""
        at = yield self.after("report", self.report.accident_at)
        told = self._report(at)
        at = yield self.after("register", at)
        claims.register(case=told.case, by=self.by("agent"), at=at)
        ending = self.ending()
        if ending == "withdraw":
            at = yield self.after("withdraw", at)
            by = customer_actor(person_id=told.case.customer_id)
            claims.withdraw(case=told.case, reason=WITHDRAWN, by=by, at=at)
            return
        at = yield from self._survey(told, ending, at)
        refused = ending == "refuse" or not told.verification.ok
        at = yield self.after("assess", at)
        if refused:
            self._propose_refusal(told, at)
        else:
            at = yield from self._to_calculation(told, ending, at)
        at = yield from self._to_decision(told, at)
        if not refused:
            yield from self._pay(told, at)

    def _report(self, at: datetime) -> Reported:
        """One in four customers reports on the web, the others call."""
        by, door = self.by("agent"), "phone"
        if self.chance.randrange(4) == 0:
            policy = policies.get_for(SYSTEM, self.report.policy_number)
            by, door = customer_actor(person_id=policy.holder_id), "web"
        told = claims.report(report=self.report, door=door, by=by, at=at)
        self.ledger.case_ids.append(told.case.pk)
        return told

    def _survey(self, told: Reported, ending: str, at: datetime) -> Steps:
        at = yield self.after("contact", at)
        surveyor = self._surveyor(told.case, at)
        with cases.transaction():
            claims.declare_no_interest(case=told.case, by=surveyor, at=at)
            claims.contact(case=told.case, by=surveyor, at=at)
        at = yield self.after("arrive", at)
        claims.arrive(case=told.case, by=surveyor, at=at)
        at = yield self.after("survey", at)
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
        claims.complete_survey(case=told.case, sheet=sheet, by=surveyor, at=at)
        return at

    def _surveyor(self, case: Case, at: datetime) -> Actor:
        """Whom the dispatch chose; the team lead sends somebody when it found nobody."""
        survey = Survey.objects.filter(claim=case.pk).first()
        if survey is None:
            survey = claims.dispatch(case=case, by=self.by("team_lead"), at=at)
        return self.cast.actor(survey.surveyor_id)

    def _propose_refusal(self, told: Reported, at: datetime) -> None:
        reasons = [REASON if told.verification.ok else NOT_IN_FORCE]
        by = self.by("calculator")
        with cases.transaction():
            for loss in told.losses:
                claims.propose_refusal(
                    case=told.case, loss=loss.ordinal, reasons=reasons, by=by, at=at
                )

    def _to_calculation(self, told: Reported, ending: str, at: datetime) -> Steps:
        by = self.by("assessor")
        with cases.transaction():
            for loss in told.losses:
                lines = _lines(loss, cut=ending == "cut")
                claims.assess(case=told.case, loss=loss.ordinal, lines=lines, by=by, at=at)
        with_report = self.row.cells.get("police_report_available") == "YES"
        at = yield self.after("papers" if with_report else "papers_without_police_report", at)
        with cases.transaction():
            for place, person in enumerate(_payees(told)):
                self._name_account(told.case, person, place, self.by("agent"), at)
            claims.complete_papers(case=told.case, by=self.by("agent"), at=at)
        at = yield self.after("calculate", at)
        with cases.transaction():
            for loss in told.losses:
                claims.calculate(case=told.case, loss=loss.ordinal, by=self.by("calculator"), at=at)
        return at

    def _to_decision(self, told: Reported, at: datetime) -> Steps:
        at = yield self.after("review", at)
        with cases.transaction():
            for loss in told.losses:
                claims.review(case=told.case, loss=loss.ordinal, by=self.by("reviewer"), at=at)
        at = yield self.after("approve", at)
        with cases.transaction():
            for loss in told.losses:
                by = self._approver(told.case, loss)
                claims.approve(case=told.case, loss=loss.ordinal, by=by, at=at)
        at = yield self.after("decide", at)
        with cases.transaction():
            for loss in told.losses:
                claims.decide(case=told.case, loss=loss.ordinal, by=self.by("team_lead"), at=at)
        return at

    def _approver(self, case: Case, loss: Loss) -> Actor:
        """Somebody with the authority that this sum needs; a refusal needs the team lead."""
        approval = Approval.objects.get(
            case=case, subject=cases.subject_of(loss), verdict=Approval.Verdict.WAITING
        )
        level = approval.level if approval.amount else "team_lead"
        return self.by(level)

    def _pay(self, told: Reported, at: datetime) -> Steps:
        at = yield self.after("instruct", at)
        paid = self._instruct(told, at)
        if not paid or self.chance.randrange(self.using.returned_one_in):
            return at
        # The bank reads the file later than this, so it does not know the account by then.
        self.ledger.unknown_accounts.add(paid[0].account.number)
        while not Loss.objects.filter(claim=told.case.pk, stage="returned").exists():
            at = yield LOOK_AGAIN.after(at)
        at = yield self.after("correct", at)
        account = self._name_account(told.case, paid[0].payee, 9, self.by("agent"), at)
        at = yield self.after("confirm", at)
        claims.confirm_account(case=told.case, account=account, by=self.by("cashier"), at=at)
        at = yield self.after("instruct", at)
        self._instruct(told, at)
        return at

    def _instruct(self, told: Reported, at: datetime) -> list[Payment]:
        """Everything that is decided and not under way; a loss with nothing to pay has ended."""
        decided = Loss.objects.filter(claim=told.case.pk, stage="decided").order_by("ordinal")
        self.engine.money_waits = True
        with cases.transaction():
            return [
                payment
                for loss in decided
                for payment in claims.instruct_payment(
                    case=told.case, loss=loss.ordinal, by=self.by("cashier"), at=at
                )
            ]

    def _name_account(
        self, case: Case, person: Person, place: int, by: Actor, at: datetime
    ) -> PayeeAccount:
        """A card number that adds up and that no bank has given to anybody."""
        digits = f"6222020{self.turn:010d}{place}"
        number = f"{digits}{luhn_digit(digits)}"
        details = AccountDetails("individual", person.name, number, BANK)
        return claims.propose_account(case=case, person=person, details=details, by=by, at=at)


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
    return [Line("other", loss.title, asked, approved, reason=CUT.reason, clause=CUT.clause)]

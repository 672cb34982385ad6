"""A command over many claims does what as many single ones do, in as many statements as one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.core.cases.trial import chain_holds
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import (
    Arrive,
    Assess,
    BankAnswered,
    CompletePapers,
    CompleteSurvey,
    Decide,
    Dispatch,
    Line,
    LossTurn,
    NewLoss,
    NewReport,
    ProposeAccount,
    Reason,
    Refusal,
    Register,
    SurveySheet,
    Turn,
    Withdraw,
)
from yinuo.areas.claims.models import Assessment, Calculation, Claim, Loss
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.payments.models import Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.rules import NewPerson
from yinuo.kit import queue
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import luhn_digit

FEW = 3
MOST_STATEMENTS = 40
SHEET = SurveySheet("consistent", "full", "前保险杠碰撞")
HALF = Reason("事故经过与现场痕迹不符，且无证明", "own_damage_exclusions_2020")


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def at(step: int, place: int) -> datetime:
    """Every claim has its own moment for each step."""
    return NOW + timedelta(hours=step, minutes=place)


@dataclass
class Told:
    """The claims of a story, taken through each step together or one by one."""

    insurer: World
    together: bool
    cases: list[Case]
    counts: dict[str, int]

    def step(
        self,
        name: str,
        many: Callable[..., Any],
        turns: Sequence[Any],
        *,
        by: Actor,
    ) -> list[Any]:
        sets = [turns] if self.together else [[turn] for turn in turns]
        found: list[Any] = []
        with CaptureQueriesContext(connection) as captured:
            for one in sets:
                found += many(one, by=by, at=NOW) or []
        self.counts[name] = len(captured)
        return found

    def losses(self, step: int, **more: Any) -> list[Any]:
        kind = more.pop("kind", LossTurn)
        return [
            kind(case=case, loss=ordinal, at=at(step, place), **more)
            for place, case in enumerate(self.cases)
            for ordinal in (1, 2)
        ]

    def turns(self, step: int, kind: Any = Turn, **more: Any) -> list[Any]:
        return [
            kind(case=case, at=at(step, place), **more) for place, case in enumerate(self.cases)
        ]


def report_all(insurer: World, count: int, *, first: int, together: bool) -> Told:
    owner = NewPerson(name="对方车主")
    losses = (
        NewLoss("own_vehicle", estimate=Decimal(8000)),
        NewLoss("other_vehicle", estimate=Decimal(3000), owner=owner),
    )
    news = []
    for place in range(count):
        number = first + place
        world.take_policy(number=f"P-{number}", plate=f"沪B{number:05d}")
        report = report_of(policy_number=f"P-{number}", losses=losses, other_vehicles=1)
        news.append(NewReport(report, "phone", at=at(0, place)))
    told = Told(insurer, together, [], {})
    reported = told.step("report", claims.report_many, news, by=insurer["agent"])
    told.cases = [one.case for one in reported]
    return told


def carry_to_survey(told: Told) -> None:
    by = told.insurer
    told.step("register", claims.register_many, told.turns(1, Register), by=by["agent"])
    # By name, because one surveyor carries no fifty claims by himself.
    sent = told.turns(2, Dispatch, surveyor=by.staff["surveyor"])
    told.step("dispatch", claims.dispatch_many, sent, by=by["agent"])
    surveyor = by["surveyor"]
    declare = claims.declare_no_interest_many
    told.step("declare_no_interest", declare, told.turns(3), by=surveyor)
    told.step("contact", claims.contact_many, told.turns(3), by=surveyor)
    told.step("arrive", claims.arrive_many, told.turns(4, Arrive), by=surveyor)
    sheets = told.turns(5, CompleteSurvey, sheet=SHEET)
    told.step("complete_survey", claims.complete_survey_many, sheets, by=surveyor)


def carry_to_calculation(told: Told) -> None:
    by = told.insurer
    lines = [Line("part", "前保险杠", Decimal(2000), Decimal(1500), reason="按市场价")]
    assessed = told.losses(6, kind=Assess, lines=lines)
    told.step("assess", claims.assess_many, assessed, by=by["assessor"])
    accounts = [
        ProposeAccount(case=case, person=person, details=account(person.name, n), at=at(7, place))
        for place, case in enumerate(told.cases)
        for n, person in enumerate(payees(case))
    ]
    told.step("propose_account_many", claims.propose_account_many, accounts, by=by["agent"])
    papers = claims.complete_papers_many
    told.step("complete_papers", papers, told.turns(8, CompletePapers), by=by["agent"])
    told.step("calculate", claims.calculate_many, told.losses(9), by=by["calculator"])


def carry_to_money(told: Told) -> None:
    by = told.insurer
    told.step("review", claims.review_many, told.losses(10), by=by["reviewer"])
    told.step("approve", claims.approve_many, told.losses(11), by=by["approver"])
    told.step(
        "decide", claims.decide_many, told.losses(12, kind=Decide, letter=False), by=by["approver"]
    )
    told.step("instruct", claims.instruct_payment_many, told.losses(13), by=by["cashier"])
    rows = Payment.objects.filter(case__in=told.cases)
    rows.update(status=Payment.Status.ARRIVED, arrived_at=NOW)
    answered = [
        BankAnswered(case=case, subject=f"loss:{pk}", at=at(14, place))
        for place, case in enumerate(told.cases)
        for pk in Loss.objects.filter(claim=case.pk)
        .order_by("ordinal")
        .values_list("pk", flat=True)
    ]
    system = SYSTEM
    told.step("take_bank_answer_many", claims.take_bank_answer_many, answered, by=system)
    claims.note_follow_up_many({case.pk: "excluded" for case in told.cases}, by=system, at=NOW)
    told.step("close", claims.close_many, told.turns(15), by=system)


def payees(case: Case) -> list[Any]:
    owners = [loss.owner for loss in Loss.objects.filter(claim=case.pk).order_by("ordinal")]
    return [owner for owner in owners if owner is not None]


def account(name: str, number: int) -> AccountDetails:
    digits = f"622202000000000{number:03d}"
    return AccountDetails("individual", name, f"{digits}{luhn_digit(digits)}", "示例银行")


def portrait(told: Told) -> list[Any]:
    """Timelines, promises and losses without what differs between any two claims."""
    return [_portrait(case) for case in told.cases]


def _portrait(case: Case) -> Any:
    losses = list(Loss.objects.filter(claim=case.pk).order_by("ordinal"))
    lines = Event.objects.filter(case=case).order_by("seq")
    promised = Promise.objects.filter(case=case).order_by("pk").values_list(
        "rule", "subject", "round", "owner_id", "limit", "started_at", "due_at", "kept_at",
        "missed_at", "withdrawn_at", "withdrawn_why", "checks", "checks_done", "next_check_at",
    )  # fmt: skip
    stages = [
        (x.stage, x.stage_since_at, x.ended_at, x.reserve, x.amount, x.outcome) for x in losses
    ]
    said = json.dumps(
        [list(lines.values_list("type", "at", "actor", "data")), list(promised), stages],
        default=str,
        ensure_ascii=False,
    )
    for loss in losses:
        said = said.replace(f"loss:{loss.pk}", f"loss no. {loss.ordinal}")
    said = re.sub(r'"(survey|account|sha256)": ("[0-9a-f]*"|\d+)', "", said)
    said = re.sub(r'"payments": \[\d+\]', "", said)
    case.refresh_from_db()
    return json.loads(re.sub(r",\s*(?=[,}])|(?<=\{),\s*", "", said)), case.state, case.revision


def test_a_set_does_what_as_many_single_commands_do(insurer: World) -> None:
    with queue.capture():
        one_by_one = report_all(insurer, FEW, first=200, together=False)
        at_once = report_all(insurer, FEW, first=300, together=True)
        for told in (one_by_one, at_once):
            carry_to_survey(told)
            carry_to_calculation(told)
            carry_to_money(told)

    assert portrait(at_once) == portrait(one_by_one)
    assert {case.state for case in at_once.cases} == {"closed"}
    assert all(chain_holds(case) for case in (*at_once.cases, *one_by_one.cases))


@pytest.mark.parametrize("size", [12, pytest.param(50, marks=pytest.mark.soak)])
def test_a_large_set_takes_hardly_more_statements_than_one_of_three(
    insurer: World, size: int
) -> None:
    with queue.capture():
        few = report_all(insurer, FEW, first=200, together=True)
        many = report_all(insurer, size, first=300, together=True)
        for told in (few, many):
            carry_to_survey(told)
            carry_to_calculation(told)
            carry_to_money(told)

    assert many.counts.keys() == few.counts.keys()
    grown = {name: (few.counts[name], count) for name, count in many.counts.items()}
    assert all(many <= few + 2 for few, many in grown.values()), grown
    assert all(many <= MOST_STATEMENTS for _few, many in grown.values()), grown


@pytest.fixture
def surveyed(insurer: World) -> Told:
    """Two claims that are surveyed, and one that is only reported."""
    with queue.capture():
        told = report_all(insurer, 2, first=200, together=True)
        carry_to_survey(told)
        late = report_all(insurer, 1, first=300, together=True)
    told.cases += late.cases
    return told


def test_a_refused_member_changes_nothing_and_names_its_case(surveyed: Told) -> None:
    lines = [Line("part", "前保险杠", Decimal(100), Decimal(100))]
    before = Event.objects.count()
    with pytest.raises(cases.StepNotAllowed) as refused:
        claims.assess_many(
            surveyed.losses(6, kind=Assess, lines=lines), by=surveyed.insurer["assessor"], at=NOW
        )
    assert refused.value.member == surveyed.cases[-1].number
    assert Event.objects.count() == before
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "assessment_is_empty"),
        ([Line("part", "前保险杠", Decimal(1), Decimal(2))], "approved_above_asked"),
        ([Line("part", "前保险杠", Decimal(2), Decimal(1))], "cut_needs_reason"),
    ],
)
def test_a_member_whose_words_are_wrong_is_named_before_anything_is_locked(
    surveyed: Told, lines: list[Line], code: str
) -> None:
    good = [Line("part", "前保险杠", Decimal(100), Decimal(100))]
    turns = [
        Assess(case=surveyed.cases[0], loss=1, lines=good),
        Assess(case=surveyed.cases[1], loss=1, lines=lines),
    ]
    with pytest.raises(DomainError) as refused:
        claims.assess_many(turns, by=surveyed.insurer["assessor"], at=NOW)
    assert refused.value.code == code
    assert refused.value.member == surveyed.cases[1].number
    assert not Assessment.objects.exists()


def test_who_made_one_sum_of_a_set_confirms_none_of_it(surveyed: Told) -> None:
    surveyed.cases.pop()
    with queue.capture():
        carry_to_calculation(surveyed)
    insurer = surveyed.insurer
    # Whoever holds both roles has made the second claim's sums and none of the first one's.
    both = Actor(
        id="staff:999999", kind="staff", roles=frozenset({"reviewer"}), row_id=999999,
        branch_id=insurer.east.pk, branch_path=insurer.east.path,
    )  # fmt: skip
    Calculation.objects.filter(loss__claim=surveyed.cases[1].pk).update(made_by=both.id)
    with pytest.raises(MakerCannotCheck) as refused:
        claims.review_many(surveyed.losses(10), by=both, at=NOW)
    assert refused.value.member == surveyed.cases[1].number
    assert set(Calculation.objects.values_list("verdict", flat=True)) == {"waiting"}


def test_a_page_that_somebody_made_old_stops_the_set(surveyed: Told) -> None:
    first, second = surveyed.cases[0], surveyed.cases[1]
    turns = [
        Withdraw(case=first, reason="自行修理", seen=Case.objects.get(pk=first.pk).revision),
        Withdraw(case=second, reason="自行修理", seen=0),
    ]
    with pytest.raises(cases.ChangedMeanwhile) as refused:
        claims.withdraw_many(turns, by=surveyed.insurer["agent"], at=NOW)
    assert refused.value.member == second.number
    assert Case.objects.get(pk=first.pk).state == "surveyed"


def test_a_refusal_of_all_losses_ends_each_claim_once(surveyed: Told) -> None:
    surveyed.cases.pop()
    insurer = surveyed.insurer
    with queue.capture():
        refusals = surveyed.losses(6, kind=Refusal, reasons=[HALF])
        claims.propose_refusal_many(refusals, by=insurer["calculator"], at=NOW)
        claims.review_many(surveyed.losses(7), by=insurer["reviewer"], at=NOW)
        claims.approve_many(surveyed.losses(8), by=insurer["team_lead"], at=NOW)
        claims.decide_many(
            surveyed.losses(9, kind=Decide, letter=False), by=insurer["team_lead"], at=NOW
        )
    for case in surveyed.cases:
        case.refresh_from_db()
        assert case.state == "refused"
        assert chain_holds(case)
        assert Event.objects.filter(case=case, type="claim.refused").count() == 2
    left = Promise.objects.filter(case__in=surveyed.cases, kept_at=None, withdrawn_at=None)
    assert not left.exists()


def test_two_reports_of_one_car_in_a_set_are_one_too_many(insurer: World) -> None:
    twice = [NewReport(report_of(), "phone"), NewReport(report_of(), "phone")]
    with queue.capture(), pytest.raises(claims.PossibleDuplicate) as refused:
        claims.report_many(twice, by=insurer["agent"], at=NOW)
    assert refused.value.member == "P-100"
    assert not Case.objects.exists()

    sure = [NewReport(report_of(), "phone"), NewReport(report_of(), "phone", confirmed_new=True)]
    with queue.capture():
        told = claims.report_many(sure, by=insurer["agent"], at=NOW)
    assert len({one.case.number for one in told}) == 2


def test_a_customer_reports_in_a_set_only_what_is_his(insurer: World) -> None:
    strange = world.take_policy(number="P-900", plate="沪C00900")
    both = [
        NewReport(report_of(), "web"),
        NewReport(report_of(policy_number=strange.number), "web"),
    ]
    with queue.capture(), pytest.raises(DomainError) as refused:
        claims.report_many(both, by=insurer["customer"], at=NOW)
    assert (refused.value.code, refused.value.member) == ("policy_unknown", "P-900")


def test_reactions_to_a_set_leave_the_refused_one_alone(insurer: World) -> None:
    """Nobody can go to the second claim; the others are sent somebody all the same."""
    with queue.capture() as jobs:
        told = report_all(insurer, 3, first=200, together=True)
        name = insurer.staff["surveyor"].name
        Claim.objects.filter(pk=told.cases[1].pk).update(driver_name=name)
        told.step("register", claims.register_many, told.turns(1, Register), by=insurer["agent"])
        for job in jobs.take():
            if job.task == "react":
                queue.run(job, at=NOW)
    states = [Case.objects.get(pk=case.pk).state for case in told.cases]
    assert states == ["dispatched", "registered", "dispatched"]

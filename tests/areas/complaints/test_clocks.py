"""The time of the law: fifteen, thirty, sixty days, and only what was told counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.areas.complaints.office import LETTER, complain, day, handler_of, investigate
from tests.world import World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands.clocks import (
    AlreadyLate,
    BeyondAuthority,
    MoreTimeAskedAlready,
    NoMoreTime,
    NotApprovedYet,
    NothingAsked,
    NothingStops,
)
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message


def answer_of(case: Case) -> Promise:
    return Promise.objects.filter(case=case, rule="complaints.answer").latest("round")


def last_day(promise: Promise) -> str:
    return f"{timezone.localtime(promise.due_at - timedelta(seconds=1)):%Y-%m-%d}"


def test_the_answer_is_due_fifteen_natural_days_after_receipt(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    promise = answer_of(case)
    assert promise.statutory
    assert promise.audience == "customer"
    assert last_day(promise) == "2026-05-29"


def test_the_clock_runs_from_receipt_not_from_the_desk(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(4), received_at=day(1))
    assert last_day(answer_of(case)) == "2026-05-29"


def test_a_decision_that_nobody_was_told_does_not_keep_the_answer(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(10))
    assert answer_of(case).kept_at is None
    cases.sweep(at=day(17))
    complaints.tell(case=case, how="letter", by=officer, at=day(17.1))
    assert answer_of(case).missed_at is not None


def extended(insurer: World, case: Case, asks: str, approves: str, at: float) -> None:
    complaints.ask_extension(case=case, reason="等鉴定报告", by=insurer[asks], at=day(at))
    complaints.approve_extension(case=case, by=insurer[approves], at=day(at + 0.1))
    complaints.tell_extension(
        case=case, reason="鉴定机构还要十天", by=insurer[asks], at=day(at + 0.2)
    )


def test_two_stages_make_thirty_and_sixty_days_and_no_third(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    extended(insurer, case, name, "team_lead", 10)
    assert last_day(answer_of(case)) == "2026-06-15"  # 13 June is a Saturday
    extended(insurer, case, name, "manager", 20)
    assert last_day(answer_of(case)) == "2026-07-13"
    case.refresh_from_db()
    assert case.complaint.complexity == "special"
    with pytest.raises(NoMoreTime):
        complaints.ask_extension(case=case, reason="还要", by=insurer[name], at=day(40))


def test_the_second_stage_is_for_the_manager_alone(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    extended(insurer, case, name, "team_lead", 10)
    complaints.ask_extension(case=case, reason="特别复杂", by=insurer[name], at=day(20))
    with pytest.raises(BeyondAuthority):
        complaints.approve_extension(case=case, by=insurer["team_lead"], at=day(21))


def test_nobody_approves_the_time_they_asked_for(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    investigate(insurer, case, at=day(1.1))
    complaints.ask_extension(case=case, reason="复杂", by=insurer["team_lead"], at=day(5))
    with pytest.raises(MakerCannotCheck):
        complaints.approve_extension(case=case, by=insurer["team_lead"], at=day(6))
    with pytest.raises(MoreTimeAskedAlready):
        complaints.ask_extension(case=case, reason="复杂", by=insurer["manager"], at=day(6))


def test_approved_but_not_told_extends_nothing(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    before = answer_of(case).due_at
    complaints.ask_extension(case=case, reason="复杂", by=insurer[name], at=day(10))
    with pytest.raises(NotApprovedYet):
        complaints.tell_extension(case=case, reason="抱歉", by=insurer[name], at=day(10.1))
    complaints.approve_extension(case=case, by=insurer["team_lead"], at=day(11))
    assert answer_of(case).due_at == before
    cases.sweep(at=day(18))
    assert answer_of(case).missed_at is not None
    with pytest.raises(AlreadyLate):
        complaints.tell_extension(case=case, reason="抱歉", by=insurer[name], at=day(18.1))


def test_a_declined_stage_can_be_asked_for_again(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    complaints.ask_extension(case=case, reason="忙", by=insurer[name], at=day(5))
    complaints.decline_extension(
        case=case, reason="忙不是理由", by=insurer["team_lead"], at=day(5.1)
    )
    with pytest.raises(NothingAsked):
        complaints.tell_extension(case=case, reason="抱歉", by=insurer[name], at=day(5.2))
    extended(insurer, case, name, "team_lead", 6)
    assert answer_of(case).extensions.count() == 1


def test_time_of_an_appraisal_is_not_counted_because_the_complainant_was_told(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    complaints.exclude_time(
        case=case, reason="appraisal", words="鉴定约需五天，这段时间不计入。",
        by=insurer[name], at=day(3),
    )  # fmt: skip
    told = Message.objects.filter(case=case, reason="complaint_time_excluded", channel="inbox")
    assert "五天" in told.get().body
    complaints.include_time(case=case, reason="appraisal", by=insurer[name], at=day(8))
    assert last_day(answer_of(case)) == "2026-06-03"


def test_what_is_late_cannot_be_stopped_any_more(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    with pytest.raises(NothingStops):
        complaints.exclude_time(
            case=case, reason="appraisal", words="鉴定", by=insurer[name], at=day(20)
        )
    assert not Event.objects.filter(case=case, type="complaint.time_excluded").exists()


def test_a_suspicion_stops_no_clock_and_is_never_told(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    before, told = answer_of(case).due_at, Message.objects.filter(case=case).count()
    complaints.tag(case=case, kind="malice", evidence="同号码三次", by=insurer[name], at=day(2))
    with pytest.raises(MakerCannotCheck):
        complaints.review_tag(
            case=case, kind="malice", confirmed=True, remark="是", by=insurer[name], at=day(2.1)
        )
    complaints.review_tag(
        case=case, kind="malice", confirmed=False, remark="不成立", by=insurer["team_lead"],
        at=day(2.2),
    )  # fmt: skip
    assert answer_of(case).due_at == before
    assert answer_of(case).paused_at is None
    assert Message.objects.filter(case=case).count() == told


def test_a_day_in_a_year_that_is_not_published_is_provisional(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(365))
    assert answer_of(case).provisional
    assert handler_of(insurer, case)


def test_new_facts_after_the_answer_begin_the_stages_of_time_anew(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    extended(insurer, case, name, "team_lead", 10)
    extended(insurer, case, name, "manager", 20)
    complaints.decide(case=case, letter=LETTER, by=insurer[name], at=day(30))
    complaints.tell(case=case, how="letter", by=insurer[name], at=day(30.1))
    complaints.add_facts(case=case, words="我找到了录像", by=insurer["customer"], at=day(31))
    case.complaint.refresh_from_db()
    assert case.complaint.complexity == "simple"
    before = answer_of(case)
    assert before.round == 2
    extended(insurer, case, name, "team_lead", 40)
    assert answer_of(case).due_at > before.due_at
    case.complaint.refresh_from_db()
    assert case.complaint.complexity == "complex"


def test_what_was_asked_for_before_the_answer_waits_no_longer_after_new_facts(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    complaints.ask_extension(case=case, reason="复杂", by=insurer[name], at=day(5))
    complaints.decide(case=case, letter=LETTER, by=insurer[name], at=day(6))
    complaints.tell(case=case, how="letter", by=insurer[name], at=day(6.1))
    complaints.add_facts(case=case, words="我找到了录像", by=insurer["customer"], at=day(7))
    assert not queries.more_time_waiting(queries.of_case(case)).exists()
    with pytest.raises(NothingAsked):
        complaints.approve_extension(case=case, by=insurer["team_lead"], at=day(8))
    extended(insurer, case, name, "team_lead", 9)


def test_who_handles_it_does_not_approve_more_time_that_another_asked_for(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    lead = insurer.staff["team_lead"]
    complaints.reassign(case=case, to=lead, reason="复杂", by=insurer["manager"], at=day(1.1))
    investigate(insurer, case, at=day(1.2))
    complaints.ask_extension(case=case, reason="复杂", by=insurer["officer"], at=day(5))
    with pytest.raises(MakerCannotCheck):
        complaints.approve_extension(case=case, by=insurer["team_lead"], at=day(6))
    complaints.approve_extension(case=case, by=insurer["manager"], at=day(6))

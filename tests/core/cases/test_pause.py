"""The stop-clock of the law (Insurance Law art 23, SPC interpretation II art 15)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import DECISION, DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries
from yinuo.core.cases.models import Case, Promise, PromisePause
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook.models import RuleRevision

SUPPLEMENT = "supplement"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def day(month: int, of_month: int, hour: int = 0) -> datetime:
    return datetime(2026, month, of_month, hour, tzinfo=SHANGHAI)


def decision(case: Case) -> Promise:
    return Promise.objects.get(case=case, rule=DECISION)


def test_the_days_between_notice_and_supplement_are_not_counted(office: Office) -> None:
    case = office.at_work(day(3, 2, 10))
    assert decision(case).due_at == day(4, 2)

    cases.pause(case=case, reason=SUPPLEMENT, by=office.by_agent, at=day(3, 10, 15))
    paused = decision(case)
    assert (paused.paused_at, paused.next_check_at) == (day(3, 10, 15), None)

    cases.resume(case=case, reason=SUPPLEMENT, by=office.by_agent, at=day(3, 19, 9))

    running = decision(case)
    assert running.due_at == day(4, 11)
    assert running.paused_at is None
    assert running.next_check_at is not None
    assert trial.types(case)[-2:] == ["promise.paused", "promise.resumed"]
    assert datetime.fromisoformat(trial.last(case).data["due"]) == running.due_at
    [view] = [v for v in queries.promises(case, "en", at=day(3, 20)) if v.rule == DECISION]
    assert "30" in view.counted
    assert "9" in view.counted
    assert "10 April 2026" in view.counted


def test_nothing_is_warned_missed_or_escalated_while_the_clock_stands(office: Office) -> None:
    case = office.at_work(day(3, 2, 10))
    cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(3, 3))

    assert cases.sweep(at=day(12, 1)).promises == 0
    assert decision(case).missed_at is None

    cases.resume(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(12, 1))
    assert decision(case).missed_at is None
    assert decision(case).due_at > day(12, 28)


def test_only_what_the_reason_may_stop_is_stopped(office: Office) -> None:
    case = office.open()

    assert cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=START) == []

    assert trial.types(case) == ["trial.opened"]
    assert trial.promise(case, DISPATCH).paused_at is None


def test_a_pause_within_a_pause_of_the_same_reason_changes_nothing(office: Office) -> None:
    case = office.at_work()

    assert len(cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=later("1 day"))) == 1
    assert cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=later("2 days")) == []

    assert PromisePause.objects.count() == 1
    assert trial.types(case).count("promise.paused") == 1


def test_resuming_what_does_not_stand_still_changes_nothing(office: Office) -> None:
    case = office.at_work()
    before = decision(case).due_at

    assert cases.resume(case=case, reason=SUPPLEMENT, by=SYSTEM, at=later("1 day")) == []

    assert decision(case).due_at == before


def test_a_late_promise_cannot_be_stopped_any_more(office: Office) -> None:
    case = office.at_work(day(3, 2, 10))
    cases.sweep(at=day(4, 3))

    assert cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(4, 3)) == []

    assert decision(case).missed_at == day(4, 2)


def test_two_reasons_hold_the_clock_until_both_have_ended_and_count_once(office: Office) -> None:
    RuleRevision.objects.create(
        key="claims.promises.decision",
        number=1,
        value={
            "limit": "30 days",
            "audience": "customer",
            "owner": "handler",
            "warn_at": [0.5],
            "escalate": [],
            "pausable": [SUPPLEMENT, "police"],
        },
        why="trial",
        by="staff:1",
        made_at=START,
        in_force_from=START,
    )
    case = office.at_work(day(3, 2, 10))
    cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(3, 10))
    cases.pause(case=case, reason="police", by=SYSTEM, at=day(3, 12))

    assert cases.resume(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(3, 15)) == []
    assert trial.types(case)[-1] == "promise.still_paused"
    assert decision(case).paused_at == day(3, 10)

    assert len(cases.resume(case=case, reason="police", by=SYSTEM, at=day(3, 20))) == 1
    assert decision(case).due_at == day(4, 12)


def test_a_pause_that_would_end_before_it_began_ends_where_it_began(office: Office) -> None:
    case = office.at_work()
    cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=later("2 hours"))

    cases.resume(case=case, reason=SUPPLEMENT, by=SYSTEM, at=later("1 hour"))

    assert PromisePause.objects.get().ended_at == later("2 hours")


def test_a_paused_promise_can_be_kept_and_is_not_late(office: Office) -> None:
    case = office.at_work(day(3, 2, 10))
    cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(3, 10))

    office.step(case, "finish", day(6, 1))

    kept = decision(case)
    assert (kept.kept_at, kept.missed_at, kept.paused_at) == (day(6, 1), None, None)
    assert trial.last(case).data["kept"][0]["late"] is False
    assert PromisePause.objects.get().ended_at == day(6, 1)


@pytest.mark.parametrize("warned_before", [True, False])
def test_a_warning_is_given_once_whether_before_or_after_the_pause(
    office: Office, warned_before: bool
) -> None:
    case = office.at_work(day(3, 2, 10))
    pause_at = day(3, 18, 12) if warned_before else day(3, 10, 12)
    if warned_before:
        assert cases.sweep(at=pause_at).warned == 1
    cases.pause(case=case, reason=SUPPLEMENT, by=SYSTEM, at=pause_at)
    cases.resume(case=case, reason=SUPPLEMENT, by=SYSTEM, at=day(5, 4, 12))

    while cases.sweep(at=day(9, 1)).promises:
        pass
    end = decision(case).due_at
    assert end > day(5, 10)
    lines = trial.types(case)
    assert lines.count("promise.missed") == 1
    assert lines.count("promise.warned") == (1 if warned_before else 0)

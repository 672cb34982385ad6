from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event

ONE_MINUTE = timedelta(minutes=1)


def test_a_promise_is_warned_missed_and_escalated_each_once_in_its_turn(office: Office) -> None:
    case = office.open()

    seen = [
        (minute, cases.sweep(at=later(f"{minute} minutes")))
        for minute in (1, 3, 3, 4, 5, 5, 20, 35, 35, 500)
    ]

    acted = [
        (minute, swept.warned, swept.missed, swept.escalated)
        for minute, swept in seen
        if swept.promises
    ]
    # 5 minutes: warned at half and four fifths, the team lead at the miss, the manager after 30.
    assert acted == [(3, 1, 0, 0), (4, 1, 0, 0), (5, 0, 1, 1), (35, 0, 0, 1)]
    assert trial.types(case) == [
        "trial.opened",
        "promise.warned",
        "promise.warned",
        "promise.missed",
        "promise.escalated",
        "promise.escalated",
    ]
    assert trial.chain_holds(case)


def test_a_warning_names_its_share_and_an_escalation_who_is_told(office: Office) -> None:
    case = office.open()

    cases.sweep(at=later("4 minutes"))
    cases.sweep(at=later("1 hour"))

    lines = Event.objects.filter(case=case).order_by("seq")
    warned = [line.data["share"] for line in lines if line.type == "promise.warned"]
    told = [line.data for line in lines if line.type == "promise.escalated"]
    assert warned == ["0.5", "0.8"]
    assert [(one["to"], one["staff"]) for one in told] == [
        ("team_lead", [office.lead.pk]),
        ("manager", [office.manager.pk]),
    ]


def test_a_sweep_that_comes_too_late_tells_the_miss_without_the_warnings(office: Office) -> None:
    case = office.open()

    swept = cases.sweep(at=later("9 days"))

    assert (swept.warned, swept.missed, swept.escalated) == (0, 1, 2)
    assert trial.promise(case, DISPATCH).missed_at == later("5 minutes")
    assert cases.sweep(at=later("99 days")).promises == 0


def test_a_missed_promise_is_still_owed(office: Office) -> None:
    case = office.open()
    cases.sweep(at=later("1 hour"))

    case.refresh_from_db()
    assert case.next_due_at == later("5 minutes")
    office.step(case, "begin", later("2 hours"))
    assert trial.last(case).data["kept"] == [{"rule": DISPATCH, "subject": "", "late": True}]


def test_nothing_is_done_before_its_time(office: Office) -> None:
    office.open()

    assert cases.sweep(at=later("2 minutes")).promises == 0


def test_a_batch_takes_no_more_than_its_limit(office: Office) -> None:
    office.open_many(5)

    batches = [cases.sweep(at=later("1 day"), limit=2).promises for _ in range(4)]

    assert batches == [2, 2, 1, 0]


def test_a_crash_in_the_middle_of_a_sweep_leaves_it_undone_and_the_next_one_does_it(
    office: Office,
) -> None:
    case = office.open()

    @cases.transaction()
    def sweep_and_crash() -> None:
        assert cases.sweep(at=later("5 minutes")).missed == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sweep_and_crash()

    assert trial.types(case) == ["trial.opened"]
    assert cases.sweep(at=later("5 minutes")).missed == 1
    assert trial.types(case).count("promise.missed") == 1


def test_a_case_with_two_promises_due_keeps_one_chain(office: Office) -> None:
    case = office.open()
    cases.promise(case=case, rule=trial.CONTACT, by=office.by_agent, at=START)

    swept = cases.sweep(at=later("3 days"))

    assert (swept.promises, swept.missed) == (2, 2)
    assert trial.chain_holds(case)


def test_who_owns_the_clock_takes_the_steps_of_the_sweeper_in_one_call(office: Office) -> None:
    """The lines are those of a sweeper that came at each step, each at its own moment."""
    stepwise, at_once = office.open_many(2)

    def whole_minute(at: datetime) -> datetime:
        return at.replace(second=0) + (ONE_MINUTE if at.second else timedelta(0))

    for minute in range(1, 40):
        cases.sweep_many({stepwise.pk: later(f"{minute} minutes")}, step_of=whole_minute)
    while cases.sweep_many({at_once.pk: later("39 minutes")}, step_of=whole_minute):
        pass

    assert told(at_once) == told(stepwise)
    assert [line[0] for line in told(at_once)].count("promise.escalated") == 2
    assert trial.chain_holds(at_once)


def test_a_case_rests_where_the_house_reacts_and_goes_on_afterwards(office: Office) -> None:
    case = office.open()
    cases.reacts_to(["promise.warned"])

    resting = [
        cases.sweep_many({case.pk: later("1 hour")}, step_of=lambda at: at) for _turn in range(3)
    ]

    assert resting == [{case.pk}, {case.pk}, frozenset()]
    assert trial.types(case).count("promise.warned") == 2
    assert trial.types(case).count("promise.escalated") == 2


def test_a_case_is_swept_no_further_than_its_own_moment(office: Office) -> None:
    near, far = office.open_many(2)

    while cases.sweep_many(
        {near.pk: later("3 minutes"), far.pk: later("5 minutes")}, step_of=lambda at: at
    ):
        pass

    assert "promise.missed" not in trial.types(near)
    assert "promise.missed" in trial.types(far)


def told(case: Case) -> list[tuple[str, datetime, object]]:
    return list(case.events.order_by("seq").values_list("type", "at", "data"))

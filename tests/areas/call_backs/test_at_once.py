"""Two people, or two programs, at the same moment: nobody is asked or called twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from django.db import connection

from tests.areas.call_backs.conftest import Open, after, fresh
from tests.world import NOW, World, report_of
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import Answered, BeingCalled, NotNow
from yinuo.areas.call_backs.models import Attempt, CallBack, Exclusion, Response
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.kit.errors import DomainError

HANDS = 4
STILL_WAITS_SECONDS = 0.3


def at_once(*doings: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; "done" or the code of the refusal for each, sorted."""
    gate = threading.Barrier(len(doings))

    def one(do: Callable[[], object]) -> str:
        gate.wait()
        try:
            do()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(doings)) as hands:
        return sorted(hands.map(one, doings))


def while_the_other_is_not_done(first: Callable[[], object], second: Callable[[], object]) -> str:
    """Do the second in another thread while the transaction of the first is still open."""
    with ThreadPoolExecutor(1) as hands:
        with cases.transaction():
            first()
            other = hands.submit(at_once, second)
            # It has time to go wrong; where it rightly waits, this is as long as it waits.
            wait([other], STILL_WAITS_SECONDS)
        return other.result()[0]


def second_of_the_same_customer(insurer: World) -> Case:
    return claims.report(
        report=report_of(accident_at=after(-40)),
        door="phone",
        confirmed_new=True,
        by=insurer["agent"],
        at=NOW,
    ).case


def after_a_complaint(insurer: World) -> CallBack:
    """The one occasion on which somebody is asked again within the month."""
    opened = call_backs.open_call_back(
        case=second_of_the_same_customer(insurer), occasion="after_complaint", by=SYSTEM, at=NOW
    ).opened
    people.grant_competence(
        staff=insurer.staff["team_lead"], kind="call_back_complex",
        valid_from_on=date(2026, 1, 1), by=SYSTEM, at=NOW,
    )  # fmt: skip
    return opened[0]


@pytest.mark.django_db(transaction=True)
def test_of_several_agents_who_press_at_the_same_moment_one_rings(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    pressed = [insurer[who] for who in ("agent", "team_lead") for _tab in range(HANDS // 2)]
    said = at_once(
        *(lambda by=by: call_backs.start_call(case=row.case, by=by, at=after(1)) for by in pressed)
    )
    # The second tab of the one who rings is shown the same call.
    assert said == ["being_called", "being_called", "done", "done"]
    assert Attempt.objects.count() == 1
    assert Event.objects.filter(type="call_back.call_started").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_outcome_that_two_tabs_record_at_the_same_moment_is_one(
    insurer: World, open_one: Open
) -> None:
    row, agent = open_one(), insurer["agent"]
    call_backs.start_call(case=row.case, by=agent, at=after(1))
    outcomes = ("no_answer", "busy")
    said = at_once(
        *(
            lambda outcome=outcome: call_backs.record_attempt(
                case=row.case, outcome=outcome, number=1, by=agent, at=after(1.1)
            )
            for outcome in outcomes
        )
    )
    assert said == ["already_recorded", "done"]
    assert Attempt.objects.get().outcome in outcomes
    assert Event.objects.filter(type="call_back.attempted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_answers_by_link_and_on_the_phone_at_the_same_moment_one_counts(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    call_backs.invite(case=row.case, by=SYSTEM, at=after(0.5))
    call_backs.start_call(case=row.case, by=insurer["agent"], at=after(1))
    ways = (("portal", insurer["customer"]), ("call", insurer["agent"]))
    said = at_once(
        *(
            lambda way=way, by=by: call_backs.answer(
                case=row.case, given=Answered(way, csat=5), by=by, at=after(1.1)
            )
            for way, by in ways
        )
    )
    assert said == ["already_answered", "done"]
    assert Response.objects.count() == 1
    assert fresh(row).case.state == "completed"
    assert not Attempt.objects.filter(outcome="").exists()


@pytest.mark.django_db(transaction=True)
def test_a_customer_whose_two_claims_end_at_the_same_moment_is_asked_once(
    insurer: World, claim: Case
) -> None:
    other = second_of_the_same_customer(insurer)

    def open_for(case: Case) -> Callable[[], object]:
        return lambda: call_backs.open_call_back(case=case, occasion="paid", by=SYSTEM, at=after(1))

    assert while_the_other_is_not_done(open_for(claim), open_for(other)) == "done"
    assert CallBack.objects.get().followed == claim
    left_out = Exclusion.objects.get()
    assert (left_out.followed, left_out.reason) == (other, "cool_down")


@pytest.mark.django_db(transaction=True)
def test_a_customer_with_two_call_backs_is_not_rung_about_both_at_the_same_moment(
    insurer: World, open_one: Open
) -> None:
    row, other = open_one(), after_a_complaint(insurer)
    said = while_the_other_is_not_done(
        lambda: call_backs.start_call(case=row.case, by=insurer["agent"], at=after(1)),
        lambda: call_backs.start_call(case=other.case, by=insurer["team_lead"], at=after(1)),
    )
    assert said == "being_called"
    assert Attempt.objects.count() == 1


def test_the_calls_about_another_case_count_for_the_same_customer(
    insurer: World, open_one: Open
) -> None:
    row, other = open_one(), after_a_complaint(insurer)
    agent, lead = insurer["agent"], insurer["team_lead"]
    call_backs.start_call(case=row.case, by=agent, at=after(1))
    with pytest.raises(BeingCalled) as refused:
        call_backs.start_call(case=other.case, by=lead, at=after(1.1))
    assert "agent 员工" in str(refused.value)
    call_backs.record_attempt(case=row.case, outcome="no_answer", by=agent, at=after(1.2))
    with pytest.raises(NotNow) as too_soon:
        call_backs.start_call(case=other.case, by=lead, at=after(1.3))
    assert too_soon.value.params["next_at"] == after(4)
    call_backs.start_call(case=other.case, by=lead, at=after(4))
    call_backs.record_attempt(case=other.case, outcome="busy", by=lead, at=after(4.1))
    with pytest.raises(NotNow) as enough:
        call_backs.start_call(case=row.case, by=agent, at=after(8))
    assert enough.value.params["next_at"] == after(23)

"""Calls: one person at a time, at the right hour, with an outcome that leads on. Nobody twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.areas.call_backs.conftest import Open, after, fresh
from tests.world import NOW, World
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.commands import (
    AlreadyRecorded,
    Answered,
    BeingCalled,
    NoRunningCall,
    NotByPhone,
    NotNow,
    NotToBeAsked,
    NotTrained,
)
from yinuo.areas.call_backs.commands.calling import NoSuchOutcome, TimeNeeded
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Event
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.rules import PersonChanges
from yinuo.kit.errors import DomainError


def ring(row: CallBack, by: Actor, at: datetime) -> Attempt:
    return call_backs.start_call(case=row.case, by=by, at=at)


def end(row: CallBack, outcome: str, by: Actor, at: datetime, **more: object) -> Attempt:
    return call_backs.record_attempt(case=row.case, outcome=outcome, by=by, at=at, **more)  # type: ignore[arg-type]


def test_a_call_keeps_the_first_contact_and_leads_to_the_next_one(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    attempt = ring(row, insurer["agent"], after(1))
    end(row, "no_answer", insurer["agent"], after(1.01))
    row = fresh(row)
    assert (attempt.number, attempt.round, row.calls) == (1, 1, 1)
    assert row.first_contact_at == after(1)
    # Nobody has written yet, so the letter goes now and the call comes later.
    assert (row.channel, row.next_contact_at) == ("message", after(1.01))
    promise = row.case.promises.get(rule="call_backs.first_contact")
    assert promise.kept_at == after(1)


def test_only_people_with_a_valid_training_call(insurer: World, open_one: Open) -> None:
    row = open_one()
    late = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    with pytest.raises(NotTrained):
        ring(row, insurer["agent"], late)
    with pytest.raises(DomainError) as refused:
        ring(row, insurer["west"], after(1))
    assert refused.value.code == "not_trained"
    with pytest.raises(DomainError) as refused:
        ring(row, insurer["surveyor"], after(1))
    assert refused.value.code == "not_your_role"
    assert not Attempt.objects.exists()


def test_two_agents_do_not_call_the_same_customer(insurer: World, open_one: Open) -> None:
    row = open_one()
    ring(row, insurer["agent"], after(1))
    with pytest.raises(BeingCalled) as refused:
        ring(row, insurer["team_lead"], after(1.1))
    assert "agent 员工" in str(refused.value)
    assert Attempt.objects.count() == 1


def test_a_second_tab_and_a_reopened_browser_find_the_same_call(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    first = ring(row, insurer["agent"], after(1))
    again = ring(row, insurer["agent"], after(1.2))
    assert again == first
    assert Event.objects.filter(case=row.case, type="call_back.call_started").count() == 1
    end(row, "busy", insurer["agent"], after(1.3), number=first.number)
    with pytest.raises(AlreadyRecorded):
        end(row, "no_answer", insurer["agent"], after(1.31), number=first.number)
    assert Attempt.objects.get(outcome="busy").number == first.number


def test_an_outcome_without_a_call_or_of_somebody_elses_call_is_refused(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    with pytest.raises(NoRunningCall):
        end(row, "no_answer", insurer["agent"], after(1))
    ring(row, insurer["agent"], after(1))
    with pytest.raises(NoRunningCall):
        end(row, "no_answer", insurer["team_lead"], after(1.1))
    with pytest.raises(NoSuchOutcome):
        end(row, "abandoned", insurer["agent"], after(1.1))


def test_a_page_that_is_out_of_date_starts_no_call(insurer: World, open_one: Open) -> None:
    row = open_one()
    call_backs.invite(case=row.case, by=insurer["agent"], at=after(0.5))
    with pytest.raises(cases.ChangedMeanwhile):
        call_backs.start_call(case=row.case, by=insurer["agent"], at=after(1), seen=0)


@pytest.mark.parametrize(
    ("hours", "refusal"),
    [(3, NotNow), (11, NotNow), (-2, NotNow), (24 * 37 + 2, NotNow)],
    ids=["lunch", "evening", "early morning", "dragon boat festival"],
)
def test_nobody_is_called_at_a_forbidden_hour(
    insurer: World, open_one: Open, hours: float, refusal: type[DomainError]
) -> None:
    row = open_one(at=after(-5))
    with pytest.raises(refusal):
        ring(row, insurer["agent"], after(hours))
    assert not Attempt.objects.exists()


def test_the_refusal_says_when_the_customer_may_be_called(insurer: World, open_one: Open) -> None:
    row = open_one()
    with pytest.raises(NotNow) as refused:
        ring(row, insurer["agent"], after(3))
    assert refused.value.params["next_at"] == after(4)
    assert "2026-05-13 14:00" in str(refused.value)


def test_calls_keep_their_distance_and_their_number(insurer: World, open_one: Open) -> None:
    row, agent = open_one(), insurer["agent"]
    call_backs.invite(case=row.case, by=agent, at=NOW)
    for hours in (0, 5, 24, 29):
        ring(row, agent, after(hours))
        end(row, "no_answer", agent, after(hours + 0.01))
        with pytest.raises(NotNow if hours < 29 else NotByPhone):
            ring(row, agent, after(hours + 0.5))
    assert (fresh(row).channel, fresh(row).calls) == ("end", 4)


def test_the_refusal_says_the_hour_of_here(insurer: World, open_one: Open) -> None:
    row = open_one()
    ring(row, insurer["agent"], after(1))
    end(row, "no_answer", insurer["agent"], after(1.1))
    with pytest.raises(NotNow) as refused:
        ring(row, insurer["agent"], datetime(2026, 5, 13, 3, 30, tzinfo=UTC))
    assert "2026-05-13 14:00" in str(refused.value)
    with pytest.raises(NotNow) as refused:
        call_backs.start_call(
            case=row.case, by=insurer["agent"], at=datetime(2026, 5, 13, 16, 30, tzinfo=UTC)
        )
    assert "2026-05-14 09:00" in str(refused.value)


def test_the_calls_of_a_day_count_over_the_rounds(insurer: World, open_one: Open) -> None:
    row, agent = open_one(), insurer["agent"]
    bad = Answered("call", csat=1, reasons=("low_score",))
    ring(row, agent, NOW)
    call_backs.answer(case=row.case, given=bad, by=agent, at=after(0.1))
    assert call_backs.bring_forward(case=row.case, by=SYSTEM, at=after(0.2))
    with pytest.raises(NotNow) as refused:
        ring(row, agent, after(0.3))
    assert refused.value.params["next_at"] == after(4)
    ring(row, agent, after(4))
    call_backs.answer(case=row.case, given=bad, by=agent, at=after(4.1))
    assert call_backs.bring_forward(case=row.case, by=SYSTEM, at=after(4.2))
    with pytest.raises(NotNow) as refused:
        ring(row, agent, after(8))
    assert refused.value.params["next_at"] == after(23)


def test_later_is_a_time_that_the_customer_named(insurer: World, open_one: Open) -> None:
    row, agent = open_one(), insurer["agent"]
    ring(row, agent, after(1))
    for wrong in (None, after(0.5), after(24 * 31)):
        with pytest.raises(TimeNeeded):
            end(row, "later", agent, after(1.1), next_at=wrong)
    end(row, "later", agent, after(1.1), next_at=after(6.5))
    row = fresh(row)
    assert (row.channel, row.next_contact_at) == ("call", after(6.5))
    with pytest.raises(NotNow):
        ring(row, agent, after(5))
    assert ring(row, agent, after(6.5)).number == 2


def test_who_refuses_is_left_in_peace(insurer: World, open_one: Open) -> None:
    row = open_one()
    ring(row, insurer["agent"], after(1))
    end(row, "refused", insurer["agent"], after(1.1))
    row = fresh(row)
    assert (row.case.state, row.channel, row.next_contact_at) == ("stopped", "", None)
    assert not row.case.promises.filter(kept_at=None, withdrawn_at=None).exists()


def test_a_wrong_number_is_not_rung_again_but_written_to(insurer: World, open_one: Open) -> None:
    row, agent = open_one(), insurer["agent"]
    ring(row, agent, after(1))
    end(row, "wrong_number", agent, after(1.1))
    assert fresh(row).channel == "message"
    with pytest.raises(NotByPhone):
        ring(row, agent, after(24))


def test_who_reaches_a_customer_and_is_cut_off_may_ring_again(
    insurer: World, open_one: Open
) -> None:
    row, agent = open_one(), insurer["agent"]
    call_backs.invite(case=row.case, by=agent, at=NOW)
    ring(row, agent, after(1))
    end(row, "reached", agent, after(1.05))
    row = fresh(row)
    assert (row.case.state, row.reached_at, row.channel) == ("reached", after(1.05), "call")
    # The letter has twenty hours to be answered, which end in the night.
    assert row.next_contact_at == after(23)
    assert ring(row, agent, after(5)).number == 3


@pytest.mark.parametrize("who", ["surveys", "complaint"])
def test_who_does_not_want_or_complains_meanwhile_is_not_called(
    insurer: World, open_one: Open, who: str
) -> None:
    row = open_one()
    call_backs.invite(case=row.case, by=SYSTEM, at=NOW)
    if who == "surveys":
        people.update_person(
            person_id=insurer.holder.pk,
            changes=PersonChanges(opted_out=("surveys",)),
            by=SYSTEM,
            at=after(1),
        )
    else:
        _complaint_of(row)
    with pytest.raises(NotToBeAsked):
        ring(row, insurer["agent"], after(4))
    swept = call_backs.sweep(at=after(23.1))
    assert swept.left_out == 1
    assert fresh(row).case.state == "excluded"


def _complaint_of(row: CallBack) -> None:
    """An open complaint of the same customer; only that it is there matters here."""
    case = row.followed
    case.pk, case.number, case.kind, case.state = None, "P26-0000001-0", "complaint", "received"
    case._state.adding = True
    case.save()


def test_a_call_whose_end_nobody_recorded_is_free_again_after_its_time(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    call_backs.invite(case=row.case, by=SYSTEM, at=NOW)
    ring(row, insurer["agent"], after(1))
    assert call_backs.sweep(at=after(1.4)).abandoned == 0
    assert call_backs.sweep(at=after(1.5)).abandoned == 1
    assert call_backs.sweep(at=after(1.6)).abandoned == 0
    row = fresh(row)
    assert Attempt.objects.get(outcome="abandoned").ended_at == after(1.5)
    assert row.channel == "call"
    # It may have rung, so it counts: the next call keeps its distance.
    with pytest.raises(NotNow):
        ring(row, insurer["team_lead"], after(1.7))
    assert ring(row, insurer["team_lead"], after(4)).number == 3


def test_the_list_of_calls_shows_what_is_due_and_nobody_who_is_on_the_phone(
    insurer: World, open_one: Open
) -> None:
    row, agent = open_one(), insurer["agent"]
    call_backs.invite(case=row.case, by=SYSTEM, at=NOW)
    assert list(queries.due_calls(agent, at=after(22))) == []
    at = NOW + timedelta(hours=23)
    assert list(queries.due_calls(agent, at=at)) == [row]
    assert list(queries.due_calls(insurer["west"], at=at)) == []
    ring(row, agent, after(24))
    assert list(queries.due_calls(insurer["team_lead"], at=after(24))) == []

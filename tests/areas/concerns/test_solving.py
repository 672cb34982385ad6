"""From the owner who takes it to the customer who says that it is solved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.areas.concerns.conftest import Take, after
from tests.world import World
from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns import queries
from yinuo.areas.concerns.models import Closing, Concern
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message

HOURS_49 = 60 + 49 * 60


def solved(case: Case, insurer: World, minutes: float = 120) -> Case:
    concerns.solve(case=case, words="今天补付 300 元", by=insurer["agent"], at=after(minutes))
    case.refresh_from_db()
    return case


def last(case: Case) -> Event:
    found = Event.objects.filter(case=case).order_by("-seq").first()
    assert found is not None
    return found


def test_an_answer_keeps_its_promise_and_reaches_the_customer(
    take_up: Take, insurer: World
) -> None:
    case = take_up()
    concerns.take(case=case, by=insurer["agent"], at=after(70))
    concerns.answer(case=case, words="款项周四到账", by=insurer["agent"], at=after(80))
    case.refresh_from_db()
    assert case.state == "answered"
    kept = Promise.objects.get(case=case, rule="concerns.answer")
    assert (kept.kept_at, kept.missed_at) == (after(80), None)
    assert Promise.objects.get(case=case, rule="concerns.solution").kept_at is None
    letter = Message.objects.get(case=case, reason="concern_answered", channel="inbox")
    assert "款项周四到账" in letter.body


def test_a_solution_waits_for_the_customers_yes_and_that_closes_it(
    take_up: Take, insurer: World
) -> None:
    case = solved(take_up(), insurer)
    assert (case.state, case.waiting_for_customer) == ("solved", True)
    concerns.confirm(case=case, by=insurer["customer"], at=after(200))
    case.refresh_from_db()
    assert (case.state, case.waiting_for_customer) == ("closed", False)
    assert case.closed_at == after(200)
    assert not Promise.objects.filter(case=case, kept_at=None, withdrawn_at=None).exists()
    end = last(case)
    assert end.type == "concern.closed"
    assert (end.data["how"], end.data["in_time"], end.data["rounds"]) == ("confirmed", True, 1)
    assert "concern_confirmed" in Message.objects.filter(case=case).values_list("reason", flat=True)


def test_not_solved_begins_again_with_new_times(take_up: Take, insurer: World) -> None:
    case = solved(take_up(), insurer)
    concerns.reopen(case=case, words="钱还是没到", by=insurer["customer"], at=after(300))
    case.refresh_from_db()
    assert (case.state, case.waiting_for_customer) == ("taken", False)
    second = Promise.objects.get(case=case, rule="concerns.solution", round=2)
    assert second.due_at == after(300) + timedelta(hours=48)
    solved(case, insurer, 360)
    concerns.confirm(case=case, by=insurer["customer"], at=after(400))
    assert last(case).data["rounds"] == 2
    assert last(case).data["in_time"] is True


def test_a_solution_that_came_too_late_was_not_in_time(take_up: Take, insurer: World) -> None:
    case = solved(take_up(), insurer, HOURS_49)
    concerns.confirm(case=case, by=insurer["customer"], at=after(HOURS_49 + 5))
    assert last(case).data["in_time"] is False


def test_nobody_confirms_their_own_solution(take_up: Take, insurer: World) -> None:
    case = solved(take_up(), insurer)
    with pytest.raises(concerns.OwnSolution):
        concerns.confirm(case=case, words="客户说好了", by=insurer["agent"], at=after(200))
    with pytest.raises(concerns.WordsMissing):
        concerns.confirm(case=case, by=insurer["team_lead"], at=after(200))
    concerns.confirm(case=case, words="客户电话里说好了", by=insurer["team_lead"], at=after(210))
    assert Concern.objects.get(pk=case.pk).outcome == "confirmed"


def test_the_database_keeps_maker_and_checker_apart(take_up: Take, insurer: World) -> None:
    case = solved(take_up(), insurer)
    row = Concern.objects.get(pk=case.pk)
    row.confirmed_by, row.confirmed_at, row.outcome = row.solved_by, after(1), "confirmed"
    with pytest.raises(Exception, match="nobody_confirms_their_own_solution"):
        row.save()


def test_a_customer_cannot_confirm_what_nobody_solved(take_up: Take, insurer: World) -> None:
    case = take_up()
    with pytest.raises(cases.StepNotAllowed):
        concerns.confirm(case=case, by=insurer["customer"], at=after(70))


def test_closing_without_the_customer_needs_a_reason_and_a_second_person(
    take_up: Take, insurer: World
) -> None:
    case = solved(take_up(), insurer)
    lead, manager = insurer["team_lead"], insurer["manager"]
    with pytest.raises(concerns.WordUnknown):
        concerns.propose_closing(case=case, reason="tired", words="x", by=lead, at=after(500))
    with pytest.raises(concerns.WordsMissing):
        concerns.propose_closing(case=case, reason="no_reaction", words=" ", by=lead, at=after(500))
    concerns.propose_closing(
        case=case, reason="no_reaction", words="三次没有接电话", by=lead, at=after(500)
    )
    with pytest.raises(MakerCannotCheck):
        concerns.review_closing(case=case, by=lead, at=after(510))
    with pytest.raises(cases.NotYourRole):
        concerns.review_closing(case=case, by=insurer["agent"], at=after(510))
    concerns.review_closing(case=case, by=manager, at=after(520))
    case.refresh_from_db()
    assert case.state == "closed"
    assert (last(case).data["how"], last(case).data["reason"]) == ("reviewed", "no_reaction")
    assert "concern_ended" in Message.objects.filter(case=case).values_list("reason", flat=True)


def test_the_database_refuses_a_closing_checked_by_its_maker(take_up: Take, insurer: World) -> None:
    case = take_up()
    concerns.propose_closing(
        case=case, reason="taken_back", words="客户说算了", by=insurer["agent"], at=after(100)
    )
    row = Closing.objects.get()
    row.reviewed_by, row.verdict = row.proposed_by, "accepted"
    with pytest.raises(Exception, match="closing_maker_is_not_checker"):
        row.save()


def test_a_returned_closing_goes_back_to_work_and_can_be_proposed_again(
    take_up: Take, insurer: World
) -> None:
    case = solved(take_up(), insurer)
    for minutes in (500, 700):
        concerns.propose_closing(
            case=case, reason="no_reaction", words="打不通", by=insurer["agent"], at=after(minutes)
        )
        with pytest.raises(concerns.WordsMissing):
            concerns.return_closing(
                case=case, words="", by=insurer["team_lead"], at=after(minutes + 10)
            )
        concerns.return_closing(
            case=case, words="晚上再打一次", by=insurer["team_lead"], at=after(minutes + 20)
        )
        case.refresh_from_db()
        assert case.state == "taken"
    assert Promise.objects.filter(case=case, rule="concerns.solution", kept_at=None).exists()
    assert [row.verdict for row in Closing.objects.order_by("pk")] == ["returned", "returned"]


def test_it_can_become_a_complaint_whose_clock_runs_from_the_first_words(
    take_up: Take, insurer: World
) -> None:
    case = take_up("定损太低,不够修车")
    concerns.hear_again(case=case, words="还是不够", by=insurer["customer"], at=after(200))
    concerns.become_complaint(case=case, words="我要投诉", by=insurer["customer"], at=after(900))
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("complaint", after(900))
    told = last(case)
    assert told.type == "concern.became_complaint"
    assert told.data["first_spoken_at"] == after(60).isoformat()
    assert len(told.data["notes"]) == 3
    assert told.data["about"] == case.about_id
    assert not Promise.objects.filter(case=case, kept_at=None, withdrawn_at=None).exists()


def test_a_proposed_closing_is_dropped_when_it_becomes_a_complaint(
    take_up: Take, insurer: World
) -> None:
    case = take_up()
    concerns.propose_closing(
        case=case, reason="taken_back", words="客户说算了", by=insurer["agent"], at=after(100)
    )
    concerns.become_complaint(case=case, by=insurer["customer"], at=after(200))
    assert Closing.objects.get().verdict == "dropped"


def test_words_that_come_while_a_solution_waits_say_that_it_is_none(
    take_up: Take, insurer: World
) -> None:
    case = solved(take_up(), insurer)
    assert take_up("问题还在,没人处理", by=insurer["customer"], at=after(300)) == case
    case.refresh_from_db()
    assert (case.state, Concern.objects.get(pk=case.pk).round) == ("taken", 2)


def test_who_comes_back_after_the_end_gets_a_new_concern(take_up: Take, insurer: World) -> None:
    case = solved(take_up("定损太低,不够修车"), insurer)
    concerns.confirm(case=case, by=insurer["customer"], at=after(200))
    fresh = concerns.come_back(
        case=case, words="车修完还是自己垫了钱", by=insurer["customer"], at=after(9000)
    )
    concern = Concern.objects.get(pk=fresh.pk)
    assert (concern.source_case, concern.reasons) == (case, ["not_satisfied_again"])
    assert fresh.about == case.about
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_page_that_is_out_of_date_changes_nothing(take_up: Take, insurer: World) -> None:
    case = take_up()
    seen = Case.objects.get(pk=case.pk).revision
    concerns.take(case=case, by=insurer["agent"], at=after(70), seen=seen)
    with pytest.raises(cases.ChangedMeanwhile):
        concerns.answer(
            case=case, words="款项周四到账", by=insurer["agent"], at=after(80), seen=seen
        )
    assert not case.notes.filter(kind="answer").exists()


def test_late_it_is_told_to_handler_team_lead_and_manager_once_each(
    take_up: Take, insurer: World
) -> None:
    case = take_up()
    for hours in (1, 25, 39, 48, 51, 61, 70):
        while cases.sweep(at=after(60) + timedelta(hours=hours)).promises:
            pass
    told = Event.objects.filter(case=case, type="promise.escalated", data__rule="concerns.answer")
    assert [line.data["to"] for line in told.order_by("seq")] == [
        "handler", "team_lead", "manager",
    ]  # fmt: skip
    assert Promise.objects.get(case=case, rule="concerns.answer").missed_at is not None


def test_the_figures_count_what_the_customer_confirmed(take_up: Take, insurer: World) -> None:
    first = solved(take_up(), insurer)
    concerns.confirm(case=first, by=insurer["customer"], at=after(200))
    second = solved(take_up("喷漆有色差", at=after(210)), insurer, 220 + HOURS_49)
    concerns.confirm(case=second, by=insurer["customer"], at=after(230 + HOURS_49))
    third = take_up("定损太低", at=after(9000))
    concerns.become_complaint(case=third, by=insurer["customer"], at=after(9010))
    take_up("没人联系我", at=after(9020))
    figures = queries.figures(insurer["agent"], after(0), after(10000))
    assert (figures.found, figures.solved, figures.solved_in_time) == (4, 2, 1)
    assert (figures.became_complaint, figures.open) == (1, 1)
    assert queries.figures(insurer["west"], after(0), after(10000)).found == 0


def test_the_lists_hold_what_they_say(take_up: Take, insurer: World) -> None:
    waiting = solved(take_up(), insurer)
    late = take_up("喷漆有色差", separate=True)
    agent, at = insurer["agent"], after(60 + 50 * 60)

    def numbers(which: str, name: str = "agent") -> list[str]:
        return [one.case.number for one in queries.listed(insurer[name], which, at=at)]

    assert set(numbers("open")) == {waiting.number, late.number}
    assert numbers("waiting") == [waiting.number]
    assert numbers("late") == [late.number]
    assert set(numbers("mine")) == {waiting.number, late.number}
    assert numbers("mine", "team_lead") == []
    assert numbers("open", "west") == []
    concerns.confirm(case=waiting, by=insurer["customer"], at=at)
    assert numbers("closed") == [waiting.number]
    assert agent.staff_id is not None

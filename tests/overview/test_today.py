from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.cases import trial
from tests.core.cases.trial import CONTACT, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch
from yinuo.overview.today import COUNTED, PAGE, Lane, LaneView, Scope, lane_page, today

TEAM = Scope(mine=False)


def lanes(actor: Actor, at: datetime, scope: Scope = TEAM) -> dict[Lane, LaneView]:
    return {view.lane: view for view in today(actor, at=at, language="en", scope=scope)}


def numbers(view: LaneView) -> list[str]:
    return [row.case.number for row in view.rows]


def due(case: Case, at: datetime) -> None:
    """Set directly what a promise of that due time would leave on the case."""
    Case.objects.filter(pk=case.pk).update(next_due_at=at)


def test_each_case_stands_in_the_lane_of_what_breaks_next(office: Office) -> None:
    late, soon, tonight, next_week, waiting, forgotten = office.open_many(6)
    due(late, later("0 minutes"))
    due(soon, later("59 minutes"))
    due(tonight, later("13 hours"))
    due(next_week, later("7 days"))
    Case.objects.filter(pk=waiting.pk).update(next_due_at=None, waiting_for_customer=True)
    Case.objects.filter(pk=forgotten.pk).update(next_due_at=None)

    seen = lanes(office.by_agent, START)

    assert {lane: numbers(view) for lane, view in seen.items()} == {
        Lane.OVERDUE: [late.number],
        Lane.NEXT_HOUR: [soon.number],
        Lane.TODAY: [tonight.number],
        Lane.WAITING: [waiting.number],
        Lane.LATER: [next_week.number],
        Lane.WITHOUT_PROMISE: [forgotten.number],
    }
    assert all(view.count == 1 and not view.capped for view in seen.values())


def test_a_waiting_case_that_breaks_today_stands_where_it_breaks(office: Office) -> None:
    case = office.open()
    Case.objects.filter(pk=case.pk).update(waiting_for_customer=True)

    seen = lanes(office.by_agent, START)

    assert numbers(seen[Lane.NEXT_HOUR]) == [case.number]
    assert seen[Lane.WAITING].count == 0


def test_an_hour_before_midnight_reaches_into_tomorrow(office: Office) -> None:
    case = office.open()
    half_past_eleven_at_night = later("810 minutes")
    due(case, later("855 minutes"))

    seen = lanes(office.by_agent, half_past_eleven_at_night)

    assert numbers(seen[Lane.NEXT_HOUR]) == [case.number]
    assert sum(view.count for view in seen.values()) == 1


def test_what_breaks_first_comes_first_and_shows_its_promise(office: Office) -> None:
    first, second = office.open_many(2)
    due(second, later("3 minutes"))

    view = lanes(office.by_agent, START)[Lane.NEXT_HOUR]

    assert numbers(view) == [second.number, first.number]
    promise = view.rows[1].promise
    assert promise is not None
    assert (promise.rule, promise.due_at) == (trial.DISPATCH, later("5 minutes"))
    assert "5 minutes" in promise.counted


def test_closed_cases_are_in_no_lane(office: Office) -> None:
    case = office.open()
    office.step(case, "drop", by=office.by_customer)

    assert sum(view.count for view in lanes(office.by_agent, START).values()) == 0


def test_a_branch_sees_itself_and_what_is_below_and_nothing_else(office: Office) -> None:
    below, elsewhere = Office(parent=office.branch), Office()
    own, lower, other = office.open(), below.open(), elsewhere.open()

    def seen_by(actor: Actor) -> set[str]:
        return {n for view in lanes(actor, START).values() for n in numbers(view)}

    assert seen_by(office.by_agent) == {own.number, lower.number}
    assert seen_by(below.by_agent) == {lower.number}
    assert seen_by(elsewhere.by_agent) == {other.number}
    assert seen_by(trial.actor(elsewhere.manager)) == {own.number, lower.number, other.number}
    assert seen_by(SYSTEM) == {own.number, lower.number, other.number}


def test_operators_and_customers_see_no_list(office: Office) -> None:
    office.open()
    operator = trial.actor(trial.staff(office.branch, "operator"))

    for actor in (operator, office.by_customer):
        assert all(view.count == 0 for view in lanes(actor, START).values())


def test_mine_are_the_cases_that_i_handle_and_those_in_which_i_promised_something(
    office: Office,
) -> None:
    handled, helped, strange = office.open_many(3)
    Case.objects.filter(pk__in=[helped.pk, strange.pk]).update(handler=office.lead)
    office.step(helped, "begin")
    for rule, minutes in ((CONTACT, "20 minutes"), (trial.DISPATCH, "30 minutes")):
        cases.promise(
            case=helped,
            rule=rule,
            by=SYSTEM,
            at=later(minutes),
            owners={"surveyor": office.agent.pk, "agent": office.agent.pk},
        )
    office.step(strange, "begin")
    strange.promises.update(owner=office.lead)

    mine = lanes(office.by_agent, START, Scope(mine=True))

    assert [(row.case.number, row.due_at) for row in mine[Lane.NEXT_HOUR].rows] == [
        (handled.number, later("5 minutes")),
        (helped.number, later("30 minutes")),
    ]
    assert strange.number not in {n for view in mine.values() for n in numbers(view)}


def test_a_team_lead_looks_at_the_cases_of_one_colleague(office: Office) -> None:
    one, other = office.open_many(2)
    Case.objects.filter(pk=other.pk).update(handler=office.lead)

    seen = lanes(office.by_lead, START, Scope(mine=False, handler_id=office.agent.pk))

    assert numbers(seen[Lane.NEXT_HOUR]) == [one.number]


def test_a_kind_chooses_its_cases(office: Office) -> None:
    case = office.open()

    assert numbers(lanes(office.by_agent, START, Scope(mine=False, kind="trial"))[Lane.NEXT_HOUR])
    assert not numbers(lanes(office.by_agent, START, Scope(mine=False, kind="x"))[Lane.NEXT_HOUR])
    assert case.state == "new"


@pytest.mark.parametrize("scope", [TEAM, Scope(mine=True)])
def test_pages_follow_each_other_without_gap_or_repetition(office: Office, scope: Scope) -> None:
    opened = office.open_many(2 * PAGE + 5)
    seen: list[str] = []
    after, pages = "", 0

    while pages == 0 or after:
        view = lane_page(
            office.by_agent, Lane.NEXT_HOUR, at=START, language="en", scope=scope, after=after
        )
        seen += numbers(view)
        after, pages = view.after, pages + 1

    assert pages == 3
    assert seen == [case.number for case in opened]


@pytest.mark.parametrize("lane", [Lane.WAITING, Lane.WITHOUT_PROMISE])
@pytest.mark.parametrize("scope", [TEAM, Scope(mine=True)])
def test_the_lanes_without_a_due_time_have_pages_too(
    office: Office, lane: Lane, scope: Scope
) -> None:
    opened = office.open_many(PAGE + 1)
    Case.objects.update(next_due_at=None, waiting_for_customer=lane == Lane.WAITING)

    first = lane_page(office.by_agent, lane, at=START, language="en", scope=scope)
    rest = lane_page(office.by_agent, lane, at=START, language="en", scope=scope, after=first.after)

    assert numbers(first) + numbers(rest) == [case.number for case in opened]
    assert rest.after == ""


def test_what_nobody_promised_anything_in_is_put_in_order_across_the_branches(
    office: Office,
) -> None:
    opened = office.open_many(4)
    below = Branch.objects.create(name="下面", code="BELOW", path="")
    path = f"{office.branch.path}{below.pk}."
    Branch.objects.filter(pk=below.pk).update(path=path)
    Case.objects.update(next_due_at=None)
    for place, case in enumerate(opened):
        moved = {"branch": below, "branch_path": path} if place % 2 else {}
        Case.objects.filter(pk=case.pk).update(state_since_at=later(f"{place} minutes"), **moved)
    head = Actor(
        id="staff:999",
        kind="staff",
        roles=frozenset({"team_lead"}),
        branch_id=office.branch.pk,
        branch_path=office.branch.path,
    )

    view = lanes(head, START)[Lane.WITHOUT_PROMISE]

    assert numbers(view) == [case.number for case in opened]


@pytest.mark.parametrize("nonsense", ["x", "2026-03-02~1", "~", "2026-03-02T02:00:00+00:00~x"])
def test_a_page_mark_that_is_not_ours_begins_at_the_beginning(
    office: Office, nonsense: str
) -> None:
    case = office.open()

    view = lane_page(
        office.by_agent, Lane.NEXT_HOUR, at=START, language="en", scope=TEAM, after=nonsense
    )

    assert numbers(view) == [case.number]


def test_a_count_stops_where_nobody_needs_to_know(office: Office) -> None:
    office.open_many(COUNTED + 1)

    view = lanes(office.by_agent, START)[Lane.NEXT_HOUR]

    assert (view.count, view.capped) == (COUNTED, True)
    assert 0 < len(view.rows) < PAGE


def test_today_takes_as_many_statements_for_many_cases_as_for_one(office: Office) -> None:
    office.open()
    with CaptureQueriesContext(connection) as one:
        lanes(office.by_agent, START)
    office.open_many(60)

    with CaptureQueriesContext(connection) as many:
        lanes(office.by_agent, START)

    assert len(many) == len(one) <= 11


def test_a_head_office_reads_nothing_of_a_house_beside_it(office: Office) -> None:
    ours, theirs = office.open_many(2)
    head = office.branch
    lead = Actor(
        id="staff:999",
        kind="staff",
        roles=frozenset({"team_lead"}),
        branch_id=head.pk,
        branch_path=head.path,
    )
    assert set(everything(lead)) == {ours.number, theirs.number}

    beside = Branch.objects.create(name="别家", code="BESIDE", path="")
    Branch.objects.filter(pk=beside.pk).update(path=f"{beside.pk}.")
    Case.objects.filter(pk=theirs.pk).update(branch=beside, branch_path=f"{beside.pk}.")
    assert everything(lead) == [ours.number]


def everything(actor: Actor) -> list[str]:
    return [number for view in lanes(actor, START).values() for number in numbers(view)]

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.cases import trial
from tests.core.cases.trial import CONTACT, DECISION, DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.kit.ids import CaseNumberMistyped, NotACaseNumber


def sees(actor: Actor, case: Case) -> bool:
    try:
        return queries.get_for(actor, case.number).pk == case.pk
    except queries.NotFound:
        return False


def test_a_number_is_read_however_people_write_it(office: Office) -> None:
    case = office.open()

    for written in (case.number, case.number.lower(), f" {case.number.replace('-', ' ')} "):
        assert queries.get_for(office.by_agent, written).pk == case.pk


def test_what_is_no_number_or_mistyped_says_so(office: Office) -> None:
    case = office.open()
    wrong = case.number[:-1] + str((int(case.number[-1]) + 1) % 10)

    with pytest.raises(CaseNumberMistyped):
        queries.get_for(office.by_agent, wrong)
    with pytest.raises(NotACaseNumber):
        queries.get_for(office.by_agent, "nonsense")


def test_staff_see_their_branch_and_below_the_head_office_all_and_others_nothing(
    office: Office,
) -> None:
    below, elsewhere = Office(parent=office.branch), Office()
    case = below.open()

    assert sees(below.by_agent, case)
    assert sees(office.by_agent, case)
    assert sees(trial.actor(elsewhere.manager), case)
    assert sees(trial.actor(trial.staff(elsewhere.branch, "auditor")), case)
    assert not sees(elsewhere.by_agent, case)
    assert not sees(trial.actor(trial.staff(below.branch, "operator")), case)
    assert sees(SYSTEM, case)


def test_another_kind_is_not_found(office: Office) -> None:
    case = office.open()

    with pytest.raises(queries.NotFound) as refusal:
        queries.get_for(office.by_agent, case.number, kind="claim")
    assert refusal.value.http == 404
    assert queries.get_for(office.by_agent, case.number, kind="trial").pk == case.pk


def test_customers_see_their_own_cases_and_with_a_link_the_one_it_names_and_what_follows(
    office: Office,
) -> None:
    first, second = office.open_many(2)
    opening = office.opening()
    following = cases.open_case(
        cases.Opening("trial", "open", opening.customer, opening.branch, about=first),
        by=office.by_agent,
        at=START,
    )
    stranger = customer_actor(person_id=trial.person(office.branch).pk)
    by_link = customer_actor(person_id=office.customer.pk, case_id=first.pk)

    assert [sees(office.by_customer, c) for c in (first, second, following)] == [True, True, True]
    assert [sees(by_link, c) for c in (first, second, following)] == [True, False, True]
    assert not sees(stranger, first)
    assert queries.follow_ups(first, office.by_customer) == [following]
    assert set(queries.earlier_cases(first, office.by_agent)) == {second, following}


def test_the_timeline_comes_in_pages_the_newest_first(office: Office) -> None:
    case = office.open()
    for number in range(5):
        cases.record(case=case, type="trial.seen", data={"n": number}, by=SYSTEM, at=START)

    first = queries.timeline(case, limit=4)
    rest = queries.timeline(case, before=first[-1].seq, limit=4)

    assert [event.seq for event in first] == [6, 5, 4, 3]
    assert [event.seq for event in rest] == [2, 1]


def test_promises_show_the_earliest_open_one_first_and_the_ended_ones_last(
    office: Office,
) -> None:
    case = office.at_work()
    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=later("1 day"))
    case.refresh_from_db()

    views = queries.promises(case, "en", at=later("1 day"))

    assert [view.rule for view in views] == [CONTACT, DECISION, DISPATCH]
    contact, decision, dispatch = views
    assert contact.title
    assert contact.source
    assert contact.left == timedelta(minutes=10)
    assert contact.soon_at == later("8 minutes", later("1 day"))
    assert (decision.statutory, contact.statutory) == (True, False)
    assert (dispatch.internal, contact.internal) == (True, False)
    assert dispatch.kept_at == START
    assert "30" in decision.counted


def test_the_customer_sees_only_what_was_promised_to_the_customer(office: Office) -> None:
    case = office.at_work()

    views = queries.promises(case, "zh-hans", at=START, for_customer=True)

    assert [view.rule for view in views] == [DECISION]


def test_a_paused_promise_says_why_and_stands_behind_those_that_run(office: Office) -> None:
    case = office.at_work()
    cases.promise(case=case, rule="claims.payment", by=SYSTEM, at=later("9 days"))
    cases.pause(case=case, reason="supplement", by=SYSTEM, at=later("10 days"))
    case.refresh_from_db()

    views = queries.promises(case, "en", at=later("20 days"))

    assert [view.rule for view in views][:2] == ["claims.payment", DECISION]
    paused = views[1]
    assert (paused.pause_reason, paused.paused_at) == ("supplement", later("10 days"))
    assert paused.left > timedelta(days=18)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_next_promises_of_many_cases_take_few_statements(office: Office, language: str) -> None:
    opened = office.open_many(30)
    ids = [case.pk for case in opened]

    with CaptureQueriesContext(connection) as captured:
        found = queries.next_promises(ids, language, at=START)

    assert set(found) == set(ids)
    assert all(view.rule == DISPATCH and view.counted for view in found.values())
    assert len(captured) <= 4

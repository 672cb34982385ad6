from __future__ import annotations

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import CONTACT, DECISION, DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands.work import Entry, append
from yinuo.core.cases.models import Case, Promise


def test_a_step_moves_the_case_keeps_and_makes_promises_and_leaves_one_line(office: Office) -> None:
    case = office.open()

    office.step(case, "begin", later("3 minutes"))

    assert (case.state, case.state_since_at) == ("at_work", later("3 minutes"))
    assert trial.promise(case, DISPATCH).kept_at == later("3 minutes")
    assert case.next_due_at == trial.promise(case, DECISION).due_at
    line = trial.last(case)
    assert line.type == "trial.begun"
    assert line.data["step"] == "begin"
    assert line.data["kept"] == [{"rule": DISPATCH, "subject": "", "late": False}]
    assert [made["rule"] for made in line.data["made"]] == [DECISION]
    assert trial.chain_holds(case)


def test_a_step_that_is_not_possible_now_says_where_the_case_is(office: Office) -> None:
    case = office.open()

    with pytest.raises(cases.StepNotAllowed) as refusal:
        office.step(case, "finish")

    assert case.number in str(refusal.value)
    assert refusal.value.http == 409
    assert trial.types(case) == ["trial.opened"]


def test_an_unknown_step_is_refused_like_an_impossible_one(office: Office) -> None:
    case = office.open()

    with pytest.raises(cases.StepNotAllowed):
        office.step(case, "fly")


def test_a_step_of_another_role_is_refused(office: Office) -> None:
    case = office.at_work()

    with pytest.raises(cases.NotYourRole) as refusal:
        office.step(case, "finish", by=office.by_customer)

    assert refusal.value.http == 403
    assert case.state == "at_work"


def test_a_promise_kept_after_its_due_time_is_late_and_missed_without_a_sweep(
    office: Office,
) -> None:
    case = office.open()

    office.step(case, "begin", later("5 minutes"))

    kept = trial.promise(case, DISPATCH)
    assert kept.missed_at == kept.due_at == later("5 minutes")
    assert trial.last(case).data["kept"][0]["late"] is True


def test_an_open_promise_is_not_made_a_second_time_and_a_kept_one_begins_a_new_round(
    office: Office,
) -> None:
    case = office.at_work()

    office.step(case, "call", later("1 hour"))
    office.step(case, "call", later("2 hours"))
    office.step(case, "called", later("3 hours"))
    office.step(case, "call", later("4 hours"))

    rounds = Promise.objects.filter(case=case, rule=CONTACT).order_by("round")
    assert [one.round for one in rounds] == [1, 2]
    assert [one.kept_at for one in rounds] == [later("3 hours"), None]


def test_the_end_of_a_case_withdraws_what_is_still_open_and_says_so(office: Office) -> None:
    case = office.at_work()

    office.step(case, "drop", later("1 day"), by=office.by_customer)

    assert case.closed_at == later("1 day")
    assert case.next_due_at is None
    gone = trial.promise(case, DECISION)
    assert (gone.withdrawn_at, gone.withdrawn_why) == (later("1 day"), "ended")
    assert trial.last(case).data["withdrawn"] == [{"rule": DECISION, "subject": ""}]


def test_a_case_that_is_opened_again_is_not_closed(office: Office) -> None:
    case = office.at_work()
    office.step(case, "finish")

    office.step(case, "reopen", later("1 day"), by=office.by_lead)

    assert (case.state, case.closed_at) == ("at_work", None)


def test_a_copy_of_the_case_that_is_old_does_not_overwrite_the_row(office: Office) -> None:
    case = office.open()
    old = Case.objects.get(pk=case.pk)
    office.step(case, "begin")

    office.step(old, "call")

    assert old.state == "at_work"
    assert trial.chain_holds(old)


def test_nothing_is_appended_to_a_case_that_is_not_locked(office: Office) -> None:
    case = office.open()

    with cases.transaction(), pytest.raises(RuntimeError, match="not locked"):
        append(Entry(case, "trial.noted", {}, office.by_agent, START, {}))


def test_nothing_is_changed_outside_a_transaction_of_a_command(office: Office) -> None:
    case = office.open()

    with pytest.raises(RuntimeError, match="inside"):
        cases.lock(case)


def test_one_case_takes_one_step_at_a_time(office: Office) -> None:
    case = office.open()
    moves = [cases.Move(case, "begin"), cases.Move(case, "drop")]

    with pytest.raises(ValueError, match="one step at a time"):
        cases.advance_many(moves, by=office.by_agent, at=START)

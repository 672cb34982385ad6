from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import AT_WORK, DONE, KIND, NEW, START, STATES, STEPS, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries
from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import WORKFLOWS, State, Step, Table, Workflow

CHECKED = State("checked", "Checked")
# Version 2 puts a check between the work and its end.
VERSION_2 = Workflow(
    KIND,
    2,
    Table(
        NEW,
        (*STATES[:2], CHECKED, *STATES[2:]),
        (
            *(step for step in STEPS if step.name != "finish"),
            Step("check", "Check", (AT_WORK,), "checked", ("team_lead",), "trial.checked"),
            replace(next(s for s in STEPS if s.name == "finish"), source=("checked",)),
        ),
    ),
)


def test_an_old_case_ends_under_the_version_that_it_began_with(office: Office) -> None:
    old = office.at_work()

    WORKFLOWS.register(VERSION_2, prefix="T")
    new = office.at_work()

    assert (old.workflow_version, new.workflow_version) == (1, 2)
    with pytest.raises(cases.StepNotAllowed):
        office.step(new, "finish")
    with pytest.raises(cases.StepNotAllowed):
        office.step(old, "check", by=office.by_lead)
    office.step(old, "finish")
    office.step(new, "check", by=office.by_lead)
    office.step(new, "finish")
    assert old.state == new.state == DONE
    assert "trial.checked" not in trial.types(old)
    assert "trial.checked" in trial.types(new)
    assert trial.chain_holds(old)
    assert trial.chain_holds(new)


def test_the_buttons_are_those_of_the_version_of_the_case(office: Office) -> None:
    old = office.at_work()
    WORKFLOWS.register(VERSION_2, prefix="T")
    new = office.at_work()

    def names(case: Case) -> list[str]:
        return [action.name for action in queries.actions_for(office.by_lead, case)]

    assert names(old) == ["call", "called", "finish", "drop"]
    assert names(new) == ["call", "called", "drop", "check"]


def test_a_version_that_the_code_lost_is_an_error_and_not_a_silent_upgrade(office: Office) -> None:
    case = office.open()
    WORKFLOWS.register(VERSION_2, prefix="T")
    WORKFLOWS.unregister(KIND, 1)

    with pytest.raises(KeyError):
        office.step(case, "begin", later("1 minute"))


def test_the_buttons_depend_on_role_and_state(office: Office) -> None:
    case = office.open()

    def names(*roles: str) -> list[str]:
        who = trial.actor(trial.staff(office.branch, *roles))
        return [action.name for action in queries.actions_for(who, case)]

    assert names("agent") == ["begin", "drop"]
    assert names("surveyor") == []
    assert [a.name for a in queries.actions_for(office.by_customer, case)] == ["drop"]
    office.step(case, "begin")
    office.step(case, "finish", START)
    assert names("agent") == []
    assert names("team_lead") == ["reopen"]


def test_a_table_refuses_a_state_that_it_does_not_have() -> None:
    wrong = Step("x", "X", (NEW,), "nowhere", ("agent",), "trial.x")

    with pytest.raises(ValueError, match="unknown state nowhere"):
        Table(NEW, STATES, (wrong,))


def test_a_table_refuses_a_name_that_stands_twice() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Table(NEW, STATES, (STEPS[0], STEPS[0]))


PARTS = Workflow(
    "parted",
    1,
    case=Table(NEW, STATES, ()),
    parts=Table(NEW, STATES, ()),
    when_all_ended=((DONE, DONE), ("dropped", "dropped")),
)


@pytest.mark.parametrize(
    ("stages", "state"),
    [
        ([NEW], NEW),
        ([AT_WORK, NEW], NEW),
        ([AT_WORK, DONE], AT_WORK),
        ([DONE, "dropped"], DONE),
        (["dropped", "dropped"], "dropped"),
    ],
)
def test_a_case_with_parts_is_where_its_least_advanced_open_part_is(
    stages: list[str], state: str
) -> None:
    assert PARTS.derived_state(stages) == state


def test_without_parts_there_is_no_derived_state() -> None:
    with pytest.raises(ValueError, match="no parts"):
        trial.VERSION_1.derived_state([NEW])

"""Workflow tables, events and reactions fit together, for every kind of case."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import modules
from yinuo import automation
from yinuo.core.cases.workflow import WORKFLOWS, Step, Table
from yinuo.core.people.actors import STAFF_ROLES
from yinuo.core.rulebook import registry
from yinuo.interfaces.common import actions, kinds

PSEUDO_ROLES = ("customer", "system")
FLOWS = [WORKFLOWS.get(kind, n) for kind in WORKFLOWS.kinds() for n in WORKFLOWS.versions(kind)]
TABLES = [
    pytest.param(table, id=f"{flow.kind}-{flow.version}-{name}")
    for flow in FLOWS
    for name, table in (("case", flow.case), ("parts", flow.parts))
    if table is not None
]
STEPS: dict[str, Step] = {
    f"{flow.kind}-{flow.version}-{step.name}": step
    for flow in FLOWS
    for table in (flow.case, flow.parts)
    if table is not None
    for step in table.steps
}
FOLLOWS_THE_PARTS = {"claim"}
"""Kinds whose case has no moves of its own: its state is derived from its parts."""


def literals() -> set[str]:
    """Every event type that some module writes down as a literal."""
    pattern = re.compile(r"\"([a-z_]+\.[a-z_]+)\"")
    return {found for module in modules() for found in pattern.findall(module.text)}


def reached(table: Table) -> set[str]:
    found = {table.initial}
    before: set[str] = set()
    while found != before:
        before = set(found)
        for step in table.steps:
            if step.target is not None and found.intersection(step.source):
                found.add(step.target)
    return found


@pytest.mark.parametrize("table", [p for p in TABLES if not str(p.id).endswith("-case")])
def test_every_stage_can_be_reached(table: Table) -> None:
    assert {state.name for state in table.states} == reached(table)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: f"{flow.kind}-{flow.version}")
def test_every_state_of_a_case_can_be_reached(flow) -> None:  # type: ignore[no-untyped-def]
    found = reached(flow.case)
    if flow.parts is not None:
        found |= {state.name for state in flow.parts.states if not state.ended}
        found |= {state for _stage, state in flow.when_all_ended}
        found |= {step.target for step in flow.case.steps if step.target}
    assert {state.name for state in flow.case.states} == found


@pytest.mark.parametrize("table", [p for p in TABLES if not str(p.id).endswith("-case")])
def test_every_stage_that_does_not_end_can_be_left_towards_an_end(table: Table) -> None:
    leads = {state.name for state in table.states if state.ended}
    before: set[str] = set()
    while leads != before:
        before = set(leads)
        for step in table.steps:
            if step.target in leads:
                leads |= set(step.source)
    assert {state.name for state in table.states} == leads


@pytest.mark.parametrize("table", TABLES)
def test_no_step_leaves_an_end_but_a_note(table: Table) -> None:
    for step in table.steps:
        ends = [name for name in step.source if table.ended(name)]
        assert not ends or step.target is None, step.name


def test_every_step_names_roles_and_promises_that_exist() -> None:
    promises = _promise_keys(set(registry.load().by_key()))
    for name, step in STEPS.items():
        assert step.who, name
        assert set(step.who) <= {*STAFF_ROLES, *PSEUDO_ROLES}, name
        assert {*step.makes, *step.keeps} <= promises, name


def _promise_keys(keys: set[str]) -> set[str]:
    """Promise keys are `<file>.<name>`, the rule's own key has its table between."""
    return {f"{key.split('.')[0]}.{key.split('.')[-1]}" for key in keys}


def test_every_step_leaves_an_event_that_some_area_knows() -> None:
    for name, step in STEPS.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", step.event), name


def test_every_event_with_a_reaction_is_left_by_a_step_or_a_command() -> None:
    from_steps = {step.event for step in STEPS.values()}
    outside = {
        found
        for module in modules()
        if module.path.name != "automation.py"
        for found in re.findall(r"\"([a-z_]+\.[a-z_]+)\"", module.text)
    }
    assert automation.REACTIONS.keys() <= from_steps | outside


# Steps that open a case have no case yet; papers come as files, histories as whole tables, and who
# answers the telephone is recorded with what was said first.
WITHOUT_AN_ACTION = {"receive_papers", "take_over", "reach"}


@pytest.mark.parametrize("kind", WORKFLOWS.kinds())
def test_every_action_of_the_doors_is_a_step_of_the_table_and_every_step_for_people_has_one(
    kind: str,
) -> None:
    flow = WORKFLOWS.current(kind)
    steps = {step.name: step for table in (flow.case, flow.parts) if table for step in table.steps}
    offered = {name for action in actions.actions_of(kind).values() for name in action.steps}
    assert offered <= set(steps)
    by_people = {name for name, step in steps.items() if step.source and set(step.who) - {"system"}}
    assert by_people - offered <= WITHOUT_AN_ACTION


def test_every_kind_of_case_has_its_word_in_addresses_and_its_actions() -> None:
    assert set(kinds.KINDS) >= set(WORKFLOWS.kinds())
    assert set(actions.ACTIONS) <= set(WORKFLOWS.kinds())
    plurals = [kind.plural for kind in kinds.KINDS.values()]
    assert len(plurals) == len(set(plurals))

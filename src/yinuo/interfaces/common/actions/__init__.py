"""Every action on a case that any door offers: its address, its input, its command.

An address is a noun. Which actions a person may take now is not decided here but read from the
workflow table; a door only translates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from yinuo.areas.claims import whose
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import Part, Step, Workflow
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common.actions.call_backs import CALL_BACK_ACTIONS
from yinuo.interfaces.common.actions.claims import CLAIM_ACTIONS, duplicates, report, report_of
from yinuo.interfaces.common.actions.complaints import COMPLAINT_ACTIONS
from yinuo.interfaces.common.actions.concerns import CONCERN_ACTIONS
from yinuo.interfaces.common.actions.table import Action, hinders_nobody, table_of
from yinuo.kit.errors import DomainError

__all__ = [
    "ACTIONS",
    "CLAIM_ACTIONS",
    "Action",
    "Numbered",
    "Possible",
    "actions_of",
    "duplicates",
    "hindrance",
    "in_reach",
    "label_of",
    "may_take",
    "possible",
    "report",
    "report_of",
    "standing_of",
    "steps_of",
    "table_of",
]

# A kind of case puts its table here, and every door has its actions.
ACTIONS: dict[str, Mapping[str, Action[Any]]] = {
    "call_back": CALL_BACK_ACTIONS,
    "claim": CLAIM_ACTIONS,
    "complaint": COMPLAINT_ACTIONS,
    "concern": CONCERN_ACTIONS,
}
# What the actions of a kind have to know of the case to say whose turn it is.
STANDING: dict[str, Callable[[Case], Any]] = {"claim": whose.standing}


class Numbered(Part, Protocol):
    """A part of a case with the number that people call it by."""

    ordinal: int


@dataclass(frozen=True, slots=True)
class Possible:
    """An action that this actor may take now; `parts` are the numbers it applies to."""

    noun: str
    label: str
    parts: tuple[int, ...]
    danger: bool
    step: Step


def actions_of(kind: str) -> Mapping[str, Action[Any]]:
    """The actions of a kind by their nouns; none for a kind that has no doors."""
    return ACTIONS.get(kind, {})


def possible(actor: Actor, case: Case, parts: Sequence[Numbered] = ()) -> list[Possible]:
    """What the workflow lets this actor do now and the command will not refuse to them, in the
    order of the table.
    """
    found = in_reach(actor, case, parts)
    known = standing_of(case, found)
    return [one for one in found if hindrance(actor, case, one, known) is None]


def in_reach(actor: Actor, case: Case, parts: Sequence[Numbered] = ()) -> list[Possible]:
    """What the workflow lets this actor do now, also what another person has to do this time."""
    workflow = cases.workflow_of(case)
    found: list[Possible] = []
    for action in actions_of(case.kind).values():
        for name in action.steps:
            step, fitting = _fitting(workflow, name, actor, case, parts)
            if step is not None and not action.barred(actor, case):
                found.append(Possible(action.noun, _(step.label), fitting, step.danger, step))
                break
    return found


def standing_of(case: Case, found: Sequence[Possible]) -> Any:
    """What decides whose turn these steps are; nothing is read where it decides nothing."""
    table = actions_of(case.kind)
    if all(table[one.noun].hinders is hinders_nobody for one in found):
        return None
    return STANDING[case.kind](case)


def hindrance(actor: Actor, case: Case, one: Possible, known: Any) -> DomainError | None:
    """Why this person may not take a step that is in reach; None where they may."""
    return actions_of(case.kind)[one.noun].hinders(actor, case, one.parts, known)


def steps_of(case: Case, action: Action[Any]) -> Iterator[Step]:
    """The steps that the action may take, under the workflow of this case."""
    workflow = cases.workflow_of(case)
    for name in action.steps:
        step = (workflow.parts.step(name) if workflow.parts else None) or workflow.case.step(name)
        if step is not None:
            yield step


def may_take(actor: Actor, case: Case, action: Action[Any]) -> bool:
    """Whether this person may ever take the step, wherever the case is now."""
    return any(actor.roles.intersection(step.who) for step in steps_of(case, action))


def label_of(case: Case, action: Action[Any]) -> str:
    """What the action is called where it is not possible now."""
    return next((_(step.label) for step in steps_of(case, action)), action.noun)


def _fitting(
    workflow: Workflow, name: str, actor: Actor, case: Case, parts: Sequence[Numbered]
) -> tuple[Step | None, tuple[int, ...]]:
    step = workflow.parts.step(name) if workflow.parts else None
    if step is not None:
        if not actor.roles.intersection(step.who):
            return None, ()
        fitting = tuple(part.ordinal for part in parts if part.stage in step.source)
        return (step, fitting) if fitting else (None, ())
    step = workflow.case.step(name)
    if step is None or case.state not in step.source or not actor.roles.intersection(step.who):
        return None, ()
    return step, ()

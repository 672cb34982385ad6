"""Who does, answers for, helps with and is told of every step: read from workflows and rules.

Nothing of it is written down twice. Who may take a step is *responsible*. Whose promise it keeps is
*accountable*; a step that keeps none is answered for by whoever leads those that take it. Who may
add a note while the case stands there is *consulted*. Who is called in when the promise is missed,
or has a promise of their own to keep from then on, is *informed*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from yinuo.core.cases.workflow import WORKFLOWS, Step, Table
from yinuo.core.people.actors import STAFF_ROLES
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.rules import PromiseRule

RESPONSIBLE, ACCOUNTABLE, CONSULTED, INFORMED = "R", "A", "C", "I"
_LEADING = ("team_lead", "manager")
_NOTE = "write_note"


@dataclass(frozen=True, slots=True)
class Duty:
    """One step. `by` gives the letters of each role that has any; `promises` are the rules that
    the step keeps; `alone` says that the house takes it by itself."""

    step: str
    label: str
    by: Mapping[str, str]
    promises: tuple[str, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """The duties of one table of a workflow, and the roles that have any, in the house's order."""

    roles: tuple[str, ...]
    duties: tuple[Duty, ...]


def matrices(kind: str, *, at: datetime) -> list[Matrix]:
    """Of the case itself and, where it has parts, of each part. Raises KeyError."""
    workflow = WORKFLOWS.current(kind)
    tables = [workflow.case, *([workflow.parts] if workflow.parts else [])]
    with rulebook.pinned():
        return [_matrix(table, at) for table in tables]


def _matrix(table: Table, at: datetime) -> Matrix:
    duties = tuple(_duty(table, step, at) for step in table.steps)
    found = {role for duty in duties for role in duty.by}
    return Matrix(tuple(role for role in STAFF_ROLES if role in found), duties)


def _duty(table: Table, step: Step, at: datetime) -> Duty:
    kept = [rulebook.promise_rule(key, at=at)[0] for key in step.keeps]
    made = [rulebook.promise_rule(key, at=at)[0] for key in step.makes]
    doing = _staff(step.who)
    answering = _staff(_accountable(doing, kept))
    told = _staff(_told(kept, made))
    asked = _staff(_helping(table, step))
    letters: dict[str, str] = {}
    for letter, roles in (
        (RESPONSIBLE, doing),
        (ACCOUNTABLE, answering),
        (CONSULTED, [role for role in asked if role not in {*doing, *answering}]),
        (INFORMED, [role for role in told if role not in {*doing, *answering}]),
    ):
        for role in roles:
            letters[role] = f"{letters.get(role, '')}{letter}"
    return Duty(step.name, step.label, letters, step.keeps, alone="system" in step.who)


def _staff(roles: Iterable[str]) -> list[str]:
    return [role for role in STAFF_ROLES if role in set(roles)]


def _accountable(doing: Sequence[str], kept: Sequence[PromiseRule]) -> list[str]:
    """One role: the owner of the first promise that has one."""
    owners = [rule.owner for rule in kept if rule.owner != "handler"]
    if owners:
        return list(owners[:1])
    leads = [role for role in _LEADING if role in doing]
    return leads[:1] or list(doing[:1])


def _told(kept: Sequence[PromiseRule], made: Sequence[PromiseRule]) -> list[str]:
    called_in = [step.to for rule in kept for step in rule.escalate]
    return [*called_in, *(rule.owner for rule in made)]


def _helping(table: Table, step: Step) -> tuple[str, ...]:
    """Whoever may write a note in a state from which the step is taken."""
    note = table.step(_NOTE)
    if note is None or step.name == _NOTE or not set(step.source) & set(note.source):
        return ()
    return note.who

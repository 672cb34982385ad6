"""Appending to the timeline, and moving a case along its workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.commands import promises
from yinuo.core.cases.commands.promises import Keeping, Making
from yinuo.core.cases.commands.work import (
    SET_LIMIT,
    Entry,
    TooManyAtOnce,
    adopt,
    append,
    lock_many,
    stamp,
    touch,
    transaction,
)
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import workflow_of
from yinuo.core.cases.workflow import WORKFLOWS, Part, Step, Table, Workflow, subject_of
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.kit import bulk
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import CaseNumber


class StepNotAllowed(DomainError):
    code = "step_not_allowed"
    message = _("“%(step)s” is not possible now: case %(number)s is at “%(state)s”.")


class NotYourRole(DomainError):
    code = "not_your_role"
    message = _("Your role does not allow “%(step)s”.")
    http = 403


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open by the step that opens its kind.

    `started_at` is when its promises began to run, where that was before somebody opened it.
    """

    kind: str
    step: str
    customer: Person
    branch: Branch
    handler: Staff | None = None
    care: str = "regular"
    about: Case | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    owners: Mapping[str, int | None] = field(default_factory=dict)
    amount: Decimal | None = None
    also_makes: tuple[str, ...] = ()
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step of one case. `parts` are moved, `all_parts` decide the state of the case."""

    case: Case
    step: str
    parts: Sequence[Part] = ()
    all_parts: Sequence[Part] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    owners: Mapping[str, int | None] = field(default_factory=dict)
    amount: Decimal | None = None
    amounts: Mapping[str, Decimal | None] = field(default_factory=dict)
    klass: str | None = None
    also_makes: tuple[str, ...] = ()
    care: str | None = None
    started_at: datetime | None = None


def record_many(
    lines: Sequence[tuple[Case, str, Mapping[str, Any]]],
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Append one line to each case, inside or outside a running command."""
    with transaction():
        locked = lock_many(case.pk for case, _type, _data in lines)
        for case, event_type, data in lines:
            append(Entry(locked[case.pk], event_type, dict(data), by, at, facts or {}))


def record(
    *,
    case: Case,
    type: str,  # noqa: A002 - the word that an event has for it
    data: Mapping[str, Any],
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    record_many([(case, type, data)], by=by, at=at, facts=facts)


def open_many(openings: Sequence[Opening], *, by: Actor, at: datetime) -> list[Case]:
    """Open the cases with their numbers, first lines and first promises. Raises NotYourRole."""
    if len(openings) > SET_LIMIT:
        raise TooManyAtOnce(limit=SET_LIMIT, count=len(openings))
    with transaction() as work:
        numbers, work.recorded_at = _next_numbers(len(openings))
        cases, steps = [], []
        for opening, serial in zip(openings, numbers, strict=True):
            workflow = WORKFLOWS.current(opening.kind)
            steps.append(_opening_step(workflow, opening.step, by))
            prefix = WORKFLOWS.prefix(opening.kind)
            cases.append(_new_case(opening, workflow, steps[-1], _number(prefix, serial, at), at))
        bulk.create_many(cases)
        adopt(cases)
        makings = [
            Making(
                case,
                rule,
                started_at=opening.started_at or at,
                amount=opening.amount,
                owners=opening.owners,
            )
            for opening, case, step in zip(openings, cases, steps, strict=True)
            for rule in (*step.makes, *opening.also_makes)
        ]
        made = promises.make_many(makings, new_cases=True)
        for opening, case, step in zip(openings, cases, steps, strict=True):
            data = {**opening.data, **_promised(made.get(case.pk, ()))}
            append(Entry(case, step.event, data, by, at, opening.facts))
    return cases


def open_case(opening: Opening, *, by: Actor, at: datetime) -> Case:
    return open_many([opening], by=by, at=at)[0]


def advance_many(moves: Sequence[Move], *, by: Actor, at: datetime) -> None:
    """Take one step in each case.

    Raises StepNotAllowed when the workflow version of the case has no such step from where it
    (or one of the parts) is, and NotYourRole when the actor holds none of the step's roles.
    """
    with transaction():
        locked = lock_many(move.case.pk for move in moves)
        if len(locked) != len(moves):
            raise ValueError("a case takes one step at a time")
        moves = [replace(move, case=locked[move.case.pk]) for move in moves]
        plans = [_plan(move, by) for move in moves]
        kept = promises.keep_many(
            [
                Keeping(move.case, step.keeps, ("", *map(subject_of, move.parts)))
                for move, (_flow, step, _subjects) in zip(moves, plans, strict=True)
                if step.keeps
            ],
            at=at,
        )
        _move_all(moves, plans, at)
        made = promises.make_many(
            [
                Making(
                    case=move.case,
                    rule=rule,
                    subject=subject,
                    started_at=move.started_at or at,
                    amount=move.amounts.get(subject, move.amount),
                    klass=move.klass,
                    owners=move.owners,
                )
                for move, (_flow, step, subjects) in zip(moves, plans, strict=True)
                for rule in (*step.makes, *move.also_makes)
                for subject in subjects
            ]
        )
        gone = _withdraw_of_ended(moves, at)
        for move, (_flow, step, _subjects) in zip(moves, plans, strict=True):
            pk = move.case.pk
            promised = _promised(made.get(pk, ()), kept.get(pk, ()), gone.get(pk, ()))
            data = {"step": step.name, **move.data, **_parts_data(move), **promised}
            append(Entry(move.case, step.event, data, by, at, move.facts))


def advance(move: Move, *, by: Actor, at: datetime) -> None:
    advance_many([move], by=by, at=at)


def check_step(case: Case, name: str, *, by: Actor) -> Step:
    """A step of the case that moves nothing: may this actor take it now?

    For commands whose events are written by a package of their own, such as papers.
    Raises StepNotAllowed and NotYourRole.
    """
    table = workflow_of(case).case
    step = table.step(name)
    if step is None or case.state not in step.source:
        label = _(step.label) if step else name
        state = _(table.state(case.state).label)
        raise StepNotAllowed(step=label, number=case.number, state=state)
    if not by.roles.intersection(step.who):
        raise NotYourRole(step=_(step.label))
    return step


def check_move(move: Move, *, by: Actor) -> None:
    """Whether the step could be taken; takes it not. Raises StepNotAllowed and NotYourRole."""
    _plan(move, by)


def _next_numbers(count: int) -> tuple[list[int], datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('cases_number_seq'), statement_timestamp() FROM generate_series(1, %s)",
            [count],
        )
        rows = cursor.fetchall()
    return [row[0] for row in rows], rows[0][1]


def _number(prefix: str, serial: int, at: datetime) -> str:
    return str(CaseNumber(prefix, timezone.localtime(at).year, serial))


def _opening_step(workflow: Workflow, name: str, by: Actor) -> Step:
    step = workflow.case.step(name)
    if step is None or step.source:
        raise ValueError(f"workflow {workflow.kind} is not opened by {name}")
    if not by.roles.intersection(step.who):
        raise NotYourRole(step=_(step.label))
    return step


def _new_case(opening: Opening, workflow: Workflow, step: Step, number: str, at: datetime) -> Case:
    state = step.target or workflow.case.initial
    return Case(
        number=number,
        kind=opening.kind,
        workflow_version=workflow.version,
        state=state,
        care=opening.care,
        customer=opening.customer,
        handler=opening.handler,
        branch=opening.branch,
        branch_path=opening.branch.path,
        about=opening.about,
        opened_at=at,
        closed_at=at if workflow.case.ended(state) else None,
        state_since_at=at,
    )


def _plan(move: Move, by: Actor) -> tuple[Workflow, Step, tuple[str, ...]]:
    workflow = workflow_of(move.case)
    table = workflow.parts if move.parts and workflow.parts else workflow.case
    step = table.step(move.step)
    held = [part.stage for part in move.parts] if move.parts else [move.case.state]
    if step is None or any(state not in step.source for state in held):
        stuck = next((s for s in held if step is None or s not in step.source), move.case.state)
        label = step.label if step else move.step
        raise StepNotAllowed(
            step=_(label), number=move.case.number, state=_(table.state(stuck).label)
        )
    if not by.roles.intersection(step.who):
        raise NotYourRole(step=_(step.label))
    per_part = move.parts and not step.whole
    subjects = tuple(subject_of(part) for part in move.parts) if per_part else ("",)
    return workflow, step, subjects


def _move_all(
    moves: Sequence[Move], plans: Sequence[tuple[Workflow, Step, tuple[str, ...]]], at: datetime
) -> None:
    moved: list[Part] = []
    for move, (workflow, step, _subjects) in zip(moves, plans, strict=True):
        if move.care is not None:
            move.case.care = move.care
        if move.parts and workflow.parts:
            if step.target:
                for part in move.parts:
                    _set_stage(part, step.target, workflow.parts, at)
                moved.extend(move.parts)
            stages = [part.stage for part in (move.all_parts or move.parts)]
            _set_state(move.case, workflow.derived_state(stages), workflow.case, at)
        elif step.target:
            _set_state(move.case, step.target, workflow.case, at)
    _save_parts(moved)


def _set_stage(part: Part, stage: str, table: Table, at: datetime) -> None:
    part.stage = stage
    part.stage_since_at = at
    part.ended_at = at if table.ended(stage) else None


def _set_state(case: Case, state: str, table: Table, at: datetime) -> None:
    if state == case.state:
        return
    case.state = state
    case.state_since_at = at
    case.closed_at = at if table.ended(state) else None
    touch(case)


def _save_parts(parts: Sequence[Part]) -> None:
    by_model: dict[type[Model], list[Any]] = {}
    for part in parts:
        assert isinstance(part, Model)
        by_model.setdefault(type(part), []).append(part)
    for model, rows in by_model.items():
        fields = ["stage", "stage_since_at", "ended_at"]
        if len(rows) == 1:
            rows[0].save(update_fields=fields)
        else:
            model._default_manager.bulk_update(rows, fields)


def _withdraw_of_ended(moves: Sequence[Move], at: datetime) -> dict[int, list[promises.Withdrawn]]:
    closed = [move.case for move in moves if move.case.closed_at is not None]
    ended = [
        (move.case, subject_of(part))
        for move in moves
        for part in move.parts
        if part.ended_at is not None and move.case.closed_at is None
    ]
    return promises.withdraw_of_ended(closed, ended, at=at)


def _parts_data(move: Move) -> dict[str, Any]:
    if not move.parts:
        return {}
    return {"parts": [subject_of(part) for part in move.parts]}


def _promised(
    made: Sequence[promises.Made],
    kept: Sequence[promises.Kept] = (),
    withdrawn: Sequence[promises.Withdrawn] = (),
) -> dict[str, list[dict[str, Any]]]:
    data: dict[str, list[dict[str, Any]]] = {}
    if made:
        data["made"] = [
            {"rule": m.rule, "subject": m.subject, "round": m.round, "due": stamp(m.due_at)}
            for m in made
        ]
    if kept:
        data["kept"] = [{"rule": k.rule, "subject": k.subject, "late": k.late} for k in kept]
    if withdrawn:
        data["withdrawn"] = [{"rule": w.rule, "subject": w.subject} for w in withdrawn]
    return data

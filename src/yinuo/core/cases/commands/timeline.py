"""Appending to the timeline, and moving a case along its workflow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.commands import promises
from yinuo.core.cases.commands.promises import Ended, Keeping, Making
from yinuo.core.cases.commands.work import (
    SET_LIMIT,
    Entry,
    TooManyAtOnce,
    adopt,
    append,
    begin,
    lock_many,
    naming,
    stamp,
    touch,
    transaction,
)
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import workflow_of
from yinuo.core.cases.workflow import WORKFLOWS, Part, Step, Table, Workflow, subject_of
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.kit.bulk import add_rows, columns, new_row
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
    by: Actor | None = None
    at: datetime | None = None
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
    by: Actor | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line for a timeline; who and when may differ from the rest of its set."""

    case: Case
    type: str
    data: Mapping[str, Any]
    facts: Mapping[str, object] = field(default_factory=dict)
    by: Actor | None = None
    at: datetime | None = None


def record_many(
    lines: Sequence[tuple[Case, str, Mapping[str, Any]] | Line],
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Append one line to each case, inside or outside a running command."""
    told = facts or {}
    given = [one if isinstance(one, Line) else Line(*one, told) for one in lines]
    with transaction():
        locked = lock_many(line.case.pk for line in given)
        for line in given:
            case, data = locked[line.case.pk], dict(line.data)
            append(Entry(case, line.type, data, line.by or by, line.at or at, line.facts))


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
        numbers, recorded_at = _next_numbers(len(openings))
        work.recorded_at = recorded_at
        moments = {opening.at or at for opening in openings}
        years = {moment: timezone.localtime(moment).year for moment in moments}
        cases, steps = [], []
        for opening, (pk, serial) in zip(openings, numbers, strict=True):
            workflow, moment = WORKFLOWS.current(opening.kind), opening.at or at
            steps.append(_opening_step(workflow, opening.step, opening.by or by))
            number = str(CaseNumber(WORKFLOWS.prefix(opening.kind), years[moment], serial))
            cases.append(_new_case(opening, workflow, steps[-1], pk, number, moment))
        adopt(cases)
        makings = [
            Making(
                case,
                rule,
                started_at=opening.started_at or opening.at or at,
                amount=opening.amount,
                owners=opening.owners,
            )
            for opening, case, step in zip(openings, cases, steps, strict=True)
            for rule in (*step.makes, *opening.also_makes)
        ]
        made = promises.make_many(makings, new_cases=True)
        for opening, case, step in zip(openings, cases, steps, strict=True):
            promised = made.get(case.id, ())
            case.next_due_at = min((one.due_at for one in promised), default=None)
            data = {**opening.data, **_promised(promised)}
            who, moment = opening.by or by, opening.at or at
            entry = Entry(case, step.event, data, who, moment, opening.facts)
            begin(entry, recorded_at=recorded_at)
        # With its promises and its first line known, the row is written once and as it stays.
        add_rows(cases)
    return cases


def open_case(opening: Opening, *, by: Actor, at: datetime) -> Case:
    return open_many([opening], by=by, at=at)[0]


def advance_many(moves: Sequence[Move], *, by: Actor, at: datetime) -> None:
    """Take one step in each case, or in several of its parts, one move for each.

    A move may say itself who takes it and when. Raises StepNotAllowed when the workflow version of
    the case has no such step from where it (or one of the parts) is, and NotYourRole when the
    actor holds none of the step's roles.
    """
    with transaction():
        locked = lock_many(move.case.pk for move in moves)
        turns = [_turn(move, locked[move.case.pk], by, at) for move in moves]
        _refuse_twice(turns)
        kept = promises.keep_many(
            [
                Keeping(
                    turn.case, turn.step.keeps, ("", *map(subject_of, turn.move.parts)), turn.at
                )
                for turn in turns
            ]
        )
        _move_all(turns)
        makings = [(turn, making) for turn in turns for making in _makings(turn)]
        made: dict[int, list[promises.Made]] = defaultdict(list)
        found = promises.make_each([making for _turn, making in makings])
        for (turn, _making), one in zip(makings, found, strict=True):
            if one is not None:
                made[id(turn)].append(one)
        gone = _withdraw_of_ended(turns)
        for turn, kept_by_it in zip(turns, kept, strict=True):
            move = turn.move
            promised = _promised(made.get(id(turn), ()), kept_by_it, gone.get(id(turn), ()))
            data = {"step": turn.step.name, **move.data, **_parts_data(move), **promised}
            append(Entry(turn.case, turn.step.event, data, turn.by, turn.at, move.facts))


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
    _plan(move, move.case, move.by or by)


_NEXT_NUMBERS = """
SELECT nextval('cases_case_id_seq'), nextval('cases_number_seq'), statement_timestamp()
FROM generate_series(1, %s)
"""


def _next_numbers(count: int) -> tuple[list[tuple[int, int]], datetime]:
    """The id and the running number of each new case, and the clock of the database."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBERS, [count])
        rows = cursor.fetchall()
    return [(row[0], row[1]) for row in rows], rows[0][2]


def _opening_step(workflow: Workflow, name: str, by: Actor) -> Step:
    step = workflow.case.step(name)
    if step is None or step.source:
        raise ValueError(f"workflow {workflow.kind} is not opened by {name}")
    if not by.roles.intersection(step.who):
        raise NotYourRole(step=_(step.label))
    return step


def _new_case(
    opening: Opening, workflow: Workflow, step: Step, pk: int, number: str, at: datetime
) -> Case:
    state = step.target or workflow.case.initial
    return new_row(
        Case,
        {
            "customer": opening.customer,
            "handler": opening.handler,
            "branch": opening.branch,
            "about": opening.about,
        },
        id=pk,
        number=number,
        kind=opening.kind,
        workflow_version=workflow.version,
        state=state,
        care=opening.care,
        branch_path=opening.branch.path,
        opened_at=at,
        closed_at=at if workflow.case.ended(state) else None,
        state_since_at=at,
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    """A move that the workflow allows, on the locked row of its case."""

    move: Move
    case: Case
    by: Actor
    at: datetime
    workflow: Workflow
    step: Step
    subjects: tuple[str, ...]


def _turn(move: Move, case: Case, by: Actor, at: datetime) -> _Turn:
    who = move.by or by
    with naming(case):
        workflow, step = _plan(move, case, who)
    per_part = move.parts and not step.whole
    subjects = tuple(map(subject_of, move.parts)) if per_part else ("",)
    return _Turn(move, case, who, move.at or at, workflow, step, subjects)


def _plan(move: Move, case: Case, by: Actor) -> tuple[Workflow, Step]:
    workflow = workflow_of(case)
    table = workflow.parts if move.parts and workflow.parts else workflow.case
    step = table.step(move.step)
    held = [part.stage for part in move.parts] if move.parts else [case.state]
    if step is None or any(state not in step.source for state in held):
        stuck = next((s for s in held if step is None or s not in step.source), case.state)
        label = step.label if step else move.step
        raise StepNotAllowed(step=_(label), number=case.number, state=_(table.state(stuck).label))
    if not by.roles.intersection(step.who):
        raise NotYourRole(step=_(step.label))
    return workflow, step


def _refuse_twice(turns: Sequence[_Turn]) -> None:
    """Several moves of one case are fine while each moves parts of its own."""
    if len({turn.case.pk for turn in turns}) == len(turns):
        return
    taken: set[tuple[int, str]] = set()
    for turn in turns:
        for subject in map(subject_of, turn.move.parts) if turn.move.parts else ("",):
            if (turn.case.pk, subject) in taken:
                raise ValueError("a case takes one step at a time")
            taken.add((turn.case.pk, subject))


def _makings(turn: _Turn) -> list[Making]:
    move = turn.move
    return [
        Making(
            case=turn.case,
            rule=rule,
            subject=subject,
            started_at=move.started_at or turn.at,
            amount=move.amounts.get(subject, move.amount),
            klass=move.klass,
            owners=move.owners,
        )
        for rule in (*turn.step.makes, *move.also_makes)
        for subject in turn.subjects
    ]


def _move_all(turns: Sequence[_Turn]) -> None:
    moved: list[Part] = []
    for turn in turns:
        move, workflow, step = turn.move, turn.workflow, turn.step
        if move.care is not None:
            turn.case.care = move.care
        if move.parts and workflow.parts:
            if step.target:
                for part in move.parts:
                    _set_stage(part, step.target, workflow.parts, turn.at)
                moved.extend(move.parts)
            stages = [part.stage for part in (move.all_parts or move.parts)]
            _set_state(turn.case, workflow.derived_state(stages), workflow.case, turn.at)
        elif step.target:
            _set_state(turn.case, step.target, workflow.case, turn.at)
    _save_parts(moved)


def _set_stage(part: Part, stage: str, table: Table, at: datetime) -> None:
    part.stage = stage
    part.stage_since_at = at
    part.ended_at = at if table.ended(stage) else None


def _set_state(case: Case, state: str, table: Table, at: datetime) -> None:
    if state == case.state:
        return
    theirs = table.state(state).customers_turn
    if theirs or table.state(case.state).customers_turn:
        case.waiting_for_customer = theirs
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
        quote = connection.ops.quote_name
        assert model._meta.pk is not None
        assert model._meta.pk.column is not None
        statement = _UPDATE_PARTS.format(
            table=quote(model._meta.db_table), key=quote(model._meta.pk.column)
        )
        values = columns((row.pk, row.stage, row.stage_since_at, row.ended_at) for row in rows)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


_UPDATE_PARTS = """
UPDATE {table} p SET stage = v.stage, stage_since_at = v.since_at, ended_at = v.ended_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    AS v(id, stage, since_at, ended_at)
WHERE p.{key} = v.id
"""


def _withdraw_of_ended(turns: Sequence[_Turn]) -> dict[int, list[promises.Withdrawn]]:
    """What falls away with each turn, by the identity of the turn: with the end of a case at the
    last of its turns, with the end of a part at the turn that ended it.
    """
    last = {turn.case.pk: turn for turn in turns if turn.case.closed_at is not None}
    ended = {
        (turn.case.pk, subject_of(part)): turn
        for turn in turns
        for part in turn.move.parts
        if part.ended_at is not None and turn is not last.get(turn.case.pk)
    }
    gone = promises.withdraw_of_ended(
        [Ended(turn.case, turn.at) for turn in last.values()],
        [Ended(turn.case, turn.at, subject) for (_pk, subject), turn in ended.items()],
    )
    found: dict[int, list[promises.Withdrawn]] = defaultdict(list)
    for pk, rows in gone.items():
        for row in rows:
            turn = ended.get((pk, row.subject)) or last[pk]
            found[id(turn)].append(row)
    return found


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

"""Promises: made, kept and withdrawn, for one case or for a set of cases."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import connection
from django.db.models import Q

from yinuo.core.cases.clocks import calendar_at, checks_of
from yinuo.core.cases.commands.work import (
    Entry,
    append,
    lock,
    lock_many,
    owe_otherwise,
    stamp,
    transaction,
)
from yinuo.core.cases.models import Case, Promise
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.bulk import array_text, columns
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Due, Limit
from yinuo.kit.rules import PromiseRule

OPEN = Q(kept_at__isnull=True, withdrawn_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Making:
    case: Case
    rule: str
    started_at: datetime
    subject: str = ""
    amount: Decimal | None = None
    klass: str | None = None
    owners: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keeping:
    case: Case
    rules: tuple[str, ...]
    subjects: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    rule: str
    subject: str
    round: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    rule: str
    subject: str
    late: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    rule: str
    subject: str


def make_each(makings: Sequence[Making], *, new_cases: bool = False) -> list[Made | None]:
    """Make the promises, in one INSERT. Beside each making what was made, or None where the
    promise is still open: it is not made a second time.
    """
    if not makings:
        return []
    rounds = {} if new_cases else _rounds(makings)
    counted: dict[object, _Counted] = {}
    made: list[Made | None] = []
    rows = []
    for making in makings:
        key = (making.case.pk, making.rule, making.subject)
        latest, still_open = rounds.get(key, (0, False))
        if still_open:
            made.append(None)
            continue
        rounds[key] = (latest + 1, True)
        row, due_at = _row(making, latest + 1, counted)
        rows.append(row)
        made.append(Made(making.rule, making.subject, latest + 1, due_at))
        if not new_cases:
            owe_otherwise(making.case)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, columns(rows))
    return made


def make_many(makings: Sequence[Making], *, new_cases: bool = False) -> dict[int, list[Made]]:
    """As `make_each`, by case."""
    made: dict[int, list[Made]] = defaultdict(list)
    for making, one in zip(makings, make_each(makings, new_cases=new_cases), strict=True):
        if one is not None:
            made[making.case.pk].append(one)
    return made


def keep_many(keepings: Sequence[Keeping]) -> list[list[Kept]]:
    """Mark the open promises that these steps keep, beside each keeping what it kept.

    What was never promised is not kept.
    """
    kept: list[list[Kept]] = [[] for _ in keepings]
    wanted: dict[tuple[int, str, str], int] = {}
    for place, one in enumerate(keepings):
        for rule in one.rules:
            for subject in one.subjects:
                wanted.setdefault((one.case.pk, rule, subject), place)
    if not wanted:
        return kept
    ends: list[_End] = []
    for row in _owed(_OF_RULES, [{key[0] for key in wanted}, {key[1] for key in wanted}]):
        place = wanted.get((row.case_id, row.rule, row.subject), -1)
        if place < 0:
            continue
        at = keepings[place].at
        late = is_late(row, at)
        kept[place].append(Kept(row.rule, row.subject, late))
        # A promise that is kept too late was missed, even if no sweep came by in between.
        missed_at = (row.missed_at or row.due_at) if late else row.missed_at
        ends.append(_End(row, at, kept_at=at, missed_at=missed_at))
    _end(ends)
    return kept


@dataclass(frozen=True, slots=True)
class Ended:
    """A case that ended at a moment, or the part of it that the subject names."""

    case: Case
    at: datetime
    subject: str = ""


def withdraw_of_ended(
    closed: Sequence[Ended], parts: Sequence[Ended]
) -> dict[int, list[Withdrawn]]:
    """What is still open when a case or a part of it ends is no longer owed. By case."""
    if not closed and not parts:
        return {}
    moments = {(one.case.pk, one.subject): one.at for one in parts}
    whole = {one.case.pk: one.at for one in closed}
    rows = _owed(
        _OF_ENDED,
        [list(whole), [key[0] for key in moments], [key[1] for key in moments]],
    )
    return _withdraw(
        [(row, whole.get(row.case_id) or moments[row.case_id, row.subject]) for row in rows],
        why="ended",
    )


def promise_many(makings: Sequence[Making], *, by: Actor) -> None:
    """Make promises outside a step, each with its own line at the moment at which it starts.

    The cases are locked by the caller.
    """
    for making, one in zip(makings, make_each(makings), strict=True):
        if one is not None:
            data = {"rule": one.rule, "subject": one.subject, "due": stamp(one.due_at)}
            append(Entry(making.case, "promise.made", data, by, making.started_at, {}))


def promise(
    *,
    case: Case,
    rule: str,
    by: Actor,
    at: datetime,
    subject: str = "",
    owners: Mapping[str, int | None] | None = None,
    amount: Decimal | None = None,
    klass: str | None = None,
) -> None:
    """Make one promise outside a step, with its own line on the timeline."""
    with transaction():
        fresh = lock(case)
        making = Making(fresh, rule, at, subject, amount, klass, owners or {})
        promise_many([making], by=by)


def keep(*, case: Case, rule: str, by: Actor, at: datetime, subject: str = "") -> bool:
    """Keep one promise outside a step. Returns whether one was open."""
    return bool(keep_promise_many([case], rule=rule, by=by, at=at, subject=subject))


def keep_promise_many(
    cases: Sequence[Case], *, rule: str, by: Actor, at: datetime, subject: str = ""
) -> int:
    """Keep the same promise of each case outside a step. Returns how many were open."""
    with transaction():
        locked = lock_many(case.pk for case in cases)
        keepings = [Keeping(case, (rule,), (subject,), at) for case in locked.values()]
        kept = keep_many(keepings)
        for keeping, ones in zip(keepings, kept, strict=True):
            for one in ones:
                data = {"rule": one.rule, "subject": one.subject, "late": one.late}
                append(Entry(keeping.case, "promise.kept", data, by, at, {}))
    return sum(map(len, kept))


def withdraw(*, case: Case, rules: Iterable[str], why: str, by: Actor, at: datetime) -> int:
    """Take promises back, visibly: the line says which and why. Returns how many."""
    with transaction():
        fresh = lock(case)
        rows = _owed(_OF_RULES, [[fresh.pk], list(rules)])
        gone = _withdraw([(row, at) for row in rows], why=why).get(fresh.pk, [])
        for one in gone:
            data = {"rule": one.rule, "subject": one.subject, "why": why}
            append(Entry(fresh, "promise.withdrawn", data, by, at, {}))
    return len(gone)


def set_due(
    row: Promise,
    due: Due,
    rule: PromiseRule,
    calendar: Calendar,
    at: datetime,
    *,
    forgive: bool = False,
) -> None:
    """Fix due time and checks; a clock that stands still is not looked at."""
    count_again(row, due, rule, calendar, at, forgive=forgive)
    if row.paused_at is not None:
        row.next_check_at = None


def count_again(
    row: Timed,
    due: Due,
    rule: PromiseRule,
    calendar: Calendar,
    at: datetime,
    *,
    forgive: bool = False,
) -> None:
    """Fix due time and checks of whatever was promised.

    A warning whose moment has gone by is not given any more. A miss stays on record even when the
    new due time lies ahead, unless it is forgiven because the old one was counted wrongly.
    """
    row.due_at = due.due_at
    row.provisional = due.provisional
    if forgive and due.due_at > at:
        row.missed_at = None
    done: list[list[str]] = []
    if row.missed_at is not None and due.due_at <= at:
        done = [check for check in row.checks[: row.checks_done] if check[1] != "warn"]
    over = {(check[1], check[2]) for check in done}
    ahead = [
        check.as_row()
        for check in checks_of(due, rule, calendar)
        if (check.kind, check.detail) not in over and (check.at > at or check.kind != "warn")
    ]
    row.checks = [*done, *ahead]
    row.checks_done = len(done)
    row.next_check_at = next_check(row)


class Checked(Protocol):
    """What has checks to come: a row, or as much of it as the sweeper reads."""

    checks: list[list[str]]
    checks_done: int


class Timed(Checked, Protocol):
    """What is due, and may have been missed."""

    due_at: datetime
    provisional: bool
    missed_at: datetime | None
    next_check_at: datetime | None


def next_check(row: Checked) -> datetime | None:
    """When the sweeper has to look at this promise again."""
    upcoming = row.checks[row.checks_done :]
    return datetime.fromisoformat(upcoming[0][0]) if upcoming else None


def is_late(row: Owed | Promise, at: datetime) -> bool:
    """A due time is exclusive; while the clock stands still it does not come nearer."""
    return row.missed_at is not None or (row.paused_at or at) >= row.due_at


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a rule makes of a limit and a start; the losses of a claim have it in common."""

    limit: str
    pausable: str
    due_at: datetime
    provisional: bool
    checks: str
    next_check_at: datetime | None


def _row(
    making: Making, round_: int, counted: dict[object, _Counted]
) -> tuple[tuple[Any, ...], datetime]:
    """The columns of `_INSERT`, and when the promise is due."""
    rule, revision = rulebook.promise_rule(making.rule, at=making.started_at)
    limit = rule.limit_for(making.klass or making.case.care, making.amount)
    key = (making.rule, revision, limit, making.started_at)
    found = counted.get(key)
    if found is None:
        found = counted[key] = _count(limit, making.started_at, rule)
    columns = (
        making.case.pk,
        making.rule,
        revision,
        making.subject,
        round_,
        rule.audience,
        rule.statutory,
        making.owners.get(rule.owner) or making.case.handler_id,
        rule.owner,
        found.limit,
        limit.roll_forward,
        found.pausable,
        making.started_at,
        found.due_at,
        found.provisional,
        found.checks,
        found.next_check_at,
    )
    return columns, found.due_at


def _count(limit: Limit, started_at: datetime, rule: PromiseRule) -> _Counted:
    calendar = calendar_at(started_at)
    due = clock.due(limit, started_at, calendar)
    # A warning whose moment has gone by is not given any more.
    checks = [
        check
        for check in checks_of(due, rule, calendar)
        if check.at > started_at or check.kind != "warn"
    ]
    return _Counted(
        str(limit),
        json.dumps(list(rule.pausable)),
        due.due_at,
        due.provisional,
        json.dumps([check.as_row() for check in checks]),
        checks[0].at if checks else None,
    )


_INSERT = """
INSERT INTO cases_promise
    (case_id, rule, rule_revision, subject, round, audience, statutory, owner_id, owner_role,
     "limit", roll_forward, pausable, started_at, due_at, provisional, checks, next_check_at,
     withdrawn_why, checks_done)
SELECT case_id, rule, revision, subject, round, audience, statutory, owner_id, owner_role,
    "limit", roll_forward, pausable::jsonb, started_at, due_at, provisional, checks::jsonb,
    next_check_at, '', 0
FROM unnest(
    %s::bigint[], %s::text[], %s::integer[], %s::text[], %s::smallint[], %s::text[], %s::boolean[],
    %s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::timestamptz[],
    %s::timestamptz[], %s::boolean[], %s::text[], %s::timestamptz[]
) WITH ORDINALITY AS v(case_id, rule, revision, subject, round, audience, statutory, owner_id,
    owner_role, "limit", roll_forward, pausable, started_at, due_at, provisional, checks,
    next_check_at, place)
ORDER BY place
"""

_ROUNDS = """
SELECT case_id, rule, subject, max(round), bool_or(kept_at IS NULL AND withdrawn_at IS NULL)
FROM cases_promise WHERE case_id = ANY(%s::bigint[]) AND rule = ANY(%s::text[])
GROUP BY case_id, rule, subject
"""


def _rounds(makings: Sequence[Making]) -> dict[tuple[int, str, str], tuple[int, bool]]:
    """The newest round of what is to be made, and whether one is still open."""
    cases, rules = {m.case.pk for m in makings}, {m.rule for m in makings}
    with connection.cursor() as cursor:
        cursor.execute(_ROUNDS, [array_text(cases), array_text(rules)])
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in cursor.fetchall()}


# What ends ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owed:
    """An open promise, as much of it as its end needs."""

    id: int
    case_id: int
    rule: str
    subject: str
    due_at: datetime
    paused_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _End:
    row: Owed
    at: datetime
    kept_at: datetime | None = None
    missed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    why: str = ""


_OPEN_ROWS = """
SELECT id, case_id, rule, subject, due_at, paused_at, missed_at FROM cases_promise
WHERE kept_at IS NULL AND withdrawn_at IS NULL AND {which}
ORDER BY id FOR NO KEY UPDATE
"""
_OF_RULES = _OPEN_ROWS.format(which="case_id = ANY(%s::bigint[]) AND rule = ANY(%s::text[])")
_OF_ENDED = _OPEN_ROWS.format(
    which="(case_id = ANY(%s::bigint[])"
    " OR (case_id, subject) IN (SELECT * FROM unnest(%s::bigint[], %s::text[])))"
)
_END_PAUSES = """
UPDATE cases_promisepause p SET ended_at = greatest(p.started_at, v.at)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at)
WHERE p.promise_id = v.id AND p.ended_at IS NULL
"""
_END = """
UPDATE cases_promise p SET kept_at = v.kept_at, missed_at = v.missed_at,
    withdrawn_at = v.withdrawn_at, withdrawn_why = v.why, next_check_at = NULL, paused_at = NULL
FROM unnest(
    %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::text[]
) AS v(id, kept_at, missed_at, withdrawn_at, why)
WHERE p.id = v.id
"""


def _owed(statement: str, values: Sequence[Iterable[object]]) -> list[Owed]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_text(value) for value in values])
        return [Owed(*row) for row in cursor.fetchall()]


def _withdraw(rows: Sequence[tuple[Owed, datetime]], *, why: str) -> dict[int, list[Withdrawn]]:
    _end([_End(row, at, None, row.missed_at, at, why) for row, at in rows])
    gone: dict[int, list[Withdrawn]] = defaultdict(list)
    for row, _at in rows:
        gone[row.case_id].append(Withdrawn(row.rule, row.subject))
    return gone


def _end(ends: Sequence[_End]) -> None:
    """Write the end of promises, and of the pauses that still run."""
    if not ends:
        return
    paused = [(one.row.id, one.at) for one in ends if one.row.paused_at is not None]
    rows = [(one.row.id, one.kept_at, one.missed_at, one.withdrawn_at, one.why) for one in ends]
    with connection.cursor() as cursor:
        if paused:
            cursor.execute(_END_PAUSES, columns(paused))
        cursor.execute(_END, columns(rows))
    for one in ends:
        owe_otherwise(one.row.case_id)


def hand_over_promises(*, case: Case, to: Staff, from_id: int | None) -> None:
    """What the former handler still owed is owed by the new one; inside the caller's command."""
    rows = Promise.objects.filter(OPEN, case=case, owner_id=from_id)
    rows.update(owner=to)

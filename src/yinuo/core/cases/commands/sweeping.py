"""Time passes: promises are warned about, missed and escalated, each exactly once.

Any number of workers may sweep at the same time. A batch takes promises that are due and whose
case nobody else holds, and skips the others, so a sweeper never waits and a person is never made
to wait for more than one batch.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from yinuo.core.cases.commands.promises import next_check
from yinuo.core.cases.commands.work import (
    Entry,
    adopt,
    append,
    current,
    has_reaction,
    lock_many,
    stamp,
    transaction,
)
from yinuo.core.cases.models import Case, Promise
from yinuo.core.people import memory
from yinuo.core.people import queries as people
from yinuo.core.people.actors import SYSTEM
from yinuo.kit.bulk import columns

BATCH = 500

_EVENTS = {"warn": "promise.warned", "miss": "promise.missed", "escalate": "promise.escalated"}

_UPDATE = """
UPDATE cases_promise p SET missed_at = v.missed_at, checks_done = v.done, next_check_at = v.next
FROM unnest(%s::bigint[], %s::timestamptz[], %s::integer[], %s::timestamptz[])
    AS v(id, missed_at, done, next)
WHERE p.id = v.id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    promises: int
    warned: int
    missed: int
    escalated: int


def sweep(*, at: datetime, limit: int = BATCH) -> Swept:
    """Act on at most `limit` promises whose next check has come. None left: `promises` is 0."""
    with transaction():
        rows = list(
            Promise.objects.filter(next_check_at__lte=at)
            .select_related("case__customer", "case__handler", "case__branch")
            # Decrypting what no message says would take longer than all the rest.
            .defer("case__customer__phone", "case__customer__id_number")
            .order_by("next_check_at", "pk")
            .select_for_update(of=("self", "case"), skip_locked=True, no_key=True)[:limit]
        )
        adopt({row.case_id: row.case for row in rows}.values())
        return _check(rows, at)


def sweep_many(
    until: Mapping[int, datetime], *, step_of: Callable[[datetime], datetime]
) -> frozenset[int]:
    """Act on every check of these cases that comes by their moments, step by step of the sweeper.

    `step_of` says at which of its steps the sweeper sees what came at a moment. For who owns the
    clock: a replay, in which one case is further on than another. A case rests after a step that
    the house reacts to, because the reaction comes before the next step; those are returned.
    """
    with transaction():
        lock_many(until)
        with connection.cursor() as cursor:
            cursor.execute(_DUE, columns(until.items()))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        by_case: dict[int, list[_Due]] = defaultdict(list)
        for row in found:
            by_case[row[1]].append(_Due(*(*row[:-1], json.loads(row[-1]))))
        resting = {pk for pk, rows in by_case.items() if _go_through(rows, until[pk], step_of)}
        _save([row for rows in by_case.values() for row in rows if row.changed])
    return frozenset(resting)


def _go_through(
    rows: Sequence[_Due], until: datetime, step_of: Callable[[datetime], datetime]
) -> bool:
    """The steps of the sweeper in one case. Whether it rests before they are over."""
    work, leads = current(), memory.leads()
    case = work.cases[rows[0].case_id]
    while True:
        ahead = sorted(
            (row.next_check_at, row.pk, row) for row in rows if row.next_check_at is not None
        )
        at = step_of(ahead[0][0]) if ahead else None
        if at is None or at > until:
            return False
        lines = len(work.entries)
        for next_check_at, _pk, row in ahead:
            if next_check_at <= at:
                row.changed = True
                _run_checks(row, case, leads, at)
        if any(has_reaction(entry.type) for entry in work.entries[lines:]):
            return True


_DUE = """
SELECT p.id, p.case_id, p.rule, p.subject, p.due_at, p.missed_at, p.owner_id, p.checks_done,
    p.next_check_at, p.checks::text
FROM cases_promise p
JOIN unnest(%s::bigint[], %s::timestamptz[]) AS v(case_id, at) ON v.case_id = p.case_id
WHERE p.next_check_at <= v.at
ORDER BY p.next_check_at, p.id FOR NO KEY UPDATE OF p
"""


@dataclass(slots=True)
class _Due:
    """As much of a promise as its checks need."""

    pk: int
    case_id: int
    rule: str
    subject: str
    due_at: datetime
    missed_at: datetime | None
    owner_id: int | None
    checks_done: int
    next_check_at: datetime | None
    checks: list[list[str]]
    changed: bool = False


def _check(rows: Sequence[Promise], at: datetime) -> Swept:
    cases, leads = current().cases, memory.leads()
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(_run_checks(row, cases[row.case_id], leads, at))
    _save(rows)
    return Swept(len(rows), counts["warn"], counts["miss"], counts["escalate"])


def _run_checks(row: Promise | _Due, case: Case, leads: people.Leads, at: datetime) -> list[str]:
    """Run every check that has come, in order, and leave the next one for later."""
    ran = []
    while row.checks_done < len(row.checks):
        moment, kind, detail = row.checks[row.checks_done]
        if datetime.fromisoformat(moment) > at:
            break
        row.checks_done += 1
        if kind == "warn" and row.due_at <= at:
            continue
        if kind == "miss":
            row.missed_at = row.missed_at or row.due_at
        data: dict[str, object] = {"rule": row.rule, "subject": row.subject}
        data["due"] = stamp(row.due_at)
        data |= {"share": detail} if kind == "warn" else {}
        data |= _told(row, case, detail, leads) if kind == "escalate" else {}
        append(Entry(case, _EVENTS[kind], data, SYSTEM, at, {}))
        ran.append(kind)
    row.next_check_at = next_check(row)
    return ran


def _told(row: Promise | _Due, case: Case, level: str, leads: people.Leads) -> dict[str, object]:
    if level == "handler":
        staff = [row.owner_id or case.handler_id]
    else:
        staff = [one.pk for one in leads.of(case.branch_path, level)]
    return {"to": level, "staff": [pk for pk in staff if pk is not None]}


def _save(rows: Sequence[Promise] | Sequence[_Due]) -> None:
    if not rows:
        return
    values = [(row.pk, row.missed_at, row.checks_done, row.next_check_at) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns(values))

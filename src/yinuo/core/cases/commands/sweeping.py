"""Time passes: promises are warned about, missed and escalated, each exactly once.

Any number of workers may sweep at the same time. A batch takes promises that are due and whose
case nobody else holds, and skips the others, so a sweeper never waits and a person is never made
to wait for more than one batch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
        return _check(rows, {row.case_id: at for row in rows})


def sweep_many(moments: Mapping[int, datetime]) -> Swept:
    """Act on every promise of these cases whose next check has come, each case at its own moment.

    For who owns the clock: a replay, in which one case is further on than another.
    """
    with transaction():
        lock_many(moments)
        with connection.cursor() as cursor:
            cursor.execute(_DUE, columns(moments.items()))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        rows = [_Due(*(*row[:-1], json.loads(row[-1]))) for row in found]
        return _check(rows, moments)


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


def _check(rows: Sequence[Promise] | Sequence[_Due], moments: Mapping[int, datetime]) -> Swept:
    cases, leads = current().cases, memory.leads()
    counts = {"warn": 0, "miss": 0, "escalate": 0}
    for row in rows:
        for kind in _run_checks(row, cases[row.case_id], leads, moments[row.case_id]):
            counts[kind] += 1
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

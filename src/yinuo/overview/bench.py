"""Whom to call next: what breaks first, among those who may be called now and by this person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from yinuo.areas.call_backs import queries as call_backs
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.cases import queries as cases
from yinuo.core.cases.queries import PromiseView
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook

PAGE = 50
"""A bench shows so many; whoever works through them sees the next."""

READ = 200
PAGES = 5
"""The plan is read in so many pieces of so many calls, so that a caller without the second
training does not stand before an empty bench while plain calls wait behind hard ones."""


@dataclass(frozen=True, slots=True)
class BenchRow:
    call_back: CallBack
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class Bench:
    """`running` is the reader's own call that has begun and not ended; `others` counts planned
    calls that were passed over because they need a training that the reader does not have.
    """

    rows: tuple[BenchRow, ...]
    running: CallBack | None
    trained: bool
    others: int


# The partial index of planned contacts gives them in the order of their time, so the statement
# stops after the first few; the branch is compared on the way.
_DUE = """
SELECT b.case_id, b.next_contact_at FROM call_backs_callback b
JOIN cases_case c ON c.id = b.case_id
WHERE b.channel = 'call' AND b.next_contact_at IS NOT NULL AND b.next_contact_at <= %(at)s
    AND (b.next_contact_at, b.case_id) > (%(since)s::timestamptz, %(since_id)s::bigint)
    AND c.branch_path LIKE %(path)s
    AND (%(language)s = '' OR b.language = %(language)s)
    AND NOT EXISTS (
        SELECT 1 FROM call_backs_attempt a WHERE a.call_back_id = b.case_id AND a.outcome = '')
ORDER BY b.next_contact_at, b.case_id LIMIT %(rows)s
"""
_LONG_AGO = "-infinity"


def bench(actor: Actor, *, language: str, at: datetime, only: str = "") -> Bench:
    """The calls of the actor's branches that may be made now, the promise that breaks next first.

    `language` is the reader's; `only` keeps customers who speak that one.
    """
    with rulebook.pinned():
        programme = rulebook.rules(CallBacksRules, at=at)
        skills = people.competences_of(actor.staff_id, at) if actor.staff_id else frozenset()
        chosen: list[CallBack] = []
        others = 0
        for row in _due(actor, at, only):
            if call_backs.competences_for(row, programme, at=at) <= skills:
                chosen.append(row)
            else:
                others += 1
            if len(chosen) == PAGE:
                break
        # Urgency is that of the promise; among equals whoever was to be called first.
        promises = cases.next_promises([row.pk for row in chosen], language, at=at)
        rows = [BenchRow(row, promises.get(row.pk)) for row in chosen]
        return Bench(
            rows=tuple(sorted(rows, key=_urgency)),
            running=_running(actor),
            trained=programme.calling.training.value in skills,
            others=others,
        )


def _due(actor: Actor, at: datetime, only: str) -> Iterator[CallBack]:
    path = _path(actor)
    since: str | datetime = _LONG_AGO
    since_id = 0
    for _page in range(PAGES if path is not None else 0):
        values: dict[str, str | int | datetime | None] = {
            "at": at, "since": since, "since_id": since_id, "path": path, "language": only,
            "rows": READ,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_DUE, values)
            found = cursor.fetchall()
        rows = CallBack.objects.select_related("case__customer", "person", "followed").in_bulk(
            [case_id for case_id, _planned in found]
        )
        yield from (rows[case_id] for case_id, _planned in found if case_id in rows)
        if len(found) < READ:
            return
        since_id, since = found[-1][0], found[-1][1]


def _urgency(row: BenchRow) -> tuple[bool, datetime, datetime]:
    planned = row.call_back.next_contact_at or row.call_back.case.opened_at
    return (row.promise is None, row.promise.due_at if row.promise else planned, planned)


def _running(actor: Actor) -> CallBack | None:
    running = (
        Attempt.objects.filter(staff=actor.staff_id, outcome="")
        .select_related("call_back__case__customer", "call_back__followed")
        .order_by("-at")
        .first()
    )
    return running.call_back if running else None


def _path(actor: Actor) -> str | None:
    if not sees_customers(actor):
        return None
    return "%" if sees_everything(actor) else f"{actor.branch_path}%"

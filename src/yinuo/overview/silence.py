"""What staff know and the customer was not told, and how long the customer has heard nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection

from yinuo.areas.claims.warning_rulefile import WarningsRules
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook

Order = Literal["silence", "untold"]
PAGE = 100


@dataclass(frozen=True, slots=True)
class Silence:
    """`untold` are the types of events since the report that no message has told, oldest first."""

    case: Case
    heard_at: datetime
    silent_for: timedelta
    untold: tuple[str, ...]


# News counts as told when any message to the customer hangs on it and was not held back, or
# when any later message or answer reached the customer after it.
_SILENT = """
WITH open AS (
    SELECT k.id, k.customer_id, greatest(k.opened_at, told.at, answered.at) AS heard_at
    FROM cases_case k
    LEFT JOIN LATERAL (
        SELECT max(m.written_at) AS at FROM messages_message m
        WHERE m.case_id = k.id AND m.person_id = k.customer_id
            AND m.status IN ('queued', 'sending', 'sent')) told ON true
    LEFT JOIN LATERAL (
        SELECT max(n.at) AS at FROM cases_note n
        WHERE n.case_id = k.id AND n.for_customer AND n.by NOT LIKE 'customer:%%') answered ON true
    WHERE k.kind = 'claim' AND k.closed_at IS NULL AND k.branch_path LIKE %(path)s
        AND (%(only)s::bigint IS NULL OR k.id = %(only)s))
SELECT o.id, o.heard_at, news.types
FROM open o
LEFT JOIN LATERAL (
    SELECT coalesce(array_agg(e.type ORDER BY e.seq), '{{}}') AS types FROM cases_event e
    WHERE e.case_id = o.id AND e.type = ANY(%(news)s) AND NOT EXISTS (
        SELECT 1 FROM messages_message m
        WHERE m.event_id = e.id AND m.person_id = o.customer_id
            AND m.status IN ('queued', 'sending', 'sent'))) news ON true
WHERE %(only)s::bigint IS NOT NULL
    OR %(at)s - o.heard_at >= %(silent)s OR cardinality(news.types) > 0
ORDER BY {order}, o.id LIMIT %(most)s
"""
_BY_SILENCE = _SILENT.format(order="o.heard_at")
_BY_UNTOLD = _SILENT.format(order="cardinality(news.types) DESC, o.heard_at")


def silent_cases(actor: Actor, *, order: Order, at: datetime) -> list[Silence]:
    """Open claims on the list of silence: without a word for too long, or with untold news."""
    if not sees_customers(actor):
        return []
    path = "%" if sees_everything(actor) else f"{actor.branch_path}%"
    return _read(_BY_UNTOLD if order == "untold" else _BY_SILENCE, path, None, at)


def of_case(case: Case, at: datetime) -> Silence | None:
    """What the customer of one open claim does not know; None once it has ended."""
    found = _read(_BY_SILENCE, "%", case.pk, at)
    return found[0] if found else None


def _read(statement: str, path: str, only: int | None, at: datetime) -> list[Silence]:
    rules = rulebook.rules(WarningsRules, at=at).silence
    values: dict[str, Any] = {
        "path": path,
        "only": only,
        "at": at,
        "silent": timedelta(days=rules.alarm_after.value),
        "news": list(rules.news.value),
        "most": PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: Sequence[tuple[int, datetime, list[str]]] = cursor.fetchall()
    found = Case.objects.select_related("customer", "handler", "branch").in_bulk(
        [row[0] for row in rows]
    )
    return [
        Silence(found[pk], heard_at, at - heard_at, tuple(types)) for pk, heard_at, types in rows
    ]

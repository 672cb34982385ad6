"""How long people wait at each door, and how long each stage takes: medians of real claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything


@dataclass(frozen=True, slots=True)
class DoorWait:
    """Waits of the claims reported through one door; None while nobody has waited to the end."""

    door: str
    claims: int
    registered: int
    median_to_registration: timedelta | None
    slow_to_registration: timedelta | None
    contacted: int
    median_to_contact: timedelta | None


@dataclass(frozen=True, slots=True)
class StageWait:
    """How long losses were at a stage, of those that have left it."""

    stage: str
    count: int
    median: timedelta
    slow: timedelta


_DOORS = """
SELECT cl.door, count(*), count(r.at),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY r.at - cl.reported_at),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY r.at - cl.reported_at),
       count(s.contacted_at),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.contacted_at - cl.reported_at)
FROM claims_claim cl
JOIN cases_case c ON c.id = cl.case_id
LEFT JOIN LATERAL (
    SELECT min(e.at) AS at FROM cases_event e
    WHERE e.case_id = c.id AND e.type = 'claim.registered') r ON true
LEFT JOIN LATERAL (
    SELECT min(v.contacted_at) AS contacted_at FROM claims_survey v
    WHERE v.claim_id = c.id) s ON true
WHERE c.opened_at >= %s AND c.opened_at < %s AND c.branch_path LIKE %s
GROUP BY cl.door ORDER BY cl.door
"""

_STAGES = """
WITH moves AS (
    SELECT e.case_id, e.seq, e.at, e.data->>'step' AS step, p.subject
    FROM cases_event e
    JOIN cases_case c ON c.id = e.case_id
    CROSS JOIN LATERAL jsonb_array_elements_text(e.data->'parts') AS p(subject)
    WHERE c.kind = 'claim' AND c.opened_at >= %s AND c.opened_at < %s
      AND c.branch_path LIKE %s AND e.data ? 'parts' AND e.data->>'step' = ANY(%s)),
spans AS (
    SELECT step, lead(at) OVER (PARTITION BY case_id, subject ORDER BY seq) - at AS length
    FROM moves)
SELECT step, count(length),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY length),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY length)
FROM spans WHERE length IS NOT NULL GROUP BY step
"""


def by_door(actor: Actor, *, since: datetime, until: datetime) -> list[DoorWait]:
    """Claims opened in [since, until) in the actor's branches, by the door they came through."""
    path = _path(actor)
    if path is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DOORS, [since, until, path])
        return [DoorWait(*row) for row in cursor.fetchall()]


def by_stage(
    actor: Actor, steps: dict[str, str], *, since: datetime, until: datetime
) -> list[StageWait]:
    """`steps` maps the steps that move a loss to the stage they lead to, in order of progress."""
    path = _path(actor)
    if path is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STAGES, [since, until, path, list(steps)])
        rows = {row[0]: row for row in cursor.fetchall()}
    return [
        StageWait(stage, rows[step][1], rows[step][2], rows[step][3])
        for step, stage in steps.items()
        if step in rows
    ]


def _path(actor: Actor) -> str | None:
    if not sees_customers(actor):
        return None
    return "%" if sees_everything(actor) else f"{actor.branch_path}%"

"""How many complaints were answered within the limits of the law, by cause: from their own days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.db import connection

from yinuo.areas.complaints.rulefile import CausesRules, ComplaintsRules
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook

PAGE = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """Complaints of one main cause (a branch of the tree, "" while none is named).

    `within` counts those told within each limit, `later` those told after the last one or not yet
    although it has passed; `running` are still inside a limit and count for nothing yet.
    """

    cause: str
    count: int
    within: tuple[int, ...]
    running: int

    @property
    def later(self) -> int:
        return self.count - self.running - self.within[-1]

    @property
    def decided(self) -> int:
        return self.count - self.running


def limits(at: datetime) -> tuple[int, ...]:
    """The first limit and what each approved extension makes of it, in natural days."""
    book = rulebook.rules(ComplaintsRules, at=at)
    first = book.promises.answer.value.limit.amount
    more = [stage.limit.amount for stage in book.extensions.stages.value]
    return tuple(accumulate([first, *more]))


# Natural days where the insurer is; the day of receipt is not counted. What was withdrawn, joined
# or passed on was not answered and is not asked about.
_ROWS = """
SELECT k.id, c.received_at, coalesce(m.code, '') AS code,
    CASE WHEN c.told_at IS NOT NULL
        THEN (c.told_at AT TIME ZONE %(zone)s)::date - (c.received_at AT TIME ZONE %(zone)s)::date
    END AS took,
    (%(at)s AT TIME ZONE %(zone)s)::date - (c.received_at AT TIME ZONE %(zone)s)::date AS age
FROM complaints_complaint c
JOIN cases_case k ON k.id = c.case_id
LEFT JOIN complaints_namedcause m ON m.complaint_id = c.case_id AND m.main
WHERE k.branch_path LIKE %(path)s AND k.state NOT IN ('withdrawn', 'merged', 'transferred')
    AND c.response <> 'withdrawn'
    AND (%(product)s = '' OR c.product = %(product)s)
    AND c.received_at >= %(since)s AND c.received_at < %(until)s
"""
_BY_CAUSE = """
SELECT r.code, count(*), count(*) FILTER (WHERE r.took IS NULL AND r.age <= %(last)s),
    array(SELECT count(*) FILTER (WHERE x.took <= l.days)
        FROM rows x CROSS JOIN unnest(%(limits)s::int[]) WITH ORDINALITY AS l(days, place)
        WHERE x.code = r.code GROUP BY l.place ORDER BY l.place)
FROM rows r GROUP BY r.code
"""
_WITH = f"WITH rows AS MATERIALIZED ({_ROWS}) "
_CASES = """
SELECT r.id FROM rows r
WHERE (%(codes)s::text[] IS NULL OR r.code = ANY(%(codes)s))
    AND CASE %(which)s
        WHEN 'late' THEN coalesce(r.took, r.age) > %(last)s
        WHEN 'running' THEN r.took IS NULL AND r.age <= %(last)s
        WHEN 'within' THEN r.took <= %(days)s
        ELSE true END
ORDER BY r.received_at DESC, r.id DESC LIMIT %(most)s OFFSET %(start)s
"""


def by_cause(
    actor: Actor, *, since: datetime, until: datetime, product: str = "", at: datetime
) -> list[Answered]:
    """Complaints received in [since, until), by the branch of their main cause, most first."""
    if not sees_customers(actor):
        return []
    asked = limits(at)
    values = _values(actor, since, until, product, at) | {"limits": list(asked)}
    with connection.cursor() as cursor:
        cursor.execute(_WITH + _BY_CAUSE, values)
        rows: list[tuple[str, int, int, list[int]]] = cursor.fetchall()
    branch_of = _branches(at)
    sums: dict[str, list[int]] = {}
    for code, count, running, within in rows:
        total = sums.setdefault(branch_of.get(code, ""), [0] * (2 + len(asked)))
        for place, number in enumerate((count, running, *within)):
            total[place] += number
    found = [Answered(cause, s[0], tuple(s[2:]), s[1]) for cause, s in sums.items()]
    return sorted(found, key=lambda one: (-one.count, one.cause))


def together(rows: Sequence[Answered]) -> Answered:
    """All causes in one."""
    within = tuple(sum(one) for one in zip(*(row.within for row in rows), strict=True))
    return Answered("", sum(r.count for r in rows), within, sum(r.running for r in rows))


def cases_of(
    actor: Actor,
    *,
    cause: str | None,
    which: str,
    days: int = 0,
    since: datetime,
    until: datetime,
    product: str = "",
    page: int = 0,
    at: datetime,
) -> list[Case]:
    """The cases behind a figure: `which` is all, late, running or within (`days`)."""
    if not sees_customers(actor):
        return []
    codes = None
    if cause is not None:
        codes = [code for code, branch in _branches(at).items() if branch == cause]
        codes += [""] if cause == "" else []
    values = _values(actor, since, until, product, at) | {
        "codes": codes,
        "which": which,
        "days": days,
        "most": PAGE + 1,
        "start": page * PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WITH + _CASES, values)
        ids = [row[0] for row in cursor.fetchall()]
    found = Case.objects.select_related("customer", "handler").in_bulk(ids)
    return [found[pk] for pk in ids]


def _values(
    actor: Actor, since: datetime, until: datetime, product: str, at: datetime
) -> dict[str, Any]:
    return {
        "zone": settings.TIME_ZONE,
        "path": "%" if sees_everything(actor) else f"{actor.branch_path}%",
        "since": since,
        "until": until,
        "product": product,
        "at": at,
        "last": limits(at)[-1],
    }


def _branches(at: datetime) -> Mapping[str, str]:
    """The branch of the tree that each cause belongs to."""
    book = rulebook.rules(CausesRules, at=at)
    return {code: book.path(code)[0] for code in book.tree}

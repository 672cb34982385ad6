"""Who is to be called before they complain, and whether calling prevents complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from yinuo.areas.claims.models import EarlyWarning
from yinuo.areas.claims.warning_rulefile import WarningsRules
from yinuo.core.cases import queries as cases
from yinuo.core.cases.queries import PromiseView
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook
from yinuo.overview.measures import Interval, Measure, newcombe, share

PAGE = 100
CONTACT = "warnings.preventive_contact"


@dataclass(frozen=True, slots=True)
class WarningRow:
    warning: EarlyWarning
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Complaints after a warning, of those called (or to be called) and of those left alone.

    A share is None below the smallest group that is shown; so is the difference, in points of what
    those left alone complained more, with its interval.
    """

    called: Measure
    left_alone: Measure
    difference: float | None
    interval: Interval | None

    @property
    def distinguishable(self) -> bool:
        """Whether the whole interval lies on one side of no difference."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high


def to_call(actor: Actor, *, language: str, at: datetime) -> list[WarningRow]:
    """Visible claims that wait for a call, the strongest signs first."""
    rows = list(
        EarlyWarning.objects.filter(
            held_out=False,
            contacted_at__isnull=True,
            claim__case__closed_at__isnull=True,
            claim__case__in=cases.visible_to(actor),
        )
        .select_related("claim__case__customer", "claim__case__handler")
        .order_by("-points", "at", "pk")[:PAGE]
    )
    promises = cases.next_promises({row.claim_id for row in rows}, language, at=at)
    return [WarningRow(row, promises.get(row.claim_id)) for row in rows]


def warning_of(case_id: int) -> EarlyWarning | None:
    """The warning of a claim that waits for a call."""
    return (
        EarlyWarning.objects.filter(claim=case_id, held_out=False, contacted_at__isnull=True)
        .order_by("-at")
        .first()
    )


# A claim counts once, from its first warning in the period; what it complained of came after.
_GROUPS = """
WITH first AS (
    SELECT DISTINCT ON (w.claim_id) w.claim_id, w.held_out, w.at
    FROM claims_earlywarning w JOIN cases_case k ON k.id = w.claim_id
    WHERE w.at >= %(since)s AND w.at < %(until)s AND k.branch_path LIKE %(path)s
    ORDER BY w.claim_id, w.at)
SELECT f.held_out, count(*), count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM cases_case c
    WHERE c.about_id = f.claim_id AND c.kind = 'complaint' AND c.opened_at >= f.at))
FROM first f GROUP BY f.held_out
"""


def compare(actor: Actor, *, since: datetime, until: datetime) -> Comparison:
    """Complaints in both groups, of claims first warned of in [since, until)."""
    least = rulebook.rules(WarningsRules, at=until).comparison.least.value
    counts = {True: (0, 0), False: (0, 0)}
    if sees_customers(actor):
        path = "%" if sees_everything(actor) else f"{actor.branch_path}%"
        with connection.cursor() as cursor:
            cursor.execute(_GROUPS, {"since": since, "until": until, "path": path})
            counts |= {held: (n, hits) for held, n, hits in cursor.fetchall()}
    (called, called_hits), (alone, alone_hits) = counts[False], counts[True]
    return comparison_of((called_hits, called), (alone_hits, alone), least=least)


def comparison_of(
    called: tuple[int, int], left_alone: tuple[int, int], *, least: int
) -> Comparison:
    """Of each group how many complained, and how many there were."""
    first, second = share(*called, least=least), share(*left_alone, least=least)
    if first.value is None or second.value is None:
        return Comparison(first, second, None, None)
    interval = newcombe(*left_alone, *called)
    return Comparison(first, second, second.value - first.value, interval)

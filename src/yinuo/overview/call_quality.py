"""How good the calls are that a second person checked: by caller, with n and interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q

from yinuo.areas.call_backs import queries
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.overview import measures
from yinuo.overview.call_back_rulefile import CallBackFiguresRules
from yinuo.overview.measures import Measure


@dataclass(frozen=True, slots=True)
class CallerQuality:
    """`passed` is the share of checked calls that pass; `mean` their points in percent. Both are
    None below the number of calls from which anything is said about somebody.
    """

    staff_id: int | None
    name: str
    passed: Measure
    mean: float | None


def by_caller(
    actor: Actor, *, since: datetime, until: datetime, at: datetime
) -> list[CallerQuality]:
    """Checks reviewed in [since, until) that the actor may see, all together first."""
    least = rulebook.rules(CallBackFiguresRules, at=at).shown.least.value
    rows = queries.quality_checks_visible_to(actor).filter(
        reviewed_at__gte=since, reviewed_at__lt=until
    )
    counts = {"n": Count("pk"), "hits": Count("pk", filter=Q(passed=True)), "mean": Avg("total")}
    each = rows.order_by().values("staff", "staff__name").annotate(**counts)
    whole = _quality(rows.order_by().aggregate(**counts), None, "", least)
    callers = [
        _quality(row, row["staff"], row["staff__name"], least)
        for row in each.order_by("staff__name", "staff")
    ]
    return [whole, *callers]


def _quality(row: Mapping[str, Any], staff_id: int | None, name: str, least: int) -> CallerQuality:
    share = measures.share(row["hits"], row["n"], least=least)
    mean = float(row["mean"]) if share.is_shown else None
    return CallerQuality(staff_id, name, share, mean)

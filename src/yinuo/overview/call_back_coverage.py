"""Whether every claim that ended is followed by a call-back, or by a reason against one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from yinuo.areas.call_backs.models import CallBack, Exclusion
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.areas.claims.queries import OCCASIONS
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the claims that ended under the programme: with a call-back, with a reason against one."""

    ended: int
    opened: int
    excluded: int

    @property
    def missing(self) -> int:
        return self.ended - self.opened - self.excluded


def coverage(actor: Actor, *, at: datetime) -> Coverage:
    """Counted from the claims themselves, never from what the claims say about their follow-up."""
    rows = _ended(actor, at)
    opened = rows.filter(_CALLED).count()
    return Coverage(
        ended=rows.count(), opened=opened, excluded=rows.filter(~_CALLED & _LEFT_OUT).count()
    )


def missing(actor: Actor, *, at: datetime) -> QuerySet[Case]:
    """Ended claims with neither, the longest ended first."""
    rows = _ended(actor, at).filter(~_CALLED & ~_LEFT_OUT)
    return rows.select_related("customer", "branch").order_by("state_since_at", "pk")


def missing_ids(*, at: datetime, size: int) -> Iterator[list[int]]:
    """All of them, in lists of `size`."""
    ids = list(missing(SYSTEM, at=at).values_list("pk", flat=True))
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


_CALLED = Q(Exists(CallBack.objects.filter(followed=OuterRef("pk"), campaign__isnull=True)))
_LEFT_OUT = Q(Exists(Exclusion.objects.filter(followed=OuterRef("pk"), campaign__isnull=True)))


def _ended(actor: Actor, at: datetime) -> QuerySet[Case]:
    programme = rulebook.rules(CallBacksRules, at=at).programme
    begins_at = datetime.combine(
        programme.in_force_from.value, time(0), tzinfo=ZoneInfo(settings.TIME_ZONE)
    )
    return (
        cases.visible_to(actor)
        .filter(
            kind="claim",
            state__in=tuple(OCCASIONS),
            state_since_at__gte=begins_at,
            state_since_at__lt=at - programme.checked_after.value.elapsed(),
        )
        .exclude(claim__follow_up="history")
    )

"""How a customer stands to us, read across policies, claims, answers, concerns and complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from yinuo.areas.call_backs.models import Response
from yinuo.areas.concerns.models import Concern
from yinuo.areas.concerns.rulefile import ConcernsRules, RelationRules
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Promise
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.core.rulebook import queries as rulebook

Standing = Literal["none", "new", "loyal", "at_risk", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Counts are of what this actor may see. `score` is the last satisfaction, 1 to 5."""

    standing: Standing
    since_on: date | None
    policies: int
    in_force: int
    ends_on: date | None
    renewal_near: bool
    claims: int
    kept: int
    broken: int
    score: int | None
    scored_on: date | None
    concerns: int
    concerns_open: int
    concerns_solved: int
    complaints: int
    complaints_open: int


def relation_of(actor: Actor, person: Person, *, at: datetime) -> Relation:
    """Seven small statements, whatever the customer has been through."""
    rule = rulebook.rules(ConcernsRules, at=at).relation
    spans = list(
        policies.visible_to(actor)
        .filter(holder=person)
        .values_list("starts_at", "ends_at", "cancelled_at")
    )
    running = [end for start, end, gone in spans if start <= at < end and gone is None]
    since = min((start for start, _end, _gone in spans), default=None)
    seen = cases.visible_to(actor).filter(customer=person)
    counted = seen.order_by().aggregate(
        claims=Count("pk", filter=Q(kind="claim")),
        concerns=Count("pk", filter=Q(kind="concern")),
        concerns_open=Count("pk", filter=Q(kind="concern", closed_at=None)),
        complaints=Count("pk", filter=Q(kind="complaint")),
        complaints_open=Count("pk", filter=Q(kind="complaint", closed_at=None)),
    )
    solved = Concern.objects.filter(case__in=seen, outcome=Concern.Outcome.CONFIRMED).count()
    promised = Promise.objects.filter(case__in=seen, audience=Promise.Audience.CUSTOMER).aggregate(
        kept=Count("pk", filter=Q(kept_at__isnull=False, missed_at=None)),
        broken=Count("pk", filter=Q(missed_at__isnull=False)),
    )
    score, scored_at = _last_answer(seen)
    unhappy = score is not None and score <= rule.unhappy_up_to.value
    worried = unhappy or counted["concerns_open"] > 0 or counted["complaints_open"] > 0
    near = at + timedelta(days=rule.renewal_near_days.value)
    return Relation(
        renewal_near=bool(running) and max(running) <= near,
        standing=_standing(since, running, worried=worried, rule=rule, at=at),
        since_on=localdate(since) if since else None,
        policies=len(spans),
        in_force=len(running),
        ends_on=localdate(max(running)) if running else None,
        score=score,
        scored_on=localdate(scored_at) if scored_at else None,
        concerns_solved=solved,
        **counted,
        **promised,
    )


def _last_answer(seen: QuerySet[Case]) -> tuple[int | None, datetime | None]:
    last = (
        Response.objects.filter(
            call_back__case__in=seen.order_by(), csat__isnull=False, finished_at__isnull=False
        )
        .order_by("-finished_at")
        .first()
    )
    return (last.csat, last.finished_at) if last else (None, None)


def _standing(
    since: datetime | None,
    running: list[datetime],
    *,
    worried: bool,
    rule: RelationRules,
    at: datetime,
) -> Standing:
    """At risk is who is unhappy, or has something unsolved; so most of all near a renewal."""
    if since is None:
        return "none"
    if not running:
        return "lost"
    if worried:
        return "at_risk"
    long_ago = at - timedelta(days=rule.loyal_after_days.value)
    return "loyal" if since <= long_ago else "new"

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
from yinuo.kit import together
from yinuo.kit.together import Rows

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
    """Two statements, whatever the customer has been through."""
    rule = rulebook.rules(ConcernsRules, at=at).relation
    seen = cases.visible_to(actor).filter(customer=person)
    spans = Rows(policies.visible_to(actor).filter(holder=person).select_related(None))
    answers = Rows(_last_answer(seen))
    together.read(spans, answers)
    held = [one for one in spans.rows if one.cancelled_at is None]
    running = [one.ends_at for one in held if one.starts_at <= at < one.ends_at]
    since = min((one.starts_at for one in spans.rows), default=None)
    counted = _counted(seen)
    last = answers.first
    score, scored_at = (last.csat, last.finished_at) if last else (None, None)
    unhappy = score is not None and score <= rule.unhappy_up_to.value
    worried = unhappy or counted["concerns_open"] > 0 or counted["complaints_open"] > 0
    near = at + timedelta(days=rule.renewal_near_days.value)
    return Relation(
        renewal_near=bool(running) and max(running) <= near,
        standing=_standing(since, running, worried=worried, rule=rule, at=at),
        since_on=localdate(since) if since else None,
        policies=len(spans.rows),
        in_force=len(running),
        ends_on=localdate(max(running)) if running else None,
        score=score,
        scored_on=localdate(scored_at) if scored_at else None,
        **counted,
    )


def _counted(seen: QuerySet[Case]) -> dict[str, int]:
    """By the names of Relation. One statement; a case has many promises, so each counts once."""
    told = Q(promises__audience=Promise.Audience.CUSTOMER)
    kept = Q(promises__kept_at__isnull=False, promises__missed_at=None)
    wanted = {
        "claims": Q(kind="claim"),
        "concerns": Q(kind="concern"),
        "concerns_open": Q(kind="concern", closed_at=None),
        "concerns_solved": Q(concern__outcome=Concern.Outcome.CONFIRMED),
        "complaints": Q(kind="complaint"),
        "complaints_open": Q(kind="complaint", closed_at=None),
    }
    return seen.order_by().aggregate(
        **{name: Count("pk", filter=which, distinct=True) for name, which in wanted.items()},
        kept=Count("promises", filter=told & kept, distinct=True),
        broken=Count("promises", filter=told & Q(promises__missed_at__isnull=False), distinct=True),
    )


def _last_answer(seen: QuerySet[Case]) -> QuerySet[Response]:
    rows = Response.objects.filter(
        call_back__case__in=seen.order_by(), csat__isnull=False, finished_at__isnull=False
    )
    return rows.order_by("-finished_at")[:1]


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

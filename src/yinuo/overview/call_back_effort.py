"""What calling costs: how many calls wait, who can make them, and what answers by link saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.timezone import localdate

from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.overview import call_back_figures as figures
from yinuo.overview.call_back_figures import Period
from yinuo.overview.call_back_rulefile import CallBackFiguresRules, EffortRules

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Effort:
    """`waiting` calls may be made now; `callers` are trained in `training`, active and on duty.
    `saved_cost` is what the answers by link of the period would have cost on the phone.
    """

    waiting: int
    training: str
    callers: int
    calls_a_day: int
    by_link: int
    by_phone: int
    saved_hours: Decimal
    saved_cost: Decimal

    @property
    def days_to_clear(self) -> Decimal | None:
        """None when nobody can call."""
        if not self.calls_a_day:
            return None
        return (Decimal(self.waiting) / self.calls_a_day).quantize(Decimal("0.1"))


def effort(actor: Actor, period: Period) -> Effort:
    """Of the actor's branches: the load now, the answers finished in the period."""
    at = period.at
    with rulebook.pinned():
        rules = rulebook.rules(CallBackFiguresRules, at=at).effort
        kind = rulebook.rules(CallBacksRules, at=at).calling.training.value
    callers = _callers(actor, kind, at)
    counts = figures.population(actor, "all_answers", period).aggregate(
        by_link=Count("pk", filter=Q(channel="portal")),
        by_phone=Count("pk", filter=Q(channel="call")),
    )
    hours, cost = _saved(counts["by_link"], rules)
    return Effort(
        waiting=figures.population(actor, "waiting", period).count(),
        training=kind,
        callers=callers,
        calls_a_day=callers * rules.calls_an_hour.value * rules.hours_a_day.value,
        by_link=counts["by_link"],
        by_phone=counts["by_phone"],
        saved_hours=hours,
        saved_cost=cost,
    )


def _callers(actor: Actor, kind: str, at: datetime) -> int:
    day = localdate(at)
    trained = Q(competences__kind=kind, competences__valid_from_on__lte=day) & (
        Q(competences__valid_until_on__isnull=True) | Q(competences__valid_until_on__gte=day)
    )
    found = Staff.objects.filter(people.within(actor, "branch__path"), trained)
    return found.filter(is_active=True, on_duty=True).distinct().count()


def _saved(by_link: int, rules: EffortRules) -> tuple[Decimal, Decimal]:
    hours = Decimal(by_link * rules.minutes_per_answer.value) / MINUTES_AN_HOUR
    return hours.quantize(Decimal("0.1")), (hours * rules.hourly_cost.value).quantize(
        Decimal("0.01")
    )

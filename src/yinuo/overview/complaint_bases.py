"""What the rates of complaints are divided by: closed claims, premium and policies, counted and
opened by the same conditions, so that a list is as long as its figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.policies.models import Policy
from yinuo.kit.money import HOME_CURRENCY

BASES = ("claims", "premium", "policies")


@dataclass(frozen=True, slots=True)
class Bases:
    """`premium` is in CNY, of the policies that began in the period."""

    claims: int
    premium: Decimal
    policies: int


def bases(actor: Actor, *, since: datetime, until: datetime, at: datetime) -> Bases:
    if not sees_customers(actor):
        return Bases(0, Decimal(0), 0)
    return Bases(
        closed_claims(actor, since=since, until=until).count(),
        premium_of(begun_policies(actor, since=since, until=until)),
        policies_in_force(actor, on=min(until, at)).count(),
    )


def premium_of(found: QuerySet[Policy]) -> Decimal:
    return found.aggregate(together=Sum("premium"))["together"] or Decimal(0)


def closed_claims(actor: Actor, *, since: datetime, until: datetime) -> QuerySet[Case]:
    found = Case.objects.filter(kind="claim", closed_at__gte=since, closed_at__lt=until)
    if not sees_customers(actor):
        return found.none()
    return (
        found if sees_everything(actor) else found.filter(branch_path__startswith=actor.branch_path)
    )


def begun_policies(actor: Actor, *, since: datetime, until: datetime) -> QuerySet[Policy]:
    """Whose premium counts as premium of the period."""
    return _policies(actor).filter(starts_at__gte=since, starts_at__lt=until)


def policies_in_force(actor: Actor, *, on: datetime) -> QuerySet[Policy]:
    return _policies(actor).filter(
        Q(cancelled_at__isnull=True) | Q(cancelled_at__gte=on), starts_at__lt=on, ends_at__gte=on
    )


def _policies(actor: Actor) -> QuerySet[Policy]:
    found = Policy.objects.filter(currency=HOME_CURRENCY)
    if not sees_customers(actor):
        return found.none()
    if sees_everything(actor):
        return found
    return found.filter(branch__path__startswith=actor.branch_path)

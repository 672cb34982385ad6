"""A past period's figure is kept as it was, so that "15 percent less" is less than something."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import one_of
from yinuo.areas.complaints.models import Baseline
from yinuo.areas.complaints.rules import MEASURES_OF_COMPLAINING
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NotForYou
from yinuo.kit.errors import DomainError


class PeriodStillRuns(DomainError):
    code = "period_still_runs"
    message = _("A baseline is taken of a period that is over.")
    http = 422


class NothingToMeasure(DomainError):
    code = "nothing_to_measure"
    message = _("There is nothing to divide by in this period, so no baseline can be taken.")
    http = 422


def store_baseline(
    *,
    measure: str,
    from_on: date,
    until_on: date,
    numerator: Decimal,
    denominator: Decimal,
    by: Actor,
    at: datetime,
) -> Baseline:
    """Keep the figure of a past period for the actor's branches. `until_on` is not included.

    Raises NotForYou, NotKnown, PeriodStillRuns and NothingToMeasure.
    """
    if "manager" not in by.roles:
        raise NotForYou
    one_of(measure, MEASURES_OF_COMPLAINING, "measure")
    if until_on > at.date() or until_on <= from_on:
        raise PeriodStillRuns("until_on")
    if denominator <= 0:
        raise NothingToMeasure("denominator")
    return Baseline.objects.create(
        measure=measure,
        from_on=from_on,
        until_on=until_on,
        branch_path=by.branch_path,
        numerator=numerator,
        denominator=denominator,
        stored_by=by.id,
        stored_at=at,
    )

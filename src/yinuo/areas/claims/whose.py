"""Whose work something on a claim is: what the workflow lets a role do, one person may not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from yinuo.areas.claims.models import Calculation, Survey
from yinuo.areas.claims.rulefile import Authority, ClaimsRules
from yinuo.core.approvals.rules import may_check_alone
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook


def newest_sums(case: Case) -> Mapping[int, Calculation]:
    """The newest sum of each loss, by the number of the loss. One statement."""
    rows = (
        Calculation.objects.filter(loss__claim=case.pk)
        .order_by("loss", "-version")
        .distinct("loss")
        .select_related("loss")
        .only("outcome", "amount", "currency", "made_by", "loss__ordinal")
    )
    return {row.loss.ordinal: row for row in rows}


def may_review(actor: Actor, calculation: Calculation, *, at: datetime) -> bool:
    """Whoever made a sum does not check it, unless a rule lets a small one pass."""
    if actor.id != calculation.made_by:
        return True
    most = rulebook.rules(ClaimsRules, at=at).authority.alone_up_to.value
    return calculation.outcome != "refuse" and may_check_alone(calculation.amount, most)


def may_answer_for(actor: Actor, amount: Decimal, care: str, *, at: datetime) -> bool:
    """Whether this person may answer for an amount in a claim of this class."""
    return _authority(at).allows(actor.roles, care, amount)


def answerable(amount: Decimal, care: str, *, at: datetime) -> tuple[str, ...]:
    """The roles that may answer for the amount, the lowest first."""
    return _authority(at).roles_for(care, amount)


def has_authority(actor: Actor, calculation: Calculation, care: str, *, at: datetime) -> bool:
    """Whether this person may answer for the amount, or for the refusal."""
    allowed = may_answer_for(actor, calculation.amount, care, at=at)
    if calculation.outcome == "refuse":
        return allowed and _authority(at).allows_refusal(actor.roles)
    return allowed


def with_authority(calculation: Calculation, care: str, *, at: datetime) -> tuple[str, ...]:
    """The roles that may answer for it, the lowest first."""
    if calculation.outcome == "refuse":
        return _authority(at).roles_for_refusal(care)
    return answerable(calculation.amount, care, at=at)


def is_sent(actor: Actor, case: Case) -> bool:
    """Whether the survey that runs on this claim is theirs."""
    return Survey.objects.filter(
        claim=case.pk,
        surveyor=actor.staff_id,
        completed_at__isnull=True,
        replaced_at__isnull=True,
    ).exists()


def _authority(at: datetime) -> Authority:
    return rulebook.rules(ClaimsRules, at=at).authority.limits.value

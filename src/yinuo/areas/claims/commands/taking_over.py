"""Claims that ran and ended in another system, taken over as history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.reporting import NewLoss, PolicyUnknown, Report
from yinuo.areas.claims.commands.reporting import problems as report_problems
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.policies.models import Policy
from yinuo.core.policies.rules import GivenTwice, normalise_number
from yinuo.kit.errors import DomainError, SeveralProblems

SET_LIMIT = 500


class KeyMissing(DomainError):
    code = "key_missing"
    message = _("A claim from another system needs a key by which it is known again.")
    http = 422


class TooManyClaims(DomainError):
    code = "too_many_claims"
    message = _("At most %(limit)s claims can be taken over at once.")
    http = 422


@dataclass(frozen=True, slots=True)
class History:
    """A finished claim. `reported_at` is when it was reported there; the file knows no more."""

    report: Report
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    position: int
    problem: DomainError


@dataclass(frozen=True, slots=True)
class TakenOver:
    added: int
    unchanged: int
    refused: tuple[Refused, ...]


def take_over_many(histories: Sequence[History], *, by: Actor, at: datetime) -> TakenOver:
    """Open the claims as closed ones, the good of the set; a key that is known changes nothing.

    Their timelines begin with the taking over; the claim keeps the days of accident and report.
    Nothing is promised, and nobody is told. Raises NotYourRole and TooManyClaims.
    """
    if len(histories) > SET_LIMIT:
        raise TooManyClaims(limit=SET_LIMIT)
    with cases.transaction():
        good, unchanged, refused = _sort_out(histories)
        if not good:
            return TakenOver(0, unchanged, tuple(refused))
        opened = cases.open_many([_opening(*one) for one in good], by=by, at=at)
        claims = [_claim(case, *one) for case, one in zip(opened, good, strict=True)]
        Claim.objects.bulk_create(claims)
        Loss.objects.bulk_create(
            _loss(claim, ordinal, new, history.reported_at)
            for claim, (history, _policy) in zip(claims, good, strict=True)
            for ordinal, new in enumerate(history.report.losses, start=1)
        )
    return TakenOver(len(claims), unchanged, tuple(refused))


def _sort_out(
    histories: Sequence[History],
) -> tuple[list[tuple[History, Policy]], int, list[Refused]]:
    numbers = {normalise_number(one.report.policy_number) for one in histories}
    found = Policy.objects.filter(number__in=numbers).select_related("holder", "branch", "vehicle")
    policies = {policy.number: policy for policy in found}
    keys = [one.report.external_key for one in histories]
    known = set(Claim.objects.filter(external_key__in=keys).values_list("external_key", flat=True))
    good: dict[str, tuple[History, Policy]] = {}
    refused: list[Refused] = []
    unchanged = 0
    for position, history in enumerate(histories):
        key = history.report.external_key
        policy = policies.get(normalise_number(history.report.policy_number))
        problems = _problems(history, policy, good)
        if key in known:
            unchanged += 1
        elif problems or policy is None:
            refused.append(Refused(position, SeveralProblems(problems)))
        else:
            good[key] = (history, policy)
    return list(good.values()), unchanged, refused


def _problems(
    history: History, policy: Policy | None, taken: dict[str, tuple[History, Policy]]
) -> list[DomainError]:
    found = report_problems(history.report, history.reported_at)
    if policy is None:
        found.append(PolicyUnknown("policy_number"))
    if not history.report.external_key:
        found.append(KeyMissing("external_key"))
    elif history.report.external_key in taken:
        found.append(GivenTwice("external_key", given=history.report.external_key))
    return found


def _opening(history: History, policy: Policy) -> Opening:
    return Opening(
        kind="claim",
        step="take_over",
        customer=policy.holder,
        branch=policy.branch,
        data={
            "door": "import",
            "reported": history.reported_at.isoformat(),
            "losses": [loss.kind for loss in history.report.losses],
        },
    )


def _claim(case: Case, history: History, policy: Policy) -> Claim:
    report = history.report
    estimates = [loss.estimate for loss in report.losses if loss.estimate is not None]
    return Claim(
        case=case,
        policy=policy,
        plate=policy.vehicle.plate,
        accident_at=report.accident_at,
        accident_on=timezone.localtime(report.accident_at).date(),
        reported_at=history.reported_at,
        door="import",
        place=report.place,
        in_town=report.in_town,
        cause=report.cause,
        circumstances=report.circumstances,
        police_called=report.police_called,
        injured=report.injured,
        dead=report.dead,
        drivable=report.drivable,
        other_vehicles=report.other_vehicles,
        estimate=sum(estimates, Decimal(0)) if estimates else None,
        currency=policy.currency,
        external_key=report.external_key,
        follow_up="history",
    )


def _loss(claim: Claim, ordinal: int, new: NewLoss, at: datetime) -> Loss:
    """What was paid is not known here, so the amount stays open; the loss itself has ended."""
    return Loss(
        claim=claim,
        ordinal=ordinal,
        kind=new.kind,
        title=new.title,
        stage="arrived",
        stage_since_at=at,
        owner=claim.policy.holder if new.kind == "own_vehicle" else None,
        severity=new.severity,
        estimate=new.estimate,
        ended_at=at,
    )

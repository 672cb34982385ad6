"""What every command about a claim does first: lock it, and say what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.models import Claim, Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands.work import current
from yinuo.core.cases.models import Case
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError


class NoSuchLoss(DomainError):
    code = "no_such_loss"
    message = _("Claim %(number)s has no loss %(loss)s.")
    http = 404


class NothingToDo(DomainError):
    code = "nothing_to_do"
    message = _("No loss of claim %(number)s is at this stage.")


@dataclass(frozen=True, slots=True)
class Locked:
    """A claim whose case this command holds."""

    case: Case
    claim: Claim
    losses: tuple[Loss, ...]

    def at(self, *stages: str, ordinals: Iterable[int] | None = None) -> tuple[Loss, ...]:
        """The losses at these stages, or exactly those that were named.

        Raises NoSuchLoss for a number that the claim does not have, NothingToDo when none fits.
        """
        if ordinals is not None:
            return tuple(self.loss(ordinal) for ordinal in ordinals)
        found = tuple(loss for loss in self.losses if loss.stage in stages)
        if not found:
            raise NothingToDo(number=self.case.number)
        return found

    def loss(self, ordinal: int) -> Loss:
        for loss in self.losses:
            if loss.ordinal == ordinal:
                return loss
        raise NoSuchLoss("loss", number=self.case.number, loss=ordinal)


def locked(case: Case, *, seen: int | None = None) -> Locked:
    """Lock the claim with its losses. Raises ChangedMeanwhile."""
    fresh = cases.lock(case, seen=seen)
    work = current()
    known = work.held.get(("claim", fresh.pk))
    if isinstance(known, Locked):
        return known
    claim = Claim.objects.select_related("policy__vehicle").get(pk=fresh.pk)
    losses = tuple(Loss.objects.filter(claim=claim).select_related("owner").order_by("ordinal"))
    # Nobody else writes it while we hold the lock, and every command changes these very objects.
    work.held["claim", fresh.pk] = found = Locked(fresh, claim, losses)
    return found


def rules_at(at: datetime) -> ClaimsRules:
    """The claim rules in force at a moment."""
    return rulebook.rules(ClaimsRules, at=at)


def telling(claim: Claim, *, amount: Decimal | None = None, **more: object) -> Mapping[str, object]:
    """What the texts may say about a claim."""
    facts: dict[str, object] = {
        "plate": claim.plate,
        "place": claim.place,
        "accident_at": claim.accident_at,
        "currency": claim.currency,
        **more,
    }
    if amount is not None:
        facts["amount"] = amount
    return facts


def by_subject(losses: Sequence[Loss], attribute: str) -> dict[str, Decimal | None]:
    return {cases.subject_of(loss): getattr(loss, attribute) for loss in losses}

"""What every command about a claim does first: lock it, and say what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.models import Assessment, Calculation, Claim, Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands.work import current
from yinuo.core.cases.models import Case
from yinuo.core.people import memory
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
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


def locked_many(wanted: Iterable[Case]) -> dict[int, Locked]:
    """Lock the claims with their losses, in the order of their ids."""
    fresh = cases.lock_many(case.pk for case in wanted)
    held = current().held
    unknown = [pk for pk in fresh if ("claim", pk) not in held]
    if unknown:
        losses: dict[int, list[Loss]] = defaultdict(list)
        for loss in _with_owners(Loss.objects.filter(claim__in=unknown).order_by("ordinal")):
            losses[loss.claim_id].append(loss)
        for claim in Claim.objects.filter(pk__in=unknown):
            claim.case = fresh[claim.pk]
            for loss in losses[claim.pk]:
                loss.claim = claim
            # Nobody else writes it while we hold the lock, and every command changes these very
            # objects.
            held["claim", claim.pk] = Locked(fresh[claim.pk], claim, tuple(losses[claim.pk]))
    return {pk: held["claim", pk] for pk in fresh}


def _with_owners(rows: QuerySet[Loss]) -> list[Loss]:
    if not memory.is_kept():
        return list(rows.select_related("owner"))
    losses = list(rows)
    owners = memory.by_id(Person, {loss.owner_id for loss in losses if loss.owner_id})
    for loss in losses:
        loss.owner = owners[loss.owner_id] if loss.owner_id else None
    return losses


def locked(case: Case, *, seen: int | None = None) -> Locked:
    """Lock the claim with its losses. Raises ChangedMeanwhile."""
    held = locked_many([case])[case.pk]
    refuse_changed(held.case, seen)
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One member of a set: its case and, where they differ from the set's, who acts and when.

    `seen` is the revision of the case that the person had on the screen.
    """

    case: Case
    by: Actor | None = None
    at: datetime | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LossTurn(Turn):
    """`loss` by its number in the claim."""

    loss: int


T = TypeVar("T", bound=Turn)


@dataclass(frozen=True, slots=True)
class Member(Generic[T]):
    """A member of a set under the lock of its case."""

    turn: T
    held: Locked
    by: Actor
    at: datetime

    def loss_of(self, ordinal: int) -> Loss:
        """Raises NoSuchLoss."""
        with cases.naming(self.held.case):
            return self.held.loss(ordinal)


def hold(turns: Sequence[T], *, by: Actor, at: datetime) -> list[Member[T]]:
    """Lock what a set is about. Raises ChangedMeanwhile."""
    found = locked_many(turn.case for turn in turns)
    for turn in turns:
        refuse_changed(found[turn.case.pk].case, turn.seen)
    return [Member(turn, found[turn.case.pk], turn.by or by, turn.at or at) for turn in turns]


def refuse_changed(case: Case, seen: int | None) -> None:
    """Raises ChangedMeanwhile when another person acted after the page was made."""
    if seen is not None and case.revision != seen:
        with cases.naming(case):
            raise cases.ChangedMeanwhile(number=case.number)


def newest_versions(
    model: type[Assessment] | type[Calculation], losses: Sequence[Loss]
) -> dict[int, int]:
    """The number of the newest version, by loss; a loss without one is left out."""
    rows = model._default_manager.filter(loss__in=[loss.pk for loss in losses])
    return dict(rows.values_list("loss").annotate(Max("version")))


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

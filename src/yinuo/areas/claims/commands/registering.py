"""立案: the report becomes a claim with a reserve for each loss; and who handles it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import locked, rules_at, telling
from yinuo.areas.claims.models import Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.errors import DomainError


class ReserveNotPositive(DomainError):
    code = "reserve_not_positive"
    message = _("A reserve is at least 0.")
    http = 422


def register(
    *,
    case: Case,
    reserves: Mapping[int, Decimal] | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Register the reported losses. A reserve that is not given comes from the rule.

    `reserves` by the ordinal of the loss, in the currency of the claim.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        losses = held.at("reported")
        table = rules_at(at).reserves.by_kind.value
        for loss in losses:
            standard = loss.estimate or table[loss.kind][loss.severity or "medium"]  # type: ignore[index]
            loss.reserve = _checked((reserves or {}).get(loss.ordinal, standard))
        Loss.objects.bulk_update(losses, ["reserve"])
        cases.advance(
            Move(
                held.case,
                "register",
                parts=losses,
                all_parts=held.losses,
                data={"reserves": {str(x.ordinal): str(x.reserve) for x in losses}},
                facts=telling(held.claim),
            ),
            by=by,
            at=at,
        )


def change_reserve(
    *,
    case: Case,
    loss: int,
    reserve: Decimal,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        before, row.reserve = row.reserve, _checked(reserve)
        row.save(update_fields=["reserve"])
        data = {"loss": loss, "from": str(before), "to": str(reserve)}
        move = Move(held.case, "change_reserve", parts=(row,), all_parts=held.losses, data=data)
        cases.advance(move, by=by, at=at)


def reassign(*, case: Case, to: Staff, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Give the claim to another handler; the letter says which car it is about."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.reassign(case=held.case, to=to, by=by, at=at, facts=telling(held.claim))


def _checked(reserve: Decimal) -> Decimal:
    if reserve < 0:
        raise ReserveNotPositive("reserve")
    return reserve

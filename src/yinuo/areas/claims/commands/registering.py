"""立案: the report becomes a claim with a reserve for each loss; and who handles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import (
    LossTurn,
    Member,
    Turn,
    hold,
    locked,
    rules_at,
    telling,
)
from yinuo.areas.claims.models import Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.bulk import change_rows
from yinuo.kit.errors import DomainError


class ReserveNotPositive(DomainError):
    code = "reserve_not_positive"
    message = _("A reserve is at least 0.")
    http = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Turn):
    """`reserves` by the number of the loss, in the currency of the claim."""

    reserves: Mapping[int, Decimal] | None = None


def register_many(turns: Sequence[Register], *, by: Actor, at: datetime) -> None:
    """Register the reported losses. A reserve that is not given comes from the rule."""
    with cases.transaction():
        moves = []
        reserved: list[Loss] = []
        for one in hold(turns, by=by, at=at):
            losses = _reserve(one)
            reserved += losses
            moves.append(
                Move(
                    one.held.case,
                    "register",
                    parts=losses,
                    all_parts=one.held.losses,
                    data={"reserves": {str(x.ordinal): str(x.reserve) for x in losses}},
                    facts=telling(one.held.claim),
                    by=one.by,
                    at=one.at,
                )
            )
        change_rows(reserved, "reserve")
        cases.advance_many(moves, by=by, at=at)


def register(
    *,
    case: Case,
    reserves: Mapping[int, Decimal] | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """One claim; see `register_many`."""
    register_many([Register(case=case, reserves=reserves, seen=seen)], by=by, at=at)


def _reserve(member: Member[Register]) -> tuple[Loss, ...]:
    table = rules_at(member.at).reserves.by_kind.value
    given = member.turn.reserves or {}
    with cases.naming(member.held.case):
        losses = member.held.at("reported")
        for loss in losses:
            standard = loss.estimate or table[loss.kind][loss.severity or "medium"]  # type: ignore[index]
            loss.reserve = _checked(given.get(loss.ordinal, standard))
    return losses


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReserve(LossTurn):
    reserve: Decimal


def change_reserve_many(turns: Sequence[NewReserve], *, by: Actor, at: datetime) -> None:
    """Set aside more or less for losses. Raises ReserveNotPositive."""
    with cases.transaction():
        moves = []
        changed = []
        for one in hold(turns, by=by, at=at):
            row = one.loss_of(one.turn.loss)
            with cases.naming(one.held.case):
                before, row.reserve = row.reserve, _checked(one.turn.reserve)
            changed.append(row)
            data = {"loss": row.ordinal, "from": str(before), "to": str(row.reserve)}
            moves.append(
                Move(
                    one.held.case,
                    "change_reserve",
                    parts=(row,),
                    all_parts=one.held.losses,
                    data=data,
                    by=one.by,
                    at=one.at,
                )
            )
        change_rows(changed, "reserve")
        cases.advance_many(moves, by=by, at=at)


def change_reserve(
    *,
    case: Case,
    loss: int,
    reserve: Decimal,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """One loss; see `change_reserve_many`."""
    turn = NewReserve(case=case, loss=loss, reserve=reserve, seen=seen)
    change_reserve_many([turn], by=by, at=at)


def reassign(*, case: Case, to: Staff, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Give the claim to another handler; the letter says which car it is about."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.reassign(case=held.case, to=to, by=by, at=at, facts=telling(held.claim))


def _checked(reserve: Decimal) -> Decimal:
    if reserve < 0:
        raise ReserveNotPositive("reserve")
    return reserve

"""How a claim ends early or late: withdrawn, delayed, closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import Member, Turn, hold, locked, telling
from yinuo.areas.claims.loss_steps import LOSSES
from yinuo.areas.claims.models import Loss
from yinuo.core.approvals.commands import ReasonMissing
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NothingToWithdraw(DomainError):
    code = "nothing_to_withdraw"
    message = _("Claim %(number)s cannot be withdrawn any more: a payment is under way or done.")


class FollowUpMissing(DomainError):
    code = "follow_up_missing"
    message = _(
        "Claim %(number)s cannot be closed yet: its call-back is not opened, and no reason against "
        "one is recorded."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Turn):
    """`losses` by their numbers, None for all that are open."""

    reason: str
    losses: Sequence[int] | None = None


def withdraw_many(turns: Sequence[Withdraw], *, by: Actor, at: datetime) -> None:
    """Take claims back, or single losses of them. The reason is kept as a note.

    Raises ReasonMissing and NothingToWithdraw.
    """
    for turn in turns:
        if not turn.reason.strip():
            with cases.naming(turn.case):
                raise ReasonMissing("reason")
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        chosen = [_to_withdraw(one) for one in members]
        notes = [
            cases.NewNote(
                one.held.case, one.turn.reason, "reason", for_customer=True, by=one.by, at=one.at
            )
            for one in members
        ]
        cases.write_note_many(notes, by=by, at=at)
        moves = [
            Move(
                one.held.case,
                "withdraw",
                parts=losses,
                all_parts=one.held.losses,
                facts=telling(one.held.claim, reason=one.turn.reason),
                by=one.by,
                at=one.at,
            )
            for one, losses in zip(members, chosen, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)


def withdraw(
    *,
    case: Case,
    reason: str,
    losses: Iterable[int] | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """One claim; see `withdraw_many`."""
    chosen = None if losses is None else tuple(losses)
    turn = Withdraw(case=case, reason=reason, losses=chosen, seen=seen)
    withdraw_many([turn], by=by, at=at)


def _to_withdraw(member: Member[Withdraw]) -> tuple[Loss, ...]:
    held, named = member.held, member.turn.losses
    with cases.naming(held.case):
        if named is not None:
            return tuple(held.loss(ordinal) for ordinal in named)
        running = [loss for loss in held.losses if not LOSSES.ended(loss.stage)]
        chosen = tuple(loss for loss in running if loss.stage != "paid")
        if not chosen or len(chosen) != len(running):
            raise NothingToWithdraw(number=held.case.number)
        return chosen


def tell_delay(
    *, case: Case, reason: str, new_at: datetime, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Tell the customer that a time will be missed, why, and the new one."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.tell_delay(
            case=held.case, reason=reason, new_at=new_at, by=by, at=at, facts=telling(held.claim)
        )


def close_many(turns: Sequence[Turn], *, by: Actor, at: datetime) -> None:
    """Close claims whose money has arrived. Their events tell what became of them.

    Raises FollowUpMissing when nobody is going to ask the customer, and no reason is recorded.
    """
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        for one in members:
            if not one.held.claim.follow_up:
                with cases.naming(one.held.case):
                    raise FollowUpMissing(number=one.held.case.number)
        late = queries.late_ones([one.held.claim for one in members])
        twice = queries.asked_twice_ones([one.held.claim for one in members])
        moves = [
            Move(
                one.held.case,
                "close",
                data={
                    "part_paid": any(
                        loss.outcome in ("part", "refuse") for loss in one.held.losses
                    ),
                    "late": one.held.claim.pk in late,
                    "asked_twice": one.held.claim.pk in twice,
                },
                facts=telling(one.held.claim),
                by=one.by,
                at=one.at,
            )
            for one in members
        ]
        cases.advance_many(moves, by=by, at=at)


def close(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """One claim; see `close_many`."""
    close_many([Turn(case=case, seen=seen)], by=by, at=at)

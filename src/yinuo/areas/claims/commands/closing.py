"""How a claim ends early or late: withdrawn, delayed, closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import locked, telling
from yinuo.areas.claims.workflow import LOSSES
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


def withdraw(
    *,
    case: Case,
    reason: str,
    losses: Iterable[int] | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Take the claim back, or single losses of it. The reason is kept as a note.

    Raises ReasonMissing and NothingToWithdraw.
    """
    if not reason.strip():
        raise ReasonMissing("reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        open_losses = [loss for loss in held.losses if not LOSSES.ended(loss.stage)]
        if losses is None:
            chosen = tuple(loss for loss in open_losses if loss.stage != "paid")
            if not chosen or len(chosen) != len(open_losses):
                raise NothingToWithdraw(number=held.case.number)
        else:
            chosen = tuple(held.loss(ordinal) for ordinal in losses)
        cases.write_note(
            case=held.case, body=reason, kind="reason", by=by, at=at, for_customer=True
        )
        facts = telling(held.claim, reason=reason)
        move = Move(held.case, "withdraw", parts=chosen, all_parts=held.losses, facts=facts)
        cases.advance(move, by=by, at=at)


def tell_delay(
    *, case: Case, reason: str, new_at: datetime, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Tell the customer that a time will be missed, why, and the new one."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.tell_delay(
            case=held.case, reason=reason, new_at=new_at, by=by, at=at, facts=telling(held.claim)
        )


def close(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Close a claim whose money has arrived. Its event tells what became of it.

    Raises FollowUpMissing when nobody is going to ask the customer, and no reason is recorded.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        if not held.claim.follow_up:
            raise FollowUpMissing(number=held.case.number)
        outcomes = [loss.outcome for loss in held.losses if loss.outcome]
        data = {
            "part_paid": "part" in outcomes or "refuse" in outcomes,
            "late": queries.was_late(held.claim),
            "asked_twice": queries.asked_twice(held.claim),
        }
        cases.advance(Move(held.case, "close", data=data, facts=telling(held.claim)), by=by, at=at)

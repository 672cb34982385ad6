"""What every door does with the bank: batches leave, answers come in."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.payments import commands as payments
from yinuo.core.payments.models import PaymentBatch
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NotForYou


def require_cashier(actor: Actor) -> None:
    """Raises NotForYou for everybody who does not handle money."""
    if not actor.roles.intersection(("cashier", "manager")):
        raise NotForYou


def make_batches(actor: Actor, *, at: datetime) -> tuple[list[PaymentBatch], list[str]]:
    """Batches of everything that is ready, and why some payments stayed behind."""
    require_cashier(actor)
    made, left_out = payments.make_batches(by=actor, at=at)
    return made, [str(problem) for one in left_out for problem in one.problems]

"""The customer accepts a decision: that is on record, and the promise to send the money begins."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import locked, telling
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class AcceptedAlready(DomainError):
    code = "accepted_already"
    message = _("The decision on loss %(loss)s is accepted already.")


def accept_decision(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Accept the decision on a loss. Whoever accepts may still object to it.

    Raises AcceptedAlready.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        step = Move(
            held.case,
            "accept_decision",
            parts=(row,),
            all_parts=held.losses,
            data={"loss": row.ordinal},
            facts=telling(held.claim, loss=row.title),
        )
        cases.check_move(step, by=by)
        if row.ordinal in queries.accepted(held.case):
            raise AcceptedAlready("loss", loss=row.ordinal)
        cases.advance(step, by=by, at=at)

"""What the steps of a sum have in common: taking the losses, and moving them on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from yinuo.areas.claims.commands.common import LossTurn, Member, hold, telling
from yinuo.areas.claims.models import Calculation, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.documents.models import Document
from yinuo.core.people.actors import Actor

L = TypeVar("L", bound=LossTurn)


def taken(
    turns: Sequence[L], step: str, by: Actor, at: datetime
) -> tuple[list[Member[L]], list[Loss]]:
    """The members under lock with their losses, from which the step can be taken."""
    members = hold(turns, by=by, at=at)
    losses = [one.loss_of(one.turn.loss) for one in members]
    for one, loss in zip(members, losses, strict=True):
        check_step(one, loss, step)
    return members, losses


def check_step(member: Member[L], loss: Loss, step: str) -> None:
    """First of all, so that a refusal says where the claim is and not what is missing for it."""
    held = member.held
    with cases.naming(held.case):
        cases.check_move(Move(held.case, step, parts=(loss,), all_parts=held.losses), by=member.by)


def advance(
    step: str,
    members: Sequence[Member[L]],
    losses: Sequence[Loss],
    found: Sequence[Calculation],
    by: Actor,
    at: datetime,
) -> None:
    moves = [
        move(step, one, loss, calculation)
        for one, loss, calculation in zip(members, losses, found, strict=True)
    ]
    cases.advance_many(moves, by=by, at=at)


def move(
    step: str,
    member: Member[L],
    loss: Loss,
    calculation: Calculation,
    letter: Document | None = None,
) -> Move:
    refused = calculation.outcome == "refuse"
    return Move(
        member.held.case,
        step,
        parts=(loss,),
        all_parts=member.held.losses,
        data={
            "loss": loss.ordinal,
            "calculation": calculation.version,
            "outcome": calculation.outcome,
            "amount": str(calculation.amount),
            **({"sha256": calculation.digest} if calculation.digest else {}),
            **({"letter": letter.pk} if letter else {}),
        },
        facts=telling(
            member.held.claim,
            amount=calculation.amount,
            asked=calculation.asked,
            approved=calculation.approved,
            deductible=calculation.deductible,
            reasons=calculation.reasons,
            loss=loss.title,
            **({"letter": True} if letter else {}),
        ),
        amount=calculation.amount,
        also_makes=("claims.refusal_notice",) if step == "approve" and refused else (),
        by=member.by,
        at=member.at,
    )

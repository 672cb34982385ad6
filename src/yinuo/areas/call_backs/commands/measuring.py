"""Measures of the programme: planned with steps, an owner and a day, ended with a result."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs.commands.common import rules_at
from yinuo.areas.call_backs.models import Measure
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.errors import DomainError, Message

PLANNERS = frozenset({"team_lead", "manager"})
GOAL, TITLE, TEXT = 30, 120, 2_000


class DueInThePast(DomainError):
    code = "due_in_the_past"
    message: ClassVar[Message] = _("Name a day that is still to come.")
    http = 422


class AlreadyEnded(DomainError):
    code = "measure_already_ended"
    message: ClassVar[Message] = _("The result of this measure is on record already.")


def plan_measure(
    *, goal: str, title: str, steps: str, owner: Staff, due_on: date, by: Actor, at: datetime
) -> Measure:
    """`goal` is the name of a target. It counts for the owner's branch.

    Raises NotForYou, DueInThePast and the refusals of people.rules.clean_text.
    """
    if not by.roles & PLANNERS or not seeing.in_subtree(by, owner.branch.path):
        raise seeing.NotForYou
    if due_on < localdate(at):
        raise DueInThePast("due_on")
    return Measure.objects.create(
        goal=seeing.clean_text(goal, field="goal", most=GOAL),
        programme_version=rules_at(at).programme.version.value,
        title=seeing.clean_text(title, field="title", most=TITLE),
        steps=_lines(steps, "steps"),
        owner=owner,
        branch=owner.branch,
        due_on=due_on,
        by=by.id,
        at=at,
    )


@transaction.atomic
def end_measure(*, measure: Measure, result: str, worked: bool, by: Actor, at: datetime) -> Measure:
    """What came of it, once; by its owner or whoever may plan measures there.

    Raises NotForYou, AlreadyEnded and the refusals of people.rules.clean_text.
    """
    fresh = (
        Measure.objects.select_related("branch").select_for_update(of=("self",)).get(pk=measure.pk)
    )
    plans = by.roles & PLANNERS and seeing.in_subtree(by, fresh.branch.path)
    if not plans and by.staff_id != fresh.owner_id:
        raise seeing.NotForYou
    if fresh.ended_at is not None:
        raise AlreadyEnded
    fresh.result = _lines(result, "result")
    fresh.worked, fresh.ended_by, fresh.ended_at = worked, by.id, at
    fresh.save(update_fields=["result", "worked", "ended_by", "ended_at"])
    return fresh


def _lines(text: str, field: str) -> str:
    """Each step on its own line, without stray spaces."""
    kept = [
        seeing.clean_text(line, field=field, most=TEXT)
        for line in text.splitlines()
        if line.strip()
    ]
    seeing.clean_text(" ".join(kept), field=field, most=TEXT)
    return "\n".join(kept)

"""What is done to every kind of case: a remark, another handler, word of a delay.

A kind that wants them has the steps `write_note`, `reassign` and `tell_delay` in its workflow;
a kind that has more to say about them has commands of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.commands.notes import NoteIsEmpty, write_note
from yinuo.core.cases.commands.promises import hand_over_promises
from yinuo.core.cases.commands.timeline import Move, advance, check_step
from yinuo.core.cases.commands.work import lock, transaction
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.errors import DomainError


class NotOfThisBranch(DomainError):
    code = "not_of_this_branch"
    message = _("%(name)s does not work in the branch of this case.")
    http = 422


def remark(
    *, case: Case, body: str, kind: str, for_customer: bool, by: Actor, at: datetime
) -> Note:
    """A remark among colleagues, a question of the customer, or an answer. Raises NoteIsEmpty."""
    with transaction():
        held = lock(case)
        check_step(held, "write_note", by=by)
        return write_note(case=held, body=body, kind=kind, for_customer=for_customer, by=by, at=at)


def reassign(
    *,
    case: Case,
    to: Staff,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Give the case to another handler of its branch or of a branch above it, with the promises
    of the one before. Raises NotOfThisBranch and ChangedMeanwhile.
    """
    with transaction():
        held = lock(case, seen=seen)
        if not held.branch_path.startswith(to.branch.path) or not to.is_active:
            raise NotOfThisBranch("to", name=to.name)
        before = held.handler_id
        held.handler = to
        data = {"from": before, "to": to.pk}
        advance(Move(held, "reassign", data=data, facts=facts or {}), by=by, at=at)
        hand_over_promises(case=held, to=to, from_id=before)


def tell_delay(
    *,
    case: Case,
    reason: str,
    new_at: datetime,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Tell the customer that a time will be missed, why, and the new one.

    Raises NoteIsEmpty and ChangedMeanwhile.
    """
    if not reason.strip():
        raise NoteIsEmpty("reason")
    with transaction():
        held = lock(case, seen=seen)
        write_note(case=held, body=reason, kind="reason", by=by, at=at, for_customer=True)
        told = {**(facts or {}), "reason": reason, "new_at": new_at}
        data = {"new_at": new_at.isoformat()}
        advance(Move(held, "tell_delay", data=data, facts=told), by=by, at=at)

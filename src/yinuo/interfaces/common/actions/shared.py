"""Actions that every kind of case can have; its workflow says whether and for whom.

A kind names them in its own table. The steps are `write_note`, `reassign` and `tell_delay`.
"""

from __future__ import annotations

from datetime import datetime

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.actions.table import Action


def _note(actor: Actor, case: Case, given: inputs.NoteInput, at: datetime) -> None:
    """A customer's note is a question; a colleague's is internal unless it is for the customer."""
    by_customer = actor.kind == "customer"
    cases.remark(
        case=case,
        body=given.body,
        kind="question" if by_customer else "answer" if given.for_customer else "internal",
        for_customer=given.for_customer or by_customer,
        by=actor,
        at=at,
    )


def _handler(actor: Actor, case: Case, given: inputs.HandlerInput, at: datetime) -> None:
    staff = people.staff_for(actor, given.staff)
    cases.reassign(case=case, to=staff, by=actor, at=at, seen=given.seen)


def _tell_delay(actor: Actor, case: Case, given: inputs.DelayInput, at: datetime) -> None:
    cases.tell_delay(
        case=case, reason=given.reason, new_at=given.new_at, by=actor, at=at, seen=given.seen
    )


NOTE = Action("note", inputs.NoteInput, _note, ("write_note",))
HANDLER = Action("handler", inputs.HandlerInput, _handler, ("reassign",))
DELAY = Action("delay-notice", inputs.DelayInput, _tell_delay, ("tell_delay",))

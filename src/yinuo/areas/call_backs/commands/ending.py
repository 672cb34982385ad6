"""The customer says stop, or never again; or the house leaves somebody in peace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.commands.common import (
    Held,
    end_call,
    hold,
    leave_out,
    plan_nothing,
    rules_at,
    telling,
)
from yinuo.areas.call_backs.commands.leaving import hear_unfinished
from yinuo.areas.call_backs.commands.opening import NoSuchExclusion
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.rules import PersonChanges


def stop(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The customer does not want to be asked about this case any more."""
    with cases.transaction():
        held = hold(case, seen=seen)
        _end(held, "stop", {"round": held.row.round}, by, at)


def opt_out(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The customer does not want to be asked ever again. What else runs for the same person is
    ended by the clock, before anybody is written to or called."""
    with cases.transaction():
        held = hold(case, seen=seen)
        _end(held, "opt_out", {"round": held.row.round}, by, at)
        person = held.case.customer
        topics = (*person.opted_out, queries.NO_SURVEYS)
        # It is the customer's word, whoever took it down and whichever branch keeps the person.
        people.update_person(
            person_id=person.pk, changes=PersonChanges(opted_out=topics), by=SYSTEM, at=at
        )


def exclude(*, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None) -> None:
    """End a call-back that should not go on, with a reason of the programme.

    Raises NoSuchExclusion, StepNotAllowed, NotYourRole.
    """
    with cases.transaction():
        held = hold(case, seen=seen)
        if reason not in rules_at(at).exclusions:
            raise NoSuchExclusion("reason", reason=reason)
        leave_out([(held, reason)], by=by, at=at)


def _end(held: Held, step: str, data: Mapping[str, Any], by: Actor, at: datetime) -> None:
    cases.check_step(held.case, step, by=by)
    hear_unfinished([(held.case, held.row)], at=at)
    cases.advance(Move(held.case, step, data=data, facts=telling(held.row)), by=by, at=at)
    end_call(held, "refused", at=at)
    plan_nothing(held)
    held.row.save(update_fields=["channel", "next_contact_at"])

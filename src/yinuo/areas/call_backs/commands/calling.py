"""The call: begun by one trained person, ended with an outcome that leads to a next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs.commands.common import (
    Held,
    NotToBeAsked,
    end_abandoned,
    end_call,
    hold,
    local_zone,
    plan,
    plan_nothing,
    rules_at,
    strategy_of,
    telling,
)
from yinuo.areas.call_backs.commands.inviting import exclusion_now
from yinuo.areas.call_backs.commands.leaving import hear_unfinished
from yinuo.areas.call_backs.models import Attempt
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.areas.call_backs.rules import Contact
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as persons
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

NO_PLANS = ("channel", "next_contact_at")


class NotTrained(DomainError):
    code = "not_trained"
    message = _("Only people with a valid training for this kind of call may make it.")
    http = 403


class BeingCalled(DomainError):
    code = "being_called"
    message = _("%(name)s is on the phone with this customer. Nobody is called twice.")


class NotByPhone(DomainError):
    code = "not_by_phone"
    message = _(
        "This customer is not called any more: there is no number, the customer does not want it, "
        "or we have called often enough."
    )


class NotNow(DomainError):
    """`next_at` is the first moment at which the customer may be called."""

    code = "not_now"
    message = _("This customer may be called from %(when)s on, not now.")


class NoRunningCall(DomainError):
    code = "no_running_call"
    message = _("No call of yours is running in %(number)s. Start the call first.")


class AlreadyRecorded(DomainError):
    code = "already_recorded"
    message = _("How this call ended has been recorded already.")


class NoSuchOutcome(DomainError):
    code = "no_such_outcome"
    message = _("“%(outcome)s” is no outcome of a call.")
    http = 422


class TimeNeeded(DomainError):
    code = "time_needed"
    message = _("Say when the customer wants to be called: later than now, within %(within)s.")
    http = 422


def start_call(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> Attempt:
    """Take the customer for oneself and dial. The same person gets the running call again, so a
    closed browser or a second tab loses nothing.

    Raises NotTrained, BeingCalled, NotToBeAsked, NotByPhone, NotNow, StepNotAllowed, NotYourRole.
    """
    with cases.transaction():
        held = hold(case, seen=seen)
        cases.check_step(held.case, "start_call", by=by)
        programme = rules_at(at)
        _check_training(held, programme, by, at)
        running = held.running
        if running is not None and not end_abandoned(held, at=at, programme=programme):
            if running.by == by.id:
                return running
            raise _being_called(running)
        elsewhere = _calls_elsewhere(held, programme, at)
        _check_peace(held, programme, at)
        _check_hour(held, elsewhere, programme, at)
        return _begin(held, by, at)


def record_attempt(
    *,
    case: Case,
    outcome: str,
    next_at: datetime | None = None,
    number: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Attempt:
    """How the call ended, once. `number` is the attempt that the page shows; `next_at` belongs to
    the outcome "later". Who refused is left in peace: the call-back stops.

    Raises NoSuchOutcome, TimeNeeded, NoRunningCall, AlreadyRecorded, ChangedMeanwhile.
    """
    if outcome not in rules.OUTCOMES:
        raise NoSuchOutcome("outcome", outcome=outcome)
    with cases.transaction():
        held = hold(case, seen=seen)
        cases.check_step(held.case, "record_attempt", by=by)
        programme = rules_at(at)
        _check_time(outcome, next_at, programme, at)
        running = _own_running(held, number, by)
        end_call(held, outcome, at=at, next_at=next_at if outcome == "later" else None)
        _move_on(held, running, programme, by, at)
    return running


def _check_training(held: Held, programme: CallBacksRules, by: Actor, at: datetime) -> None:
    needed = queries.competences_for(held.row, programme, at=at)
    if by.staff_id is None or not needed <= people.competences_of(by.staff_id, at):
        raise NotTrained


def _being_called(call: Attempt) -> BeingCalled:
    return BeingCalled(name=call.staff.name if call.staff else call.by)


def _calls_elsewhere(held: Held, programme: CallBacksRules, at: datetime) -> list[Contact]:
    """The calls to the same customer about other cases: one number, whatever it is rung about.

    Raises BeingCalled.
    """
    persons.queue_for([held.row.person_id])
    calls = queries.calls_elsewhere(held.row, at=at)
    for one in calls:
        if not one.outcome and at < programme.calling.held_for.value.after(one.at):
            raise _being_called(one)
    return [Contact(one.channel, one.at, one.outcome) for one in calls]


def _check_peace(held: Held, programme: CallBacksRules, at: datetime) -> None:
    standing = queries.standing_of(
        [held.case.customer_id], [held.row.followed_id], at=at, ours=[held.case.pk]
    )
    reason = exclusion_now(held, standing, programme)
    if reason:
        raise NotToBeAsked(reason=reason)


def _check_hour(
    held: Held, elsewhere: Sequence[Contact], programme: CallBacksRules, at: datetime
) -> None:
    free_at = rules.next_call(
        strategy_of(held.row, programme),
        held.contacts,
        queries.wishes_of(held.case.customer),
        queries.house_at(at),
        at=at,
        earlier=(*held.earlier_calls, *elsewhere),
    )
    if free_at is None:
        raise NotByPhone
    if free_at > at:
        when = free_at.astimezone(local_zone()).strftime("%Y-%m-%d %H:%M")
        raise NotNow(when=when, next_at=free_at)


def _begin(held: Held, by: Actor, at: datetime) -> Attempt:
    row = held.row
    attempt = Attempt.objects.create(
        call_back=row,
        number=held.next_number,
        round=row.round,
        channel=rules.CALL,
        by=by.id,
        staff_id=by.staff_id,
        at=at,
    )
    row.calls += 1
    row.last_contact_at = at
    row.first_contact_at = row.first_contact_at or at
    row.save(update_fields=["calls", "last_contact_at", "first_contact_at"])
    data = {"round": row.round, "number": attempt.number, "channel": attempt.channel}
    cases.advance(Move(held.case, "start_call", data=data), by=by, at=at)
    return attempt


def _check_time(
    outcome: str, next_at: datetime | None, programme: CallBacksRules, at: datetime
) -> None:
    within = programme.calling.latest.value
    if outcome != "later":
        return
    if next_at is None or not at < next_at <= within.after(at):
        raise TimeNeeded("next_at", within=str(within))


def _own_running(held: Held, number: int | None, by: Actor) -> Attempt:
    running = held.running
    if running is not None and running.by == by.id and number in (None, running.number):
        return running
    recorded = [one for one in held.attempts if one.channel == rules.CALL and one.by == by.id]
    if number is not None and any(one.number == number and one.outcome for one in recorded):
        raise AlreadyRecorded
    raise NoRunningCall(number=held.case.number)


def _move_on(
    held: Held, attempt: Attempt, programme: CallBacksRules, by: Actor, at: datetime
) -> None:
    """The step that the outcome leads to, and what is planned next."""
    row = held.row
    data = {
        "round": row.round,
        "number": attempt.number,
        "channel": attempt.channel,
        "outcome": attempt.outcome,
    }
    if attempt.outcome == "reached":
        row.reached_at = row.reached_at or at
        step, following = "reach", None
    else:
        step, following = "record_attempt", "stop" if attempt.outcome == "refused" else None
    if following is None:
        plan(held, at=at, programme=programme, house=queries.house_at(at))
        contact = row.next_contact_at
        data |= {"contact": row.channel, "contact_at": contact.isoformat() if contact else ""}
    else:
        plan_nothing(held)
    row.save(update_fields=[*NO_PLANS, "reached_at"])
    cases.advance(Move(held.case, step, data=data), by=by, at=at)
    if following is not None:
        hear_unfinished([(held.case, row)], at=at)
        facts = telling(row)
        cases.advance(
            Move(held.case, following, data={"round": row.round}, facts=facts), by=by, at=at
        )

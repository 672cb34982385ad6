"""What every command about a call-back does first: lock it, and know how it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs.commands.leaving import hear_unfinished
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.areas.call_backs.rulefile import CallBacksRules, Strategy
from yinuo.areas.call_backs.rules import Contact, House
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError


class NotToBeAsked(DomainError):
    """`reason` is the name of an exclusion of the programme."""

    code = "not_to_be_asked"
    message = _("This customer must not be asked now: %(reason)s.")


@dataclass(slots=True)
class Held:
    """A call-back whose case this command holds, with every contact that there was."""

    case: Case
    row: CallBack
    attempts: list[Attempt]

    @property
    def running(self) -> Attempt | None:
        """The call that has begun and not ended."""
        return next((one for one in self.attempts if not one.outcome), None)

    @property
    def contacts(self) -> list[Contact]:
        """The contacts of this round that have ended, the oldest first."""
        return [
            Contact(one.channel, one.at, one.outcome, one.next_at)
            for one in self.attempts
            if one.round == self.row.round and one.outcome
        ]

    @property
    def earlier_calls(self) -> list[Contact]:
        """The calls of the rounds before, the oldest first: their hours and days count on."""
        return [
            Contact(one.channel, one.at, one.outcome, one.next_at)
            for one in self.attempts
            if one.round < self.row.round and one.channel == rules.CALL and one.outcome
        ]

    @property
    def next_number(self) -> int:
        return len(self.attempts) + 1


def hold_many(case_ids: Collection[int]) -> dict[int, Held]:
    """Lock the cases and read their call-backs, in three statements for any number."""
    locked = cases.lock_many(case_ids)
    rows = CallBack.objects.select_related("followed").filter(pk__in=locked)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    for one in Attempt.objects.filter(call_back__in=locked).order_by("call_back", "number"):
        attempts[one.call_back_id].append(one)
    return {row.pk: Held(locked[row.pk], row, attempts[row.pk]) for row in rows}


def hold(case: Case, *, seen: int | None = None) -> Held:
    """Lock one call-back. Raises ChangedMeanwhile, and CallBack.DoesNotExist for another kind."""
    fresh = cases.lock(case, seen=seen)
    held = hold_many([fresh.pk]).get(fresh.pk)
    if held is None:
        raise CallBack.DoesNotExist(f"case {fresh.number} is no call-back")
    return held


def rules_at(at: datetime) -> CallBacksRules:
    """The programme in force at a moment."""
    return rulebook.rules(CallBacksRules, at=at)


def strategy_of(row: CallBack, programme: CallBacksRules) -> Strategy:
    """How this call-back goes on: its own strategy, as the programme in force describes it."""
    return programme.strategies[queries.strategy_name(row)].value


def plan(held: Held, *, at: datetime, programme: CallBacksRules, house: House) -> None:
    """Fix the next contact of a running round; the caller saves the row."""
    found = rules.next_contact(
        strategy_of(held.row, programme),
        held.contacts,
        queries.wishes_of(held.case.customer),
        house,
        not_before_at=at,
        earlier=held.earlier_calls,
    )
    held.row.channel, held.row.next_contact_at = found.channel, found.at


def plan_nothing(held: Held) -> None:
    held.row.channel, held.row.next_contact_at = "", None


def telling(row: CallBack, **more: object) -> Mapping[str, object]:
    """What the texts may say about a call-back."""
    return {"about_number": row.followed.number, **more}


def leave_out(held: Sequence[tuple[Held, str]], *, by: Actor, at: datetime) -> None:
    """End call-backs whose customers must not be asked any more, each with its reason."""
    hear_unfinished([(one.case, one.row) for one, _reason in held], at=at)
    for one, _reason in held:
        end_call(one, "abandoned", at=at)
        plan_nothing(one)
        one.row.save(update_fields=["channel", "next_contact_at"])
    moves = [
        cases.Move(one.case, "exclude", data={"reason": reason}, facts=telling(one.row))
        for one, reason in held
    ]
    if moves:
        cases.advance_many(moves, by=by, at=at)


def end_call(held: Held, outcome: str, *, at: datetime, next_at: datetime | None = None) -> None:
    """Close the running call, if there is one."""
    running = held.running
    if running is None:
        return
    running.outcome, running.ended_at, running.next_at = outcome, at, next_at
    running.save(update_fields=["outcome", "ended_at", "next_at"])


def end_abandoned(held: Held, *, at: datetime, programme: CallBacksRules) -> bool:
    """Close a call whose end nobody recorded in time. Whether there was one."""
    running = held.running
    if running is None or at < programme.calling.held_for.value.after(running.at):
        return False
    end_call(held, "abandoned", at=at)
    data = {"number": running.number, "channel": running.channel, "outcome": "abandoned"}
    cases.advance(cases.Move(held.case, "record_attempt", data=data), by=SYSTEM, at=at)
    return True


def local_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)

"""The letter with the link, and what the clock does: invite, leave out, give up. In sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs.commands.common import (
    Held,
    end_abandoned,
    hold_many,
    leave_out,
    plan,
    plan_nothing,
    rules_at,
    telling,
)
from yinuo.areas.call_backs.commands.leaving import hear_unfinished
from yinuo.areas.call_backs.models import Attempt
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.kit import logs
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError

logger = logs.log("yinuo.call_backs")

_PLANNED = ("channel", "next_contact_at")


@dataclass(frozen=True, slots=True)
class Swept:
    """What the clock did. `full`: the batch was full, there may be more."""

    invited: int = 0
    left_out: int = 0
    given_up: int = 0
    abandoned: int = 0
    full: bool = False


def invite_many(chosen: Iterable[Case], *, by: Actor, at: datetime) -> int:
    """Write the letter with the link to the customers of these call-backs; how many were written.

    Who must not be asked any more is left out instead. Raises StepNotAllowed and NotYourRole.
    """
    with cases.transaction():
        held = list(hold_many([case.pk for case in chosen]).values())
        for one in held:
            cases.check_step(one.case, "invite", by=by)
        asked, _left = _leave_out_first(held, at=at)
        _invite(asked, by=by, at=at)
    return len(asked)


def invite(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The single form: also a second letter when the first got lost."""
    with cases.transaction():
        cases.lock(case, seen=seen)
        invite_many([case], by=by, at=at)


def sweep(*, at: datetime, branch: int | None = None) -> Swept:
    """Do what is due, one batch: letters, ends of rounds, ends of calls that nobody recorded, and
    calls to people who must not be called any more.

    Any number of workers at once: each takes call-backs that nobody else holds, and looks again
    under the lock whether they are still due. `branch` leaves those of other branches alone.
    """
    with cases.transaction():
        programme = rules_at(at)
        size = programme.batches.size.value
        ids = _take_due(programme, size, at, branch)
        held = list(hold_many(ids).values()) if ids else []
        abandoned = [one for one in held if end_abandoned(one, at=at, programme=programme)]
        _plan_again(abandoned, programme, at)
        due = [one for one in held if _is_due(one, at) and one.running is None]
        asked, left = _leave_out_first(due, at=at)
        letters = _movable([one for one in asked if one.row.channel == rules.MESSAGE], "invite")
        over = _movable([one for one in asked if one.row.channel == rules.END], "give_up")
        _invite(letters, by=SYSTEM, at=at)
        _give_up(over, at=at)
    return Swept(len(letters), left, len(over), len(abandoned), len(ids) == size)


def _movable(held: Sequence[Held], step: str) -> list[Held]:
    """Those that can take the step. One that cannot is said and keeps no other from going on;
    nothing is planned for it any more, so that it does not come back every minute."""
    movable = []
    for one in held:
        try:
            cases.check_step(one.case, step, by=SYSTEM)
        except DomainError as refusal:
            logger.warning("call_back_stuck", number=one.case.number, code=refusal.code)
            plan_nothing(one)
            one.row.save(update_fields=_PLANNED)
        else:
            movable.append(one)
    return movable


def _take_due(programme: CallBacksRules, size: int, at: datetime, branch: int | None) -> list[int]:
    held_until = at - programme.calling.held_for.value.elapsed()
    due = Q(call_back__channel__in=(rules.MESSAGE, rules.END), call_back__next_contact_at__lte=at)
    forgotten = Q(call_back__attempts__outcome="", call_back__attempts__at__lte=held_until)
    complaint = Case.objects.filter(
        kind="complaint", closed_at__isnull=True, customer=OuterRef("customer")
    )
    unwanted = Q(call_back__channel=rules.CALL, call_back__next_contact_at__lte=at) & (
        Q(customer__opted_out__contains=[queries.NO_SURVEYS]) | Q(Exists(complaint))
    )
    ours = Q() if branch is None else Q(branch=branch)
    ids: list[int] = []
    for which in (due, forgotten, unwanted):
        if len(ids) < size:
            ids += _lock_some(ours & which, size - len(ids), ids)
    return ids


def _lock_some(which: Q, most: int, but: Sequence[int]) -> list[int]:
    """Cases that no other worker holds. The row lock comes before anything is read for good."""
    found = Case.objects.filter(which, closed_at__isnull=True).exclude(pk__in=but)
    rows = found.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def _is_due(held: Held, at: datetime) -> bool:
    planned = held.row.next_contact_at
    return planned is not None and planned <= at and held.case.closed_at is None


def _leave_out_first(held: Sequence[Held], *, at: datetime) -> tuple[list[Held], int]:
    """Who may be asked, and how many were left out because they may not be any more."""
    if not held:
        return [], 0
    programme = rules_at(at)
    standing = queries.standing_of(
        {one.case.customer_id for one in held},
        [one.row.followed_id for one in held],
        at=at,
        ours=[one.case.pk for one in held],
    )
    reasons = {one.case.pk: exclusion_now(one, standing, programme) for one in held}
    gone = [(one, reasons[one.case.pk]) for one in held if reasons[one.case.pk]]
    leave_out(gone, by=SYSTEM, at=at)
    return [one for one in held if not reasons[one.case.pk]], len(gone)


def exclusion_now(held: Held, standing: queries.Standing, programme: CallBacksRules) -> str:
    """Why this customer must not be contacted any more, or empty. Being asked lately is no reason
    to break off: it is we who asked."""
    facts = {
        **standing.facts_of(held.row.followed, held.case.customer),
        "asked_lately": False,
        "occasion": held.row.occasion,
    }
    return rules.exclusion_for(programme, facts)


def _invite(held: Sequence[Held], *, by: Actor, at: datetime) -> None:
    if not held:
        return
    programme, house = rules_at(at), queries.house_at(at)
    moves = [_invitation(one, by=by, at=at) for one in held]
    add_rows([one.attempts[-1] for one in held])
    for one in held:
        plan(one, at=at, programme=programme, house=house)
        one.row.invited_at, one.row.link_used_at, one.row.last_contact_at = at, None, at
        one.row.first_contact_at = one.row.first_contact_at or at
    change_rows(
        [one.row for one in held],
        *_PLANNED,
        "invited_at",
        "link_used_at",
        "last_contact_at",
        "first_contact_at",
    )
    cases.advance_many(moves, by=by, at=at)


def _invitation(held: Held, *, by: Actor, at: datetime) -> Move:
    attempt = Attempt(
        call_back=held.row,
        number=held.next_number,
        round=held.row.round,
        channel=rules.MESSAGE,
        by=by.id,
        staff_id=by.staff_id,
        at=at,
        ended_at=at,
        outcome="sent",
    )
    held.attempts.append(attempt)
    data = {"round": attempt.round, "number": attempt.number, "channel": attempt.channel}
    return Move(held.case, "invite", data=data, facts=telling(held.row))


def _plan_again(held: Sequence[Held], programme: CallBacksRules, at: datetime) -> None:
    if not held:
        return
    house = queries.house_at(at)
    for one in held:
        plan(one, at=at, programme=programme, house=house)
    change_rows([one.row for one in held], *_PLANNED)


def _give_up(held: Sequence[Held], *, at: datetime) -> None:
    if not held:
        return
    hear_unfinished([(one.case, one.row) for one in held], at=at)
    for one in held:
        plan_nothing(one)
    change_rows([one.row for one in held], *_PLANNED)
    moves = [
        Move(one.case, "give_up", data={"round": one.row.round, "contacts": len(one.contacts)})
        for one in held
    ]
    cases.advance_many(moves, by=SYSTEM, at=at)

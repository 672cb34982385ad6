"""Who is asked, when the next contact comes, and when we stop. Pure: values in, value out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from yinuo.areas.call_backs.rulefile import CallBacksRules, CallingRules, Strategy
from yinuo.core.messages.rulefile import QuietRules
from yinuo.core.messages.rules import Reader, waits_until, window_of
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Limit, due
from yinuo.kit.rules import holds

MESSAGE = "message"
CALL = "call"
END = "end"
"""Nothing more is tried: the round is given up when this time comes."""

NOT_REACHED = ("no_answer", "busy", "wrong_number", "abandoned")
OUTCOMES = ("reached", "no_answer", "busy", "wrong_number", "refused", "later")
"""How an agent may say that a call ended."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of the round; `next_at` is the time that the customer asked for."""

    channel: str
    at: datetime
    outcome: str
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the person can and wants to be reached."""

    can_call: bool
    do_not_disturb: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class House:
    """What the house goes by: the rules of calling, quiet hours, the calendar in force, and how
    soon somebody is to hear from us."""

    calling: CallingRules
    quiet: QuietRules
    calendar: Calendar
    first_contact: Limit


# Whom to ask ---------------------------------------------------------------------------------


def strategy_for(rules: CallBacksRules, facts: Mapping[str, object]) -> tuple[str, Strategy]:
    name = rules.programme.choice.value.of(facts)
    return name, rules.strategies[name].value


def exclusion_for(rules: CallBacksRules, facts: Mapping[str, object]) -> str:
    """The first reason for which nobody is asked, or empty."""
    for name, rule in rules.exclusions.items():
        if holds(rule.value, facts):
            return name
    return ""


def in_sample(number: str, share: Decimal) -> bool:
    """A lot that falls the same way whenever it is drawn for the same case."""
    if share >= 1:
        return True
    drawn = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big")
    return Decimal(drawn) < share * Decimal(2**64)


# When to contact -----------------------------------------------------------------------------


def next_contact(
    strategy: Strategy,
    contacts: Sequence[Contact],
    wishes: Wishes,
    house: House,
    *,
    not_before_at: datetime,
    earlier: Sequence[Contact] = (),
) -> Next:
    """What to do next in a round with these contacts so far, and when; END gives the round up.

    A letter keeps to quiet hours, a call to calling hours, calling days, calls a day, the time
    between calls and the customer's own wishes, of which a named time comes first. The calls of
    `earlier` rounds count for calls a day and the time between calls.
    """
    calls = [one for one in contacts if one.channel == CALL]
    wanted = calls[-1].next_at if calls else None
    if wanted is not None and _reachable_by_phone(strategy, wishes, house):
        # Who named a time is called then, however often we have rung before.
        return Next(CALL, calling_time(max(wanted, not_before_at), (), wishes, house))
    may_call = _may_call_more(strategy, calls, wishes, house)
    used = {one.channel for one in contacts}
    for channel in strategy.channels:
        if channel == MESSAGE and channel not in used:
            return Next(MESSAGE, message_time(not_before_at, wishes, house))
        if channel == CALL and may_call and (MESSAGE in used or _comes_first(strategy, calls)):
            earliest = _after_letter(strategy, contacts, not_before_at)
            rings_at = calling_time(earliest, (*earlier, *calls), wishes, house)
            if not contacts and _comes_too_late(rings_at, strategy, house, not_before_at):
                return Next(MESSAGE, message_time(not_before_at, wishes, house))
            return Next(CALL, rings_at)
    last = contacts[-1].at if contacts else not_before_at
    return Next(END, max(strategy.give_up_after.after(last), not_before_at))


def _may_call_more(
    strategy: Strategy, calls: Sequence[Contact], wishes: Wishes, house: House
) -> bool:
    if any(one.outcome == "wrong_number" for one in calls):
        return False
    fewer = len(calls) < house.calling.most_a_round.value
    return fewer and _reachable_by_phone(strategy, wishes, house)


def _reachable_by_phone(strategy: Strategy, wishes: Wishes, house: House) -> bool:
    return CALL in strategy.channels and wishes.can_call and _has_calling_time(wishes, house)


def _comes_first(strategy: Strategy, calls: Sequence[Contact]) -> bool:
    """The first call comes before a letter that stands behind it; the next ones after it."""
    return strategy.channels[0] == CALL and not (calls and MESSAGE in strategy.channels)


def _comes_too_late(
    rings_at: datetime, strategy: Strategy, house: House, not_before_at: datetime
) -> bool:
    """Over holidays nobody is rung for days: then the letter is the first that they hear of us."""
    heard_by = due(house.first_contact, not_before_at, house.calendar).due_at
    return MESSAGE in strategy.channels and rings_at > heard_by


def _after_letter(
    strategy: Strategy, contacts: Sequence[Contact], not_before_at: datetime
) -> datetime:
    letters = [one.at for one in contacts if one.channel == MESSAGE]
    if not letters:
        return not_before_at
    return max(strategy.call_after.after(letters[-1]), not_before_at)


def message_time(at: datetime, wishes: Wishes, house: House) -> datetime:
    """The first moment from `at` on that lies outside quiet hours, the reader's before ours."""
    reader = Reader(email="", do_not_disturb=wishes.do_not_disturb)
    waits = waits_until(reader, False, house.quiet, at, house.calendar.zone)
    return at if waits is None else waits


def calling_time(at: datetime, calls: Sequence[Contact], wishes: Wishes, house: House) -> datetime:
    """The first moment from `at` on at which this person may be called.

    Raises ClockError beyond the years of the calendar, ValueError when no hour is left to call.
    """
    if not _has_calling_time(wishes, house):
        raise ValueError("the customer's quiet hours leave no hour for a call")
    if calls:
        at = max(at, house.calling.between.value.after(max(one.at for one in calls)))
    zone = house.calendar.zone
    days = [one.at.astimezone(zone).date() for one in calls]
    day = at.astimezone(zone).date()
    while True:
        if is_calling_day(day, house) and days.count(day) < house.calling.most_a_day.value:
            for opens, closes in _spans(day, wishes, house):
                if at < closes:
                    return max(at, opens)
        day = date.fromordinal(day.toordinal() + 1)


def next_call(
    strategy: Strategy,
    contacts: Sequence[Contact],
    wishes: Wishes,
    house: House,
    *,
    at: datetime,
    earlier: Sequence[Contact] = (),
) -> datetime | None:
    """From when on this person may be called, by hand too; None when not any more."""
    calls = [one for one in contacts if one.channel == CALL]
    wanted = calls[-1].next_at if calls else None
    if wanted is not None and _reachable_by_phone(strategy, wishes, house):
        return calling_time(max(wanted, at), (), wishes, house)
    if not _may_call_more(strategy, calls, wishes, house):
        return None
    return calling_time(at, (*earlier, *calls), wishes, house)


def is_calling_day(day: date, house: House) -> bool:
    """A holiday is every day that the published notice takes off, with its moved days of rest;
    a weekend day that is worked instead is an ordinary day."""
    if house.calendar.is_holiday(day):
        return house.calling.holidays.value
    if house.calendar.is_working_day(day):
        return True
    return house.calling.weekends.value


Span = tuple[time, time]
_MIDNIGHT = time(0)


def _spans(day: date, wishes: Wishes, house: House) -> Iterator[tuple[datetime, datetime]]:
    zone = house.calendar.zone
    for opens, closes in _hours(wishes, house):
        yield (
            datetime.combine(day, opens, tzinfo=zone),
            datetime.combine(_day_of_end(day, closes), closes, tzinfo=zone),
        )


def _day_of_end(day: date, closes: time) -> date:
    return day if closes != _MIDNIGHT else date.fromordinal(day.toordinal() + 1)


def _has_calling_time(wishes: Wishes, house: House) -> bool:
    return next(_hours(wishes, house), None) is not None


def _hours(wishes: Wishes, house: House) -> Iterator[Span]:
    """The calling hours of a day without those in which the customer wants to be left alone."""
    silent = _silent_spans(wishes.do_not_disturb)
    for opens, closes in house.calling.hours.value:
        left = [(_minute(opens), _minute(closes))]
        for begins, ends in silent:
            left = [part for span in left for part in _without(span, begins, ends)]
        for start, end in left:
            yield _wall(start), _wall(end)


def _silent_spans(text: str) -> tuple[tuple[int, int], ...]:
    """In minutes of the day; a window over midnight gives two."""
    window = window_of(text)
    if window is None:
        return ()
    begins, ends = (moment.hour * 60 + moment.minute for moment in window)
    if begins < ends:
        return ((begins, ends),)
    return ((begins, 24 * 60), (0, ends))


def _without(span: tuple[int, int], begins: int, ends: int) -> Iterator[tuple[int, int]]:
    start, end = span
    if start < min(end, begins):
        yield start, min(end, begins)
    if max(start, ends) < end:
        yield max(start, ends), end


def _minute(text: str) -> int:
    hours, _colon, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _wall(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


# Who is on the phone ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proofs:
    """What we know of a customer that a stranger who picks up does not."""

    plates: frozenset[str]
    id_number: str
    phone: str


def proof_of(said: str, proofs: Proofs) -> str | None:
    """What the words prove: "plate", "id_number", or None.

    The number that was dialled proves nothing, unless we know of nothing else to ask for.
    """
    heard = _plain(said)
    if not heard:
        return None
    plates = {_plain(plate) for plate in proofs.plates}
    # The sign of the province is often left out when a plate is said.
    if heard in plates | {plate[1:] for plate in plates}:
        return "plate"
    if _is_tail(heard, proofs.id_number):
        return "id_number"
    knows_better = proofs.plates or proofs.id_number
    return "phone" if not knows_better and _is_tail(heard, proofs.phone) else None


TAIL = 4
"""So many last characters of a number are asked for, as on every form."""


def _is_tail(heard: str, number: str) -> bool:
    return len(heard) == TAIL and len(number) > TAIL and _plain(number).endswith(heard)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


# What an answer leads to ----------------------------------------------------------------------


def is_satisfied(csat: int | None, reasons: Sequence[str], rules: CallBacksRules) -> bool:
    if csat is not None and csat < rules.programme.satisfied_from.value:
        return False
    return not set(reasons).intersection(rules.programme.asked_again_for.value)


def after_answer(*, satisfied: bool, round_: int, strategy: Strategy) -> str:
    """The step that follows from answers: complete, next_round or end_unsatisfied."""
    if satisfied:
        return "complete"
    return "next_round" if round_ < strategy.rounds else "end_unsatisfied"

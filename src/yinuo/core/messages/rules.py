"""Who is told what, by which channel, and from when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from yinuo.core.messages.rulefile import ChannelName, MessagesRules, QuietRules, Reason
from yinuo.kit.clock import Limit
from yinuo.kit.rules import holds

# What a subject may say. It is shown on locked screens and kept in the logs of mail servers, so
# nothing about a person goes into it, whatever a text asks for.
SUBJECT_FACTS = frozenset({"case_number", "promise", "insurer_name"})

LONGEST_SUBJECT = 200

NO_ADDRESS = "no_address"
OPTED_OUT = "opted_out"
PREFERS_INBOX = "prefers_inbox"
GAVE_UP = "gave_up"
OUTCOME_UNKNOWN = "outcome_unknown"
CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True)
class Reader:
    """What decides how a person is reached. ``email`` is empty when none is known."""

    email: str
    prefers: str = "email"
    opted_out: tuple[str, ...] = ()
    do_not_disturb: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One way for one message: why it cannot be gone, or until when it has to wait."""

    channel: ChannelName
    why_not: str = ""
    not_before_at: datetime | None = None


def reasons_for(
    rules: MessagesRules, event_type: str, data: Mapping[str, object], facts: Mapping[str, object]
) -> Iterator[tuple[str, Reason]]:
    """The reasons for which this event makes a message, in the order of the file."""
    reasons = rules.by_event.get(event_type, ())
    known = {**facts, **data} if reasons else {}
    for name, reason in reasons:
        if holds(reason.when, known):
            yield name, reason


def routes(
    reader: Reader, reason: Reason, quiet: QuietRules, at: datetime, zone: tzinfo
) -> tuple[Route, ...]:
    """One route per channel of the reason, also for a channel that cannot be used."""
    return tuple(_route(channel, reader, reason, quiet, at, zone) for channel in reason.channels)


def _route(
    channel: ChannelName,
    reader: Reader,
    reason: Reason,
    quiet: QuietRules,
    at: datetime,
    zone: tzinfo,
) -> Route:
    if channel == "inbox":
        return Route(channel)
    why_not = why_no_email(reader)
    if why_not:
        return Route(channel, why_not=why_not)
    return Route(channel, not_before_at=waits_until(reader, reason.service, quiet, at, zone))


def why_no_email(reader: Reader) -> str:
    """A stable code, or empty when the reader can be written to."""
    if not reader.email:
        return NO_ADDRESS
    if "email" in reader.opted_out:
        return OPTED_OUT
    return PREFERS_INBOX if reader.prefers == "inbox" else ""


def waits_until(
    reader: Reader, service: bool, quiet: QuietRules, at: datetime, zone: tzinfo
) -> datetime | None:
    """The end of the quiet hours that `at` lies in, the reader's own before everybody's."""
    wish = window_of(reader.do_not_disturb)
    if wish is not None:
        binds = not service or quiet.wish_binds_service.value
        return _end_of(wish, at, zone) if binds else None
    if service and not quiet.service_waits.value:
        return None
    hours = quiet.email.value
    return _end_of((_wall(hours.from_), _wall(hours.until)), at, zone)


def window_of(text: str) -> tuple[time, time] | None:
    """Reads "21:00-09:00"; None for an empty, unreadable or endless one."""
    first, dash, last = text.replace(" ", "").partition("-")
    try:
        window = (_wall(first), _wall(last))
    except ValueError:
        return None
    return window if dash and window[0] != window[1] else None


def _wall(text: str) -> time:
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError("a time on the wall has no zone")
    return found


def _end_of(window: tuple[time, time], at: datetime, zone: tzinfo) -> datetime | None:
    opens, closes = window
    local = at.astimezone(zone)
    now, day = local.time(), local.date()
    over_midnight = closes < opens
    if over_midnight and now >= opens:
        day = date.fromordinal(day.toordinal() + 1)
    elif not (now < closes if over_midnight else opens <= now < closes):
        return None
    return datetime.combine(day, closes, tzinfo=zone)


def wait_after(tries: int, waits: tuple[Limit, ...]) -> Limit:
    """How long to wait after so many failed tries (1 or more); the last wait repeats."""
    return waits[min(tries, len(waits)) - 1]


def subject_line(text: str) -> str:
    """One line of at most 200 characters: a line break would let a text write mail headers."""
    return " ".join(text.split())[:LONGEST_SUBJECT]

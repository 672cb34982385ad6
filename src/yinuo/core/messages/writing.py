"""From an event to the messages that follow from it, in each reader's language. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from yinuo.core.messages import rules
from yinuo.core.messages.models import Message
from yinuo.core.messages.rulefile import ChannelsRules, MessagesRules, Reason
from yinuo.core.people import memory
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person, Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rendering import render
from yinuo.core.rulebook.textfiles import Text
from yinuo.kit import ids

# The signed link of the case page opens it without a code, so it is never stored: the text keeps
# this mark, and the channel puts a link for the reader in its place.
LINK = "{case-page}"


@dataclass(frozen=True, slots=True)
class Telling:
    """An event with what a text may say about it. ``facts`` are used and not kept.

    What belongs to no case has a `page` of the desk instead, and is told to staff that it names.
    """

    event_id: int
    case_id: int | None
    case_number: str
    event_type: str
    data: Mapping[str, Any]
    customer: Person | None
    handler: Staff | None
    by: Actor
    at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    page: str = ""


def words(key: str, language: str, facts: Mapping[str, object], *, at: datetime) -> Text:
    """The text filled in. Its subject is given no fact that tells anything about a person."""
    text = rulebook.text(key, language, at=at)
    public = {name: facts[name] for name in rules.SUBJECT_FACTS if name in facts}
    told = render(text, {**facts, "link": LINK}, language=language, for_subject=public)
    return Text(rules.subject_line(told.subject), told.body.strip())


def messages_of(tellings: Sequence[Telling]) -> list[Message]:
    """The unsaved messages that the event → reason table makes of these events."""
    with rulebook.pinned():
        found = [
            (telling, name, reason)
            for telling in tellings
            for name, reason in rules.reasons_for(
                rulebook.rules(MessagesRules, at=telling.at),
                telling.event_type,
                telling.data,
                telling.facts,
            )
        ]
        staff = _named_staff(telling for telling, _name, reason in found if reason.to == "staff")
        return [
            row
            for telling, name, reason in found
            for reader in _readers(reason, telling, staff)
            for row in _for_reader(name, reason, reader, telling)
        ]


def route_rows(
    draft: Message, reader: Person | Staff, reason: Reason, *, at: datetime
) -> list[Message]:
    """The draft once for each channel, with its id and with why or until when it does not leave."""
    rows: list[Message] = []
    quiet = rulebook.rules(ChannelsRules, at=at).quiet
    zone = ZoneInfo(settings.TIME_ZONE)
    for route in rules.routes(reader_facts(reader), reason, quiet, at, zone):
        # The draft itself is the first row; making another takes longer than all the rest.
        row = Message(**{name: getattr(draft, name) for name in _SHARED}) if rows else draft
        row.channel = route.channel
        row.why_not = route.why_not
        row.not_before_at = route.not_before_at
        row.message_id = _message_id(row)
        if route.channel == "inbox":
            row.status, row.sent_at = Message.Status.SENT, at
        elif route.why_not:
            row.status = Message.Status.NOT_SENT
        rows.append(row)
    return rows


_SHARED = (
    "case_id",
    "event_id",
    "reason",
    "person_id",
    "staff_id",
    "language",
    "subject",
    "body",
    "by",
    "written_at",
    "page",
)


def reader_facts(reader: Person | Staff) -> rules.Reader:
    if isinstance(reader, Staff):
        return rules.Reader(email=reader.email)
    return rules.Reader(
        email=reader.email,
        prefers=reader.channel,
        opted_out=tuple(reader.opted_out),
        do_not_disturb=reader.do_not_disturb,
    )


def _named_staff(tellings: Iterable[Telling]) -> dict[int, Staff]:
    """The staff that events name as those to be told, read at once; usually there is none."""
    wanted = {pk for telling in tellings for pk in telling.data.get("staff", ())}
    return memory.by_id(Staff, wanted)


def _readers(
    reason: Reason, telling: Telling, staff: Mapping[int, Staff]
) -> Sequence[Person | Staff]:
    if reason.to == "customer":
        return [telling.customer] if telling.customer is not None else []
    named = telling.data.get("staff")
    if named is not None:
        return [staff[pk] for pk in dict.fromkeys(named) if pk in staff]
    return [telling.handler] if telling.handler is not None else []


def _for_reader(
    name: str, reason: Reason, reader: Person | Staff, telling: Telling
) -> list[Message]:
    facts = facts_for(reader, telling)
    told = words(reason.text, reader.language, facts, at=telling.at)
    draft = Message(
        case_id=telling.case_id,
        event_id=telling.event_id or None,
        reason=name,
        person_id=reader.pk if isinstance(reader, Person) else None,
        staff_id=reader.pk if isinstance(reader, Staff) else None,
        language=reader.language,
        subject=told.subject,
        body=told.body,
        by=telling.by.id,
        written_at=telling.at,
        page=telling.page,
    )
    return route_rows(draft, reader, reason, at=telling.at)


def facts_for(reader: Person | Staff, telling: Telling) -> dict[str, object]:
    """What a text may use: the facts told, the data of the event, and who and what it is about."""
    handler = telling.handler
    facts: dict[str, object] = {
        "case_number": telling.case_number,
        "customer_name": telling.customer.name if telling.customer is not None else "",
        "reader_name": reader.name,
        "handler_name": handler.name if handler else "",
        "handler_phone": handler.work_phone if handler else "",
    }
    rule = telling.data.get("rule")
    if isinstance(rule, str):
        facts["promise"] = rulebook.promise_title(rule, reader.language, at=telling.at).title
    due = telling.data.get("due")
    if isinstance(due, str):
        facts["due"] = datetime.fromisoformat(due)
    elif telling.data.get("made"):
        facts["due"] = _due_times(telling.data["made"])
    return {**telling.data, **facts, **telling.facts}


def _due_times(made: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """When each promise that the event made is first due, by rule: due|by:"claims.payment"."""
    times: dict[str, str] = {}
    for one in sorted(made, key=lambda one: datetime.fromisoformat(one["due"])):
        times.setdefault(one["rule"], one["due"])
    return times


def _message_id(row: Message) -> str:
    """The same for the same event, reason, reader and channel; free text adds when and what."""
    reader = f"person:{row.person_id}" if row.person_id else f"staff:{row.staff_id}"
    parts: list[object] = [row.case_id, row.event_id, row.reason, reader, row.channel]
    if row.event_id is None:
        parts += [row.by, row.written_at.isoformat(), ids.fingerprint(row.body)]
    return ids.message_id(mail_domain(), *parts)


def mail_domain() -> str:
    """The domain that letters come from, which stands in every Message-ID."""
    return _domain_of(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=4)
def _domain_of(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2]

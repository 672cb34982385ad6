"""The only code that writes messages: with the event they follow from, or by a named person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yinuo.core.messages.models import Message
from yinuo.core.messages.rulefile import ChannelsRules, Reason
from yinuo.core.messages.sending import (
    Sent,
    send_code,
    send_due,
    send_receipt,
    send_when_written,
    take_bounce,
)
from yinuo.core.messages.writing import LINK, Telling, facts_for, messages_of, route_rows, words
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError
from yinuo.kit.errors import Message as Sentence

__all__ = [
    "Sent",
    "Telling",
    "mark_read",
    "send_code",
    "send_due",
    "send_receipt",
    "send_when_written",
    "take_bounce",
    "write_by_hand",
    "write_many",
]

FREE_TEXT = Reason(event="message.written", to="customer", text="messages.free_text")


class MessageIsEmpty(DomainError):
    code = "message_is_empty"
    message: ClassVar[Sentence] = _("Write something first.")
    http = 422


class MessageTooLong(DomainError):
    code = "message_too_long"
    message: ClassVar[Sentence] = _("Write at most %(most)s characters; these are %(count)s.")
    http = 422


class OnlyPeopleWrite(DomainError):
    code = "only_people_write"
    message: ClassVar[Sentence] = _("A letter in one's own words is signed by a member of staff.")
    http = 403


def write_many(tellings: Sequence[Telling]) -> list[int]:
    """Write all messages that follow from these events, in one INSERT.

    Runs inside the transaction that wrote the events. Returns the ids that still have to leave the
    house, for the job "send_messages"; what only lies in an inbox is delivered already.
    """
    return _insert(messages_of(tellings))


def write_by_hand(*, telling: Telling, text: str, by: Actor, at: datetime) -> list[int]:
    """A letter in a person's own words to the customer, inside the transaction of its event.

    Raises MessageIsEmpty, MessageTooLong, OnlyPeopleWrite. Returns as `write_many` does.
    """
    reader = telling.customer
    if by.kind != "staff" or reader is None:
        raise OnlyPeopleWrite
    body = text.replace("\r\n", "\n").strip()
    if not body:
        raise MessageIsEmpty("text")
    most = rulebook.rules(ChannelsRules, at=at).free_text.longest.value
    if len(body) > most:
        raise MessageTooLong("text", most=most, count=len(body))
    # The mark stands for a link that signs the reader in; only our own texts may place it.
    facts = {**facts_for(reader, telling), "words": body.replace(LINK, "")}
    told = words(FREE_TEXT.text, reader.language, facts, at=at)
    draft = Message(
        case_id=telling.case_id,
        event_id=telling.event_id or None,
        reason="free_text",
        person_id=reader.pk,
        language=reader.language,
        subject=told.subject,
        body=told.body,
        by=by.id,
        written_at=at,
    )
    return _insert(route_rows(draft, reader, FREE_TEXT, at=at))


def mark_read(*, message_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """The reader has seen these lines; others' and those seen before stay as they are."""
    if by.person_id is not None:
        mine = Q(person_id=by.person_id)
    elif by.staff_id is not None:
        mine = Q(staff_id=by.staff_id)
    else:
        return 0
    unread = Message.objects.filter(
        mine, pk__in=message_ids, channel=Message.Channel.INBOX, read_at__isnull=True
    )
    return unread.update(read_at=at)


def _insert(rows: list[Message]) -> list[int]:
    return [row.pk for row in add_rows(rows) if row.status == Message.Status.QUEUED]

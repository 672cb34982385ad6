"""How others read messages: inboxes, the page of a case, and what a button will say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from yinuo.core.messages.models import Message
from yinuo.core.messages.writing import LINK, Telling, messages_of
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person, Staff

PAGE = 50


@dataclass(frozen=True, slots=True)
class Preview:
    """What one reader would be told, and by which channels; `why_not` by channel where it fails."""

    reason: str
    to_customer: bool
    subject: str
    body: str
    channels: tuple[str, ...]
    why_not: Mapping[str, str]


def inbox(actor: Actor) -> QuerySet[Message]:
    """The reader's own inbox, newest first; a customer signed in to one case sees that case."""
    lines = Message.objects.filter(channel=Message.Channel.INBOX).select_related("case")
    return lines.filter(_own(actor)).order_by("-written_at", "-pk")


def letters(actor: Actor, case_id: int) -> QuerySet[Message]:
    """What this reader was told in a case that they were let into, newest first."""
    lines = Message.objects.filter(channel=Message.Channel.INBOX, case=case_id)
    if actor.person_id is None:
        return lines.none()
    return lines.filter(person=actor.person_id).order_by("-written_at", "-pk")


def unread(actor: Actor) -> int:
    return inbox(actor).filter(read_at__isnull=True).count()


def of_case(case_id: int) -> QuerySet[Message]:
    """Everything said about the case to anybody, for staff who may see the case, oldest first."""
    lines = Message.objects.filter(case_id=case_id).select_related("person", "staff")
    return lines.order_by("written_at", "pk")


def troubled(branch_path: str) -> QuerySet[Message]:
    """Letters that failed or may have left twice: somebody has to look."""
    return (
        Message.objects.filter(case__branch_path__startswith=branch_path)
        .filter(Q(status=Message.Status.FAILED) | Q(possibly_sent_twice=True))
        .select_related("case", "person", "staff")
        .order_by("-written_at", "-pk")
    )


def answered(message_ids: Sequence[str]) -> Message | None:
    """The letter of ours to a customer that these Message-IDs name, the nearest first."""
    if not message_ids:
        return None
    found = (
        Message.objects.filter(message_id__in=message_ids, person__isnull=False)
        .select_related("case__branch", "case__customer", "person")
        .in_bulk(field_name="message_id")
    )
    return next((found[one] for one in message_ids if one in found), None)


def shown(body: str, page: str) -> str:
    """The stored words with the plain address of the case page, which asks for a sign-in."""
    return body.replace(LINK, page)


def preview(
    *,
    event_type: str,
    case_id: int,
    case_number: str,
    customer: Person,
    handler: Staff | None,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
) -> tuple[Preview, ...]:
    """What would be told if this event happened now. Nothing is written."""
    telling = Telling(
        event_id=0,
        case_id=case_id,
        case_number=case_number,
        event_type=event_type,
        data=data or {},
        customer=customer,
        handler=handler,
        by=by,
        at=at,
        facts=facts or {},
    )
    found: dict[tuple[str, int | None, int | None], list[Message]] = {}
    for row in messages_of([telling]):
        found.setdefault((row.reason, row.person_id, row.staff_id), []).append(row)
    return tuple(_preview(rows) for rows in found.values())


def _preview(rows: list[Message]) -> Preview:
    first = rows[0]
    return Preview(
        reason=first.reason,
        to_customer=first.person_id is not None,
        subject=first.subject,
        body=first.body,
        channels=tuple(row.channel for row in rows if not row.why_not),
        why_not={row.channel: row.why_not for row in rows if row.why_not},
    )


def _own(actor: Actor) -> Q:
    if actor.staff_id is not None:
        return Q(staff_id=actor.staff_id)
    if actor.person_id is None:
        return Q(pk__in=())
    mine = Q(person_id=actor.person_id)
    if actor.case_id is None:
        return mine
    return mine & (Q(case_id=actor.case_id) | Q(case__about_id=actor.case_id))

"""What was said on both sides: letters from us, questions and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from yinuo.areas.claims.commands.explaining import THREADS
from yinuo.core.cases.models import Note
from yinuo.core.messages import queries as messages
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import Visit

MOST_LETTERS = 50
MOST_NOTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    id: int
    subject: str
    body: str
    language: str
    at: datetime
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    body: str
    by: str
    own: bool
    at: datetime


def letters(visit: Visit) -> tuple[Letter, ...]:
    """The inbox of this case, the newest first."""
    case = visit.case
    rows = messages.letters(visit.actor, case.pk)[:MOST_LETTERS]
    page = settings.SITE_URL + case_page(case.number)
    return tuple(
        Letter(
            id=row.pk,
            subject=row.subject,
            body=messages.shown(row.body, page),
            language=row.language,
            at=row.written_at,
            new=row.read_at is None,
        )
        for row in rows
    )


def said(visit: Visit) -> list[Note]:
    """Everything that the customer may read of what was said, the oldest first."""
    shown = Note.objects.filter(case=visit.case, for_customer=True, erased_at__isnull=True)
    return list(shown.order_by("at", "pk")[:MOST_NOTES])


def notes(visit: Visit, rows: Sequence[Note] | None = None) -> tuple[Said, ...]:
    """What the customer asked and what was answered; remarks among colleagues are not shown.

    What was said about a line of the sum stands beside that line. `rows` are those of `said`.
    """
    return tuple(
        Said(body=row.body, by=_("We"), own=row.by == visit.actor.id, at=row.at)
        for row in (said(visit) if rows is None else rows)
        if not row.thread.startswith(THREADS)
    )

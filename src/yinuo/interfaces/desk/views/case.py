"""The case page: where it is, what happened, what comes next, and everything in its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Event
from yinuo.core.documents import queries as documents
from yinuo.core.documents.models import Document
from yinuo.core.documents.queries import Line
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.chips import chips_of
from yinuo.interfaces.common.present import Timeline, TimelineItem
from yinuo.interfaces.desk import case_side as side
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.case_sections import sections_of
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.interfaces.desk.timeline import (
    Telling,
    items_of,
    message_items,
    names_for,
    timeline_of,
)
from yinuo.overview import claimfile
from yinuo.overview.claimfile import ClaimFile

LINES = 60
"""How many lines of the timeline a page holds; the rest is one click away."""


@desk()
def case(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number, revealed=False)


@require_POST
@desk()
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """The customer's number in full, put on record."""
    return _page(request, number, revealed=True)


def _page(request: HttpRequest, number: str, *, revealed: bool) -> HttpResponse:
    actor, at = actor_of(request), now()
    with rulebook.pinned():
        claim = claimfile.open_claim(actor, number)
        context = _context(request, actor, claim, at, revealed=revealed)
        answer = render(request, "desk/case.html", context)
    what = "desk.case.phone" if revealed else "desk.case"
    record(request, what=what, case_id=claim.pk)
    return answer


def _context(
    request: HttpRequest, actor: Actor, claim: Claim, at: datetime, *, revealed: bool
) -> dict[str, object]:
    language = get_language() or "en"
    asked = request.GET.get("journey", "")
    view = asked if asked in side.JOURNEY_VIEWS else side.JOURNEY_VIEWS[0]
    losses = list(claim.losses.all())
    file = claimfile.read(actor, claim)
    before = request.GET.get("before", "")
    last = int(before) if before.isdecimal() and len(before) < 10 else None
    events = cases.timeline(claim.case, before=last, limit=LINES)
    needed = claims.papers_needed(claim, at) if claim.case.closed_at is None else ()
    papers = documents.checklist(actor, claim.case, needed, language=language, at=at)
    names = names_for(events)
    promises = cases.promises(claim.case, language, at=at)
    to_judge = any(line.status == Document.Status.RECEIVED for line in papers)
    return {
        "header": side.header_of(claim, losses),
        "journey": side.journey_of(claim, events, at, view),
        "journey_views": side.journey_views(view),
        "timeline": _timeline(request, claim, events, file, papers, names, language, at),
        "actions": side.actions_of(actor, claim, losses, file, at, language, to_judge=to_judge),
        "promises": chips_of([one for one in promises if one.is_open], at),
        "ended": chips_of([one for one in promises if not one.is_open], at),
        "card": side.customer_of(claim, file, at, revealed=revealed),
        "revealed": revealed or not claim.case.customer.phone,
        "phone_url": f"{case_url(claim.case.number)}/phone",
        "papers_url": sheet_url(claim.case.number, "papers"),
        "sections": sections_of(claim, losses, file, papers, names, at),
        "now": at,
    }


def _timeline(
    request: HttpRequest,
    claim: Claim,
    events: Sequence[Event],
    file: ClaimFile,
    papers: Sequence[Line],
    names: dict[str, str],
    language: str,
    at: datetime,
) -> Timeline:
    held = [(document, line.name) for line in papers for document in line.documents]
    telling = Telling(
        now=at,
        language=language,
        currency=claim.currency,
        customer=claim.case.customer.name,
        names=names,
        papers={document.pk: name for document, name in held},
        paper_urls={
            document.pk: reverse("desk:document", args=[document.pk])
            for document, _name in held
            if document.file_id is not None
        },
        notes={note.id: note for note in file.notes},
    )
    items = [*items_of(events, telling), *_said(file, events, first="before" not in request.GET)]
    earlier = events[-1].seq if events and events[-1].seq > 1 else None
    return timeline_of(
        items,
        number=claim.case.number,
        show=request.GET.get("show", ""),
        now=at,
        earlier=earlier,
    )


def _said(file: ClaimFile, events: Sequence[Event], *, first: bool) -> list[TimelineItem]:
    """The messages that belong to this page of the timeline."""
    if not events:
        return message_items(file.messages)
    start = events[-1].at if events[-1].seq > 1 else None
    end = None if first else events[0].at
    shown = [
        row
        for row in file.messages
        if (start is None or row.written_at >= start) and (end is None or row.written_at <= end)
    ]
    return message_items(shown)

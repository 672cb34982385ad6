"""The case page: where it is, what happened, what comes next, and everything in its file."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Event
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import journeys
from yinuo.interfaces.common.chips import chips_of
from yinuo.interfaces.common.kinds import Kind
from yinuo.interfaces.common.present import Timeline, TimelineItem
from yinuo.interfaces.desk import case_side as side
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.presenters import presenter_of
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.rows import case_url
from yinuo.interfaces.desk.timeline import (
    Telling,
    items_of,
    message_items,
    names_for,
    timeline_of,
)
from yinuo.overview import casefile

LINES = 60
"""How many lines of the timeline a page holds; the rest is one click away."""


@desk()
def case(request: HttpRequest, kind: Kind, number: str) -> HttpResponse:
    return _page(request, kind, number, revealed=False)


@desk()
def by_number(request: HttpRequest, number: str) -> HttpResponse:
    """Where letters to colleagues lead: they know the number and not the kind."""
    return redirect(case_url(number))


@require_POST
@desk()
def phone(request: HttpRequest, kind: Kind, number: str) -> HttpResponse:
    """The customer's number in full, put on record."""
    return _page(request, kind, number, revealed=True)


def _page(request: HttpRequest, kind: Kind, number: str, *, revealed: bool) -> HttpResponse:
    with rulebook.pinned():
        page, presenter = _open(request, actor_of(request), kind, number)
        context = _context(request, page, presenter, revealed=revealed)
        answer = render(request, "desk/case.html", context)
    what = "desk.case.phone" if revealed else "desk.case"
    record(request, what=what, case_id=page.case.pk)
    return answer


def _open(
    request: HttpRequest, actor: Actor, kind: Kind, number: str
) -> tuple[OpenedPage, Presenter]:
    """The case with all that its page shows, and who knows how to show it."""
    at = now()
    found = casefile.open_case(actor, number, kind=kind.name)
    presenter = presenter_of(found)
    row = presenter.load(actor, found, at)
    opened = Opened(
        actor=actor,
        at=at,
        language=get_language() or "en",
        case=found,
        row=row,
        parts=presenter.parts(row),
    )
    events = cases.timeline(found, before=_before(request), limit=LINES)
    page = OpenedPage(
        actor=opened.actor,
        at=opened.at,
        language=opened.language,
        case=opened.case,
        row=opened.row,
        parts=opened.parts,
        file=casefile.read(actor, found),
        events=events,
        papers=presenter.papers(opened),
        names=names_for(events),
        own=presenter.own(opened),
    )
    return page, presenter


def _before(request: HttpRequest) -> int | None:
    before = request.GET.get("before", "")
    return int(before) if before.isdecimal() and len(before) < 10 else None


def _context(
    request: HttpRequest, page: OpenedPage, presenter: Presenter, *, revealed: bool
) -> dict[str, object]:
    case, at = page.case, page.at
    asked, views = request.GET.get("journey", ""), journeys.views_of(case)
    view = asked if asked in views else journeys.CUSTOMER
    promises = cases.promises(case, page.language, at=at)
    named = presenter.part_names(page)
    return {
        "header": side.header_of(page, presenter),
        "journey": journeys.journey_of(case, page.events, at, view) if views else None,
        "journey_views": side.journey_views(page, view),
        "timeline": _timeline(request, page, presenter),
        "actions": side.actions_of(page, presenter),
        "promises": chips_of([one for one in promises if one.is_open], at, parts=named),
        "ended": chips_of([one for one in promises if not one.is_open], at, parts=named),
        "followers": side.followers_of(page),
        "card": side.customer_of(page, revealed=revealed),
        "revealed": revealed or not case.customer.phone,
        "phone_url": f"{case_url(case.number)}/phone",
        "file_template": presenter.template,
        **presenter.context(page),
        "now": at,
    }


def _timeline(request: HttpRequest, page: OpenedPage, presenter: Presenter) -> Timeline:
    case, events = page.case, page.events
    held = [(document, line.name) for line in page.papers for document in line.documents]
    telling = Telling(
        now=page.at,
        language=page.language,
        currency=presenter.currency(page),
        customer=case.customer.name,
        names=page.names,
        papers={document.pk: name for document, name in held},
        paper_urls={
            document.pk: reverse("desk:document", args=[document.pk])
            for document, _name in held
            if document.file_id is not None
        },
        notes={note.id: note for note in page.file.notes},
    )
    items = [*items_of(events, telling), *_said(page, first="before" not in request.GET)]
    earlier = events[-1].seq if events and events[-1].seq > 1 else None
    return timeline_of(
        items,
        number=case.number,
        show=request.GET.get("show", ""),
        now=page.at,
        earlier=earlier,
    )


def _said(page: OpenedPage, *, first: bool) -> list[TimelineItem]:
    """The messages that belong to this page of the timeline."""
    rows, events = page.file.messages, page.events
    if not events:
        return message_items(rows)
    return message_items(_between(rows, events, first=first))


def _between(
    rows: Sequence[casefile.MessageRow], events: Sequence[Event], *, first: bool
) -> list[casefile.MessageRow]:
    start = events[-1].at if events[-1].seq > 1 else None
    end = None if first else events[0].at
    return [
        row
        for row in rows
        if (start is None or row.written_at >= start) and (end is None or row.written_at <= end)
    ]

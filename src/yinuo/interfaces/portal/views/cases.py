"""The page of any case that follows a claim up, and what its customer can do there."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Note
from yinuo.core.messages import commands as inbox
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, formdata, journeys, kinds
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.fields import FormState, bind
from yinuo.interfaces.common.kinds import KINDS
from yinuo.interfaces.common.present import Link, PromiseChip
from yinuo.interfaces.common.present_portal import NextCard
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.portal import conversation, showing
from yinuo.interfaces.portal.addresses import act_page, case_page
from yinuo.interfaces.portal.door import Visit, own_case, see_other
from yinuo.interfaces.portal.presenters import kin_of, page_of
from yinuo.interfaces.portal.presenters.base import CustomerPage
from yinuo.kit.errors import DomainError

MOST_MARKED = 200
NOTE = "note"
"""The action that asks a question; it stands with the conversation and not among the steps."""


@gzip_page
@require_safe
@own_case("portal.case")
def case(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Where it is, what comes next and by when, who looks after it, and what was said."""
    found, page = visit.case, page_of(visit.case)
    row = page.load(visit)
    promises = showing.promise_chips(visit)
    events = cases.timeline(found, limit=showing.MOST_EVENTS)
    letters = conversation.letters(visit)
    offered = _offered(visit, page, row)
    kin = kin_of(cases.follow_ups(found, visit.actor))
    views = journeys.views_of(found)
    context = {
        **_around(visit),
        "subject": page.subject(visit, row),
        "open": found.closed_at is None,
        "card": _card(visit, page, row, promises),
        "acts": [Link(page.label(one), act_page(found.number, one.noun)) for one in offered],
        "sections": page.sections(visit, row),
        "journey": journeys.journey_of(found, events, visit.at) if views else None,
        "promises": [one for one in promises if not showing.is_over(one)],
        "over": [one for one in promises if showing.is_over(one)],
        "contact": showing.contact(found),
        "letters": letters,
        "unread": [letter.id for letter in letters if letter.new],
        "notes": conversation.notes(visit),
        "may_ask": _may_ask(visit),
        "followers": showing.followers(visit, kin),
        "timeline": showing.timeline(events, page.told(), visit.at),
    }
    return render(request, "portal/case.html", context)


def _around(visit: Visit) -> dict[str, object]:
    """What every page of the case has."""
    case, about = visit.case, visit.case.about
    number = case.number
    kind = KINDS.get(case.kind)
    return {
        "number": number,
        "title": _(kind.own) if kind else case.kind,
        "now": visit.at,
        "case_url": case_page(number),
        "question_url": act_page(number, NOTE),
        "read_url": f"{case_page(number)}/messages",
        "about": Link(f"{kinds.title(about.kind)} {about.number}", case_page(about.number))
        if about
        else None,
        "help_phone": showing.branch_phone(case),
    }


def _offered(visit: Visit, page: CustomerPage, row: Any) -> list[Possible]:
    return [
        one
        for one in actions.possible(visit.actor, visit.case)
        if one.noun != NOTE and page.is_offered(visit, row, one)
    ]


def _may_ask(visit: Visit) -> bool:
    return any(one.noun == NOTE for one in actions.possible(visit.actor, visit.case))


def _card(
    visit: Visit, page: CustomerPage, row: Any, promises: tuple[PromiseChip, ...]
) -> NextCard:
    """Where it is now and whose turn it is; without a text of the kind, the state alone."""
    case = visit.case
    label = _(cases.workflow_of(case).case.state(case.state).label)
    key = page.next_steps.get(case.state)
    text = rulebook.short_text(key, visit.language, at=visit.at) if key else None
    running = [one for one in promises if not showing.is_over(one)]
    return NextCard(
        now_label=_("Now: %(state)s") % {"state": label},
        title=text.title if text else label,
        body=text.why if text else "",
        promise=running[0] if running else None,
        action=page.action(visit, row),
    )


# What the customer does ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@own_case("portal.act")
def act(request: HttpRequest, visit: Visit, noun: str) -> HttpResponse:
    """One action that the workflow gives to the customer; a refusal keeps what was typed."""
    action = actions.actions_of(visit.case.kind).get(noun)
    possible = {one.noun: one for one in actions.possible(visit.actor, visit.case)}
    if action is None or not actions.may_take(visit.actor, visit.case, action):
        raise Http404
    found = possible.get(noun)
    if found is None:
        messages.info(request, _("That has been done already, or it is not time for it."))
        return see_other(case_page(visit.case.number))
    if request.method != "POST":
        return _form(request, visit, found, bind(_fields(visit, noun, action.schema)))
    typed = formdata.read(action.schema, request.POST)
    if typed.given is not None:
        try:
            if not _said_already(visit, noun, typed.given):
                action.run(visit.actor, visit.case, typed.given, visit.at)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            return _thank(request, visit, noun)
    form = bind(_fields(visit, noun, action.schema), typed.values, typed.errors, typed.general)
    return _form(request, visit, found, form)


def _fields(visit: Visit, noun: str, schema: Any) -> list[Any]:
    """A question has its words only: whom it is for is clear."""
    left_out = page_of(visit.case).not_asked.get(noun, frozenset())
    return [
        one
        for one in fields_of(schema)
        if one.name not in left_out and (noun != NOTE or one.name == "body")
    ]


def _said_already(visit: Visit, noun: str, given: Any) -> bool:
    """The same question sent twice is asked once."""
    if noun != NOTE:
        return False
    return Note.objects.filter(case=visit.case, by=visit.actor.id, body=given.body).exists()


def _thank(request: HttpRequest, visit: Visit, noun: str) -> HttpResponse:
    number = visit.case.number
    if noun == NOTE:
        messages.success(request, _("Your question is with us. The answer comes here."))
        return see_other(f"{case_page(number)}#questions")
    messages.success(request, page_of(visit.case).thanks(noun))
    return see_other(case_page(number))


def _form(request: HttpRequest, visit: Visit, one: Possible, form: FormState) -> HttpResponse:
    page, number = page_of(visit.case), visit.case.number
    context = {
        **_around(visit),
        "heading": _("Ask a question") if one.noun == NOTE else page.label(one),
        "act_url": act_page(number, one.noun),
        "noun": one.noun,
        "grave": one.danger,
        "form": form,
        "contact": showing.contact(visit.case),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/act.html", context, status=status)


@require_POST
@own_case("portal.messages")
def read(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Mark the messages that stood on the page; those of others stay as they are."""
    given = request.POST.getlist("message")[:MOST_MARKED]
    numbers = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]
    inbox.mark_read(message_ids=numbers, by=visit.actor, at=visit.at)
    return see_other(f"{case_page(visit.case.number)}#inbox")

"""A sheet: one page for one action on a case. What was typed survives every refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.rules import NotForYou
from yinuo.interfaces.common import actions, formdata
from yinuo.interfaces.common.actions import Action, Possible
from yinuo.interfaces.common.fields import FieldState, FormState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.kinds import Kind
from yinuo.interfaces.common.present import Filter, TimelineItem
from yinuo.interfaces.desk import timeline
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.presenters import presenter_of
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.interfaces.desk.sheets import DESKS, sheet_of
from yinuo.interfaces.desk.sheets.claim_frame import loss_name
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet
from yinuo.kit import logs
from yinuo.kit.errors import DomainError
from yinuo.kit.money import HOME_CURRENCY

CHANGED = "changed_meanwhile"
MOST_NEWS = 20
_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


@dataclass(frozen=True, slots=True)
class Taking:
    """The action that this page is about, on which case, with the sheet that asks for it."""

    case: Case
    row: Any
    presenter: Presenter
    page: Sheet[Any]
    action: Action[Any]


@desk()
def sheet(request: HttpRequest, kind: Kind, number: str, noun: str) -> HttpResponseBase:
    """GET shows the sheet, POST takes it; a refusal shows it again with what was typed."""
    action = actions.actions_of(kind.name).get(noun)
    if action is None:
        raise Http404
    taking = _taking(request, kind, number, action)
    logs.bind_case(taking.case.number)
    actor = actor_of(request)
    if not actions.may_take(actor, taking.case, action) or not taking.page.needs <= actor.roles:
        raise NotForYou
    if request.method == "POST":
        return _take(request, kind, taking)
    if noun in taking.presenter.elsewhere:
        # A bare sheet would ask for numbers that only that page shows.
        return HttpResponseRedirect(taking.presenter.elsewhere_url(taking.case))
    record(request, what=f"desk.{noun}", case_id=taking.case.pk)
    return _show(request, taking, Typed(), status=200)


def _taking(request: HttpRequest, kind: Kind, number: str, action: Action[Any]) -> Taking:
    actor = actor_of(request)
    case = cases.get_for(actor, number, kind=kind.name)
    presenter = presenter_of(case)
    row = presenter.load(actor, case, now())
    return Taking(case, row, presenter, sheet_of(kind.name, action), action)


def _take(request: HttpRequest, kind: Kind, taking: Taking) -> HttpResponseBase:
    schema, page = taking.action.schema, taking.page
    typed = formdata.changed_rows(schema, request.POST)
    if typed is not None:
        return _show(request, taking, typed, status=200)
    typed = formdata.read(schema, request.POST, prefilled=page.prefilled)
    if typed.given is None:
        return _show(request, taking, typed, status=422)
    try:
        taking.action.run(actor_of(request), taking.case, typed.given, now())
    except DomainError as refusal:
        # The case as it is now: somebody else may have moved it.
        fresh = _taking(request, kind, taking.case.number, taking.action)
        return _show(request, fresh, typed.refused(refusal), status=refusal.http)
    # The tag names the draft that the browser no longer needs.
    draft = f"{taking.case.number}-{taking.action.noun}"
    messages.success(request, _(page.done), extra_tags=draft)
    return _see_other(_next_address(request, taking))


def _next_address(request: HttpRequest, taking: Taking) -> str:
    number, after = taking.case.number, taking.page.after
    if after and request.POST.get("next") == after:
        return sheet_url(number, after)
    return case_url(number)


def _see_other(url: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": url})


def _show(request: HttpRequest, taking: Taking, typed: Typed[Any], *, status: int) -> HttpResponse:
    page = taking.page
    about, found = _desk(request, taking)
    opened = found is not None or (page.open_when is not None and page.open_when(about))
    if not opened and not typed.tree:
        return _not_now(request, taking)
    built = page.build(about, typed)
    title = found.label if found else actions.label_of(taking.case, taking.action)
    context = {
        **_around(taking, about),
        "title": title,
        "grave": bool(found and found.danger),
        "confirm": _(page.confirm) if page.confirm else "",
        "submit": _(page.submit) if page.submit else title,
        "news": _news(request, taking, typed),
        "fields": _outside_rows(built),
        **built,
    }
    return render(request, page.template, context, status=status)


def _desk(request: HttpRequest, taking: Taking) -> tuple[Desk, Possible | None]:
    """Who sits before what, and whether the step is possible now."""
    case, row, presenter = taking.case, taking.row, taking.presenter
    actor = actor_of(request)
    parts = presenter.parts(row)
    # Whose turn it is not may still look at what waits; the sheet says why they cannot take it.
    reach = {one.noun: one for one in actions.in_reach(actor, case, parts)}
    found = reach.get(taking.action.noun)
    # What somebody else has moved on meanwhile still has to be shown with what was typed.
    fitting = tuple(part for part in parts if found is None or part.ordinal in found.parts)
    step = found.step if found else next(actions.steps_of(case, taking.action), None)
    about = DESKS.get(case.kind, Desk)(
        actor=actor,
        at=now(),
        language=get_language() or "en",
        case=case,
        row=row,
        parts=parts,
        fitting=fitting,
        event=step.event if step else "",
    )
    part = _part(request, parts, fitting if found else ()) if taking.page.about_part else None
    return (
        replace(about, part=part, known=presenter.facts(about), currency=presenter.currency(about)),
        found,
    )


def _outside_rows(built: Context) -> list[FieldState]:
    """The fields that stand by themselves and not in a list of rows."""
    form, groups = built["form"], built.get("groups", ())
    if not isinstance(form, FormState) or not isinstance(groups, tuple):
        return []
    in_rows = {field.name for group in groups for row in group.rows for field in row}
    return [field for name, field in form.fields.items() if name not in in_rows]


def _around(taking: Taking, about: Desk) -> dict[str, object]:
    """What every sheet shows around its form."""
    case, noun = taking.case, taking.action.noun
    tabs = [
        Filter(loss_name(part), f"?loss={part.ordinal}", current=part == about.part)
        for part in about.fitting
        if about.part is not None and len(about.fitting) > 1
    ]
    return {
        "claim": taking.row,
        "case": case,
        "noun": noun,
        "subject": taking.presenter.subject(about),
        "case_url": case_url(case.number),
        "sheet_url": sheet_url(case.number, noun),
        "loss": about.part,
        "loss_name": loss_name(about.part) if about.part else "",
        "tabs": tabs,
        "now": about.at,
        "letter_language": _TAGS.get(case.customer.language, "zh-Hans"),
    }


def _part(request: HttpRequest, parts: tuple[Any, ...], fitting: tuple[Any, ...]) -> Any:
    """The part that was named, else the first that waits for this step."""
    named = request.POST.get("loss") or request.GET.get("loss") or ""
    for part in parts:
        if named == str(part.ordinal):
            return part
    return fitting[0] if fitting else None


def _not_now(request: HttpRequest, taking: Taking) -> HttpResponse:
    context = {
        "case": taking.case,
        "case_url": case_url(taking.case.number),
        "title": actions.label_of(taking.case, taking.action),
    }
    return render(request, "desk/sheets/not_now.html", context, status=409)


def _news(request: HttpRequest, taking: Taking, typed: Typed[Any]) -> list[TimelineItem]:
    """What was added to the timeline since the page of this person was made."""
    if typed.problem is None or typed.problem.code != CHANGED:
        return []
    case = taking.case
    since = request.POST.get("since", "")
    after = int(since) if since.isdecimal() and len(since) < 10 else case.head_seq
    events = [event for event in cases.timeline(case, limit=MOST_NEWS) if event.seq > after]
    telling = timeline.Telling(
        now=now(),
        language=get_language() or "en",
        currency=HOME_CURRENCY,
        customer=case.customer.name,
        names=timeline.names_for(events),
    )
    return timeline.items_of(events, telling)

"""A sheet: one page for one action on a claim. What was typed survives every refusal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.rules import NotForYou
from yinuo.interfaces.common import actions, formdata
from yinuo.interfaces.common.actions import CLAIM_ACTIONS, Action
from yinuo.interfaces.common.fields import FieldState, FormState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Filter, TimelineItem
from yinuo.interfaces.desk import timeline
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.sheets import SHEETS
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet, loss_name, may_take
from yinuo.kit import logs
from yinuo.kit.errors import DomainError

CHANGED = "changed_meanwhile"
MOST_NEWS = 20
_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


@desk()
def sheet(request: HttpRequest, number: str, noun: str) -> HttpResponseBase:
    """GET shows the sheet, POST takes it; a refusal shows it again with what was typed."""
    page, action = SHEETS.get(noun), CLAIM_ACTIONS.get(noun)
    if page is None or action is None:
        raise Http404
    actor = actor_of(request)
    claim = claims.get_for(actor, number)
    logs.bind_case(claim.case.number)
    if not may_take(actor, claim.case, action) or not page.needs <= actor.roles:
        raise NotForYou
    if request.method == "POST":
        return _take(request, claim, page, action)
    record(request, what=f"desk.{noun}", case_id=claim.pk)
    return _show(request, claim, page, action, Typed(), status=200)


def _take(request: HttpRequest, claim: Claim, page: Sheet, action: Action[Any]) -> HttpResponseBase:
    typed = formdata.changed_rows(action.schema, request.POST)
    if typed is not None:
        return _show(request, claim, page, action, typed, status=200)
    typed = formdata.read(action.schema, request.POST, prefilled=page.prefilled)
    if typed.given is None:
        return _show(request, claim, page, action, typed, status=422)
    try:
        action.run(actor_of(request), claim.case, typed.given, now())
    except DomainError as refusal:
        # The claim as it is now: somebody else may have moved it.
        fresh = claims.get_for(actor_of(request), claim.case.number)
        return _show(request, fresh, page, action, typed.refused(refusal), status=refusal.http)
    # The tag names the draft that the browser no longer needs.
    draft = f"{claim.case.number}-{action.noun}"
    messages.success(request, _(page.done), extra_tags=draft)
    return _see_other(_next_address(request, claim, page))


def _next_address(request: HttpRequest, claim: Claim, page: Sheet) -> str:
    number = claim.case.number
    if page.after and request.POST.get("next") == page.after:
        return reverse("desk:sheet", args=[number, page.after])
    return reverse("desk:case", args=[number])


def _see_other(url: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": url})


def _show(
    request: HttpRequest,
    claim: Claim,
    page: Sheet,
    action: Action[Any],
    typed: Typed[Any],
    *,
    status: int,
) -> HttpResponse:
    actor = actor_of(request)
    losses = tuple(claim.losses.all())
    possible = {one.noun: one for one in actions.possible(actor, claim.case, losses)}
    found = possible.get(action.noun)
    fitting = tuple(loss for loss in losses if found and loss.ordinal in found.parts)
    about = Desk(
        actor=actor,
        at=now(),
        claim=claim,
        losses=losses,
        # What somebody else has moved on meanwhile still has to be shown with what was typed.
        fitting=losses if found is None else fitting,
        loss=_loss(request, losses, fitting) if page.about_loss else None,
    )
    opened = found is not None or (page.open_when is not None and page.open_when(about))
    if not opened and not typed.tree:
        return _not_now(request, claim, action)
    built = page.build(about, typed)
    context = {
        **_around(claim, about, action.noun),
        "title": found.label if found else _label(claim.case, action),
        "grave": bool(found and found.danger),
        "confirm": _(page.confirm) if page.confirm else "",
        "submit": _(page.submit),
        "news": _news(request, claim, typed),
        "fields": _outside_rows(built),
        **built,
    }
    return render(request, page.template, context, status=status)


def _outside_rows(built: Context) -> list[FieldState]:
    """The fields that stand by themselves and not in a list of rows."""
    form, groups = built["form"], built.get("groups", ())
    if not isinstance(form, FormState) or not isinstance(groups, tuple):
        return []
    in_rows = {field.name for group in groups for row in group.rows for field in row}
    return [field for name, field in form.fields.items() if name not in in_rows]


def _around(claim: Claim, about: Desk, noun: str) -> dict[str, object]:
    """What every sheet shows around its form."""
    case = claim.case
    tabs = [
        Filter(loss_name(loss), f"?loss={loss.ordinal}", current=loss == about.loss)
        for loss in about.fitting
        if about.loss is not None and len(about.fitting) > 1
    ]
    return {
        "claim": claim,
        "case": case,
        "noun": noun,
        "case_url": reverse("desk:case", args=[case.number]),
        "sheet_url": reverse("desk:sheet", args=[case.number, noun]),
        "loss": about.loss,
        "loss_name": loss_name(about.loss) if about.loss else "",
        "tabs": tabs,
        "now": about.at,
        "letter_language": _TAGS.get(case.customer.language, "zh-Hans"),
    }


def _loss(request: HttpRequest, losses: tuple[Loss, ...], fitting: tuple[Loss, ...]) -> Loss | None:
    """The loss that was named, else the first that waits for this step."""
    named = request.POST.get("loss") or request.GET.get("loss") or ""
    for loss in losses:
        if named == str(loss.ordinal):
            return loss
    return fitting[0] if fitting else None


def _label(case: Case, action: Action[Any]) -> str:
    workflow = cases.workflow_of(case)
    for name in action.steps:
        step = (workflow.parts.step(name) if workflow.parts else None) or workflow.case.step(name)
        if step is not None:
            return _(step.label)
    return ""


def _not_now(request: HttpRequest, claim: Claim, action: Action[Any]) -> HttpResponse:
    case = claim.case
    context = {
        "case": case,
        "claim": claim,
        "case_url": reverse("desk:case", args=[case.number]),
        "title": _label(case, action),
    }
    return render(request, "desk/sheets/not_now.html", context, status=409)


def _news(request: HttpRequest, claim: Claim, typed: Typed[Any]) -> list[TimelineItem]:
    """What was added to the timeline since the page of this person was made."""
    if typed.problem is None or typed.problem.code != CHANGED:
        return []
    case = claim.case
    since = request.POST.get("since", "")
    after = int(since) if since.isdecimal() and len(since) < 10 else case.head_seq
    events = [event for event in cases.timeline(case, limit=MOST_NEWS) if event.seq > after]
    telling = timeline.Telling(
        now=now(),
        language=get_language() or "en",
        currency=claim.currency,
        customer=case.customer.name,
        names=timeline.names_for(events),
    )
    return timeline.items_of(events, telling)

"""Weak points that call-backs bring to light, and the improvement that is made of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns.commands import NewGround
from yinuo.areas.concerns.rules import FINDING_CAUSES
from yinuo.core.cases.models import Note
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.fields import FormState, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.concerns import WeakPointInput
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Filter, Table
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.periods import PERIODS, chosen_days, day_filters
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError
from yinuo.overview import weak_points as overview
from yinuo.overview.weak_points import Opinions, WeakPoint

READERS = ("agent", "team_lead", "manager", "complaint_officer", "auditor")
TAKERS = ("agent", "team_lead", "manager", "complaint_officer")
MOST = 50
SHORT = 80


@desk(*READERS)
def weak_points(request: HttpRequest) -> HttpResponse:
    """One line per cause, the heaviest first; each opens the opinions behind it."""
    actor, at, days = actor_of(request), now(), chosen_days(request)
    since = at - PERIODS[days]
    found = overview.weak_points(actor, since, at)
    answered = overview.answered(actor, since, at)
    record(request, what="desk.weak_points", count=len(found))
    here = reverse("desk:weak_points")
    context = {
        "title": _("Weak points from call-backs"),
        "filters": (
            *day_filters(days, lambda one: f"{here}?days={one}"),
            Filter(_("What we learn"), reverse("desk:learning")),
        ),
        "table": _table(found, answered, days, at),
        "empty": Empty(title=_("No call-back has named a weak point in this time.")),
    }
    return render(request, "desk/concerns.html", context)


def _table(found: list[WeakPoint], answered: int, days: str, at: datetime) -> Table:
    return Table(
        caption=_("Of %(n)s call-backs that were answered") % {"n": answered},
        columns=(
            Column(_("What it is about")),
            Column(_("Concerns"), numeric=True),
            Column(_("Solved, says the customer"), numeric=True),
            Column(_("Unhappy words"), numeric=True),
            Column(_("Suggestions"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(
                    kind=CellKind.LINK,
                    value=labels.word(labels.WORD_CAUSES, one.cause),
                    url=_url(one.cause, days),
                ),
                Cell(kind=CellKind.NUMBER, value=one.concerns),
                Cell(kind=CellKind.NUMBER, value=one.solved),
                Cell(kind=CellKind.NUMBER, value=one.words),
                Cell(kind=CellKind.NUMBER, value=one.suggestions),
            )
            for one in found
        ),
        now=at,
    )


@desk(*READERS)
def weak_point(request: HttpRequest, cause: str) -> HttpResponse:
    """The opinions behind one weak point, and the form that makes an improvement of them."""
    if cause not in FINDING_CAUSES:
        raise Http404
    actor, at, days = actor_of(request), now(), chosen_days(request)
    found = overview.opinions(actor, cause, at - PERIODS[days], at, most=MOST)
    may = bool(actor.roles.intersection(TAKERS)) and bool(found.cases)
    typed: Typed[WeakPointInput] = Typed()
    if request.method == "POST" and may:
        typed = formdata.read(WeakPointInput, request.POST)
        if typed.given is not None:
            try:
                return _take_up(request, typed.given.title, cause, found, days)
            except DomainError as refusal:
                typed = typed.refused(refusal)
    record(request, what=f"desk.weak_point:{cause}", count=len(found.cases))
    form = _form(typed)
    context = {
        "title": labels.word(labels.WORD_CAUSES, cause),
        "table": _opinions(found, at),
        "empty": Empty(title=_("Nobody has spoken of this in a call-back in this time.")),
        "back": f"{reverse('desk:weak_points')}?days={days}",
        "action": _url(cause, days),
        "may": may,
        "form": form,
    }
    return render(request, "desk/weak_point.html", context, status=422 if form.errors else 200)


def _take_up(
    request: HttpRequest, title: str, cause: str, found: Opinions, days: str
) -> HttpResponse:
    """The finding lies on the newest case and cites all of them, and what was counted."""
    figure = _("%(concerns)s concerns and %(words)s unhappy words in call-backs of %(days)s days")
    counted = {"concerns": len(found.concerns), "words": len(found.words), "days": days}
    row = concerns.keep_finding(
        case=found.cases[0],
        title=title,
        cause=cause,
        grounds=[*(NewGround(case=one) for one in found.cases), NewGround(figure=figure % counted)],
        by=actor_of(request),
        at=now(),
    )
    messages.success(request, _("Kept, with the opinions that it rests on."))
    return redirect("desk:finding", row.pk)


def _opinions(found: Opinions, at: datetime) -> Table:
    lines = [
        (one.case.number, _words(one.words), one.case.opened_at, _("Concern"))
        for one in found.concerns
    ]
    lines += [(one.case.number, _words(one), one.at, _("Words")) for one in found.words]
    lines.sort(key=lambda line: line[2], reverse=True)
    return Table(
        caption=_("What customers said"),
        columns=(
            Column(_("Words")),
            Column(_("Case")),
            Column(_("Said")),
            Column(_("How we heard of it")),
        ),
        rows=tuple(
            (
                Cell(value=words or "—"),
                Cell(kind=CellKind.LINK, value=number, url=case_url(number)),
                Cell(value=wording.near_time(moment, at)),
                Cell(value=heard),
            )
            for number, words, moment, heard in lines
        ),
        now=at,
    )


def _words(note: Note | None) -> str:
    if note is None:
        return ""
    return note.body[:SHORT] or _("(erased)")


def _url(cause: str, days: str) -> str:
    return f"{reverse('desk:weak_point', args=[cause])}?{urlencode({'days': days})}"


def _form(typed: Typed[Any]) -> FormState:
    return bind(fields_of(WeakPointInput), typed.values, typed.errors, typed.general)

"""Before a complaint comes: whom to call, who was told nothing, and whether calling helps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Filter, Stat, Table
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.periods import PERIODS, chosen_days, day_filters
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.overview import silence as unheard
from yinuo.overview import warnings as overview
from yinuo.overview.measures import Measure
from yinuo.overview.silence import Silence
from yinuo.overview.warnings import Comparison, WarningRow


@desk("agent", "team_lead", "manager", "complaint_officer", "auditor")
def warnings(request: HttpRequest) -> HttpResponse:
    """Claims with strong signs, the strongest first."""
    actor, at, language = actor_of(request), now(), get_language() or "en"
    rows = overview.to_call(actor, language=language, at=at)
    record(request, what="desk.list:/desk/warnings", count=len(rows))
    table = Table(
        caption=_("Call before a complaint comes"),
        caption_hidden=True,
        columns=(
            Column(_("Promise")),
            Column(_("Claim")),
            Column(_("Customer")),
            Column(_("Signs")),
            Column(_("Points"), numeric=True),
            Column(_("Handler")),
        ),
        rows=tuple(_warned(row, language, at) for row in rows),
        now=at,
    )
    context = {
        "title": _("Call before a complaint comes"),
        "table": table,
        "filters": _tabs("warnings"),
        "empty": Empty(
            title=_("No claim shows strong signs."),
            body=_("Open claims are looked at every night."),
        ),
    }
    return render(request, "desk/sheets/worklist.html", context)


@desk("agent", "team_lead", "manager", "complaint_officer", "auditor")
def silence(request: HttpRequest) -> HttpResponse:
    """Open claims whose customer has heard nothing for days, or was not told what we know."""
    actor, at = actor_of(request), now()
    order: unheard.Order = "untold" if request.GET.get("order") == "untold" else "silence"
    rows = unheard.silent_cases(actor, order=order, at=at)
    record(request, what="desk.list:/desk/silence", count=len(rows))
    here = reverse("desk:silence")
    table = Table(
        caption=_("What customers do not know"),
        caption_hidden=True,
        columns=(
            Column(_("Claim")),
            Column(_("Customer")),
            Column(_("Silent for"), numeric=True),
            Column(_("Last word")),
            Column(_("Not told yet")),
            Column(_("Handler")),
        ),
        rows=tuple(_silent(row) for row in rows),
        now=at,
    )
    orders = (
        Filter(_("Longest silence first"), here, current=order == "silence"),
        Filter(_("Most untold news first"), f"{here}?order=untold", current=order == "untold"),
    )
    context = {
        "title": _("What customers do not know"),
        "table": table,
        "filters": (*_tabs("silence"), *orders),
        "empty": Empty(title=_("Every customer has heard from us lately.")),
    }
    return render(request, "desk/sheets/worklist.html", context)


@desk("team_lead", "manager", "auditor")
def comparison(request: HttpRequest) -> HttpResponse:
    """Complaints after a warning: of those called, and of those left alone by lot."""
    until = now()
    actor, days = actor_of(request), chosen_days(request)
    found = overview.compare(actor, since=until - PERIODS[days], until=until)
    record(request, what="desk.list:/desk/warnings/effect", count=0)
    context = {
        "periods": day_filters(days, lambda one: f"{request.path}?days={one}"),
        "called": _stat(_("Complained although called"), found.called),
        "left_alone": _stat(_("Complained, left alone by lot"), found.left_alone),
        "finding": _finding(found),
        "filters": _tabs("effect"),
    }
    return render(request, "desk/warnings_effect.html", context)


def _tabs(current: str) -> tuple[Filter, ...]:
    return (
        Filter(_("To call"), reverse("desk:warnings"), current=current == "warnings"),
        Filter(_("Silence"), reverse("desk:silence"), current=current == "silence"),
        Filter(
            _("Does calling help?"), reverse("desk:warnings_effect"), current=current == "effect"
        ),
    )


def _warned(row: WarningRow, language: str, at: datetime) -> tuple[Cell, ...]:
    case = row.warning.claim.case
    return (
        Cell(kind=CellKind.PROMISE, value=chip_of(row.promise, at) if row.promise else None),
        Cell(kind=CellKind.LINK, value=case.number, url=sheet_url(case.number, "early-contact")),
        Cell(value=case.customer.name, note=row.warning.claim.plate),
        Cell(value=_signs(row.warning.reasons, language)),
        Cell(kind=CellKind.NUMBER, value=row.warning.points),
        Cell(value=case.handler.name if case.handler else "—"),
    )


def _signs(reasons: Sequence[Sequence[str]], language: str) -> str:
    titles = [rulebook.short_text(labels.SIGNS[one[0]], language).title for one in reasons]
    return " · ".join(titles)


def _silent(row: Silence) -> tuple[Cell, ...]:
    case = row.case
    untold = " · ".join(labels.word(labels.NEWS, one) for one in row.untold)
    return (
        Cell(kind=CellKind.LINK, value=case.number, url=case_url(case.number)),
        Cell(value=case.customer.name),
        Cell(value=wording.span(row.silent_for)),
        Cell(kind=CellKind.TIME, value=row.heard_at),
        Cell(value=untold or "—"),
        Cell(value=case.handler.name if case.handler else "—"),
    )


def _stat(label: str, measure: Measure) -> Stat:
    if measure.value is None or measure.interval is None:
        note = _("%(n)s cases, too few for a figure") % {"n": measure.n}
        return Stat(label=label, value="—", note=note)
    note = _("%(hits)s of %(n)s; 95 %% interval %(low).1f to %(high).1f") % {
        "hits": measure.hits,
        "n": measure.n,
        "low": measure.interval.low,
        "high": measure.interval.high,
    }
    return Stat(
        label=label, value=f"{measure.value:.1f}", unit="%", share=measure.value / 100, note=note
    )


def _finding(found: Comparison) -> str:
    """What may be said, and nothing beyond it."""
    if found.difference is None or found.interval is None:
        return _("There are too few cases in one of the groups to compare them.")
    points = {
        "points": f"{abs(found.difference):.1f}",
        "low": f"{found.interval.low:.1f}",
        "high": f"{found.interval.high:.1f}",
    }
    if not found.distinguishable:
        text = _(
            "The two groups cannot be told apart (difference %(points)s points, 95 %% interval "
            "%(low)s to %(high)s)."
        )
    elif found.difference > 0:
        text = _(
            "Those who were called complained less, by %(points)s points (95 %% interval %(low)s "
            "to %(high)s)."
        )
    else:
        text = _(
            "Those who were called complained more, by %(points)s points (95 %% interval %(low)s "
            "to %(high)s)."
        )
    return text % points

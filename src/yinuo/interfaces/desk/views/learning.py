"""What we learn: themes of what customers say, and the log of changes with their effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Filter, Table, Tag, Tone
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.periods import PERIODS, chosen_days, day_filters
from yinuo.overview import learning as overview
from yinuo.overview.learning import Change, Theme
from yinuo.overview.measures import Measure

MOST = 100


@desk("agent", "team_lead", "manager", "complaint_officer", "auditor")
def learning(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), now()
    days = chosen_days(request)
    themes = overview.themes(actor, at - PERIODS[days], at)
    changes = overview.changes(actor, at=at, limit=MOST)
    record(request, what="desk.learning", count=len(themes))
    here = reverse("desk:learning")
    context = {
        "title": _("What we learn"),
        "filters": (
            *day_filters(days, lambda one: f"{here}?days={one}"),
            Filter(_("Weak points from call-backs"), reverse("desk:weak_points")),
        ),
        "themes": _themes(themes, at),
        "changes": _changes(changes, at),
        "no_themes": Empty(title=_("Nobody was unhappy in this time.")),
        "no_changes": Empty(
            title=_("Nothing was changed yet."),
            body=_("Take a suggestion up and say what you do differently; it appears here."),
        ),
    }
    return render(request, "desk/learning.html", context)


def _themes(found: Iterable[Theme], at: datetime) -> Table:
    return Table(
        caption=_("What customers speak of"),
        columns=(
            Column(_("Cause")),
            Column(_("Unhappy texts"), numeric=True),
            Column(_("In the time before"), numeric=True),
            Column(_("Concerns"), numeric=True),
            Column(_("Suggestions"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(value=labels.word(labels.WORD_CAUSES, one.cause)),
                Cell(kind=CellKind.NUMBER, value=one.texts),
                Cell(kind=CellKind.NUMBER, value=one.texts_before),
                Cell(kind=CellKind.NUMBER, value=one.concerns),
                Cell(kind=CellKind.NUMBER, value=one.findings),
            )
            for one in found
        ),
        now=at,
    )


def _changes(found: Iterable[Change], at: datetime) -> Table:
    return Table(
        caption=_("What we do differently, and since when"),
        columns=(
            Column(_("Since")),
            Column(_("What we changed")),
            Column(_("Because of")),
            Column(_("Satisfied before")),
            Column(_("Satisfied after")),
            Column(_("Effect")),
        ),
        rows=tuple(_line(one) for one in found),
        now=at,
    )


def _line(one: Change) -> tuple[Cell, ...]:
    finding = one.finding
    since = wording.calendar_date(finding.changed_on) if finding.changed_on else "—"
    return (
        Cell(value=since),
        Cell(value=finding.change),
        Cell(
            kind=CellKind.LINK,
            value=finding.title or _("a suggestion"),
            url=reverse("desk:finding", args=[finding.pk]),
            note=finding.case.number,
        ),
        _measure(one.before),
        _measure(one.after),
        _effect(one),
    )


def _measure(measure: Measure) -> Cell:
    n = _("%(n)s answers") % {"n": measure.n}
    if measure.value is None or measure.interval is None:
        return Cell(value=_("too few"), note=n)
    low, high = round(measure.interval.low), round(measure.interval.high)
    return Cell(value=f"{measure.value:.0f} %", note=f"{low}–{high} % · {n}")


def _effect(one: Change) -> Cell:
    """Nothing is claimed that the numbers do not prove."""
    if one.difference is None:
        return Cell(kind=CellKind.TAG, value=Tag(_("too few answers to say")))
    points = _("%(points)s points") % {"points": f"{one.difference.difference:+.0f}"}
    if not one.difference.distinguishable:
        return Cell(kind=CellKind.TAG, value=Tag(_("no difference proven")), note=points)
    better = one.difference.difference > 0
    tone = Tone.JADE if better else Tone.AMBER
    word = _("better, proven") if better else _("worse, proven")
    return Cell(kind=CellKind.TAG, value=Tag(word, tone), note=points)

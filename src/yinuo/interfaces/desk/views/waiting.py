"""How long people wait: at each door, and at each stage."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Cell, Column, Table
from yinuo.interfaces.desk.actor import actor_of, desk, now
from yinuo.interfaces.desk.periods import PERIODS, chosen_days, day_filters
from yinuo.overview import waiting as overview
from yinuo.overview.waiting import DoorWait, StageWait


@desk("team_lead", "manager", "auditor")
def waiting(request: HttpRequest) -> HttpResponse:
    """Medians and the slow tenth, for claims opened in the last days."""
    until = now()
    days = chosen_days(request)
    since = until - PERIODS[days]
    actor = actor_of(request)
    workflow = WORKFLOWS.current("claim")
    moving = {
        step.name: step.target
        for step in (workflow.parts.steps if workflow.parts else ())
        if step.target is not None
    }
    context = {
        "periods": day_filters(days, lambda one: f"{request.path}?days={one}"),
        "doors": _doors(overview.by_door(actor, since=since, until=until)),
        "stages": _stages(overview.by_stage(actor, moving, since=since, until=until)),
    }
    return render(request, "desk/waiting.html", context)


def _doors(found: list[DoorWait]) -> Table:
    rows = tuple(
        (
            Cell(value=labels.word(labels.DOORS, one.door)),
            Cell(value=one.claims),
            _span(one.median_to_registration, one.registered),
            _span(one.slow_to_registration, one.registered),
            _span(one.median_to_contact, one.contacted),
        )
        for one in found
    )
    columns = (
        Column(_("Door")),
        Column(_("Claims"), numeric=True),
        Column(_("Until registered, median"), numeric=True),
        Column(_("Until registered, slowest tenth"), numeric=True),
        Column(_("Until the first talk, median"), numeric=True),
    )
    return Table(caption=_("Waiting at each door"), columns=columns, rows=rows, now=now())


def _stages(found: list[StageWait]) -> Table:
    parts = WORKFLOWS.current("claim").parts
    rows = tuple(
        (
            Cell(value=_(parts.state(one.stage).label) if parts else one.stage),
            Cell(value=one.count),
            _span(one.median, one.count),
            _span(one.slow, one.count),
        )
        for one in found
    )
    columns = (
        Column(_("Stage")),
        Column(_("Losses that left it"), numeric=True),
        Column(_("Median"), numeric=True),
        Column(_("Slowest tenth"), numeric=True),
    )
    return Table(caption=_("Time at each stage"), columns=columns, rows=rows, now=now())


def _span(length: timedelta | None, count: int) -> Cell:
    if length is None:
        return Cell(value="–")
    return Cell(value=wording.span(length), note=_("of %(n)s") % {"n": count})

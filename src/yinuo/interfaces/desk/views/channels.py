"""Whether the ways to reach us work, and saying so when one does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.areas.complaints import commands as complaints
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.fields import bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.complaints import OutageInput, WorkingInput
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Filter, Table, Tag, Tone
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now
from yinuo.kit.errors import DomainError
from yinuo.overview.channels import Health, health

SAYERS = ("agent", "team_lead", "manager", "complaint_officer")


@desk(*SAYERS, "auditor", "operator")
def channels(request: HttpRequest) -> HttpResponse:
    """Every watched channel; the form says that one does not work."""
    typed: Typed[OutageInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(OutageInput, request.POST)
        if typed.given is not None:
            try:
                complaints.report_outage(
                    channel=typed.given.channel, why=typed.given.why, by=actor_of(request), at=now()
                )
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("Customers are shown another way now."))
                return redirect("desk:channels")
    return _page(request, typed)


@require_POST
@desk(*SAYERS)
def working(request: HttpRequest) -> HttpResponse:
    """One of them works again."""
    typed: Typed[WorkingInput] = formdata.read(WorkingInput, request.POST)
    if typed.given is not None:
        try:
            complaints.end_outage(channel=typed.given.channel, by=actor_of(request), at=now())
        except DomainError as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("It is offered again."))
    return redirect("desk:channels")


def _page(request: HttpRequest, typed: Typed[Any]) -> HttpResponse:
    at = now()
    found = health(at=at)
    table = Table(
        caption=_("Ways to reach us"),
        caption_hidden=True,
        columns=(
            Column(_("Way")),
            Column(_("Somebody came in last")),
            Column(_("State")),
            Column(_("Offered instead")),
        ),
        rows=tuple(_line(one, at) for one in found),
        now=at,
    )
    form = bind(fields_of(OutageInput), typed.values, typed.errors, typed.general)
    context = {
        "title": _("Ways to reach us"),
        "table": table,
        "filters": (Filter(_("Voices"), reverse("desk:voices")),),
        "empty": Empty(title=_("Nothing waits here.")),
        "form": form,
        "opened": request.method == "POST",
        "down": [
            (one.channel, labels.word(said.CHANNELS, one.channel)) for one in found if one.outage
        ],
        "may_say": bool(actor_of(request).roles.intersection(SAYERS)),
    }
    return render(request, "desk/channels.html", context, status=422 if form.errors else 200)


def _line(one: Health, at: datetime) -> tuple[Cell, ...]:
    return (
        Cell(value=labels.word(said.CHANNELS, one.channel)),
        Cell(value=wording.near_time(one.last_at, at) if one.last_at else _("never")),
        Cell(kind=CellKind.TAG, value=_state(one), note=one.outage.why if one.outage else ""),
        Cell(value=_(", ").join(labels.word(said.CHANNELS, way) for way in one.instead)),
    )


def _state(one: Health) -> Tag:
    if one.outage is not None:
        return Tag(_("does not work"), Tone.VERMILION, "warn")
    if one.silent:
        return Tag(_("silent: does it work?"), Tone.AMBER)
    return Tag(_("works"), Tone.JADE)

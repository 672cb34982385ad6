"""Whether every ended claim is followed up, and the campaigns that ask besides."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.call_backs import queries as call_backs
from yinuo.areas.call_backs.models import Campaign
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.interfaces.common import call_back_words as words
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.actions.call_backs import leave_out, open_campaign
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.call_backs import CampaignInput, LeftOutInput
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Notice, Table
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url
from yinuo.interfaces.desk.sheets.frame import form_of
from yinuo.kit.errors import DomainError
from yinuo.overview import call_back_coverage

SHOWN = 100
LEADERS = frozenset({"team_lead", "manager"})
READERS = ("agent", "team_lead", "manager", "auditor")


@desk(*READERS)
def coverage_check(request: HttpRequest) -> HttpResponseBase:
    """What ended, what of it is followed up, and every case of which nobody knows."""
    typed: Typed[LeftOutInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(LeftOutInput, request.POST)
        if typed.given is not None:
            try:
                leave_out(actor_of(request), typed.given, at=now())
                messages.success(request, _("The reason is on record."))
                return redirect(reverse("desk:coverage_check"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    return _coverage(request, typed)


def _coverage(request: HttpRequest, typed: Typed[LeftOutInput]) -> HttpResponse:
    actor, at = actor_of(request), now()
    found = call_back_coverage.coverage(actor, at=at)
    missing = list(call_back_coverage.missing(actor, at=at)[:SHOWN])
    record(request, what="desk.list:/desk/call-backs/coverage-check", count=len(missing))
    leads = bool(actor.roles & LEADERS)
    check = call_backs.newest_check()
    context = {
        "notice": _verdict(found.missing),
        "facts": (
            Fact(_("Claims that ended"), str(found.ended)),
            Fact(_("With a call-back"), str(found.opened)),
            Fact(_("With a reason against one"), str(found.excluded)),
            Fact(_("With neither"), str(found.missing)),
        ),
        "check": check,
        "checked": wording.near_time(check.at, at) if check else "",
        "table": _missing(missing, request),
        "form": form_of(fields_of(LeftOutInput), typed) if leads else None,
    }
    status = 422 if typed.problem else 200
    return render(request, "desk/coverage_check.html", context, status=status)


def _verdict(missing: int) -> Notice:
    if missing:
        title = _("Some claims have neither a call-back nor a reason against one.")
        return Notice(title=title, body=_("They are opened tonight by themselves."), tone="care")
    title = _("Every claim that ended has a call-back or a reason against one.")
    return Notice(title=title, tone="good")


def _missing(rows: Sequence[Case], request: HttpRequest) -> Table:
    at = now()
    cells = tuple(
        (
            Cell(kind=CellKind.LINK, value=case.number, url=case_url(case.number)),
            Cell(value=case.customer.name),
            Cell(value=case.branch.name),
            Cell(kind=CellKind.TIME, value=case.state_since_at),
        )
        for case in rows
    )
    columns = (Column(_("Claim")), Column(_("Customer")), Column(_("Branch")), Column(_("Ended")))
    caption = _("Ended claims with neither")
    return Table(caption=caption, columns=columns, rows=cells, now=at, caption_hidden=True)


@desk("team_lead", "manager", "auditor")
def campaigns(request: HttpRequest) -> HttpResponseBase:
    """What asks besides the endings, and the form to begin another."""
    typed: Typed[CampaignInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(CampaignInput, request.POST)
        if typed.given is not None:
            try:
                actor = actor_of(request)
                branch = people.branch_for(actor, actor.branch_id or 0)
                open_campaign(actor, branch, typed.given, at=now())
                messages.success(request, _("The campaign has begun."))
                return redirect(reverse("desk:campaigns"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    actor = actor_of(request)
    rows = call_backs.campaigns(actor)
    record(request, what="desk.list:/desk/call-backs/campaigns", count=len(rows))
    leads = bool(actor.roles & LEADERS)
    context = {
        "table": _campaigns(rows),
        "form": form_of(fields_of(CampaignInput), typed) if leads else None,
    }
    status = 422 if typed.problem else 200
    return render(request, "desk/campaigns.html", context, status=status)


def _campaigns(rows: Sequence[Campaign]) -> Table:
    at = now()
    cells = tuple(
        (
            Cell(value=row.name, note=row.branch.name),
            Cell(value=labels.word(words.CAMPAIGNS, row.kind)),
            Cell(kind=CellKind.TIME, value=row.at),
            Cell(kind=CellKind.NUMBER, value=row.opened),
            Cell(kind=CellKind.NUMBER, value=row.excluded),
            Cell(value=wording.near_time(row.finished_at, at) if row.finished_at else _("running")),
        )
        for row in rows
    )
    columns = (
        Column(_("Campaign")),
        Column(_("Whom it asks")),
        Column(_("Begun")),
        Column(_("Call-backs"), numeric=True),
        Column(_("Left out"), numeric=True),
        Column(_("Selected all")),
    )
    return Table(caption=_("Campaigns"), columns=columns, rows=cells, now=at, caption_hidden=True)

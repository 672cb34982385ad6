"""How many complaints kept the limits of the law, by cause; every figure opens its cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.core.cases.models import Case
from yinuo.interfaces.common import complaint_words, labels
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Empty,
    Filter,
    Table,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.presenters.complaints import cause_name
from yinuo.interfaces.desk.rows import case_row, case_url
from yinuo.overview import complaint_limits as overview
from yinuo.overview.complaint_limits import Answered

READERS = ("complaint_officer", "team_lead", "manager", "auditor")
YEARS_SHOWN = 8
ALL = "all"
NONE = "none"


@desk(*READERS)
def limits(request: HttpRequest) -> HttpResponse:
    """One line per cause: answered within each limit, later, and still inside it."""
    actor, at = actor_of(request), now()
    since, until = _period(request, at)
    product = _product(request)
    days = overview.limits(at)
    rows = overview.by_cause(actor, since=since, until=until, product=product, at=at)
    record(request, what="desk.list:/desk/complaints/limits", count=len(rows))
    lines = [_line(request, row, days, at) for row in rows]
    if rows:
        lines.append(_line(request, overview.together(rows), days, at, every=True))
    table = Table(
        caption=_("Complaints answered within the limits"),
        caption_hidden=True,
        columns=(
            Column(_("Main cause")),
            Column(_("Complaints"), numeric=True),
            *(Column(_("Within %(days)s days") % {"days": one}, numeric=True) for one in days),
            Column(_("Later"), numeric=True),
            Column(_("Still running"), numeric=True),
        ),
        rows=tuple(lines),
        now=at,
    )
    context = {
        "title": _("Complaints answered within the limits"),
        "table": table,
        "filters": (*_years(request, at), *_products(request)),
        "empty": Empty(title=_("No complaint was received in this time.")),
    }
    return render(request, "desk/concerns.html", context)


@desk(*READERS)
def cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one figure."""
    actor, at = actor_of(request), now()
    since, until = _period(request, at)
    cause = request.GET.get("cause", ALL)
    within = request.GET.get("days", "")
    found = overview.cases_of(
        actor,
        cause=None if cause == ALL else "" if cause == NONE else cause,
        which=request.GET.get("which", ALL),
        days=int(within) if within.isdecimal() else 0,
        since=since,
        until=until,
        product=_product(request),
        page=page_number(request),
        at=at,
    )
    shown = found[: overview.PAGE]
    record(request, what="desk.list:/desk/complaints/limits/cases", count=len(shown))
    context = {
        "title": _("Complaints behind the figure"),
        "table": _cases(shown, at),
        "filters": (Filter(_("Back to the limits"), reverse("desk:complaint_limits")),),
        "empty": Empty(title=_("No complaint here.")),
        "pager": pager_of(request, more=len(found) > overview.PAGE),
    }
    return render(request, "desk/concerns.html", context)


def _line(
    request: HttpRequest, row: Answered, days: Sequence[int], at: datetime, *, every: bool = False
) -> tuple[Cell, ...]:
    name = cause_name(row.cause, get_language() or "en", at) if row.cause else _("No cause named")
    cause = ALL if every else row.cause or NONE

    def opened(count: int, which: str, limit: int = 0) -> Cell:
        # Those still running are no part of what the shares are taken of.
        shared = which in ("within", "late") and row.decided
        share = f"{100 * count / row.decided:.1f} %" if shared else ""
        if not count:
            return Cell(kind=CellKind.NUMBER, value=0, note=share)
        url = _with(request, "desk:complaint_limit_cases", cause=cause, which=which, days=limit)
        return Cell(kind=CellKind.LINK, value=count, url=url, note=share)

    return (
        Cell(value=_("All causes") if every else name),
        opened(row.count, ALL),
        *(opened(count, "within", one) for count, one in zip(row.within, days, strict=True)),
        opened(row.later, "late"),
        opened(row.running, "running"),
    )


def _cases(found: Sequence[Case], at: datetime) -> Table:
    lines = []
    for case in found:
        row = case_row(case, at, closed=case.closed_at is not None)
        lines.append(
            (
                Cell(kind=CellKind.LINK, value=case.number, url=case_url(case.number)),
                Cell(value=row.customer),
                Cell(kind=CellKind.TAG, value=row.state),
                Cell(kind=CellKind.TIME, value=case.opened_at),
                Cell(value=row.handler or "—"),
            )
        )
    return Table(
        caption=_("Complaints behind the figure"),
        caption_hidden=True,
        columns=(
            Column(_("Complaint")),
            Column(_("Customer")),
            Column(_("State")),
            Column(_("Received")),
            Column(_("Handler")),
        ),
        rows=tuple(lines),
        now=at,
    )


def _period(request: HttpRequest, at: datetime) -> tuple[datetime, datetime]:
    """A calendar year where the insurer is, or everything."""
    local = timezone.localtime(at)
    given = request.GET.get("year", str(local.year))
    first = local.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    if given.isdecimal() and 2000 <= int(given) <= local.year:
        return first.replace(year=int(given)), first.replace(year=int(given) + 1)
    return first.replace(year=2000), first.replace(year=local.year + 1)


def _product(request: HttpRequest) -> str:
    given = request.GET.get("product", "")
    return given if given in complaint_words.PRODUCTS else ""


def _years(request: HttpRequest, at: datetime) -> tuple[Filter, ...]:
    this = timezone.localtime(at).year
    chosen = request.GET.get("year", str(this))
    years = [str(year) for year in range(this, this - YEARS_SHOWN, -1)]
    every = Filter(
        _("All years"), _with(request, "desk:complaint_limits", year=ALL), current=chosen == ALL
    )
    return (
        every,
        *(
            Filter(year, _with(request, "desk:complaint_limits", year=year), current=year == chosen)
            for year in years
        ),
    )


def _products(request: HttpRequest) -> tuple[Filter, ...]:
    chosen = _product(request)
    return tuple(
        Filter(
            labels.word(complaint_words.PRODUCTS, one),
            _with(request, "desk:complaint_limits", product="" if one == chosen else one),
            current=one == chosen,
        )
        for one in complaint_words.PRODUCTS
    )


def _with(request: HttpRequest, name: str, **changes: object) -> str:
    """An address that keeps year and product of this one."""
    kept = {key: request.GET[key] for key in ("year", "product") if request.GET.get(key)}
    return f"{reverse(name)}?{urlencode({**kept, **changes})}"

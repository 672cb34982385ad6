"""What a rate of complaints is divided by, as a list: closed claims, or policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.models import Case
from yinuo.core.policies.models import Policy
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Table
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.rows import case_row, case_url
from yinuo.interfaces.desk.views.complaint_behind import PAGE, READERS, year_of
from yinuo.kit.money import HOME_CURRENCY, Money
from yinuo.overview import complaint_bases as overview

TITLES = {
    "claims": gettext_noop("%(year)s: %(count)s closed claims"),
    "premium": gettext_noop("%(year)s: %(count)s policies that began"),
    "policies": gettext_noop("%(year)s: %(count)s policies in force at the end"),
}


def base_url(year: int, which: str) -> str:
    """The address of what a rate is divided by; `which` is one of BASES."""
    return f"{reverse('desk:complaint_base')}?{urlencode({'year': year, 'which': which})}"


@desk(*READERS)
def base(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), now()
    year, since, until = year_of(request, at)
    asked = request.GET.get("which", "")
    which = asked if asked in overview.BASES else "claims"
    start = page_number(request) * PAGE
    total = None
    if which == "claims":
        claims = overview.closed_claims(actor, since=since, until=until)
        count = claims.count()
        rows = claims.select_related("customer", "handler").order_by("-closed_at", "-pk")
        table = _claims(rows[start : start + PAGE], at)
    else:
        found = (
            overview.begun_policies(actor, since=since, until=until)
            if which == "premium"
            else overview.policies_in_force(actor, on=min(until, at))
        )
        count = found.count()
        total = Money(overview.premium_of(found), HOME_CURRENCY) if which == "premium" else None
        lines = found.select_related("branch").order_by("-starts_at", "-pk")
        table = _policies(lines[start : start + PAGE], at)
    record(request, what="desk.list:/desk/complaints/figures/base", count=len(table.rows))
    context = {
        "title": _(TITLES[which]) % {"year": year, "count": count},
        "table": table,
        "year": year,
        "total": total,
        "empty": Empty(title=_("Nothing to divide by in this year.")),
        "pager": pager_of(request, more=start + PAGE < count),
    }
    return render(request, "desk/complaint_behind.html", context)


def _claims(found: Iterable[Case], at: datetime) -> Table:
    lines = []
    for case in found:
        row = case_row(case, at, closed=True)
        lines.append(
            (
                Cell(kind=CellKind.LINK, value=case.number, url=case_url(case.number)),
                Cell(value=row.customer),
                Cell(kind=CellKind.TAG, value=row.state),
                Cell(kind=CellKind.TIME, value=case.closed_at),
                Cell(value=row.handler or "—"),
            )
        )
    columns = (
        Column(_("Claim")),
        Column(_("Customer")),
        Column(_("State")),
        Column(_("Closed")),
        Column(_("Handler")),
    )
    return _table(columns, lines, at)


def _policies(found: Iterable[Policy], at: datetime) -> Table:
    lines = [
        (
            Cell(value=one.number),
            Cell(value=labels.word(labels.PRODUCTS, one.product)),
            Cell(value=one.branch.name),
            Cell(kind=CellKind.TIME, value=one.starts_at),
            Cell(kind=CellKind.TIME, value=one.ends_at),
            Cell(kind=CellKind.MONEY, value=Money(one.premium, one.currency)),
        )
        for one in found
    ]
    columns = (
        Column(_("Policy")),
        Column(_("Product")),
        Column(_("Branch")),
        Column(_("From")),
        Column(_("Until")),
        Column(_("Premium"), numeric=True),
    )
    return _table(columns, lines, at)


def _table(columns: tuple[Column, ...], lines: Sequence[tuple[Cell, ...]], at: datetime) -> Table:
    caption = _("What the figure is divided by")
    return Table(caption=caption, caption_hidden=True, columns=columns, rows=tuple(lines), now=at)

"""The complaints behind one figure: as many as the figure says, on screen and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.interfaces.common import complaint_words, labels, spreadsheets
from yinuo.interfaces.common.present import Cell, CellKind, Column, Empty, Table
from yinuo.interfaces.common.spreadsheets import Sheet
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.presenters.complaints import cause_name
from yinuo.interfaces.desk.rows import case_row, case_url
from yinuo.kit.money import HOME_CURRENCY, Money
from yinuo.overview import complaint_figures as overview
from yinuo.overview.complaint_figures import SPLITS, WHICH, Behind

READERS = ("complaint_officer", "team_lead", "manager", "auditor")
PAGE = 100
FIRST_YEAR = 2000
NONE = "none"
WORDS = {
    "received": gettext_noop("Received"),
    "open": gettext_noop("Still open"),
    "answered": gettext_noop("Answered"),
    "in_time": gettext_noop("Answered in the time of the law"),
    "late": gettext_noop("Late"),
    "upheld": gettext_noop("Upheld, also in part"),
    "rated": gettext_noop("Rated"),
    "content": gettext_noop("Rated well by the complainant"),
    "paid": gettext_noop("Compensation that has arrived"),
}


def behind_url(
    year: int,
    *,
    which: str = "received",
    cause: str | None = None,
    stage: str | None = None,
    by: str = "",
    name: str = "",
) -> str:
    """The address of the cases that a figure counts."""
    asked = {
        "which": which,
        "cause": None if cause is None else cause or NONE,
        "stage": None if stage is None else stage or NONE,
        "by": by,
        "name": name,
    }
    given = {"year": year, **{key: value for key, value in asked.items() if value}}
    return f"{reverse('desk:complaint_behind')}?{urlencode(given)}"


def year_of(request: HttpRequest, at: datetime) -> tuple[int, datetime, datetime]:
    """A calendar year where the insurer is."""
    local = timezone.localtime(at)
    given = request.POST.get("year") or request.GET.get("year", "")
    asked = int(given) if given.isdecimal() and len(given) == len("2026") else 0
    year = asked if FIRST_YEAR <= asked <= local.year else local.year
    first = local.replace(year=year, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return year, first, first.replace(year=year + 1)


@desk(*READERS)
def behind(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), now()
    year, since, until = year_of(request, at)
    asked, form = _asked(request), request.GET.get("as", "")
    start = None if form in spreadsheets.FORMATS else page_number(request) * PAGE
    found = overview.cases_of(
        actor,
        asked,
        since=since,
        until=until,
        start=start or 0,
        most=None if start is None else PAGE,
        at=at,
    )
    title = _title(asked, year, found.count, at)
    if start is None:
        record(request, what="desk.export:/desk/complaints/figures/cases", count=found.count)
        return spreadsheets.download(f"complaints-{year}", [_sheet(title, found.cases, at)], form)
    record(request, what="desk.list:/desk/complaints/figures/cases", count=len(found.cases))
    paid = asked.which == "paid"
    context = {
        "title": title,
        "table": _table(found.cases, at, paid=paid),
        "year": year,
        "total": Money(found.cost, HOME_CURRENCY) if paid else None,
        "empty": Empty(title=_("No complaint here.")),
        "pager": pager_of(request, more=start + PAGE < found.count),
        "downloads": [(one, _with(request, one)) for one in spreadsheets.FORMATS],
    }
    return render(request, "desk/complaint_behind.html", context)


def _asked(request: HttpRequest) -> Behind:
    """What the address says; a word that no figure has counts everything."""
    which, by = request.GET.get("which", ""), request.GET.get("by", "")
    return Behind(
        which=which if which in WHICH else "received",
        cause=_of(request, "cause"),
        stage=_of(request, "stage"),
        by=by if by in SPLITS else "",
        name=_given(request, "name") if by in SPLITS else "",
    )


def _of(request: HttpRequest, name: str) -> str | None:
    given = _given(request, name)
    return "" if given == NONE else given or None


def _given(request: HttpRequest, name: str) -> str:
    """PostgreSQL knows every character but one."""
    return request.GET.get(name, "").replace("\x00", "")


def _with(request: HttpRequest, form: str) -> str:
    asked = request.GET.copy()
    asked["as"] = form
    return f"?{asked.urlencode()}"


def _title(asked: Behind, year: int, count: int, at: datetime) -> str:
    """How many, and of what: the words of the figure that was opened."""
    words = [str(year), _(WORDS[asked.which])]
    if asked.cause is not None:
        words.append(
            cause_name(asked.cause, get_language() or "en", at)
            if asked.cause
            else _("No cause named")
        )
    if asked.stage is not None:
        words.append(stage_name(asked.stage) if asked.stage else _("No claim"))
    if asked.by:
        words.append(split_name(asked.by, asked.name))
    return _("%(count)s complaints: %(what)s") % {"count": count, "what": " · ".join(words)}


def split_name(by: str, name: str) -> str:
    """How a line of the tables by branch, product and channel is called."""
    if by == "product":
        return labels.word(complaint_words.PRODUCTS, name) or "—"
    return labels.word(complaint_words.CHANNELS, name) if by == "channel" else name


def stage_name(name: str) -> str:
    """The state of the claim in words; a stage that no workflow of today has, as it is."""
    states = {state.name: state.label for state in WORKFLOWS.current("claim").case.states}
    return _(states[name]) if name in states else name


def _table(found: Sequence[tuple[Case, Decimal | None]], at: datetime, *, paid: bool) -> Table:
    columns = [
        Column(_("Complaint")),
        Column(_("Customer")),
        Column(_("State")),
        Column(_("Received")),
        Column(_("Handler")),
    ]
    if paid:
        columns.append(Column(_("Compensation"), numeric=True))
    return Table(
        caption=_("Complaints behind the figure"),
        caption_hidden=True,
        columns=tuple(columns),
        rows=tuple(_line(case, cost, at, paid=paid) for case, cost in found),
        now=at,
    )


def _line(case: Case, cost: Decimal | None, at: datetime, *, paid: bool) -> tuple[Cell, ...]:
    row = case_row(case, at, closed=case.closed_at is not None)
    cells = (
        Cell(kind=CellKind.LINK, value=case.number, url=case_url(case.number)),
        Cell(value=row.customer),
        Cell(kind=CellKind.TAG, value=row.state),
        Cell(kind=CellKind.TIME, value=case.opened_at),
        Cell(value=row.handler or "—"),
    )
    if not paid:
        return cells
    return (*cells, Cell(kind=CellKind.MONEY, value=Money(cost or Decimal(0), HOME_CURRENCY)))


def _sheet(title: str, found: Sequence[tuple[Case, Decimal | None]], at: datetime) -> Sheet:
    rows = []
    for case, cost in found:
        row = case_row(case, at, closed=case.closed_at is not None)
        opened = timezone.localtime(case.opened_at).isoformat(timespec="minutes")
        rows.append((case.number, row.customer, row.state.text, opened, row.handler, cost))
    columns = (
        _("Complaint"),
        _("Customer"),
        _("State"),
        _("Received"),
        _("Handler"),
        _("Compensation"),
    )
    return Sheet(title, columns, tuple(rows))

"""What complaints come to, each figure with what it is made of, against target and baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.areas.complaints import commands as complaints
from yinuo.interfaces.common import complaint_words, labels, spreadsheets
from yinuo.interfaces.common.present import Cell, CellKind, Column, Filter, Stat, Table
from yinuo.interfaces.common.spreadsheets import Sheet
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.presenters.complaints import cause_name
from yinuo.interfaces.desk.views.complaint_bases import base_url
from yinuo.interfaces.desk.views.complaint_behind import (
    behind_url,
    split_name,
    stage_name,
    year_of,
)
from yinuo.kit.errors import DomainError
from yinuo.kit.money import format_amount
from yinuo.overview import complaint_figures as overview
from yinuo.overview.complaint_figures import Ends, Heat, Rate, Split
from yinuo.overview.measures import Measure, verdict

READERS = ("complaint_officer", "team_lead", "manager", "auditor")
YEARS_SHOWN = 6
SHADES = 5
RATES = {
    "per_thousand_claims": gettext_noop("Complaints per 1,000 closed claims"),
    "per_hundred_million": gettext_noop("Complaints per 100 million yuan of premium"),
    "per_ten_thousand": gettext_noop("Complaints per 10,000 policies in force"),
}
DIVIDED_BY = {
    "per_thousand_claims": gettext_noop("%(hits)s complaints, %(n)s closed claims"),
    "per_hundred_million": gettext_noop("%(hits)s complaints, %(n)s yuan of premium"),
    "per_ten_thousand": gettext_noop("%(hits)s complaints, %(n)s policies in force"),
}
BASES = {
    "per_thousand_claims": "claims",
    "per_hundred_million": "premium",
    "per_ten_thousand": "policies",
}
DIVISORS = {
    "claims": gettext_noop("Closed claims"),
    "premium": gettext_noop("Premium of policies that began"),
    "policies": gettext_noop("Policies in force at the end"),
}
SPLITS = {
    "branch": gettext_noop("By branch"),
    "product": gettext_noop("By product"),
    "channel": gettext_noop("By channel"),
}
VERDICTS = {
    "proven": gettext_noop("target reached, proven"),
    "not_proven": gettext_noop("target not proven"),
    "missed": gettext_noop("target missed"),
    "too_few": gettext_noop("too few for a figure"),
}


@desk(*READERS)
def figures(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), now()
    year, since, until = year_of(request, at)
    rates = overview.rates(actor, since=since, until=until, at=at)
    ends = overview.ends(actor, since=since, until=until, at=at)
    found = overview.heat(actor, since=since, until=until, at=at)
    form = request.GET.get("as", "")
    if form in spreadsheets.FORMATS:
        record(request, what="desk.export:/desk/complaints/figures", count=ends.received)
        return spreadsheets.download(
            f"complaints-{year}", _sheets(request, rates, ends, found, since, until, at), form
        )
    record(request, what="desk.list:/desk/complaints/figures", count=ends.received)
    context = {
        "year": year,
        "years": _years(at, year),
        "rates": [_rate(one, year, at) for one in rates],
        "bases": [_base(one, year) for one in rates],
        "ends": _ends(ends, year, at),
        "heat": _heat(found, year, at),
        "splits": [_split(request, by, year, since, until, at) for by in overview.SPLITS],
        "may_store": "manager" in actor.roles and until <= at,
        "downloads": [
            (one, f"?{urlencode({'year': year, 'as': one})}") for one in spreadsheets.FORMATS
        ],
        "regulator": f"{reverse('desk:complaint_regulator')}?{urlencode({'year': year})}",
    }
    return render(request, "desk/complaint_figures.html", context)


@desk(*READERS)
def regulator(request: HttpRequest) -> HttpResponse:
    """The regulator's table of statistics, to be sent or filed."""
    actor, at = actor_of(request), now()
    year, since, until = year_of(request, at)
    language = get_language() or "en"
    lines = overview.regulator_table(actor, since=since, until=until, at=at)
    record(request, what="desk.export:/desk/complaints/regulator", count=len(lines))
    sheet = Sheet(
        title=_("Statistics of complaints %(year)s") % {"year": year},
        columns=(
            _("Code"),
            _("Cause"),
            _("Product"),
            _("Channel"),
            _("Received"),
            _("Answered in time"),
            _("Answered"),
            _("Upheld, also in part"),
        ),
        rows=tuple(
            (
                one.law,
                cause_name(one.cause, language, at) if one.cause else _("No cause named"),
                labels.word(complaint_words.PRODUCTS, one.product),
                labels.word(complaint_words.CHANNELS, one.channel),
                one.received,
                one.in_time,
                one.answered,
                one.upheld,
            )
            for one in lines
        ),
    )
    form = "csv" if request.GET.get("as") == "csv" else "xlsx"
    return spreadsheets.download(f"complaint-statistics-{year}", [sheet], form)


@require_POST
@desk("manager")
def baseline(request: HttpRequest) -> HttpResponse:
    """Keep the three rates of a past year, so that later years are held against them."""
    actor, at = actor_of(request), now()
    year, since, until = year_of(request, at)
    stored = 0
    try:
        for one in overview.rates(actor, since=since, until=until, at=at):
            if one.denominator > 0:
                complaints.store_baseline(
                    measure=one.measure,
                    from_on=timezone.localdate(since),
                    until_on=timezone.localdate(until),
                    numerator=Decimal(one.numerator),
                    denominator=one.denominator,
                    by=actor,
                    at=at,
                )
                stored += 1
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(count)s figures of %(year)s are the baseline now.")
            % {"count": stored, "year": year},
        )
    return redirect(f"{reverse('desk:complaint_figures')}?{urlencode({'year': year})}")


def _rate(one: Rate, year: int, at: datetime) -> Stat:
    note = _(DIVIDED_BY[one.measure]) % {"hits": one.numerator, "n": f"{one.denominator:,.0f}"}
    change, wanted = one.change, overview.targets(at).fewer_than_baseline.value
    if one.baseline is not None and one.before is not None:
        note += " · " + _("baseline %(value)s of %(from)s") % {
            "value": f"{one.before:.2f}",
            "from": one.baseline.from_on.year,
        }
    if change is not None:
        note += " · " + _("%(change)s %% against it, target %(target)s %%") % {
            "change": f"{change * 100:+.1f}",
            "target": f"{-wanted * 100:.0f}",
        }
    return Stat(
        label=_(RATES[one.measure]),
        value="—" if one.value is None else f"{one.value:.2f}",
        note=note,
        url=behind_url(year),
        broken=change is not None and change > -wanted,
    )


def _base(one: Rate, year: int) -> Stat:
    """What the rate is divided by, as a figure that opens."""
    which = BASES[one.measure]
    money = which == "premium"
    value = format_amount(one.denominator) if money else f"{one.denominator:,.0f}"
    return Stat(label=_(DIVISORS[which]), value=value, url=base_url(year, which))


def _ends(ends: Ends, year: int, at: datetime) -> list[Stat]:
    target = float(overview.targets(at).in_time.value)
    held = verdict(ends.in_time.value, ends.in_time.interval, target)
    return [
        Stat(label=_("Received"), value=str(ends.received), url=behind_url(year)),
        Stat(label=_("Still open"), value=str(ends.open), url=behind_url(year, which="open")),
        Stat(label=_("Answered"), value=str(ends.answered), url=behind_url(year, which="answered")),
        replace(
            _share(_("Answered in the time of the law"), ends.in_time, target, _(VERDICTS[held])),
            url=behind_url(year, which="in_time"),
        ),
        replace(
            _share(_("Upheld, also in part"), ends.upheld), url=behind_url(year, which="upheld")
        ),
        Stat(label=_("Rated"), value=str(ends.rated.n), url=behind_url(year, which="rated")),
        replace(_share(_rated(at), ends.rated), url=behind_url(year, which="content")),
        Stat(
            label=_("Compensation that has arrived"),
            value=format_amount(ends.cost),
            url=behind_url(year, which="paid"),
        ),
    ]


def _rated(at: datetime) -> str:
    best = _("Rated %(from)s of 5 or better by the complainant")
    return best % {"from": overview.targets(at).content_from.value}


def _share(label: str, one: Measure, target: float | None = None, more: str = "") -> Stat:
    if one.value is None or one.interval is None:
        note = _("%(hits)s of %(n)s: too few for a figure") % {"hits": one.hits, "n": one.n}
        return Stat(label=label, value="—", note=note)
    note = _("%(hits)s of %(n)s; 95 %% interval %(low).1f to %(high).1f") % {
        "hits": one.hits,
        "n": one.n,
        "low": one.interval.low,
        "high": one.interval.high,
    }
    return Stat(
        label=label,
        value=f"{one.value:.1f}",
        unit="%",
        share=one.value / 100,
        target_share=target / 100 if target is not None else None,
        note=f"{note} · {more}" if more else note,
    )


def _heat(found: Heat, year: int, at: datetime) -> dict[str, object]:
    """Rows of (name, cells, total, address of the total); a cell is its count, one of SHADES
    shades, darker is more, and the address of its cases.
    """
    language = get_language() or "en"
    rows = [
        (
            cause_name(cause, language, at) if cause else _("No cause named"),
            [
                (*_shaded(found, cause, stage), behind_url(year, cause=cause, stage=stage))
                for stage in found.stages
            ],
            sum(found.counts.get((cause, stage), 0) for stage in found.stages),
            behind_url(year, cause=cause),
        )
        for cause in found.causes
    ]
    stages = [stage_name(stage) if stage else _("No claim") for stage in found.stages]
    title = _("No complaint in this time")
    if rows and found.most:
        cause, stage = max(found.counts, key=lambda key: found.counts[key])
        title = _("Most often: %(cause)s, at “%(stage)s”") % {
            "cause": cause_name(cause, language, at) if cause else _("No cause named"),
            "stage": stage_name(stage) if stage else _("No claim"),
        }
    return {"title": title, "stages": stages, "rows": rows}


def _shaded(found: Heat, cause: str, stage: str) -> tuple[int, int]:
    count = found.counts.get((cause, stage), 0)
    return count, -(-count * SHADES // found.most) if count else 0


def _split(
    request: HttpRequest, by: str, year: int, since: datetime, until: datetime, at: datetime
) -> Table:
    def opened(one: Split, count: int, which: str) -> Cell:
        url = behind_url(year, which=which, by=by, name=one.name)
        return Cell(kind=CellKind.LINK, value=count, url=url) if count else Cell(value=0)

    rows = overview.split(actor_of(request), by, since=since, until=until)
    return Table(
        caption=_(SPLITS[by]),
        columns=(
            Column(_(SPLITS[by])),
            Column(_("Received"), numeric=True),
            Column(_("Answered"), numeric=True),
            Column(_("Late"), numeric=True),
            Column(_("Upheld, also in part"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(value=split_name(by, one.name)),
                opened(one, one.received, "received"),
                opened(one, one.answered, "answered"),
                opened(one, one.late, "late"),
                opened(one, one.upheld, "upheld"),
            )
            for one in rows
        ),
        now=at,
    )


def _sheets(
    request: HttpRequest,
    rates: Sequence[Rate],
    ends: Ends,
    found: Heat,
    since: datetime,
    until: datetime,
    at: datetime,
) -> list[Sheet]:
    """Everything on the page, and numerators and denominators beside each rate."""
    heat = _heat(found, 0, at)
    stages, rows = heat["stages"], heat["rows"]
    assert isinstance(stages, list)
    assert isinstance(rows, list)
    shares = (
        (_("Answered in the time of the law"), ends.in_time),
        (_("Upheld, also in part"), ends.upheld),
        (_rated(at), ends.rated),
    )
    figures_sheet = Sheet(
        _("Figures"),
        (_("Figure"), _("Value"), _("Numerator"), _("Denominator"), _("Baseline")),
        (
            *((_(RATES[r.measure]), r.value, r.numerator, r.denominator, r.before) for r in rates),
            *((label, one.value, one.hits, one.n, None) for label, one in shares),
            (_("Compensation that has arrived"), ends.cost, None, None, None),
        ),
    )
    splits = [
        Sheet(
            _(SPLITS[by]),
            (_(SPLITS[by]), _("Received"), _("Answered"), _("Late"), _("Upheld, also in part")),
            tuple(
                (split_name(by, one.name), one.received, one.answered, one.late, one.upheld)
                for one in overview.split(actor_of(request), by, since=since, until=until)
            ),
        )
        for by in overview.SPLITS
    ]
    heat_sheet = Sheet(
        _("Cause and stage"),
        (_("Main cause"), *stages, _("Together")),
        tuple(
            (name, *(count for count, _shade, _url in cells), total)
            for name, cells, total, _url in rows
        ),
    )
    return [figures_sheet, heat_sheet, *splits]


def _years(at: datetime, chosen: int) -> list[Filter]:
    this = timezone.localtime(at).year
    return [
        Filter(str(year), f"?year={year}", current=year == chosen)
        for year in range(this, this - YEARS_SHOWN, -1)
    ]

"""The figures of call-backs on one page, the cases behind each, and both as a table to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import wraps
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Empty,
    Fact,
    Filter,
    Money,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.periods import PERIODS, chosen_days, day_filters
from yinuo.interfaces.desk.rows import case_row
from yinuo.kit.clock import Limit
from yinuo.overview import call_back_figures as overview
from yinuo.overview import measures
from yinuo.overview.call_back_effort import effort
from yinuo.overview.call_back_figures import Group, GroupResult, Period, Result, Rounds
from yinuo.overview.call_back_rulefile import CallBackFiguresRules

READERS = ("team_lead", "manager", "auditor")

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        gettext_noop("Coverage"),
        (
            "attempted_first",
            "reached_first",
            "answered_first",
            "attempted_last",
            "reached_last",
            "answered_last",
        ),
    ),
    (gettext_noop("What customers say"), ("satisfied", "nps", "ces")),
    (gettext_noop("The four qualities, and respect"), overview.QUALITIES),
    (
        gettext_noop("What became of it"),
        (
            "concerned",
            "solved",
            "solved_in_time",
            "content_at_once",
            "content_at_last",
            "rounds",
        ),
    ),
    (gettext_noop("Who stays with us"), ("churned",)),
)
NAMES: labels.Words = {
    "attempted_first": gettext_noop("First contact tried within %(first)s hours"),
    "reached_first": gettext_noop("Reached within %(first)s hours"),
    "answered_first": gettext_noop("Answered within %(first)s hours"),
    "attempted_last": gettext_noop("Contact tried within %(last)s hours"),
    "reached_last": gettext_noop("Reached within %(last)s hours"),
    "answered_last": gettext_noop("Answered within %(last)s hours"),
    "satisfied": gettext_noop("Satisfied (4 and 5 of 5)"),
    "nps": gettext_noop("Would recommend us (NPS)"),
    "ces": gettext_noop("Found it easy (5 to 7 of 7)"),
    "professional": gettext_noop("Professional"),
    "efficient": gettext_noop("Efficient"),
    "transparent": gettext_noop("Transparent"),
    "warm": gettext_noop("Warm"),
    "respect": gettext_noop("Respect and care"),
    "concerned": gettext_noop("Answers that brought a concern"),
    "solved": gettext_noop("Concerns solved"),
    "solved_in_time": gettext_noop("Concerns solved within %(solved)s hours"),
    "content_at_once": gettext_noop("Content in the first round"),
    "content_at_last": gettext_noop("Content at the end"),
    "churned": gettext_noop("Customers lost, of those whose insurance ended since"),
    "rounds": gettext_noop("Rounds until the customer was content"),
    "waiting": gettext_noop("Calls waiting now"),
    "by_link": gettext_noop("Answers by link"),
    "by_phone": gettext_noop("Answers on the phone"),
}
GROUPS: Mapping[Group, str] = {
    "": gettext_noop("All together"),
    "branch": gettext_noop("By branch"),
    "agent": gettext_noop("By agent"),
    "script": gettext_noop("By script"),
    "channel": gettext_noop("By channel"),
    "programme": gettext_noop("By programme"),
}
COUNTED = ("rounds", "waiting", "by_link", "by_phone")
"""Numbers that are no share: all of their cases count."""

IN_TABLE = (
    "attempted_first",
    "answered_last",
    "satisfied",
    "nps",
    "ces",
    "solved",
    "solved_in_time",
)
VERDICTS: Mapping[str, tuple[str, Tone, str]] = {
    "proven": (gettext_noop("proven"), Tone.JADE, "check"),
    "not_proven": (gettext_noop("not proven"), Tone.AMBER, "clock"),
    "missed": (gettext_noop("missed"), Tone.VERMILION, "warn"),
    "too_few": (gettext_noop("too few answers"), Tone.PLAIN, ""),
}
CHANNELS: labels.Words = {
    "portal": gettext_noop("Customer's page"),
    "call": gettext_noop("Call"),
    "message": gettext_noop("Letter"),
}


def _pinned(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """One state of the rules for a page that reads them at every figure."""

    @wraps(view)
    def page(request: HttpRequest) -> HttpResponse:
        with rulebook.pinned():
            return view(request)

    return page


@require_safe
@desk(*READERS)
@_pinned
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure beside its target, with the number of answers and the interval."""
    days, group, period = _asked(request)
    found = overview.overview(actor_of(request), period, group)
    here = reverse("desk:call_back_figures")
    context = {
        "periods": day_filters(days, lambda one: _url(here, days=one, group=group)),
        "groups": [
            Filter(_(name), _url(here, days=days, group=code), current=code == group)
            for code, name in GROUPS.items()
        ],
        "sections": [
            (_(title), [_card(found, code, days) for code in codes])
            for title, codes in SECTIONS
        ],
        "table": _table(found.groups, group, days, period.at) if group else None,
        "effort": _effort(request, period, days),
        "csv_url": _url(reverse("desk:call_back_figures_csv"), days=days, group=group),
    }  # fmt: skip
    return render(request, "desk/call_back_figures.html", context)


@require_safe
@desk(*READERS)
@_pinned
def figure_cases(request: HttpRequest) -> HttpResponse:
    """The cases that a figure counts, and those that it misses."""
    days, group, period = _asked(request)
    code, key, which = _which(request)
    found = overview.cases_behind(
        actor_of(request), period, code, hit=_HITS[which], group=group, key=key
    )
    record(request, what="desk.call_backs.figure", count=len(found))
    here = reverse("desk:call_back_figure_cases")
    given = {"figure": code, "days": days, "group": group, "key": key}
    context = {
        "title": name_of(code),
        "which": [
            Filter(_(name), _url(here, **given, which=one), current=one == which)
            for one, name in WHICH.items()
        ]
        if code not in COUNTED
        else [],
        "rows": [case_row(one, period.at, closed=one.closed_at is not None) for one in found],
        "full": len(found) == overview.CASES,
        "most": overview.CASES,
        "back": _url(reverse("desk:call_back_figures"), days=days, group=group),
        "csv_url": _url(reverse("desk:call_back_cases_csv"), **given, which=which),
        "empty": Empty(title=_("No such case"), body=_("Nothing stands behind this figure.")),
    }
    return render(request, "desk/call_back_figure_cases.html", context)


@require_safe
@desk(*READERS)
@_pinned
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The figures of the page as a table; taking it away is put on record."""
    days, group, period = _asked(request)
    found = overview.overview(actor_of(request), period, group)
    # A group may have no name of its own, so the first line is told by its place.
    lines = [
        (_("All together"), GroupResult("", found.total)),
        *((_group_name(group, line.key), line) for line in found.groups),
    ]
    rows: list[tuple[object, ...]] = [
        (name, code, _(NAMES[code]),
         result.measure.n, result.measure.hits, _number(result.measure.value),
         _number(result.measure.interval.low if result.measure.interval else None),
         _number(result.measure.interval.high if result.measure.interval else None),
         _number(result.target), result.verdict or "")
        for name, line in lines
        for code, result in line.results.items()
    ]  # fmt: skip
    # A mean has neither hits nor a target; it is told for all together.
    content = found.rounds
    rows.append((_("All together"), "rounds", name_of("rounds"), content.n, "",
                 "" if content.mean is None else f"{content.mean:.2f}",
                 "", "", "", ""))  # fmt: skip
    record(request, what="desk.call_backs.figures.csv", count=len(rows))
    header = (_("Group"), "figure", _("Figure"), "n", "hits", "value", "low", "high", "target",
              "verdict")  # fmt: skip
    return _csv(f"call-back-figures-{days}.csv", header, rows)


@require_safe
@desk(*READERS)
@_pinned
def cases_csv(request: HttpRequest) -> HttpResponse:
    """The cases behind a figure, by their numbers and without names."""
    days, group, period = _asked(request)
    code, key, which = _which(request)
    found = overview.cases_behind(
        actor_of(request), period, code, hit=_HITS[which], group=group, key=key
    )
    record(request, what="desk.call_backs.figure.csv", count=len(found))
    rows = [
        (one.number, one.branch.name, one.state, one.opened_at.isoformat(),
         one.closed_at.isoformat() if one.closed_at else "")
        for one in found
    ]  # fmt: skip
    header = (_("Case"), _("Branch"), _("State"), _("Opened"), _("Closed"))
    return _csv(f"{code}-{days}.csv", header, rows)


def name_of(code: str) -> str:
    """The name of a figure, with its window as the rules in force have it."""
    shown = rulebook.rules(CallBackFiguresRules, at=now()).shown
    hours = {
        "first": shown.first_within.value,
        "last": shown.complete_within.value,
        "solved": shown.solved_within.value,
    }
    text = labels.word(NAMES, code)
    return text % {name: _hours(limit) for name, limit in hours.items()} if "%(" in text else text


def _hours(limit: Limit) -> str:
    return f"{limit.elapsed() / timedelta(hours=1):g}"


# What was asked for -------------------------------------------------------------------------------

WHICH: labels.Words = {
    "all": gettext_noop("All counted"),
    "hit": gettext_noop("Those that count"),
    "miss": gettext_noop("Those that do not"),
}
_HITS: Mapping[str, bool | None] = {"all": None, "hit": True, "miss": False}


def _asked(request: HttpRequest) -> tuple[str, Group, Period]:
    days = chosen_days(request)
    wanted = request.GET.get("group", "")
    group: Group = next((one for one in overview.GROUPS if one == wanted), "")
    at = now()
    return days, group, Period(at - PERIODS[days], at, at)


def _which(request: HttpRequest) -> tuple[str, str, str]:
    code = request.GET.get("figure", "")
    if code not in NAMES:
        raise Http404
    which = request.GET.get("which", "all")
    # The database stores every character but one.
    key = request.GET.get("key", "")[:80].replace("\x00", "")
    return code, key, which if which in WHICH else "all"


def _url(path: str, **given: str) -> str:
    kept = {name: value for name, value in given.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


# How a figure looks -------------------------------------------------------------------------------


def _figure(result: Result, days: str) -> Mapping[str, object]:
    measure, interval = result.measure, result.measure.interval
    share = measure.value / 100 if measure.value is not None else None
    return {
        "code": result.figure.code,
        "name": name_of(result.figure.code),
        "value": _value(result),
        "interval": _("%(low)s to %(high)s") % {
            "low": measures.points(interval.low), "high": measures.points(interval.high),
        } if interval else "",
        "bar": f"{max(0.0, share or 0) * 100:.1f}" if result.figure.minus is None else "",
        "low": f"{interval.low:.1f}" if interval else "",
        "span": f"{interval.high - interval.low:.1f}" if interval else "",
        "target": _points(result, result.target) if result.target is not None else None,
        "target_x": f"{result.target:.1f}" if result.target is not None else "",
        "source": result.source,
        "n": _counted(result),
        "verdict": verdict_tag(result),
        "url": _behind(result.figure.code, days) if measure.n else "",
    }  # fmt: skip


def _card(found: overview.Overview, code: str, days: str) -> Mapping[str, object]:
    if code == "rounds":
        return _rounds(found.rounds, days)
    return _figure(found.total[code], days)


def _rounds(found: Rounds, days: str) -> Mapping[str, object]:
    return {
        "code": "rounds",
        "name": name_of("rounds"),
        "value": f"{found.mean:.1f}" if found.mean is not None else "–",
        "n": _("%(n)s call-backs") % {"n": found.n},
        "url": _behind("rounds", days) if found.n else "",
    }


def _behind(code: str, days: str) -> str:
    return _url(reverse("desk:call_back_figure_cases"), figure=code, days=days)


def _effort(request: HttpRequest, period: Period, days: str) -> tuple[Fact, ...]:
    """What is computed from a number opens the cases, or the people, of that number."""
    found = effort(actor_of(request), period)
    left = found.days_to_clear
    waiting, by_link = _behind("waiting", days), _behind("by_link", days)
    callers = f"{reverse('desk:training')}?{urlencode({'kind': found.training})}"
    return (
        Fact(name_of("waiting"), str(found.waiting), url=waiting),
        Fact(_("Trained people on duty"), str(found.callers), url=callers),
        Fact(_("Calls that they can make a day"), str(found.calls_a_day), url=callers),
        Fact(
            _("Days until all are called"),
            str(left) if left is not None else _("nobody can call"),
            url=waiting,
        ),
        Fact(name_of("by_link"), str(found.by_link), url=by_link),
        Fact(name_of("by_phone"), str(found.by_phone), url=_behind("by_phone", days)),
        Fact(_("Hours that links saved"), str(found.saved_hours), url=by_link),
        Fact(_("Cost that links saved"), Money(found.saved_cost), url=by_link),
    )


def _counted(result: Result) -> str:
    measure = result.measure
    if result.figure.minus is not None:
        return _("%(n)s answers") % {"n": measure.n}
    return _("%(hits)s of %(n)s") % {"hits": measure.hits, "n": measure.n}


def _value(result: Result) -> str:
    value = result.measure.value
    return "–" if value is None else _points(result, value)


def _points(result: Result, value: float) -> str:
    unit = "" if result.figure.minus is not None else " %"
    return f"{measures.points(value)}{unit}"


def verdict_tag(result: Result) -> Tag | None:
    """The word beside a target; without a target only whether there is a figure at all."""
    said = result.verdict or ("too_few" if not result.measure.is_shown else None)
    if said is None:
        return None
    word, tone, icon = VERDICTS[said]
    return Tag(_(word), tone, icon)


def _table(groups: Sequence[GroupResult], group: Group, days: str, at: datetime) -> Table:
    columns = (
        Column(_(GROUPS[group])),
        *(Column(name_of(code), numeric=True) for code in IN_TABLE),
    )
    rows = tuple(
        (
            Cell(value=_group_name(group, line.key)),
            *(_group_cell(line, code, group, days) for code in IN_TABLE),
        )
        for line in groups
    )
    return Table(caption=_(GROUPS[group]), columns=columns, rows=rows, now=at, caption_hidden=True)


def _group_cell(line: GroupResult, code: str, group: Group, days: str) -> Cell:
    result = line.results.get(code)
    if result is None or not result.measure.n:
        return Cell(value="–")
    here = reverse("desk:call_back_figure_cases")
    return Cell(
        kind=CellKind.LINK,
        value=_value(result),
        url=_url(here, figure=code, days=days, group=group, key=line.key),
        note=_counted(result),
    )


def _group_name(group: Group, key: str) -> str:
    if not key:
        return _("Nobody on the phone") if group == "agent" else _("none")
    return labels.word(CHANNELS, key) if group == "channel" else key


def _number(value: float | None) -> str:
    return "" if value is None else str(measures.points(value))


def _csv(name: str, header: Iterable[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """With a mark by which spreadsheets know UTF-8; no cell begins like a formula."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(header)
    out.writerows([_plain(cell) for cell in row] for row in rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _plain(cell: object) -> object:
    if isinstance(cell, str) and cell[:1] in {"=", "+", "@", "\t", "\r"}:
        return f"'{cell}"
    return cell

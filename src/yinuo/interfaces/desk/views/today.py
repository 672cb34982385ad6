"""My day: what breaks next, across all kinds of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.present import CaseRow, Empty, Filter, LaneKey, Link, Pager
from yinuo.interfaces.desk.actor import actor_of, asks_for, desk, now, record
from yinuo.interfaces.desk.rows import case_row
from yinuo.overview import today as days
from yinuo.overview.today import Lane, LaneView, Scope

LEADERS = frozenset({"team_lead", "manager", "auditor"})
MINE, BRANCH = "mine", "branch"
TITLES: Mapping[Lane, str] = {
    Lane.OVERDUE: gettext_noop("Overdue"),
    Lane.NEXT_HOUR: gettext_noop("Within the hour"),
    Lane.TODAY: gettext_noop("Today"),
    Lane.WAITING: gettext_noop("Waiting for the customer"),
    Lane.LATER: gettext_noop("Later"),
    Lane.WITHOUT_PROMISE: gettext_noop("Nothing promised"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A lane with its heading; `count` is words, for it may be capped."""

    key: LaneKey
    title: str
    count: str
    url: str
    rows: tuple[CaseRow, ...]
    more: str = ""


@desk()
def today(request: HttpRequest) -> HttpResponse:
    """One list in lanes; the filters live in the address."""
    actor, at = actor_of(request), now()
    lane, whose = _asked(request, actor)
    after = request.GET.get("after", "") if lane else ""
    with rulebook.pinned():
        views = _views(actor, lane, Scope(mine=whose == MINE), after, at)
    shown = tuple(_shown(view, whose, at) for view in views if view.rows)
    record(request, what="desk.today", count=sum(len(view.rows) for view in views))
    context = {
        "lanes": shown,
        "lane_filters": _lane_filters(views, lane, whose),
        "whose_filters": _whose_filters(lane, whose),
        "pager": _pager(shown, lane, whose, after) if lane else None,
        "empty": None if shown else _empty(lane, whose),
        "now": at,
    }
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    """The list alone for a click on a filter; the whole page for everything else."""
    return "desk/today_list.html" if asks_for(request, "today") else "desk/today.html"


def _asked(request: HttpRequest, actor: Actor) -> tuple[Lane | None, str]:
    lane, whose = request.GET.get("lane", ""), request.GET.get("whose", "")
    usual = BRANCH if actor.roles & LEADERS else MINE
    return (
        Lane(lane) if lane in tuple(Lane) else None,
        whose if whose in (MINE, BRANCH) else usual,
    )


def _views(
    actor: Actor, lane: Lane | None, scope: Scope, after: str, at: datetime
) -> Sequence[LaneView]:
    language = get_language() or "en"
    if lane is None:
        return days.today(actor, at=at, language=language, scope=scope)
    return (days.lane_page(actor, lane, at=at, language=language, scope=scope, after=after),)


def _url(lane: Lane | None, whose: str, after: str = "") -> str:
    asked = {"whose": whose}
    if lane is not None:
        asked["lane"] = lane.value
    if after:
        asked["after"] = after
    return f"{reverse('desk:today')}?{urlencode(asked)}"


def _words(view: LaneView) -> str:
    return f"{view.count}+" if view.capped else str(view.count)


def _shown(view: LaneView, whose: str, at: datetime) -> Shown:
    rows = tuple(
        case_row(row.case, at, plate=row.plate, promise=row.promise, closed=False)
        for row in view.rows
    )
    return Shown(
        key=LaneKey(view.lane.value),
        title=_(TITLES[view.lane]),
        count=_words(view),
        url=_url(view.lane, whose),
        rows=rows,
        more=_url(view.lane, whose, view.after) if view.after else "",
    )


def _lane_filters(
    views: Sequence[LaneView], lane: Lane | None, whose: str
) -> tuple[tuple[Filter, str], ...]:
    """Each lane; with its count where the page knows it."""
    known = {view.lane: view for view in views} if lane is None else {}
    filters = [(Filter(_("All"), _url(None, whose), current=lane is None), "")]
    for one, title in TITLES.items():
        view = known.get(one)
        hidden = one is Lane.WITHOUT_PROMISE and lane is not one
        if hidden and (view is None or not view.count):
            continue
        words = _words(view) if view else ""
        filters.append((Filter(_(title), _url(one, whose), current=lane is one), words))
    return tuple(filters)


def _whose_filters(lane: Lane | None, whose: str) -> tuple[Filter, ...]:
    return (
        Filter(_("Mine"), _url(lane, MINE), current=whose == MINE),
        Filter(_("My branch"), _url(lane, BRANCH), current=whose == BRANCH),
    )


def _pager(shown: Sequence[Shown], lane: Lane, whose: str, after: str) -> Pager | None:
    following = shown[0].more if shown else ""
    if not following and not after:
        return None
    count = len(shown[0].rows) if shown else 0
    return Pager(
        summary=_("%(count)s cases on this page") % {"count": count},
        previous_url=_url(lane, whose) if after else "",
        next_url=following,
    )


def _empty(lane: Lane | None, whose: str) -> Empty:
    if lane is not None:
        return Empty(
            title=_("Nothing in this lane"),
            body=_("What breaks next stands under “All”."),
            action=Link(_("Show all"), _url(None, whose)),
        )
    if whose == MINE:
        return Empty(
            title=_("Nothing waits for you"),
            body=_("Your branch may need a hand."),
            action=Link(_("Show my branch"), _url(None, BRANCH)),
        )
    return Empty(
        title=_("No open case in your branch"),
        body=_("A new report appears here by itself."),
        action=Link(_("Take a report"), reverse("desk:intake")),
    )

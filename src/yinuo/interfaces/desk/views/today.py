"""My day: what breaks next, across all kinds of case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.kinds import KINDS, known
from yinuo.interfaces.common.present import CaseRow, Empty, Filter, LaneKey, Link, Pager
from yinuo.interfaces.desk.actor import actor_of, asks_for, desk, now, record
from yinuo.interfaces.desk.rows import case_row, voice_row
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
    asked = _asked(request, actor)
    after = request.GET.get("after", "") if asked.lane else ""
    with rulebook.pinned():
        views = _views(actor, asked, after, at)
        # A voice has neither a lane nor a kind: it stands where nothing was chosen.
        whole = asked.lane is None and not asked.kind
        voices = [voice_row(one, at) for one in days.voices(actor, at=at)] if whole else []
    shown = tuple(_shown(view, asked, at) for view in views if view.rows)
    record(request, what="desk.today", count=sum(len(view.rows) for view in views))
    context = {
        "lanes": shown,
        "voices": voices,
        "lane_filters": _lane_filters(views, asked),
        "whose_filters": _whose_filters(asked),
        "kind_filters": _kind_filters(asked),
        "pager": _pager(shown, asked, after) if asked.lane else None,
        "empty": None if shown or voices else _empty(asked),
        "now": at,
    }
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    """The list alone for a click on a filter; the whole page for everything else."""
    return "desk/today_list.html" if asks_for(request, "today") else "desk/today.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: one lane or all, whose cases, of one kind or of every."""

    lane: Lane | None
    whose: str
    kind: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(mine=self.whose == MINE, kind=self.kind)

    def url(self, after: str = "", **changes: Any) -> str:
        """The address of this page with these changes."""
        other = replace(self, **changes)
        query = {"whose": other.whose}
        if other.lane is not None:
            query["lane"] = other.lane.value
        if other.kind:
            query["kind"] = other.kind
        if after:
            query["after"] = after
        return f"{reverse('desk:today')}?{urlencode(query)}"


def _asked(request: HttpRequest, actor: Actor) -> Asked:
    lane, whose = request.GET.get("lane", ""), request.GET.get("whose", "")
    kind = request.GET.get("kind", "")
    usual = BRANCH if actor.roles & LEADERS else MINE
    return Asked(
        lane=Lane(lane) if lane in tuple(Lane) else None,
        whose=whose if whose in (MINE, BRANCH) else usual,
        kind=kind if kind in KINDS else "",
    )


def _views(actor: Actor, asked: Asked, after: str, at: datetime) -> Sequence[LaneView]:
    language = get_language() or "en"
    if asked.lane is None:
        return days.today(actor, at=at, language=language, scope=asked.scope)
    page = days.lane_page(
        actor, asked.lane, at=at, language=language, scope=asked.scope, after=after
    )
    return (page,)


def _words(view: LaneView) -> str:
    return f"{view.count}+" if view.capped else str(view.count)


def _shown(view: LaneView, asked: Asked, at: datetime) -> Shown:
    rows = tuple(
        case_row(row.case, at, plate=row.plate, promise=row.promise, closed=False)
        for row in view.rows
    )
    return Shown(
        key=LaneKey(view.lane.value),
        title=_(TITLES[view.lane]),
        count=_words(view),
        url=asked.url(lane=view.lane),
        rows=rows,
        more=asked.url(view.after, lane=view.lane) if view.after else "",
    )


def _lane_filters(views: Sequence[LaneView], asked: Asked) -> tuple[tuple[Filter, str], ...]:
    """Each lane; with its count where the page knows it."""
    counted = {view.lane: view for view in views} if asked.lane is None else {}
    filters = [(Filter(_("All"), asked.url(lane=None), current=asked.lane is None), "")]
    for one, title in TITLES.items():
        view = counted.get(one)
        hidden = one is Lane.WITHOUT_PROMISE and asked.lane is not one
        if hidden and (view is None or not view.count):
            continue
        words = _words(view) if view else ""
        current = asked.lane is one
        filters.append((Filter(_(title), asked.url(lane=one), current=current), words))
    return tuple(filters)


def _whose_filters(asked: Asked) -> tuple[Filter, ...]:
    return (
        Filter(_("Mine"), asked.url(whose=MINE), current=asked.whose == MINE),
        Filter(_("My branch"), asked.url(whose=BRANCH), current=asked.whose == BRANCH),
    )


def _kind_filters(asked: Asked) -> tuple[Filter, ...]:
    """One list across all kinds of case, or one kind of them."""
    return (
        Filter(_("Every kind"), asked.url(kind=""), current=not asked.kind),
        *(
            Filter(kind.title, asked.url(kind=kind.name), current=asked.kind == kind.name)
            for kind in known()
        ),
    )


def _pager(shown: Sequence[Shown], asked: Asked, after: str) -> Pager | None:
    following = shown[0].more if shown else ""
    if not following and not after:
        return None
    count = len(shown[0].rows) if shown else 0
    return Pager(
        summary=_("%(count)s cases on this page") % {"count": count},
        previous_url=asked.url() if after else "",
        next_url=following,
    )


def _empty(asked: Asked) -> Empty:
    if asked.kind:
        return Empty(
            title=_("No open case of this kind"),
            body=_("Other kinds may wait."),
            action=Link(_("Show every kind"), asked.url(kind="")),
        )
    if asked.lane is not None:
        return Empty(
            title=_("Nothing in this lane"),
            body=_("What breaks next stands under “All”."),
            action=Link(_("Show all"), asked.url(lane=None)),
        )
    if asked.whose == MINE:
        return Empty(
            title=_("Nothing waits for you"),
            body=_("Your branch may need a hand."),
            action=Link(_("Show my branch"), asked.url(whose=BRANCH)),
        )
    return Empty(
        title=_("No open case in your branch"),
        body=_("A new report appears here by itself."),
        action=Link(_("Take a report"), reverse("desk:intake")),
    )

"""Today: every open case that is mine, or my branch's, ordered by what breaks next.

The list must not grow slower with the number of open cases. So each lane is a range of an index,
read from its beginning and cut after so many rows; a page begins after the last row of the page
before it; and a count stops counting where nobody needs to know any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

from yinuo.areas.claims.models import Claim
from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import VoicePromise
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import PromiseView
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rulefile import DoorsRules
from yinuo.overview import today_sql

PAGE = 20
COUNTED = 100
"""A lane counts so far; beyond that it says "at least"."""
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2999, 1, 1, tzinfo=UTC)


class Lane(StrEnum):
    """`WITHOUT_PROMISE` ought to be empty: open cases where nothing is promised to anybody."""

    OVERDUE = "overdue"
    NEXT_HOUR = "next_hour"
    TODAY = "today"
    WAITING = "waiting_for_customer"
    LATER = "later"
    WITHOUT_PROMISE = "without_promise"


_BY_DUE = (Lane.OVERDUE, Lane.NEXT_HOUR, Lane.TODAY, Lane.LATER)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the filters in the address choose. `mine`: my cases and those that wait for me.

    `handler_id` chooses the cases of one colleague, inside the actor's branches.
    """

    mine: bool = True
    kind: str = ""
    handler_id: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`due_at` is what the row is ordered by: a due time, or since when we wait."""

    case: Case
    plate: str
    due_at: datetime
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class LaneView:
    """`count` is exact unless `capped`; `after` opens the next page and is empty on the last."""

    lane: Lane
    rows: tuple[Row, ...]
    count: int
    capped: bool
    after: str


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    due_at: datetime


def today(
    actor: Actor, *, at: datetime, language: str, scope: Scope | None = None
) -> tuple[LaneView, ...]:
    """Every lane with its first few rows."""
    found = _find(actor, tuple(Lane), at, scope or Scope(), after="")
    few = rulebook.rules(DoorsRules, at=at).pages.lane.value
    rows = _rows([one for lane in Lane for one in found[lane][:few]], language, at)
    return tuple(_view(lane, found[lane], rows, few) for lane in Lane)


def voices(actor: Actor, *, at: datetime) -> list[VoicePromise]:
    """What waits without a case and is late or due within the hour, or was escalated to me."""
    few = rulebook.rules(DoorsRules, at=at).pages.lane.value
    return complaints.voices_due(actor, until=_begins(at)[Lane.TODAY], limit=few)


def lane_page(
    actor: Actor,
    lane: Lane,
    *,
    at: datetime,
    language: str,
    scope: Scope | None = None,
    after: str = "",
) -> LaneView:
    """One page of one lane. An `after` that is not ours begins at the beginning."""
    found = _find(actor, (lane,), at, scope or Scope(), after=after)
    return _view(lane, found[lane], _rows(found[lane][:PAGE], language, at), PAGE)


def _find(
    actor: Actor, lanes: Sequence[Lane], at: datetime, scope: Scope, *, after: str
) -> dict[Lane, list[_Found]]:
    found: dict[Lane, list[_Found]] = {lane: [] for lane in lanes}
    if actor.kind != "system" and not seeing.sees_customers(actor):
        return found
    where = _where(actor, scope)
    for lane, case_id, due_at in _fetch(where, lanes, at, after):
        found[Lane(lane)].append(_Found(case_id, due_at))
    return found


@dataclass(frozen=True, slots=True)
class _Where:
    """The indexes to walk and the values for them."""

    by_due: str
    waiting: str
    without: str
    values: Mapping[str, Any]


def _where(actor: Actor, scope: Scope) -> _Where:
    # Of the head office every branch is its own, and one walk finds what forty would.
    everything = people.has_every_branch(actor)
    branches = (
        []
        if everything
        else list(people.branches_of(actor).order_by().values_list("pk", flat=True))
    )
    values: dict[str, Any] = {
        "kind": scope.kind,
        "kinds": [scope.kind] if scope.kind else [*WORKFLOWS.kinds()],
        "branches": branches,
        "everything": everything,
        "handler": actor.staff_id if scope.mine else scope.handler_id,
        "rows": COUNTED + 1,
    }
    if scope.mine:
        by_due, waiting = today_sql.DUE_OF_OWNER, today_sql.WAITING_OF_HANDLER
    elif scope.handler_id is not None:
        by_due, waiting = today_sql.DUE_OF_HANDLER, today_sql.WAITING_OF_HANDLER
    elif everything:
        by_due, waiting = today_sql.DUE, today_sql.WAITING
    else:
        by_due, waiting = today_sql.DUE_OF_BRANCHES, today_sql.WAITING_OF_BRANCHES
    everybody = values["handler"] is None
    without = today_sql.WITHOUT if everybody else today_sql.WITHOUT_OF_HANDLER
    return _Where(by_due, waiting, without, values)


def _fetch(
    where: _Where, lanes: Sequence[Lane], at: datetime, after: str
) -> list[tuple[str, int, datetime]]:
    page = _read_after(after)
    begins = _begins(at)
    dated = [lane for lane in _BY_DUE if lane in lanes]
    ends = dict(zip(_BY_DUE, [*[begins[lane] for lane in _BY_DUE[1:]], _LATEST], strict=True))
    # Ids begin with 1, so a row that is due exactly when the lane begins belongs to it.
    since = [max((begins[lane], 0), page) for lane in dated]
    values: dict[str, Any] = {
        **where.values,
        "lanes": [str(lane) for lane in dated],
        "since": [moment for moment, _id in since],
        "since_id": [last_id for _moment, last_id in since],
        "ends": [ends[lane] for lane in dated],
        "since_one": page[0],
        "since_one_id": page[1],
        "tomorrow": begins[Lane.LATER],
    }
    statements = [where.by_due] if dated else []
    statements += [where.waiting] if Lane.WAITING in lanes else []
    statements += [where.without] if Lane.WITHOUT_PROMISE in lanes else []
    rows: list[tuple[str, int, datetime]] = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
            rows += cursor.fetchall()
    return rows


def _begins(at: datetime) -> dict[Lane, datetime]:
    """Where each lane begins. An hour that reaches into tomorrow takes what is due in it."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    hour = at + timedelta(hours=1)
    tomorrow = max(midnight + timedelta(days=1), hour)
    return {
        Lane.OVERDUE: _EARLIEST,
        # A due time is exclusive: what is due now is late already.
        Lane.NEXT_HOUR: at + timedelta(microseconds=1),
        Lane.TODAY: hour,
        Lane.LATER: tomorrow,
    }


def _rows(found: Sequence[_Found], language: str, at: datetime) -> dict[int, Row]:
    ids = [one.id for one in found]
    if not ids:
        return {}
    # Reading whole people would decrypt their phone and ID numbers for nothing.
    shown = Case.objects.select_related("customer", "handler").only(
        "number",
        "kind",
        "workflow_version",
        "state",
        "care",
        "opened_at",
        "state_since_at",
        "next_due_at",
        "waiting_for_customer",
        "about_id",
        "customer__name",
        "handler__name",
    )
    by_id = shown.in_bulk(ids)
    plates = plates_of(by_id.values())
    promises = cases.next_promises(ids, language, at=at)
    return {
        one.id: Row(by_id[one.id], plates[one.id], one.due_at, promises.get(one.id))
        for one in found
        if one.id in by_id
    }


def plates_of(found: Iterable[Case]) -> dict[int, str]:
    """The car of each claim; of what follows a claim up, that claim's. One statement."""
    claims = {case.pk: case.about_id or case.pk for case in found}
    plates = dict(Claim.objects.filter(pk__in=claims.values()).values_list("pk", "plate"))
    return {case_id: plates.get(claim_id, "") for case_id, claim_id in claims.items()}


def _view(lane: Lane, found: Sequence[_Found], rows: Mapping[int, Row], most: int) -> LaneView:
    page = found[:most]
    return LaneView(
        lane=lane,
        rows=tuple(rows[one.id] for one in page if one.id in rows),
        count=min(len(found), COUNTED),
        capped=len(found) > COUNTED,
        after=_write_after(page[-1]) if len(found) > most else "",
    )


def _write_after(last: _Found) -> str:
    return f"{last.due_at.astimezone(UTC).isoformat()}~{last.id}"


def _read_after(after: str) -> tuple[datetime, int]:
    moment, _tilde, case_id = after.partition("~")
    try:
        since_at = datetime.fromisoformat(moment)
        return (since_at, int(case_id)) if since_at.tzinfo else (_EARLIEST, 0)
    except ValueError:
        return _EARLIEST, 0

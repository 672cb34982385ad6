"""Clocks that stand still, run on, run longer, or are counted again."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.clocks import calendar_at, due_of
from yinuo.core.cases.commands.promises import OPEN, set_due
from yinuo.core.cases.commands.work import (
    Entry,
    append,
    lock,
    lock_many,
    owe_otherwise,
    stamp,
    transaction,
)
from yinuo.core.cases.models import Case, Promise, PromiseExtension, PromisePause
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.bulk import among, columns
from yinuo.kit.clock import Limit
from yinuo.kit.errors import DomainError

BATCH = 500
STRETCH = 5_000
"""So many promises to one job: a few seconds of work for one of several workers."""

_UPDATE = """
UPDATE cases_promise p SET
    due_at = v.due_at, provisional = v.provisional, paused_at = v.paused_at,
    missed_at = v.missed_at, checks = v.checks::jsonb, checks_done = v.checks_done,
    next_check_at = v.next_check_at
FROM unnest(
    %s::bigint[], %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::timestamptz[],
    %s::text[], %s::integer[], %s::timestamptz[]
) AS v(id, due_at, provisional, paused_at, missed_at, checks, checks_done, next_check_at)
WHERE p.id = v.id
"""


class PromiseEnded(DomainError):
    code = "promise_ended"
    message = _("This promise has already been kept or withdrawn.")


class SamePersonApproves(DomainError):
    code = "same_person_approves"
    message = _("An extension is approved by somebody else than the person who asks for it.")


def pause(*, case: Case, reason: str, by: Actor, at: datetime) -> list[Promise]:
    """Stop every running clock of the case that this reason may stop. Returns those promises.

    A clock that several reasons stop stands until the last of them has ended. What is already
    late cannot be stopped any more.
    """
    with transaction():
        fresh = lock(case)
        stopped_by_it = PromisePause.objects.filter(
            promise=OuterRef("pk"), reason=reason, ended_at__isnull=True
        )
        rows = list(
            Promise.objects.filter(OPEN, ~Exists(stopped_by_it), case=fresh)
            .filter(Q(paused_at__isnull=False) | Q(due_at__gt=at))
            .filter(pausable__contains=[reason])
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        PromisePause.objects.bulk_create(
            PromisePause(promise=row, reason=reason, started_at=at, by=by.id) for row in rows
        )
        Promise.objects.filter(pk__in=[row.pk for row in rows]).update(
            paused_at=Coalesce("paused_at", Value(at)), next_check_at=None
        )
        for row in rows:
            row.paused_at, row.next_check_at = row.paused_at or at, None
            owe_otherwise(fresh)
            data = {"rule": row.rule, "subject": row.subject, "reason": reason}
            append(Entry(fresh, "promise.paused", data, by, at, {}))
    return rows


def resume(*, case: Case, reason: str, by: Actor, at: datetime) -> list[Promise]:
    """Start the clocks again that this reason stopped; each due time moves by the pause.

    Returns the promises whose clocks run again. Another reason may hold a clock still.
    """
    with transaction():
        fresh = lock(case)
        running = PromisePause.objects.filter(promise=OuterRef("pk"), ended_at__isnull=True)
        rows = list(
            Promise.objects.filter(OPEN, Exists(running.filter(reason=reason)), case=fresh)
            .annotate(still=Exists(running.exclude(reason=reason)))
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        PromisePause.objects.filter(
            promise__in=[row.pk for row in rows], reason=reason, ended_at__isnull=True
        ).update(ended_at=Greatest("started_at", Value(at)))
        started: list[Promise] = [row for row in rows if not row.still]
        for row in started:
            row.paused_at = None
        recount(started, at=at)
        for row in rows:
            data = {"rule": row.rule, "subject": row.subject, "reason": reason}
            if row.still:
                append(Entry(fresh, "promise.still_paused", data, by, at, {}))
            else:
                data["due"] = stamp(row.due_at)
                append(Entry(fresh, "promise.resumed", data, by, at, {}))
    return started


def extend(
    *, promise: Promise, limit: str, reason: str, by: Actor, approved_by: Actor, at: datetime
) -> Promise:
    """Grant more time. A miss that has already happened stays on record.

    Raises SamePersonApproves and PromiseEnded.
    """
    if by.id == approved_by.id:
        raise SamePersonApproves("approved_by")
    with transaction():
        case = lock_many([promise.case_id])[promise.case_id]
        row = Promise.objects.select_for_update(no_key=True).filter(OPEN, pk=promise.pk).first()
        if row is None:
            raise PromiseEnded
        PromiseExtension.objects.create(
            promise=row,
            limit=str(Limit.parse(limit)),
            reason=reason,
            by=by.id,
            approved_by=approved_by.id,
            at=at,
        )
        recount([row], at=at)
        data = {"rule": row.rule, "subject": row.subject, "due": stamp(row.due_at)}
        append(Entry(case, "promise.extended", {**data, "approved_by": approved_by.id}, by, at, {}))
    return row


def recount(rows: Sequence[Promise], *, at: datetime, forgive: bool = False) -> None:
    """Count the due times again, with today's calendar, pauses and extensions.

    Limit, warnings and escalation stay those of the rule under which the promise was made.
    """
    if not rows:
        return
    its = among("promise", [row.pk for row in rows])
    pauses: dict[int, list[PromisePause]] = defaultdict(list)
    for one in PromisePause.objects.filter(its).order_by("started_at", "pk"):
        pauses[one.promise_id].append(one)
    extensions: dict[int, list[PromiseExtension]] = defaultdict(list)
    for more in PromiseExtension.objects.filter(its).order_by("at", "pk"):
        extensions[more.promise_id].append(more)
    calendar = calendar_at(at)
    for row in rows:
        due = due_of(row, pauses.get(row.pk, ()), extensions.get(row.pk, ()), calendar)
        rule, _revision = rulebook.promise_rule(row.rule, at=row.started_at)
        set_due(row, due, rule, calendar, at, forgive=forgive)
        owe_otherwise(row.case_id)
    _save(rows)


def recount_provisional(*, year: int, at: datetime) -> int:
    """The calendar of a year has been published: settle what was counted without it.

    Works through batches, each in its own transaction. Returns how many promises changed; each
    of them has a line that says from when to when.
    """
    after_it = datetime(year + 1, 1, 1, tzinfo=calendar_at(at).zone)
    return _recount_all(Promise.objects.filter(started_at__lt=after_it), at=at)


def recount_published(*, at: datetime, first: int = 0, last: int | None = None) -> int:
    """Settle what was counted without a year that is in the calendar now, whichever it is; of the
    cases with ids from `first` to `last` when it is shared out.

    Costs one statement when nothing was published. Returns how many promises changed.
    """
    waiting = _counted_without(at)
    if waiting is None:
        return 0
    shared = waiting.filter(case_id__gte=first)
    return _recount_all(shared if last is None else shared.filter(case_id__lte=last), at=at)


def stretches_to_recount(*, at: datetime) -> list[tuple[int, int]]:
    """What `recount_published` has to do, in stretches of cases for several hands."""
    waiting = _counted_without(at)
    if waiting is None:
        return []
    ids = list(waiting.order_by("case_id").values_list("case_id", flat=True))
    ends = [*ids[STRETCH - 1 : -1 : STRETCH], *ids[-1:]]
    starts = [0, *(end + 1 for end in ends)]
    return [(start, end) for start, end in zip(starts, ends, strict=False) if start <= end]


def _counted_without(at: datetime) -> QuerySet[Promise] | None:
    """The open promises that a year which is in the calendar now settles; None when none did."""
    calendar = calendar_at(at)
    waiting = Promise.objects.filter(OPEN, provisional=True).annotate(
        due_on=TruncDate("due_at", tzinfo=calendar.zone)
    )
    days = waiting.order_by("due_on").values_list("due_on", flat=True).distinct()
    settled = [day for day in days if not calendar.is_provisional(day)]
    return waiting.filter(due_on__in=settled) if settled else None


def _recount_all(promises: QuerySet[Promise], *, at: datetime) -> int:
    ids = list(
        promises.filter(OPEN, provisional=True)
        .order_by("case_id", "pk")
        .values_list("pk", "case_id")
    )
    changed = 0
    for start in range(0, len(ids), BATCH):
        changed += _recount_batch(ids[start : start + BATCH], at=at)
    return changed


def _recount_batch(ids: Sequence[tuple[int, int]], *, at: datetime) -> int:
    with transaction():
        cases = lock_many(case_id for _pk, case_id in ids)
        rows = list(
            Promise.objects.filter(
                OPEN, among("pk", [pk for pk, _case_id in ids]), provisional=True
            )
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        before = {row.pk: row.due_at for row in rows}
        recount(rows, at=at, forgive=True)
        changed = [row for row in rows if row.due_at != before[row.pk] or not row.provisional]
        for row in changed:
            data = {
                "rule": row.rule,
                "subject": row.subject,
                "was": stamp(before[row.pk]),
                "due": stamp(row.due_at),
                "moved": row.due_at != before[row.pk],
            }
            append(Entry(cases[row.case_id], "promise.recounted", data, SYSTEM, at, {}))
    return len(changed)


def _save(rows: Sequence[Promise]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns(map(_changes, rows)))


def _changes(row: Promise) -> tuple[object, ...]:
    return (
        row.pk,
        row.due_at,
        row.provisional,
        row.paused_at,
        row.missed_at,
        json.dumps(row.checks),
        row.checks_done,
        row.next_check_at,
    )

"""What was counted as broken although it was no longer owed at that moment."""

from __future__ import annotations

from datetime import datetime

from yinuo.core.cases.commands.work import Entry, append, lock, stamp, transaction
from yinuo.core.cases.models import Case, Promise
from yinuo.core.people.actors import Actor


def forgive_since(*, case: Case, since: datetime, why: str, by: Actor, at: datetime) -> int:
    """Promises still open that broke at `since` or later were not broken: something that ended them
    had been said by then. Each has its line; the line of the miss stays. Returns how many.
    """
    with transaction():
        held = lock(case)
        rows = list(
            Promise.objects.filter(
                case=held,
                kept_at__isnull=True,
                withdrawn_at__isnull=True,
                missed_at__gte=since,
            ).order_by("pk")
        )
        for row in rows:
            data = {"rule": row.rule, "subject": row.subject, "since": stamp(since), "why": why}
            append(Entry(held, "promise.forgiven", data, by, at, {}))
        Promise.objects.filter(pk__in=[row.pk for row in rows]).update(missed_at=None)
    return len(rows)

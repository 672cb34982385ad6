"""Is every timeline still what was written, line by line, head by head, seal by seal?

Reads everything once, at one moment of the database, and keeps little of it in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db import transaction as database

from yinuo.core.cases.seal_files import SEALING_LOCK
from yinuo.core.cases.verifying.findings import Fault, Finding, Progress, Report
from yinuo.core.cases.verifying.seals import verify_seals
from yinuo.core.cases.verifying.timelines import verify_timelines

__all__ = ["Fault", "Finding", "Verified", "verify"]


@dataclass(slots=True)
class Verified:
    """What was looked at, and how often each fault was found."""

    cases: int = 0
    events: int = 0
    seals: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)


def verify(*, report: Report, progress: Progress = lambda lines: None) -> Verified:
    """Hand each finding to `report`, and to `progress` how many more lines were checked."""
    found = Verified()

    def count(finding: Finding) -> None:
        found.faults[finding.fault] += 1
        report(finding)

    with _one_moment():
        found.cases, found.events = verify_timelines(report=count, progress=progress)
        found.seals = verify_seals(report=count)
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything inside sees the database as it was at one moment, and no seal is being made.

    Inside a transaction that is already open the moment is that transaction's.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        # Taken before the transaction: its first statement would fix a moment in mid-sealing.
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [SEALING_LOCK])
    try:
        with database.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [SEALING_LOCK])

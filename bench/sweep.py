"""Sweeping 10,000 due promises of 1,000,000 open ones, by one worker and by eight.

Each of the due ones breaks: a line on its timeline, its head, its row, the next due time of its
case. What the notices to staff cost, which come a check later or at once as the rule says, stands
beside it.

The workers are processes. Each run starts from a fresh copy of the same rows. A tenth of the open
promises shows whether the time grows with them.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

from django.db import connection, connections

from bench import rows
from bench.measured import Measured, tell
from tests import databases
from yinuo.automation import REACTIONS
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Event, Promise

DUE = 10_000
MANY, FEW = 250_000, 25_000
"""Cases, with four open promises each."""
WORKERS = 8
BAR_SECONDS = 10.0
GROWTH = 1.5
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def work(name: str, ready: Barrier, done: multiprocessing.Queue[int]) -> None:
    """One worker: sweep until nothing is left."""
    databases.point_django_at(name)
    cases.reacts_to(REACTIONS)
    connection.ensure_connection()
    cases.sweep(at=datetime(2000, 1, 1, tzinfo=UTC))
    ready.wait()
    marked = 0
    while found := cases.sweep(at=NOW).promises:
        marked += found
    done.put(marked)
    connections.close_all()


def seconds(workers: int, filled: str) -> float:
    """How long the sweep takes. Raises when a promise was not marked exactly once."""
    with rows.database(f"sweep{workers}", filled) as name:
        connections.close_all()
        start = multiprocessing.get_context("spawn")
        ready, done = start.Barrier(workers + 1), start.Queue()
        processes = [start.Process(target=work, args=(name, ready, done)) for _ in range(workers)]
        for process in processes:
            process.start()
        ready.wait()
        began = time.perf_counter()
        marked = sum(done.get() for _ in processes)
        took = time.perf_counter() - began
        for process in processes:
            process.join()
        check(marked)
    return took


def measure(open_cases: int, *workers: int, notices: bool = False) -> list[float]:
    with rows.database("swept") as filled:
        rows.fill(cases=open_cases, due=DUE, at=NOW.isoformat(), claims=False, notices=notices)
        connections.close_all()
        return [seconds(number, filled) for number in workers]


def check(marked: int) -> None:
    missed = Event.objects.filter(type="promise.missed")
    found = (
        marked,
        missed.count(),
        missed.values("case").distinct().count(),
        Promise.objects.filter(missed_at__isnull=False).count(),
    )
    if found != (DUE, DUE, DUE, DUE):
        raise AssertionError(f"promises marked, lines, cases, rows: {found}, not {DUE} each")


def main() -> int:
    [alone_few] = measure(FEW, 1)
    [with_notices] = measure(FEW, 1, notices=True)
    alone, together = measure(MANY, 1, WORKERS)
    growth = alone / alone_few
    return tell(
        [
            Measured(
                "sweep 10,000 due of 1,000,000 open promises, one worker",
                f"≤ {BAR_SECONDS:.0f} s",
                f"{alone:.1f} s",
                alone <= BAR_SECONDS,
            ),
            Measured(
                "the same, eight workers, each promise marked once",
                f"≤ {BAR_SECONDS:.0f} s",
                f"{together:.1f} s",
                together <= BAR_SECONDS,
            ),
            Measured(
                "the same, one worker, against 100,000 open",
                f"≤ {GROWTH} ×",
                f"{growth:.2f} × ({alone_few:.1f} s)",
                growth <= GROWTH,
            ),
            Measured(
                "beside it: 100,000 open, and each handler gets inbox and e-mail notice",
                "",
                f"{with_notices:.1f} s",
                None,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

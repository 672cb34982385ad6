"""Opening 100,000 call-backs after a batch of endings, as the nightly check does it: batched jobs.

Each ended claim gets a call-back case with its first line and two promises, its programme and its
first contact; the claim notes it on its own timeline. The check queues the jobs, then as many
workers as the machine has cores are started, as an operator does it; their start counts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from bench import STATE, rows
from bench.measured import Measured, tell
from yinuo import automation
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Event, Promise
from yinuo.core.people.actors import SYSTEM
from yinuo.interfaces.cli.serve import program
from yinuo.overview import call_back_coverage

ENDED = 100_000
FEWER = 20_000
BAR_SECONDS = 90.0
NOW = datetime.now(UTC).replace(microsecond=0)
_END_THEM = """
UPDATE cases_case SET state = 'closed', closed_at = %(at)s, state_since_at = %(at)s,
    next_due_at = NULL, waiting_for_customer = false;
UPDATE people_person SET channel = 'email', email = 'p' || id || '@example.com'
"""
_JOBS_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'open_call_backs'"


def end(count: int) -> None:
    """So many claims, all of them over."""
    rows.fill(cases=count, due=0, at=NOW.isoformat())
    with connection.cursor() as cursor:
        cursor.execute(_END_THEM, {"at": NOW - timedelta(hours=2)})
        cursor.execute("VACUUM ANALYZE")


def seconds(count: int, *, workers: int) -> float:
    """How long it takes. Raises when a claim was left out or followed up twice."""
    cases.reacts_to(automation.REACTIONS)
    automation.check_call_backs(at=NOW)
    command = [*program(), "worker", "--until-empty", "--concurrency", "1", "--queue", "clock"]
    with (STATE / "bench.log").open("ab") as log:
        began = time.perf_counter()
        running = [subprocess.Popen(command, stdout=log, stderr=log) for _ in range(workers)]
        for one in running:
            if one.wait() != 0:
                raise SystemExit(f"a worker failed; see {STATE / 'bench.log'}")
        took = time.perf_counter() - began
    check(count)
    return took


def check(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_JOBS_LEFT)
        left = cursor.fetchone()[0]
    found = (
        CallBack.objects.count(),
        Event.objects.filter(type="call_back.opened").count(),
        Event.objects.filter(type="claim.follow_up_noted").count(),
        Promise.objects.filter(rule="call_backs.first_contact").count(),
        Promise.objects.filter(rule="call_backs.completion").count(),
    )
    if left or found != (count,) * 5 or call_back_coverage.coverage(SYSTEM, at=NOW).missing:
        raise AssertionError(f"call-backs, lines, notes, promises: {found}, not {count} each")


def main() -> int:
    workers = os.cpu_count() or 1
    with rows.database("call_backs"):
        end(ENDED)
        took = seconds(ENDED, workers=workers)
        began = time.perf_counter()
        call_back_coverage.coverage(SYSTEM, at=NOW)
        checked = time.perf_counter() - began
    with rows.database("call_backs"):
        end(FEWER)
        alone = seconds(FEWER, workers=1)
    return tell(
        [
            Measured(
                f"open {ENDED:,} call-backs after a batch of endings, {workers} workers",
                f"≤ {BAR_SECONDS:.0f} s",
                f"{took:.0f} s",
                took <= BAR_SECONDS,
            ),
            Measured(
                f"beside it: {FEWER:,} call-backs, one worker, its start with it",
                "",
                f"{alone:.0f} s",
                None,
            ),
            Measured(
                "beside it: prove that none of 100,000 ended claims is without one",
                "",
                f"{checked:.2f} s",
                None,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

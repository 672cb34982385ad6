"""A year's holidays are entered, and the promises of 100,000 open cases that reach into it are
counted again: each due time, each with its line on the timeline, by as many workers as the machine
has cores; their start counts.

The rows are made by SQL as provisional promises of working days; the year comes in as a revision
of the rule, as a manager enters it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from django.db import connection, connections

from bench import STATE, rows
from bench.measured import Measured, tell
from yinuo import automation
from yinuo.core.cases.models import Event, Promise
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import commands as rulebook
from yinuo.interfaces.cli.serve import program
from yinuo.kit import queue

CASES = 100_000
BAR_SECONDS = 60.0
# No notice covers the year 2032; from 20 April ten working days reach past the holiday of May.
STARTED = datetime(2032, 4, 20, 2, 0, tzinfo=UTC)
# The workers read the real clock, so the year is entered now.
ENTERED = datetime.now(UTC).replace(microsecond=0)
YEAR = {
    "rest": [{"name": "劳动节", "first": "2032-05-01", "last": "2032-05-05"}],
    "work": ["2032-05-08"],
}
PROVISIONAL = """
INSERT INTO cases_promise (case_id, rule, rule_revision, subject, round, audience, statutory,
        owner_id, owner_role, "limit", roll_forward, pausable, started_at, due_at, provisional,
        withdrawn_why, checks, checks_done, next_check_at)
    SELECT c.id, 'claims.assessment', 0, 'bench', 1, 'customer', false, c.handler_id, 'handler',
        '10 working days', false, '[]', %(at)s::timestamptz, d.due_at, true, '',
        jsonb_build_array(jsonb_build_array(
            to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00'), 'miss', '')),
        0, d.due_at
    FROM cases_case c CROSS JOIN LATERAL (
        SELECT %(at)s::timestamptz + interval '14 days 14 hours' AS due_at) d
"""
MANAGER = Actor(id="staff:1", kind="staff", roles=frozenset({"manager"}))


def seconds() -> float:
    """How long the recount takes. Raises when a promise has not exactly one line."""
    with rows.database("recount"):
        rows.fill(cases=CASES, due=0, at=STARTED.isoformat(), claims=False)
        with connection.cursor() as cursor:
            cursor.execute(PROVISIONAL, {"at": STARTED})
            cursor.execute("VACUUM ANALYZE cases_promise")
        # Its job is what `rule_came_into_force` below does before the workers start.
        with queue.capture():
            rulebook.revise_rule(
                key="calendar.years.2032", value=YEAR, why="the notice of the year", by=MANAGER,
                at=ENTERED, in_force_from=ENTERED,
            )  # fmt: skip
        command = [*program(), "worker", "--until-empty", "--concurrency", "1", "--queue", "clock"]
        began = time.perf_counter()
        automation.rule_came_into_force(key="calendar.years.2032", at=ENTERED)
        with (STATE / "bench.log").open("ab") as log:
            running = [
                subprocess.Popen(command, stdout=log, stderr=log)
                for _ in range(os.cpu_count() or 1)
            ]
            codes = [one.wait() for one in running]
            if any(codes):
                raise SystemExit(f"a worker failed; see {STATE / 'bench.log'}")
        took = time.perf_counter() - began
        lines = Event.objects.filter(type="promise.recounted")
        found = (
            lines.count(),
            lines.values("case").distinct().count(),
            Promise.objects.filter(provisional=False, subject="bench").count(),
        )
        connections.close_all()
    if found != (CASES,) * 3:
        raise AssertionError(f"lines, cases, settled: {found}, not {CASES} each")
    return took


def main() -> int:
    took = seconds()
    return tell(
        [
            Measured(
                "enter a year: 100,000 open cases, each promise counted again with its line",
                f"≤ {BAR_SECONDS:.0f} s",
                f"{took:.1f} s",
                took <= BAR_SECONDS,
            )
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

"""Opening 100,000 call-backs after a batch of endings, as the nightly check does it: batched jobs.

Each ended claim gets a call-back case with its first line and two promises, its programme and its
first contact; the claim notes it on its own timeline. One worker takes the jobs one after another.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from bench import rows
from bench.measured import Measured, tell
from yinuo import automation
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Event, Promise
from yinuo.core.people.actors import SYSTEM
from yinuo.kit import queue
from yinuo.overview import call_back_coverage

ENDED = 100_000
BAR_SECONDS = 90.0
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
_END_THEM = """
UPDATE cases_case SET state = 'closed', closed_at = %(at)s, state_since_at = %(at)s,
    next_due_at = NULL, waiting_for_customer = false;
UPDATE people_person SET channel = 'email', email = 'p' || id || '@example.com'
"""


def seconds() -> float:
    """How long it takes. Raises when a claim was left out or followed up twice."""
    cases.reacts_to(automation.REACTIONS)
    with queue.capture() as jobs:
        automation.check_call_backs(at=NOW)
        waiting = jobs.take()
        began = time.perf_counter()
        for job in waiting:
            queue.run(job, at=NOW)
        took = time.perf_counter() - began
    check()
    return took


def check() -> None:
    found = (
        CallBack.objects.count(),
        Event.objects.filter(type="call_back.opened").count(),
        Event.objects.filter(type="claim.follow_up_noted").count(),
        Promise.objects.filter(rule="call_backs.first_contact").count(),
        Promise.objects.filter(rule="call_backs.completion").count(),
    )
    if found != (ENDED,) * 5 or call_back_coverage.coverage(SYSTEM, at=NOW).missing:
        raise AssertionError(f"call-backs, lines, notes, promises: {found}, not {ENDED} each")


def main() -> int:
    with rows.database("call_backs"):
        rows.fill(cases=ENDED, due=0, at=NOW.isoformat())
        with connection.cursor() as cursor:
            cursor.execute(_END_THEM, {"at": NOW - timedelta(hours=2)})
            cursor.execute("VACUUM ANALYZE")
        took = seconds()
        began = time.perf_counter()
        call_back_coverage.coverage(SYSTEM, at=NOW)
        checked = time.perf_counter() - began
    return tell(
        [
            Measured(
                "open 100,000 call-backs after a batch of endings, one worker",
                f"≤ {BAR_SECONDS:.0f} s",
                f"{took:.0f} s",
                took <= BAR_SECONDS,
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

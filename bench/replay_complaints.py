"""`yinuo replay` of complaints: from receipt to closing at their own dates, and the limits kept.

The file is a public record that is not part of the checkout; without it there is no figure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import rows
from bench.measured import Measured, processor_time, tell
from tests.paths import shared
from yinuo.core.people import queries as people
from yinuo.core.people.models import Staff
from yinuo.interfaces.cli import replaying
from yinuo.interfaces.cli.hands import as_many_as_fit
from yinuo.interfaces.common import mapping
from yinuo.overview import complaint_limits
from yinuo.overview.complaint_limits import Answered

BAR = 40.0
FIRST_YEAR = 2000
FILE = shared("data/texas_complaints_2012_2025.csv.gz")


def main() -> int:
    using = mapping.load("texas_complaints_2012_2025")
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    settings.YINUO_SANDBOX = True
    with rows.database("replayed"):
        connection.ensure_connection()
        began, worked = time.perf_counter(), processor_time()
        result = replaying.play_complaints(FILE, using, most=most)
        took, worked = time.perf_counter() - began, processor_time() - worked
        answered = in_limits()
    count = sum(result.states.values())
    rate = count / took
    hands = as_many_as_fit(count)
    return tell(
        [
            Measured(
                f"replay of {count:,} complaints with {result.events:,} lines",
                f"≥ {BAR:.0f} a second",
                f"{rate:.1f} a second ({took:.0f} s)",
                rate >= BAR,
            ),
            Measured(
                f"beside it: processor time of its {hands} processes, without the database",
                "",
                f"{1000 * worked / count:.0f} ms a complaint",
                None,
            ),
            *answered,
        ]
    )


def in_limits() -> list[Measured]:
    """How many were told within each limit of the law: all of them, then by the main cause."""
    at = timezone.now()
    member = Staff.objects.filter(roles__contains=["manager"]).select_related("branch")
    manager = people.actor_of_staff(member.order_by("pk")[0])
    since = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    found = complaint_limits.by_cause(manager, since=since, until=at, at=at)
    if not found:
        return []
    days = complaint_limits.limits(at)
    every = complaint_limits.together(found)
    named = [(f"complaints answered within {_days(days)} days", every)]
    named += [(f"… of the main cause {one.cause or 'none'}", one) for one in found]
    return [Measured(figure, "", _parts(one), None) for figure, one in named]


def _parts(one: Answered) -> str:
    shares = [f"{100 * within / one.decided:.1f} %" for within in one.within if one.decided]
    return f"{' / '.join(shares) or '–'} of {one.decided:,}"


def _days(days: Sequence[int]) -> str:
    return " / ".join(map(str, days))


if __name__ == "__main__":
    sys.exit(main())

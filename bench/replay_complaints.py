"""`yinuo replay` of complaints: from receipt to closing at their own dates, and the limits kept.

The file is a public record that is not part of the checkout; without it there is no figure.
"""

from __future__ import annotations

import sys
import time

from django.conf import settings
from django.db import connection

from bench import rows
from bench.measured import Measured, tell
from tests.paths import shared
from yinuo.interfaces.cli import replaying
from yinuo.interfaces.common import mapping

BAR = 40.0
FILE = shared("data/texas_complaints_2012_2025.csv.gz")


def main() -> int:
    using = mapping.load("texas_complaints_2012_2025")
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    settings.YINUO_SANDBOX = True
    with rows.database("replayed"):
        connection.ensure_connection()
        began, worked = time.perf_counter(), time.process_time()
        result = replaying.play_complaints(FILE, using, most=most)
        took, worked = time.perf_counter() - began, time.process_time() - worked
    count = sum(result.states.values())
    rate = count / took
    return tell(
        [
            Measured(
                f"replay of {count:,} complaints with {result.events:,} lines",
                f"≥ {BAR:.0f} a second",
                f"{rate:.1f} a second ({took:.0f} s)",
                rate >= BAR,
            ),
            Measured(
                "beside it: processor time of the replay itself, without the database",
                "",
                f"{1000 * worked / count:.0f} ms a complaint",
                None,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

"""`yinuo replay` of claims: from report to their end through the commands that people use.

The file is public data that is not part of the checkout; without it there is no figure.
"""

from __future__ import annotations

import sys
import time

from django.conf import settings
from django.db import connection

from bench import rows
from bench.measured import Measured, processor_time, tell
from tests.paths import shared
from yinuo.interfaces.cli import replaying
from yinuo.interfaces.cli.hands import as_many_as_fit
from yinuo.interfaces.common import mapping

BAR = 20.0
ROWS = 1_000
"""The whole file: what many claims do within days is one call, so the more of them the better."""
FILE = shared("data/auto_claims_2015.csv")


def main() -> int:
    using = mapping.load("auto_claims_2015")
    assert using.replay
    most = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    settings.YINUO_SANDBOX = True
    with rows.database("replayed"):
        connection.ensure_connection()
        began, worked = time.perf_counter(), processor_time()
        result = replaying.play(FILE, using, most=most)
        took, worked = time.perf_counter() - began, processor_time() - worked
    claims = sum(result.states.values())
    rate = claims / took
    hands = as_many_as_fit(claims)
    return tell(
        [
            Measured(
                f"replay of {claims:,} claims with {result.events:,} lines",
                f"≥ {BAR:.0f} a second",
                f"{rate:.1f} a second ({took:.0f} s)",
                rate >= BAR,
            ),
            Measured(
                f"beside it: processor time of its {hands} processes, without the database",
                "",
                f"{1000 * worked / claims:.0f} ms a claim",
                None,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

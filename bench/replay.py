"""`yinuo replay` of claims: from report to their end through the commands that people use.

The file is public data that is not part of the checkout; without it there is no figure.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from bench import rows
from bench.measured import Measured, tell
from tests.paths import shared
from yinuo.interfaces.cli import replaying
from yinuo.interfaces.common import mapping

BAR = 20.0
ROWS = 1_000
"""The whole file: what many claims do within days is one call, so the more of them the better."""
FILE = shared("data/auto_claims_2015.csv")


@dataclass(slots=True)
class Counted:
    """How many statements were sent."""

    statements: int = 0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


def main() -> int:
    counted = Counted()
    using = mapping.load("auto_claims_2015")
    assert using.replay
    most = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    settings.YINUO_SANDBOX = True
    with rows.database("replayed"):
        connection.ensure_connection()
        began, worked = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(counted):
            result = replaying.play(FILE, using, most=most)
        took, worked = time.perf_counter() - began, time.process_time() - worked
    claims = sum(result.states.values())
    rate = claims / took
    return tell(
        [
            Measured(
                f"replay of {claims:,} claims with {result.events:,} lines",
                f"≥ {BAR:.0f} a second",
                f"{rate:.1f} a second ({took:.0f} s)",
                rate >= BAR,
            ),
            Measured(
                "beside it: processor time of the replay itself, without the database",
                "",
                f"{1000 * worked / claims:.0f} ms a claim",
                None,
            ),
            Measured(
                "beside it: statements sent",
                "",
                f"{counted.statements / claims:.0f} a claim",
                None,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

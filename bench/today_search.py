"""Today and search as HTML, with 100,000 open claims and with 1,000.

Somebody at the head office asks, who sees every claim, so the pages are as full with few claims as
with many. Two webs answer in turn, so that a busy machine slows both down.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import quote

from django.db import connections

from bench import rows
from bench.insurer import databases_of_our_own
from bench.measured import Measured, p95, tell
from bench.web import Reader, signed_in, web
from tests import databases

MANY, FEW = 100_000, 1_000
OVERDUE = 400
ROUNDS = 15
BAR_MS, BAR_GROWTH = 100, 1.5
LEAD = f"bench{rows.BRANCHES}"
"""A team lead of the head office, by the way bench/rows.py deals out roles and branches."""
AGENT = f"bench{2 * rows.BRANCHES + 7}"
TODAY = ("/desk/", "/desk/?whose=branch&lane=overdue", "/desk/?whose=branch&lane=later")
WORDS = ("C26-0000777", "京A", "P2026000000", "王芳", "李", "7777")
SEARCH = tuple(f"/desk/search?q={quote(words)}" for words in WORDS)


def ask(readers: Sequence[Reader], paths: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of each page: of the many, of the few."""
    many, few = readers
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        for path in paths:
            for kept, reader in zip(found, (many, few), strict=True):
                took = reader.seconds(path)
                if turn >= 2:
                    kept.append(took)
    return found


def figures(what: str, found: tuple[list[float], list[float]]) -> list[Measured]:
    many, few = found
    slow = 1000 * p95(many)
    growth = statistics.median(a / b for a, b in zip(many, few, strict=True))
    median = 1000 * statistics.median(many)
    return [
        Measured(
            f"{what}, HTML, at 100,000 claims",
            f"p95 ≤ {BAR_MS} ms",
            f"p95 {slow:.0f} ms, median {median:.0f} ms",
            slow <= BAR_MS,
        ),
        Measured(
            "… against the time at 1,000 claims",
            f"≤ {BAR_GROWTH} ×",
            f"{growth:.2f} × (p95 there {1000 * p95(few):.0f} ms)",
            growth <= BAR_GROWTH,
        ),
    ]


def main() -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    with databases_of_our_own("many", "few") as names, ExitStack() as stack:
        leads, agents = [], []
        for name, cases in zip(names, (MANY, FEW), strict=True):
            databases.point_django_at(name)
            rows.fill(cases=cases, due=OVERDUE, at=now.isoformat())
            port = stack.enter_context(web())
            leads.append(Reader(port, signed_in(LEAD)))
            agents.append(Reader(port, signed_in(AGENT)))
            connections.close_all()
        return tell(
            [
                *figures("Today of the head office", ask(leads, TODAY)),
                *figures("search of the head office", ask(leads, SEARCH)),
                *agent_figures(ask(agents, ("/desk/", *SEARCH))),
            ]
        )


def agent_figures(found: tuple[list[float], list[float]]) -> list[Measured]:
    """Fewer claims are fewer rows on an agent's page, so only the time itself has a bar."""
    slow = 1000 * p95(found[0])
    return [
        Measured(
            "Today and search of an agent, HTML, at 100,000 claims",
            f"p95 ≤ {BAR_MS} ms",
            f"p95 {slow:.0f} ms",
            slow <= BAR_MS,
        )
    ]


if __name__ == "__main__":
    sys.exit(main())

"""Due times a second on one core, each with three pauses. Run: python bench/clock.py

The pauses and starting times are made before the clock is read. Processor time, best of many short
rounds, because another program on the machine can only make a round slower; the last line makes
the pauses too.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measured import Measured, tell
from yinuo.kit.calendar import Calendar
from yinuo.kit.calendar_rules import read_calendar
from yinuo.kit.clock import Limit, Pause, due

RULES = Path(__file__).parents[1] / "src/yinuo/rules/cn_motor/calendar.toml"
ROUNDS = 400
CALLS = 1_000
BARS = {
    "30 days": 200_000,
    "15 working days": None,
    "4 office hours": 50_000,
    "24 hours": None,
}

Work = Sequence[tuple[datetime, tuple[Pause, ...]]]


def made_up(limit: str, rng: random.Random) -> Work:
    """Starts over ten years, each with three pauses that lie inside the limit and so count."""
    step = 60 if "day" in limit else 1
    work = []
    for _ in range(CALLS):
        start = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(5_000_000))
        pauses, at = [], start
        for _ in range(3):
            at += timedelta(minutes=step * rng.randint(5, 60))
            ended_at = at + timedelta(minutes=step * rng.randint(5, 90))
            pauses.append(Pause(at, ended_at, "waiting for papers"))
            at = ended_at
        work.append((start, tuple(pauses)))
    return work


def rate(limit: Limit, work: Work, calendar: Calendar) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for start, pauses in work:
            due(limit, start, calendar, pauses=pauses)
        best = min(best, time.process_time() - began)
    return len(work) / best


def rate_with_pauses(limit: Limit, work: Work, calendar: Calendar) -> float:
    raw = [
        (start, [(pause.started_at, pause.ended_at, pause.reason) for pause in pauses])
        for start, pauses in work
    ]
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for start, pauses in raw:
            due(limit, start, calendar, pauses=tuple(Pause(*pause) for pause in pauses))
        best = min(best, time.process_time() - began)
    return len(work) / best


def main() -> int:
    calendar = read_calendar(RULES)
    found: list[Measured] = []
    for text, bar in BARS.items():
        reached = rate(Limit.parse(text), made_up(text, random.Random(1)), calendar)
        found.append(
            Measured(
                f"due times of {text} with three pauses, one core",
                "" if bar is None else f"≥ {bar:,} a second",
                f"{reached:,.0f} a second",
                None if bar is None else reached >= bar,
            )
        )
    days = Limit.parse("30 days")
    reached = rate_with_pauses(days, made_up("30 days", random.Random(1)), calendar)
    found.append(
        Measured(
            "beside it: 30 days, making the three pauses too", "", f"{reached:,.0f} a second", None
        )
    )
    return tell(found)


if __name__ == "__main__":
    sys.exit(main())

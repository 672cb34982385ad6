"""A figure with its bar, as the table shows it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = "YINUO_BENCH_RESULTS"


@dataclass(frozen=True, slots=True)
class Measured:
    """`met` is None for a figure that has no bar and only stands beside another."""

    figure: str
    bar: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**NOT met**", None: "–"}[self.met]


def tell(found: Sequence[Measured]) -> int:
    """Print the figures and hand them to `make bench`; returns the exit code."""
    for one in found:
        print(f"{one.figure:<70} {one.measured:<42} {one.bar:<24} {one.verdict.strip('*')}")
    path = os.environ.get(RESULTS)
    if path:
        rows = [asdict(one) for one in found]
        Path(path).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return int(any(one.met is False for one in found))


def p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def processor_time() -> float:
    """Seconds of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])

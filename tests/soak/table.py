"""`--soak-table FILE`: what a soak ran, how it ended, and the figures that the tests gave.

A test gives a figure through pytest's `record_property`, which also finds its way from the
processes that share the work.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.paths import CHECKOUT

HEAD = """# Soak

Written by `make soak`: what takes too long for every change, run whole. A line is a test: how often
it ran (once for each width, role, part or rule that it is about), what it found amiss, and its own
figures.

"""


@dataclass(slots=True)
class Row:
    cases: int = 0
    failed: int = 0
    seconds: float = 0.0
    figures: dict[str, object] = field(default_factory=dict)

    @property
    def found(self) -> str:
        return f"**amiss in {self.failed}**" if self.failed else "nothing amiss"


class SoakTable:
    """A plugin of one run: collects the reports, writes the table at the end."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.began_at, self.began = datetime.now(UTC), time.perf_counter()
        self.rows: dict[str, Row] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # Without the case and without the group of processes that it belongs to.
        row = self.rows.setdefault(report.nodeid.split("[")[0].split("@")[0], Row())
        row.seconds += report.duration
        if report.when == "call":
            row.cases += 1
            row.figures |= dict(report.user_properties)
        if report.failed:
            row.cases += report.when != "call"
            row.failed += 1

    def pytest_sessionfinish(self) -> None:
        self.target.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        minutes = (time.perf_counter() - self.began) / 60
        facts = {
            "machine": f"{os.cpu_count()} cores; {platform.system()}, "
            f"Python {platform.python_version()}",
            "date": f"{self.began_at:%Y-%m-%d %H:%M} UTC",
            "revision": _revision(),
            "time in all": f"{minutes:.1f} minutes (≤ 25)",
        }
        lines = ["| | |", "|---|---|", *(f"| {name} | {said} |" for name, said in facts.items())]
        lines += ["", "| what | times | found | seconds | figures |", "|---|---|---|---|---|"]
        for nodeid, row in sorted(self.rows.items()):
            if row.cases:
                figures = "; ".join(f"{name}: {value}" for name, value in row.figures.items())
                lines.append(
                    f"| {_sentence(nodeid)} | {row.cases} | {row.found} | {row.seconds:.0f} "
                    f"| {figures} |"
                )
        return HEAD + "\n".join([*lines, ""])


def _sentence(nodeid: str) -> str:
    file, _, name = nodeid.rpartition("::")
    said = name.removeprefix("test_").replace("_", " ")
    return f"{said} (`{file}`)"


def _revision() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        check=False,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    return asked.stdout.strip() or "unknown"

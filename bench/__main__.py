"""`make bench`: every figure that we publish, each with its bar, into docs/bench.md.

Each script runs in a process of its own, one after another. `python -m bench NAME …` runs only
these and prints the table.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import STATE, insurer
from bench.measured import RESULTS, Measured
from yinuo.kit import env

SCRIPTS = (
    "report_api",
    "today_search",
    "case_page",
    "sweep",
    "open_call_backs",
    "bench_list",
    "complaint_list",
    "import_policies",
    "replay",
    "replay_complaints",
    "clock",
    "words",
    "recount",
    "settle",
    "settled_whole",
)
TABLE = env.CHECKOUT / "docs" / "bench.md"
HEAD = """# Figures

Written by `make bench`. Ratios are of two ways measured in turn within one run; a bar that is not
met says so. Another program on the machine makes every wall-clock time longer, so its load is
given.

| | |
|---|---|
"""


def run(name: str) -> list[Measured]:
    """The figures of one script; one that fails is a figure that is not met."""
    with tempfile.NamedTemporaryFile(suffix=".json") as results:
        began = time.perf_counter()
        print(f"— {name}", flush=True)
        finished = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"],
            check=False,
            cwd=env.CHECKOUT,
            env={**os.environ, RESULTS: results.name},
        )
        print(f"  {time.perf_counter() - began:.0f} s", flush=True)
        text = Path(results.name).read_text(encoding="utf-8")
    if not text:
        why = f"ended with code {finished.returncode} and no figure"
        return [Measured(name, "runs", why, met=False)]
    rows: list[dict[str, Any]] = json.loads(text)
    return [Measured(**row) for row in rows]


def machine() -> str:
    cores = os.cpu_count() or 1
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    name = found[1].strip() if found else platform.processor() or platform.machine()
    return f"{cores} cores, {name}; {platform.system()}, Python {platform.python_version()}"


def revision() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        check=False,
        capture_output=True,
        text=True,
        cwd=env.CHECKOUT,
    )
    return asked.stdout.strip() or "unknown"


def table(found: list[Measured], facts: dict[str, str]) -> str:
    lines = [HEAD + "\n".join(f"| {name} | {value} |" for name, value in facts.items()), ""]
    lines += ["| figure | bar | measured | |", "|---|---|---|---|"]
    lines += [f"| {one.figure} | {one.bar} | {one.measured} | {one.verdict} |" for one in found]
    return "\n".join([*lines, ""])


def remarks(text: str) -> str:
    """What a person wrote below the table; it outlives the next run."""
    return text.rpartition("\n|")[2].partition("\n")[2]


def main() -> int:
    asked = sys.argv[1:]
    unknown = sorted(set(asked) - set(SCRIPTS))
    if unknown:
        print(f"no such figure: {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
        return 2
    at, load = datetime.now(UTC), os.getloadavg()[0]
    found: list[Measured] = []
    try:
        for name in asked or SCRIPTS:
            found += run(name)
    finally:
        insurer.stop_cluster()
        shutil.rmtree(STATE, ignore_errors=True)
    facts = {
        "machine": machine(),
        "load when it began, when it ended": f"{load:.1f}, {os.getloadavg()[0]:.1f}",
        "date": f"{at:%Y-%m-%d %H:%M} UTC",
        "revision": revision(),
        "command": " ".join(["`python -m bench", *asked]) + "`" if asked else "`make bench`",
    }
    text = table(found, facts)
    print(text)
    if not asked:
        below = remarks(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else ""
        TABLE.write_text(text + below, encoding="utf-8")
    return int(any(one.met is False for one in found))


if __name__ == "__main__":
    sys.exit(main())

"""How many accidents the settlement library settles a second, alone and from the command line.

Alone: processor time on one core of accidents with two cars, read before the clock starts, best of
several rounds, because another program on the machine can only make a round slower. From the
command line: lines of JSON in, lines of JSON out, in a process of its own; its start is taken off
by the difference of two lengths, and the memory of the longer may not exceed that of the shorter.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measured import Measured, tell
from tests.settlement.accidents import two_cars
from yinuo.settlement.reading import read_accident
from yinuo.settlement.settling import settle
from yinuo.settlement.tables import shipped_tables

ROUNDS = 7
ACCIDENTS = 500
RATE = 1_500
LINES_RATE = 700
SHORT, LONG = 2_000, 12_000
FLAT_MEGABYTES = 4
DUTIES = (("main", "minor"), ("full", "none"), ("equal", "equal"))


def made_up(count: int) -> list[dict[str, Any]]:
    """Accidents with two cars whose sums and duties differ."""
    chance = random.Random(20_260_513)
    found = []
    for number in range(count):
        accident = two_cars()
        accident["id"] = f"A{number}"
        for vehicle, duty in zip(accident["vehicles"], chance.choice(DUTIES), strict=True):
            vehicle["duty"] = duty
        for loss in accident["losses"]:
            loss["repair"] = chance.randrange(500, 60_000)
        found.append(accident)
    return found


def alone() -> Measured:
    tables = shipped_tables()
    accidents = [read_accident(one, tables) for one in made_up(ACCIDENTS)]
    settle(accidents[0], tables)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for accident in accidents:
            settle(accident, tables)
        best = min(best, time.process_time() - began)
    rate = ACCIDENTS / best
    return Measured(
        "accidents with two cars settled a second, one core",
        f"≥ {RATE:,}",
        f"{rate:,.0f}",
        rate >= RATE,
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Processor seconds and the most memory of one `yinuo settle`."""

    seconds: float
    megabytes: float


# The most memory is read by the program itself: what `wait4` tells begins with that of its parent.
PROGRAM = """
import atexit, pathlib, sys
from yinuo.interfaces.cli.main import main
told = pathlib.Path(sys.argv.pop())
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: told.write_text(status.read_text().split("VmHWM:")[1].split()[0]))
main()
"""


def run(lines: int) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "accidents.jsonl", Path(folder) / "settled.jsonl"
        told = Path(folder) / "kilobytes"
        with file.open("w", encoding="utf-8") as target:
            for accident in made_up(lines):
                target.write(json.dumps(accident, ensure_ascii=False) + "\n")
        command = [sys.executable, "-c", PROGRAM, "settle", str(file), str(told)]
        with out.open("wb") as target:
            process = subprocess.Popen(command, stdout=target)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode or out.read_bytes().count(b"\n") != lines:
            raise AssertionError(f"ended with {process.returncode}, or not {lines} lines")
        kilobytes = int(told.read_text(encoding="utf-8"))
    return Run(used.ru_utime + used.ru_stime, kilobytes / 1024)


def from_the_command_line() -> list[Measured]:
    short, long = run(SHORT), run(LONG)
    rate = (LONG - SHORT) / (long.seconds - short.seconds)
    more = long.megabytes - short.megabytes
    return [
        Measured(
            "… from the command line, lines a second with every step",
            f"≥ {LINES_RATE}",
            f"{rate:,.0f}",
            rate >= LINES_RATE,
        ),
        Measured(
            "… its memory for six times the lines",
            f"flat (+{FLAT_MEGABYTES} MB)",
            f"{long.megabytes:.0f} MB, {more:+.0f} MB",
            more <= FLAT_MEGABYTES,
        ),
    ]


def main() -> int:
    return tell([alone(), *from_the_command_line()])


if __name__ == "__main__":
    sys.exit(main())

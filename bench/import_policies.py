"""`yinuo import policies` of 100,000 rows, against COPY of the same rows into the same tables.

The import reads CSV, types and checks every cell, encrypts personal data and looks up what is
there already. COPY gets what the import made: bytes that the database itself wrote.
"""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from bench import rows
from bench.measured import Measured, tell
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.interfaces.cli import importing
from yinuo.interfaces.common import mapping

POLICIES = 100_000
BAR = 0.25
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TABLES = ("people_person", "policies_vehicle", "policies_policy", "policies_cover")


def write(path: Path, count: int) -> None:
    names = list(mapping.load("policies").columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for n in range(count):
            writer.writerow(
                (
                    f"P{n:08d}", "EAST", f"样例{n}", f"139{n:08d}", f"沪A{n:06d}", f"VIN{n:012d}",
                    "样例牌", "2026-01-01", "2027-01-01", "3200.50", "200000", "150000", "500",
                    "1000000",
                )
            )  # fmt: skip


def branch() -> None:
    people.create_branch(name="东区分公司", code="EAST", by=SYSTEM, at=NOW)


def take(path: Path) -> tuple[float, importing.Counts]:
    using = mapping.load("policies")
    began = time.perf_counter()
    counts = importing.run(path, using, importing.policies_job(using, "", NOW))
    return time.perf_counter() - began, counts


def copy_out(folder: Path) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT") as out:
                for block in out:
                    file.write(block)


def copy_in(folder: Path) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as to:
                while block := file.read(1 << 18):
                    to.write(block)
    return time.perf_counter() - began


def memory() -> float:
    """The most that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "policies.csv"
        with rows.database("import_some"):
            branch()
            write(path, POLICIES // 10)
            take(path)
            before = memory()
        write(path, POLICIES)
        with rows.database("import_all"):
            branch()
            took, counts = take(path)
            grown = memory() - before
            again, unchanged = take(path)
            copy_out(folder)
        with rows.database("import_copy"):
            branch()
            copied = copy_in(folder)
    if (counts.added, unchanged.unchanged, unchanged.added) != (POLICIES, POLICIES, 0):
        raise AssertionError(f"{counts} and then {unchanged}, not {POLICIES} each")
    ratio = copied / took
    return tell(
        [
            Measured(
                "import 100,000 policies, against COPY into the same tables",
                f"≥ {BAR}",
                f"{ratio:.2f} ({took:.1f} s, COPY {copied:.1f} s)",
                ratio >= BAR,
            ),
            Measured("the same file again: nothing is changed", "", f"{again:.1f} s", None),
            Measured("memory for ten times the rows", "", f"{grown:+.0f} MB", None),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

"""Writes the year tables of calendar.toml from the `chinesecalendar` package.

    python tests/make_calendar.py          print the tables
    python tests/make_calendar.py --write  replace them in calendar.toml

Tables that people entered for later years are not in the package; --write keeps what stands above
the first [years…] line and refuses when the file holds a year that the package does not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from chinese_calendar.constants import Holiday
from chinese_calendar.constants import holidays as days_off
from chinese_calendar.constants import workdays as worked_weekends

CALENDAR = Path(__file__).parents[1] / "src/yinuo/rules/cn_motor/calendar.toml"
NAMES = {holiday.value: holiday.chinese for holiday in Holiday}
WHY = "Working days and office hours follow the State Council's notice for the year."


def runs(days: Mapping[date, str]) -> Iterator[tuple[str, date, date]]:
    """Neighbouring days of one festival as (name, first, last)."""
    first: date | None = None
    previous: date | None = None
    for day in sorted(days):
        if (
            previous
            and first
            and (day - previous > timedelta(days=1) or days[day] != days[previous])
        ):
            yield days[previous], first, previous
            first = None
        first = first or day
        previous = day
    if first and previous:
        yield days[previous], first, previous


def year_table(year: int, off: Iterable[tuple[date, str]], worked: Iterable[date]) -> str:
    lines = [f"[years.{year}]", f'why = "{WHY}"']
    lines.append(
        f"source = \"chinesecalendar {version('chinesecalendar')}, from the State Council's notice "
        f'on holidays in {year}"'
    )
    lines.append(f"[years.{year}.value]")
    lines.append("rest = [")
    lines += [
        f'  {{ name = "{NAMES[name]}", first = {first}, last = {last} }},'
        for name, first, last in runs(dict(off))
    ]
    lines.append("]")
    lines.append(f"work = [{', '.join(str(day) for day in sorted(worked))}]")
    return "\n".join(lines) + "\n"


def all_tables() -> str:
    by_year = groupby(sorted(days_off.items()), key=lambda item: item[0].year)
    return "\n".join(
        year_table(year, off, [day for day in worked_weekends if day.year == year])
        for year, off in by_year
    )


def main(arguments: list[str]) -> int:
    tables = all_tables()
    if "--write" not in arguments:
        print(tables)
        return 0
    text = CALENDAR.read_text(encoding="utf-8")
    head, _, old = text.partition("[years.")
    if any(f"[years.{year}]" in old for year in range(max(days_off).year + 1, 2100)):
        print("calendar.toml holds a later year than the package; nothing was written")
        return 1
    CALENDAR.write_text(head + tables, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

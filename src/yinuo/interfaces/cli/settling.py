"""``yinuo settle`` and ``yinuo explain``: accidents in, sums with their steps out.

accident_format.md describes both sides. Reads a line at a time, so a file of any length fits.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click

from yinuo.settlement.reading import parse, read_accident
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.settling import settle as settle_accident
from yinuo.settlement.sheet import Step
from yinuo.settlement.tables import Tables, shipped_tables
from yinuo.settlement.words import LANGUAGES, explain_refusal, sayer

Say = Callable[[Step], Mapping[str, str]]
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--say", type=click.Choice(LANGUAGES), help="Add the sentences in this language to each step."
)
@click.pass_context
def settle(ctx: click.Context, file: Path, say: str | None) -> None:
    """Settle the accidents of FILE, one a line (- is standard input), one JSON result a line."""
    tables, language = shipped_tables(), say or ctx.obj or "en"
    words = sayer(say) if say else None
    failed, out = False, sys.stdout.buffer
    gc.freeze()  # What is loaded stays: looking through it at every sweep costs a tenth.
    for line in _lines(file, tables.longest_line):
        result = settled(line, tables, language, words)
        failed = failed or "error" in result
        out.write(_printed(result))
    sys.exit(1 if failed else 0)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--say", type=click.Choice(LANGUAGES), help="The language; otherwise that of --lang.")
@click.option("--auditor", is_flag=True, help="The line for the auditor, with every figure.")
@click.pass_context
def explain(ctx: click.Context, file: Path, say: str | None, auditor: bool) -> None:
    """Say in sentences how each accident of FILE is settled, step by step."""
    tables, language = shipped_tables(), say or ctx.obj or "zh-hans"
    key, failed = "audit" if auditor else "sentence", False
    for line in _lines(file, tables.longest_line):
        result = settled(line, tables, language, sayer(language))
        click.echo(f"# {result['id'] or '-'}")
        if "error" in result:
            failed = True
            click.echo(result["error"]["message"])
        for number, step in enumerate(result.get("steps", ()), start=1):
            click.echo(f"{number}. {step[key]}")
        click.echo()
    sys.exit(1 if failed else 0)


def settled(line: bytes, tables: Tables, language: str, say: Say | None) -> dict[str, Any]:
    """The printed result of one line; of a line that cannot be settled, its name and why."""
    found: Any = None
    try:
        if len(line) > tables.longest_line:
            raise Refusal("too_long", "", tables.longest_line)
        found = parse(line)
        return settle_accident(read_accident(found, tables), tables).as_dict(say)
    except Refusal as refusal:
        name = found.get("id") if isinstance(found, dict) else None
        error = {
            "code": refusal.code,
            "message": explain_refusal(refusal, language),
            "where": refusal.where,
        }
        return {"id": name if isinstance(name, str) else None, "error": error}


def _printed(result: dict[str, Any]) -> bytes:
    """One line of UTF-8; half a character that came in as an escape goes out as one."""
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _lines(file: Path, longest: int) -> Iterator[bytes]:
    """The accidents of a file: of a .json file the whole, otherwise each line that is not blank.

    Of what is too long only so much is read as shows that it is.
    """
    if str(file) == "-":
        yield from _filled(sys.stdin.buffer, longest)
    elif file.suffix == ".json":
        with file.open("rb") as whole:
            yield whole.read(longest + 1)
    else:
        with file.open("rb") as lines:
            yield from _filled(lines, longest)


def _filled(lines: BinaryIO, longest: int) -> Iterator[bytes]:
    while line := lines.readline(longest + 1):
        if line.strip():
            yield line
        rest = line
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = lines.readline(longest + 1)

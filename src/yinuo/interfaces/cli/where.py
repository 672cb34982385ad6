"""``yinuo where KEY``: where a rule stands, what type it has, who uses it and what tests it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from yinuo.core.rulebook import registry
from yinuo.interfaces.cli.docs import words
from yinuo.kit.rules import RuleTable

CHECKOUT = Path(__file__).resolve().parents[4]


def full_keys(key: str) -> list[str]:
    """The rules that somebody may mean: a full key, a promise's key, or the last name alone."""
    known = registry.load().by_key()
    if key in known:
        return [key]
    stem, _, name = key.partition(".")
    if f"{stem}.promises.{name}" in known:
        return [f"{stem}.promises.{name}"]
    return sorted(one for one in known if one.rpartition(".")[2] == key)


def typed_field(key: str) -> str:
    """The class and field that say what may stand there, with the type."""
    stem, table, name = key.split(".")
    schema = registry.load().schemas[stem]
    holder = getattr(registry.load().rules[stem], table)
    owner = type(holder) if isinstance(holder, RuleTable) else schema
    field = name if isinstance(holder, RuleTable) else table
    annotation = str(owner.model_fields[field].annotation)
    plain = re.sub(r"(?:[a-z_]+\.)+", "", annotation.removeprefix("<class '").removesuffix("'>"))
    return f"{owner.__module__}.{owner.__name__}.{field}: {plain}"


def lines_with(key: str) -> Iterator[tuple[str, Path, int, str]]:
    """What kind of place, file, line number and line, for every line that speaks of the rule."""
    stem, table, name = key.split(".")
    literal = rf"{stem}\.(?:promises\.)?{name}\b" if table == "promises" else rf"{table}\.{name}\b"
    for title, folder, pattern, wanted in (
        ("rule", f"src/yinuo/rules/*/{stem}.toml", "", rf"^\[{table}\.{name}[.\]]"),
        ("text", "src/yinuo/texts", "*.toml", rf"^\[\"{literal}"),
        ("use", "src/yinuo", "*.py", rf"{literal}|\.{name}\b|^    {name}: Rule\["),
        ("page", "src/yinuo/templates", "*.html", literal),
        ("test", "tests", "*.py", rf"{literal}|\.{name}\b|\"{name}\""),
    ):
        word = re.compile(wanted)
        paths = (CHECKOUT / folder).rglob(pattern) if pattern else CHECKOUT.glob(folder)
        for path in sorted(paths):
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, start=1):
                if word.search(line):
                    yield title, path.relative_to(CHECKOUT), number, line.strip()


@click.command()
@click.argument("key")
def where(key: str) -> None:
    """Say where a rule is: its value, why, source, typed field, uses and tests."""
    found = full_keys(key)
    for one in found:
        rule = registry.load().by_key()[one]
        click.echo(f"{one}")
        click.echo(f"  value   {words(rule.value).replace('<br>', '; ').replace('**', '')}")
        click.echo(f"  why     {rule.why}")
        click.echo(f"  source  {rule.source}")
        click.echo(f"  field   {typed_field(one)}")
        for title, path, number, line in lines_with(one):
            click.echo(f"  {title:7} {path}:{number}: {line}")
    if not found:
        click.echo(f"{key}: there is no such rule; see docs/rules.md", err=True)
        sys.exit(1)

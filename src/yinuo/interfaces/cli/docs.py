"""``yinuo docs``: the pages of docs/ that are written by the product itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from yinuo.core.cases.workflow import WORKFLOWS, Table
from yinuo.core.rulebook import registry
from yinuo.kit.clock import Limit
from yinuo.kit.rules import Condition, PromiseRule, Rule, RuleFile, entries

DIRECTORY = Path(__file__).resolve().parents[4] / "docs"
WARNING = "<!-- Written by `yinuo docs`. Change the source and run it again. -->"


def rules_page() -> str:
    """docs/rules.md: every rule with its value, why we have it and where it comes from."""
    files = registry.load()
    lines = [
        "# Rules",
        "",
        WARNING,
        "",
        "Every time limit, threshold and list, as shipped. A manager's revision on screen comes",
        "before it from the day on which it is in force. Marks in the sources: (S:…) was read in a",
        "stored copy, (K-high, K-med, K-low) is knowledge that was not opened again, with its",
        "certainty; *design default* is our own choice.",
        "",
    ]
    for stem in sorted(files.rules):
        lines += _file(stem, files.rules[stem])
    return "\n".join(lines).rstrip() + "\n"


def _file(stem: str, file: RuleFile) -> Iterator[str]:
    yield f"## {stem}.toml"
    yield ""
    for table in type(file).model_fields:
        found = list(entries(getattr(file, table)))
        if not found:
            continue
        yield f"### {stem}.{table}"
        yield ""
        yield "| rule | value | why | source |"
        yield "|---|---|---|---|"
        for name, rule in found:
            yield _row(name, rule)
        yield ""


def _row(name: str, rule: Rule[Any]) -> str:
    days = [f"from {rule.from_}" if rule.from_ else "", f"until {rule.until}" if rule.until else ""]
    source = ", ".join([rule.source, *(day for day in days if day)])
    cells = [f"`{name}`", words(rule.value), rule.why, source]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def words(value: object) -> str:
    """A rule's value for people: promises in a sentence, the rest part by part."""
    if isinstance(value, PromiseRule):
        return "<br>".join(_promise(value))
    if isinstance(value, Condition):
        return _condition(value)
    if isinstance(value, BaseModel):
        return _parts(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {words(part)}" for key, part in value.items())
    if isinstance(value, (tuple, list)) and _is_period(value):
        return f"{value[0]}–{value[1]}"
    if isinstance(value, (tuple, list)):
        plain = all(not isinstance(part, BaseModel) for part in value)
        return (", " if plain else "<br>").join(words(part) for part in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _is_period(value: Sequence[object]) -> bool:
    return len(value) == 2 and all(isinstance(part, str) and part[2:3] == ":" for part in value)


def _parts(value: BaseModel) -> str:
    """ "a: 1; b: 2 if this and that"; parts that say nothing are left out."""
    said = []
    when = getattr(value, "when", ())
    for name, field in type(value).model_fields.items():
        part = getattr(value, name)
        if name != "when" and part != field.default and part not in ("", (), {}):
            said.append(f"{field.alias or name}: {words(part)}")
    condition = " and ".join(words(test) for test in when)
    return "; ".join(said) + (f" *if* {condition}" if condition else "")


def _promise(rule: PromiseRule) -> Iterator[str]:
    yield f"**{rule.limit}**" + (", rolls forward" if rule.roll_forward else "")
    if rule.by_class:
        yield "; ".join(f"{name}: {limit}" for name, limit in rule.by_class.items())
    if rule.by_amount:
        yield "; ".join(_band(band.up_to, band.limit) for band in rule.by_amount)
    kind = "statutory" if rule.statutory else "our own"
    yield f"{kind}, for the {rule.audience}" if rule.audience == "customer" else "internal"
    yield f"owner: {rule.owner}; warned at {', '.join(f'{share:.0%}' for share in rule.warn_at)}"
    told = (f"{step.to} after {step.after}" for step in rule.escalate)
    yield f"when missed: {', '.join(told)}"
    if rule.pausable:
        yield f"stopped by: {', '.join(rule.pausable)}"


def _band(up_to: object, limit: Limit) -> str:
    return f"above: {limit}" if up_to is None else f"up to {up_to:,}: {limit}"


def _condition(test: Condition) -> str:
    if test.equals is not None:
        return f"{test.fact} is {words(test.equals)}"
    if test.one_of is not None:
        return f"{test.fact} is one of {words(test.one_of)}"
    if test.at_least is not None:
        return f"{test.fact} ≥ {test.at_least}"
    return f"{test.fact} ≤ {test.at_most}"


def workflows_page() -> str:
    """docs/workflows.md: the states and steps of every kind of case, as diagrams and tables."""
    lines = ["# Workflows", "", WARNING, ""]
    for kind in (kind for kind in WORKFLOWS.kinds() if WORKFLOWS.versions(kind)):
        flow = WORKFLOWS.current(kind)
        lines += [f"## {kind}, version {flow.version}", ""]
        lines += _table(flow.case, f"The {kind}")
        if flow.parts is not None:
            lines += _table(flow.parts, "Each of its losses")
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table, title: str) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {table.initial}"
    for step in table.steps:
        for source in step.source:
            if step.target is not None:
                yield f"    {source} --> {step.target}: {step.name}"
    for state in table.states:
        if state.ended:
            yield f"    {state.name} --> [*]"
    yield "```"
    yield ""
    yield "| step | from | to | who | event | makes | keeps |"
    yield "|---|---|---|---|---|---|---|"
    for step in table.steps:
        cells = [step.name, ", ".join(step.source) or "-", step.target or "(stays)"]
        cells += [", ".join(step.who), step.event, ", ".join(step.makes), ", ".join(step.keeps)]
        yield "| " + " | ".join(cells) + " |"
    yield ""


PAGES: Mapping[str, Callable[[], str]] = {"rules.md": rules_page, "workflows.md": workflows_page}


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a page is out of date.")
@click.option("--to", "directory", type=click.Path(path_type=Path), default=DIRECTORY)
def docs(check: bool, directory: Path) -> None:
    """Write the generated pages of the documentation."""
    wrong = []
    for name, page in PAGES.items():
        path, wanted = directory / name, page()
        if path.exists() and path.read_text(encoding="utf-8") == wanted:
            continue
        wrong.append(name)
        if not check:
            directory.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
            click.echo(f"docs/{name}")
    if check and wrong:
        for name in wrong:
            click.echo(f"docs/{name}: out of date; run yinuo docs", err=True)
        sys.exit(1)

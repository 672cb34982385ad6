"""`yinuo doctor`: what is missing or wrong on this machine, and how to put it right."""

from __future__ import annotations

import click
from django.utils import translation
from django.utils.translation import gettext

from yinuo.interfaces.cli import checks
from yinuo.interfaces.cli.checks import Finding, Level

SIGNS = {Level.GOOD: "✓", Level.NOTE: "·", Level.WARNING: "!", Level.WRONG: "✗"}
COLOURS = {Level.GOOD: "green", Level.WARNING: "yellow", Level.WRONG: "red"}


@click.command()
@click.option("--lang", type=click.Choice(["zh-hans", "zh-hant", "en"]), default=None)
@click.pass_obj
def doctor(terminal_language: str, lang: str | None) -> None:
    """Say in plain words what is missing or wrong, and how to put it right.

    Ends with code 1 when something is wrong; a warning alone ends with 0.
    """
    with translation.override(lang or terminal_language):
        findings = [finding for check in checks.ALL for finding in check()]
        for finding in findings:
            show(finding)
        wrong = sum(finding.level is Level.WRONG for finding in findings)
        warnings = sum(finding.level is Level.WARNING for finding in findings)
        click.echo("")
        if wrong or warnings:
            counted = gettext("%(wrong)s wrong, %(warnings)s to look at.")
            click.echo(counted % {"wrong": wrong, "warnings": warnings})
        else:
            click.echo(gettext("Everything is in order."))
    if wrong:
        raise SystemExit(1)


def show(finding: Finding) -> None:
    sign = click.style(SIGNS[finding.level], fg=COLOURS.get(finding.level))
    click.echo(f"{sign} {finding.subject}  {finding.says}")
    if finding.remedy:
        click.echo(f"    → {finding.remedy}")

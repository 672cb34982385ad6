"""`yinuo claim …`: report a claim, and what can be done with every case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO

import click
from django.utils.translation import get_language

from yinuo import automation
from yinuo.core.cases import commands as cases_commands
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.cli import cases
from yinuo.interfaces.cli.cases import actor_named, as_staff, echo_promises, json_input
from yinuo.interfaces.common import actions, inputs


@click.group()
def claim() -> None:
    """Report claims, look at them and move them on."""
    cases_commands.reacts_to(automation.REACTIONS)


@claim.command()
@as_staff
@json_input
def report(username: str, source: IO[bytes]) -> None:
    """Report a claim; the input is that of POST /api/claims."""
    actor, at = actor_named(username), datetime.now(UTC)
    given = cases.read_input(inputs.ReportInput, source)
    with cases.refusals():
        reported = actions.report(actor, given, door="phone", at=at)
    click.echo(reported.case.number)
    for key in reported.guidance:
        click.echo("  " + rulebook.short_text(key, get_language() or "en", at=at).subject)
    echo_promises(reported.case, at)


for _command in (cases.list_cases, cases.show, cases.do):
    claim.add_command(_command)

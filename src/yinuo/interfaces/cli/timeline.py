"""`yinuo sweep`, `yinuo seal` and `yinuo verify`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from django.utils.translation import gettext as _
from tqdm import tqdm

from yinuo.areas.complaints import commands as complaints
from yinuo.automation import REACTIONS
from yinuo.core.cases import commands as cases
from yinuo.core.cases import verifying
from yinuo.core.cases.commands import sealing
from yinuo.core.cases.models import Event

FINDINGS_SHOWN = 100
FOUND_SOMETHING = 1


@click.command()
def sweep() -> None:
    """Warn of, miss and escalate every promise whose time has come."""
    cases.reacts_to(REACTIONS)
    promises = warned = missed = escalated = 0
    while (swept := cases.sweep(at=datetime.now(UTC))).promises:
        promises += swept.promises
        warned += swept.warned
        missed += swept.missed
        escalated += swept.escalated
    sentence = _(
        "%(promises)s promises looked at: %(warned)s warned of, %(missed)s missed, "
        "%(escalated)s escalated."
    )
    counts = {"warned": warned, "missed": missed, "escalated": escalated}
    click.echo(sentence % {"promises": promises, **counts})


@click.command()
def seal() -> None:
    """Seal all timelines into a file outside the database."""
    made = sealing.seal(at=datetime.now(UTC))
    sentence = _("%(cases)s cases with %(events)s lines sealed in %(file)s.")
    facts = {"cases": made.cases, "events": made.events, "file": made.file_name}
    click.echo(sentence % facts)


@click.command()
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(quiet: bool) -> None:
    """Check every line, head and seal; exit code 1 when something was changed."""
    shown = 0

    def show(finding: verifying.Finding) -> None:
        nonlocal shown
        shown += 1
        if shown <= FINDINGS_SHOWN:
            tqdm.write(str(finding), file=sys.stdout)

    total = Event.objects.count()
    with tqdm(total=total, unit=_(" lines"), disable=quiet or None, file=sys.stderr) as bar:
        found = verifying.verify(report=show, progress=bar.update)
    if shown > FINDINGS_SHOWN:
        click.echo(_("… and %(count)s more.") % {"count": shown - FINDINGS_SHOWN})
    sentence = _("%(cases)s cases, %(events)s lines and %(seals)s seals checked: %(found)s wrong.")
    counts = {"cases": found.cases, "events": found.events, "seals": found.seals, "found": shown}
    click.echo(sentence % counts)
    if shown:
        sys.exit(FOUND_SOMETHING)


@click.command("recount-year")
@click.argument("year", type=click.IntRange(2000, 2100))
def recount_year(year: int) -> None:
    """Count provisional promises again, once the holidays of a year are published as a rule."""
    at = datetime.now(UTC)
    changed = cases.recount_provisional(year=year, at=at) + complaints.recount_voices(at=at)
    click.echo(_("%(count)s promises have a new time; each has its line.") % {"count": changed})

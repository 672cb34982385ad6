"""`yinuo call-backs …`: is every ended claim followed up, and recording why one is not.

What is done with a single call-back goes through `yinuo case`, as for every kind.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click
from django.utils.translation import gettext as _

from yinuo import automation
from yinuo.areas.call_backs import queries
from yinuo.core.cases import commands as cases_commands
from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.interfaces.cli.cases import actor_named, as_staff, refusals
from yinuo.interfaces.common.actions.call_backs import leave_out, open_campaign
from yinuo.interfaces.common.inputs.call_backs import CampaignInput, LeftOutInput
from yinuo.overview import call_back_coverage

SHOWN = 50
MISSING = 1
"""Exit code when an ended claim has neither call-back nor reason."""


@click.group("call-backs")
def call_backs() -> None:
    """Is every ended claim followed up? Who is left out, and what campaigns ask."""
    cases_commands.reacts_to(automation.REACTIONS)


@call_backs.command()
@as_staff
@click.option("--open", "opens", is_flag=True, help="Open what is missing, by the worker's jobs.")
def check(username: str, opens: bool) -> None:
    """Say how many claims ended and which of them nobody follows up; code 1 if there are any."""
    actor, at = actor_named(username), datetime.now(UTC)
    found = call_back_coverage.coverage(actor, at=at)
    rows = list(call_back_coverage.missing(actor, at=at)[:SHOWN])
    people_commands.record_access(
        case_id=None, what="cli.call_backs", by=actor, at=at, count=len(rows)
    )
    click.echo(
        _(
            "%(ended)s ended: %(opened)s with a call-back, %(excluded)s with a reason, "
            "%(missing)s with neither"
        )
        % {
            "ended": found.ended,
            "opened": found.opened,
            "excluded": found.excluded,
            "missing": found.missing,
        }
    )
    for case in rows:
        click.echo(f"{case.number}  {case.state:12}{case.state_since_at:%Y-%m-%d %H:%M}")
    if opens and found.missing:
        automation.defer_missing_call_backs(at=at)
        click.echo(_("The worker opens them now."))
    if found.missing:
        sys.exit(MISSING)


@call_backs.command()
@as_staff
def due(username: str) -> None:
    """The calls that may be made now, the longest waiting first."""
    actor, at = actor_named(username), datetime.now(UTC)
    rows = list(queries.due_calls(actor, at=at)[:SHOWN])
    people_commands.record_access(
        case_id=None, what="cli.call_backs_due", by=actor, at=at, count=len(rows)
    )
    for row in rows:
        planned = row.next_contact_at
        when = f"{planned:%Y-%m-%d %H:%M}" if planned else ""
        click.echo(f"{row.case.number}  {when}  {row.strategy:16}→ {row.followed.number}")


@call_backs.command("leave-out")
@click.argument("number")
@as_staff
@click.option("--reason", required=True, help="An exclusion of the programme, as litigation.")
def leave_out_case(number: str, username: str, reason: str) -> None:
    """Record why the ended case NUMBER gets no call-back."""
    actor = actor_named(username)
    with refusals():
        given = LeftOutInput.model_validate({"number": number, "reason": reason})
        made = leave_out(actor, given, at=datetime.now(UTC))
    click.echo(f"{made.followed.number}  {made.reason}")


@call_backs.command()
@as_staff
@click.option("--name", required=True)
@click.option("--kind", type=click.Choice(["periodic", "after_complaint"]), required=True)
@click.option("--from", "closed_from", required=True, help="First day of the ends, 2026-01-01.")
@click.option("--until", "closed_until", required=True, help="Last day of the ends.")
def campaign(username: str, name: str, kind: str, closed_from: str, closed_until: str) -> None:
    """Ask besides the endings of claims; the worker selects, batch by batch."""
    actor = actor_named(username)
    with refusals():
        given = CampaignInput.model_validate(
            {
                "name": name,
                "kind": kind,
                "closed_from_on": closed_from,
                "closed_until_on": closed_until,
            }
        )
        branch = people.branch_for(actor, actor.branch_id or 0)
        made = open_campaign(actor, branch, given, at=datetime.now(UTC))
    click.echo(_("Campaign %(id)s has begun.") % {"id": made.pk})

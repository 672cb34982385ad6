"""`yinuo claim …`: the same actions as on screen, for a member of staff named by `--as`.

Whoever may run this on the server is trusted as the operator of the machine; what is done is
recorded under the member of staff that was named, with the roles that this person has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any, NoReturn

import click
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yinuo import automation
from yinuo.areas.claims import queries as claims
from yinuo.core.cases import commands as cases_commands
from yinuo.core.cases import queries as cases
from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, inputs, problems
from yinuo.interfaces.common.problems import Problem
from yinuo.kit.errors import DomainError

REFUSED = 2

as_staff = click.option("--as", "username", required=True, help="The member of staff who acts.")
json_input = click.option(
    "--json", "source", type=click.File("rb"), help="A JSON file, or - for standard input."
)


@click.group()
def claim() -> None:
    """Report claims, look at them and move them on."""
    cases_commands.reacts_to(automation.REACTIONS)


@claim.command()
@as_staff
@json_input
def report(username: str, source: IO[bytes]) -> None:
    """Report a claim; the input is that of POST /api/claims."""
    actor, at = _actor(username), datetime.now(UTC)
    given = _read(inputs.ReportInput, source)
    with _refusals():
        reported = actions.report(actor, given, door="phone", at=at)
    click.echo(reported.case.number)
    for key in reported.guidance:
        click.echo("  " + rulebook.short_text(key, get_language() or "en", at=at).subject)
    _echo_promises(reported.case.number, actor, at)


@claim.command("list")
@as_staff
@click.option("--state", default="", help="Only claims in this state.")
def list_claims(username: str, state: str) -> None:
    """The newest claims."""
    actor, at = _actor(username), datetime.now(UTC)
    page = claims.page(actor, state=state, size=50)
    count = len(page.items)
    people_commands.record_access(case_id=None, what="cli.claims", by=actor, at=at, count=count)
    for one in page.items:
        click.echo(f"{one.case.number}  {one.case.state:12} {one.plate:10} {one.place}")


@claim.command()
@click.argument("number")
@as_staff
def show(number: str, username: str) -> None:
    """State, losses, promises and what can be done next."""
    actor, at = _actor(username), datetime.now(UTC)
    with _refusals():
        found = claims.get_for(actor, number)
    people_commands.record_access(case_id=found.pk, what="cli.claim", by=actor, at=at)
    losses = list(found.losses.all())
    click.echo(f"{found.case.number}  {found.case.state}  {found.plate}  {found.place}")
    for loss in losses:
        amount = loss.amount if loss.amount is not None else "-"
        click.echo(f"  {loss.ordinal}. {loss.kind}  {loss.stage}  {amount} {found.currency}")
    _echo_promises(number, actor, at)
    for one in actions.possible(actor, found.case, losses):
        click.echo(f"  → {one.noun}: {one.label}")


@claim.command()
@click.argument("number")
@click.argument("noun", type=click.Choice(sorted(actions.CLAIM_ACTIONS)))
@as_staff
@json_input
def do(number: str, noun: str, username: str, source: IO[bytes] | None) -> None:
    """Take an action; the input is that of POST /api/claims/NUMBER/NOUN."""
    actor, at = _actor(username), datetime.now(UTC)
    action = actions.CLAIM_ACTIONS[noun]
    given = _read(action.schema, source)
    with _refusals():
        action.run(actor, cases.get_for(actor, number, kind="claim"), given, at)
        found = cases.get_for(actor, number)
    click.echo(f"{found.number}  {found.state}")


def _actor(username: str) -> Actor:
    with _refusals():
        return people.actor_of_staff(people.staff_named(username))


def _read(schema: type[Any], source: IO[bytes] | None) -> Any:
    text = source.read(1_000_000) if source else b"{}"
    try:
        return schema.model_validate(json.loads(text))
    except ValidationError as error:
        _stop(problems.of_input(error))
    except ValueError as error:
        _stop(Problem("json_invalid", 422, _("This is not valid JSON: %s") % error, ()))


@contextmanager
def _refusals() -> Iterator[None]:
    """Turns a refusal of a command into words on the terminal and the exit code 2."""
    try:
        yield
    except DomainError as refusal:
        _stop(problems.of_refusal(refusal))


def _stop(problem: Problem) -> NoReturn:
    click.echo(problem.message, err=True)
    for one in problem.fields:
        click.echo(f"  {one.field}: {one.message}", err=True)
    raise SystemExit(REFUSED)


def _echo_promises(number: str, actor: Actor, at: datetime) -> None:
    case = cases.get_for(actor, number)
    for view in cases.promises(case, get_language() or "en", at=at):
        mark = "✓" if view.kept_at else "…" if view.due_at > at else "✗"
        click.echo(f"  {mark} {view.title}: {view.counted}")

"""`yinuo case …`: the same actions as on screen, for a member of staff named by `--as`.

Whoever may run this on the server is trusted as the operator of the machine; what is done is
recorded under the member of staff that was named, with the roles that this person has. Which kind
a case is of is read from its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any, NoReturn

import click
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yinuo import automation
from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Loss
from yinuo.core.cases import commands as cases_commands
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import actions, kinds, problems
from yinuo.interfaces.common.problems import Problem
from yinuo.kit.errors import DomainError

REFUSED = 2
SHOWN = 50

as_staff = click.option("--as", "username", required=True, help="The member of staff who acts.")
json_input = click.option(
    "--json", "source", type=click.File("rb"), help="A JSON file, or - for standard input."
)


@click.group()
def case() -> None:
    """Look at cases of every kind and move them on."""
    cases_commands.reacts_to(automation.REACTIONS)


@case.command("list")
@as_staff
@click.option(
    "--kind",
    type=click.Choice(list(kinds.KINDS)),
    default="claim",
    help="Which kind of case.",
    show_default=True,
)
@click.option("--state", default="", help="Only cases in this state.")
@click.option("--after", default="", help="Go on after this number.")
def list_cases(username: str, kind: str, state: str, after: str) -> None:
    """The newest cases of a kind."""
    actor, at = actor_named(username), datetime.now(UTC)
    with refusals():
        page = cases.page(actor, kind=kind, state=state, after=after, size=SHOWN)
    count = len(page.items)
    people_commands.record_access(case_id=None, what="cli.cases", by=actor, at=at, count=count)
    for one in page.items:
        about = f"  → {one.about.number}" if one.about else ""
        click.echo(f"{one.number}  {one.state:20}{about}")
    if page.next:
        click.echo(_("Go on with --after %s") % page.next, err=True)


@case.command()
@click.argument("number")
@as_staff
def show(number: str, username: str) -> None:
    """State, promises and what can be done next; of a claim its losses."""
    actor, at = actor_named(username), datetime.now(UTC)
    with refusals():
        found = cases.get_for(actor, number)
    people_commands.record_access(case_id=found.pk, what="cli.case", by=actor, at=at)
    parts: Sequence[Loss] = ()
    about = f"  → {found.about.number}" if found.about else ""
    if found.kind == "claim":
        claim = claims.of_case(found)
        parts, about = list(claim.losses.all()), f"  {claim.plate}  {claim.place}"
    click.echo(f"{found.number}  {found.state}{about}")
    for loss in parts:
        amount = loss.amount if loss.amount is not None else "-"
        click.echo(f"  {loss.ordinal}. {loss.kind}  {loss.stage}  {amount}")
    echo_promises(found, at)
    for one in actions.possible(actor, found, parts):
        click.echo(f"  → {one.noun}: {one.label}")


@case.command()
@click.argument("number")
@click.argument("noun")
@as_staff
@json_input
def do(number: str, noun: str, username: str, source: IO[bytes] | None) -> None:
    """Take an action; the input is that of POST /api/KIND/NUMBER/NOUN."""
    actor, at = actor_named(username), datetime.now(UTC)
    with refusals():
        found = cases.get_for(actor, number)
    table = actions.actions_of(found.kind)
    if noun not in table:
        known = ", ".join(sorted(table))
        raise click.BadParameter(_("no such action; there are: %s") % known, param_hint="NOUN")
    given = read_input(table[noun].schema, source)
    with refusals():
        table[noun].run(actor, found, given, at)
        moved = cases.get_for(actor, number)
    click.echo(f"{moved.number}  {moved.state}")


def actor_named(username: str) -> Actor:
    with refusals():
        return people.actor_of_staff(people.staff_named(username))


def read_input(schema: type[Any], source: IO[bytes] | None) -> Any:
    text = source.read(1_000_000) if source else b"{}"
    try:
        return schema.model_validate(json.loads(text))
    except ValidationError as error:
        _stop(problems.of_input(error))
    except ValueError as error:
        _stop(Problem("json_invalid", 422, _("This is not valid JSON: %s") % error, ()))


@contextmanager
def refusals() -> Iterator[None]:
    """Turns a refusal of a command into words on the terminal and the exit code 2."""
    try:
        yield
    except DomainError as refusal:
        _stop(problems.of_refusal(refusal))
    except ValidationError as error:
        _stop(problems.of_input(error))


def _stop(problem: Problem) -> NoReturn:
    click.echo(problem.message, err=True)
    for one in problem.fields:
        click.echo(f"  {one.field}: {one.message}", err=True)
    raise SystemExit(REFUSED)


def echo_promises(found: Case, at: datetime) -> None:
    for view in cases.promises(found, get_language() or "en", at=at):
        mark = "✓" if view.kept_at else "…" if view.due_at > at else "✗"
        click.echo(f"  {mark} {view.title}: {view.counted}")

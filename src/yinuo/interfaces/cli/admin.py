"""What an administrator does now and then."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.utils.translation import gettext

from yinuo.core.people.models import Staff
from yinuo.interfaces.common import upgrades
from yinuo.kit.crypto import new_key

NAMES_SHOWN = 20


class Refused(click.ClickException):
    exit_code = 2


@click.command()
@click.option("--finish", is_flag=True, help="Also what the previous version could not live with.")
def migrate(*, finish: bool) -> None:
    """Bring the database to the state that this code expects, while the previous version serves."""
    waiting = upgrades.waiting()
    if finish or waiting.new_database or not waiting.after:
        call_command("migrate", interactive=False, verbosity=1)
        return
    for app, name in waiting.last_of_each_app().items():
        call_command("migrate", app, name, interactive=False, verbosity=1)
    said = gettext(
        "%(number)s migrations wait until the previous version is gone: "
        "then run `yinuo migrate --finish`."
    )
    click.echo(said % {"number": len(waiting.after)})


@click.command()
def preflight() -> None:
    """Refuse what production must not run with, and lay out the static files."""
    if not settings.PRODUCTION:
        raise Refused(gettext("This is for production: set YINUO_MODE=production."))
    demo = Staff.objects.filter(is_demo=True, is_active=True).order_by("username")
    names = list(demo.values_list("username", flat=True)[:NAMES_SHOWN])
    if names:
        raise Refused(
            gettext("Production mode refuses demo accounts. Deactivate them first: %(names)s")
            % {"names": ", ".join(names)}
        )
    call_command("collectstatic", interactive=False, verbosity=0)


@click.command("new-key")
def print_new_key() -> None:
    """Print a new random key for YINUO_SECRET_KEY, YINUO_DATA_KEYS or YINUO_INDEX_KEY."""
    click.echo(new_key())


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own commands, for example `makemigrations`."""
    execute_from_command_line([f"{Path(sys.argv[0]).name} manage", *arguments])

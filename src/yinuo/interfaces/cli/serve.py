"""Start what serves: the web, the worker, and the database under them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError
from django.utils.translation import gettext
from granian import Granian
from granian.constants import Interfaces

from yinuo.core.people.models import Staff
from yinuo.kit import env
from yinuo.kit.crypto import new_key

IDLE_SECONDS = 600
WEB_CONNECTIONS_PER_PROCESS = 8


class DemoAccountsInProduction(click.ClickException):
    exit_code = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--threads",
    default=WEB_CONNECTIONS_PER_PROCESS,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Threads of each process, and with that its database connections.",
)
def serve(host: str, port: int, processes: int, threads: int) -> None:
    """Serve the web: desk, customer pages and API."""
    refuse_demo_accounts()
    if processes > 1:
        share_figures()
    if settings.PRODUCTION:
        call_command("collectstatic", interactive=False, verbosity=0)
    Granian(
        "yinuo.conf.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        # A thread that ends would take its database connection with it.
        blocking_threads_idle_timeout=IDLE_SECONDS,
        backlog=1024,
        respawn_failed_workers=True,
        websockets=False,
        log_access=False,
    ).serve()


def share_figures() -> None:
    """Let all web processes write their figures where each of them can answer for all."""
    directory = env.state_directory() / "figures"
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def refuse_demo_accounts() -> None:
    """In production, stop before anybody can sign in with a password that is printed in a file."""
    if not settings.PRODUCTION:
        return
    try:
        names = list(
            Staff.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True)
        )
    except DatabaseError as error:
        raise DemoAccountsInProduction(
            gettext("The database cannot be read: %(reason)s") % {"reason": type(error).__name__}
        ) from error
    if names:
        raise DemoAccountsInProduction(
            gettext("Production mode refuses demo accounts. Deactivate them first: %(names)s")
            % {"names": ", ".join(names[:20])}
        )


@click.command()
def migrate() -> None:
    """Bring the database to the state that this code expects."""
    call_command("migrate", interactive=False, verbosity=1)


@click.command()
def stop() -> None:
    """Stop the embedded database."""
    cluster = env.embedded_cluster()
    if cluster is not None:
        cluster.stop()


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

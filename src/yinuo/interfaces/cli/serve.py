"""`yinuo serve`: the web, in as many processes as the machine has cores to give.

The process that watches over the others never loads Django: each of them does so for itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from yinuo.kit import env

IDLE_SECONDS = 600
THREADS = 4
BACKLOG = 1024
APPLICATION = "yinuo.conf.wsgi:application"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--threads",
    default=THREADS,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Threads of each process, and with that its database connections.",
)
def serve(host: str, port: int, processes: int, threads: int) -> None:
    """Serve the web: desk, customer pages and API."""
    if env.mode() is env.Mode.PRODUCTION:
        checked = subprocess.run([*program(), "preflight"], check=False)
        if checked.returncode:
            sys.exit(checked.returncode)
    if processes > 1:
        share_figures()
    Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        # A thread that ends would take its database connection with it.
        blocking_threads_idle_timeout=IDLE_SECONDS,
        # Backpressure counts open connections, not requests: a browser keeps six of them open,
        # so anything near the number of threads would leave its last files waiting for minutes.
        backlog=BACKLOG,
        respawn_failed_workers=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


def program() -> list[str]:
    """This program, to be called from itself."""
    return [sys.executable, "-m", "yinuo.interfaces.cli.main"]


def share_figures() -> None:
    """Let all web processes write their figures where each of them can answer for all."""
    directory = env.state_directory() / "figures"
    directory.mkdir(parents=True, exist_ok=True)
    forget(directory)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)


def forget(directory: Path) -> None:
    for old in directory.glob("*.db"):
        old.unlink()


@click.command()
def stop() -> None:
    """Stop the embedded database."""
    cluster = env.embedded_cluster()
    if cluster is not None:
        cluster.stop()

"""`yinuo run`: a whole house for a trial or for development, in one terminal.

The second start has to be quick, so this module does without Django: what is already prepared is
known from a stamp, the web loads while the database starts, and the worker when the web answers.
The first start does not wait for the claims of the demo insurer: they are told while one looks on,
and the worker, whose clock is the real one, begins when the story has come to today.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import click

from yinuo.interfaces.cli.serve import program
from yinuo.kit import env

READY_SECONDS = 60
STOP_SECONDS = 15
WORKER = ("--concurrency", "2")
SIGN_INS = "demo-sign-ins.txt"
"""`yinuo demo` writes there what a newcomer needs to sign in; one line per role."""
CLAIMS = click.IntRange(20, 5000)
UNDER_WAY = "stamps/demo-under-way"
"""There while the claims of the demo insurer are being told; one that stays was broken off."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo/--no-demo", default=True, help="Fill an empty house with a demo insurer.")
@click.option(
    "--claims", default=240, show_default=True, type=CLAIMS, help="So many claims has the demo."
)
def run(host: str, port: int, demo: bool, claims: int) -> None:
    """Prepare everything and serve web and worker until Ctrl-C."""
    if env.mode() is env.Mode.PRODUCTION:
        raise click.ClickException("`yinuo run` is for trials; in production use serve and worker")
    # A shell that starts us in the background makes us deaf to Ctrl-C unless we say otherwise.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    programs: list[subprocess.Popen[bytes]] = []
    telling: subprocess.Popen[bytes] | None = None
    try:
        fresh = not is_prepared(demo=demo)
        if fresh:
            # Nobody is let in before there is anything to see.
            start_database()
            migrate()
        programs.append(start("serve", "--host", host, "--port", str(port)))
        if not fresh:
            # The web takes longest to load and asks for no database before somebody asks it.
            start_database()
        if demo and fresh:
            telling = start("demo", "--claims", str(claims))
        wait_until_ready(f"http://{host}:{port}/healthz", programs)
        if telling is not None:
            wait_for_sign_ins(telling, programs)
        announce(f"http://{host}:{port}/")
        if telling is not None:
            wait_for_the_demo(telling, programs)
        programs.append(start("worker", *WORKER))
        if fresh:
            remember(demo=demo)
        watch(programs)
    except KeyboardInterrupt:
        click.echo("")
    finally:
        stop_all([*programs, *([telling] if telling else [])])


def start_database() -> None:
    cluster = env.embedded_cluster()
    if cluster is not None:
        cluster.start()
        cluster.create_database()


def is_prepared(*, demo: bool) -> bool:
    """Whether the stamp says of this very database that it was migrated and filled."""
    stamp = env.state_directory() / "stamps" / "prepared"
    try:
        return stamp.read_text(encoding="utf-8") == prepared_for(demo=demo)
    except FileNotFoundError:
        return False


def migrate() -> None:
    subprocess.run([*program(), "migrate", "--finish"], check=True, stdout=subprocess.DEVNULL)


def remember(*, demo: bool) -> None:
    """The next start finds everything prepared."""
    stamp = env.state_directory() / "stamps" / "prepared"
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(prepared_for(demo=demo), encoding="utf-8")


def wait_for_sign_ins(
    telling: subprocess.Popen[bytes], programs: list[subprocess.Popen[bytes]]
) -> None:
    """Until somebody can sign in: the people are there long before their claims."""
    sign_ins = env.state_directory() / SIGN_INS
    while telling.poll() is None and not sign_ins.exists():
        refuse_if_ended(programs)
        time.sleep(0.1)


def wait_for_the_demo(
    telling: subprocess.Popen[bytes], programs: list[subprocess.Popen[bytes]]
) -> None:
    while telling.poll() is None:
        refuse_if_ended(programs)
        time.sleep(0.2)
    if telling.returncode:
        raise click.ClickException(f"demo ended with code {telling.returncode}")


def prepared_for(*, demo: bool) -> str:
    """Changes with the database's address, its identity, and every migration of this code."""
    digest = hashlib.sha256(env.database_url().encode())
    cluster = env.embedded_cluster()
    if cluster is not None:
        # A cluster that was deleted and made again is another one at the same address.
        digest.update(str((cluster.directory / "PG_VERSION").stat().st_ctime_ns).encode())
    for path in sorted(env.PACKAGE.rglob("migrations/*.py")):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} demo={demo}"


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*program(), *arguments], env={**os.environ, "PYTHONUNBUFFERED": "1"})


def wait_until_ready(url: str, programs: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        refuse_if_ended(programs)
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"no answer from {url} after {READY_SECONDS} seconds")


def watch(programs: list[subprocess.Popen[bytes]]) -> None:
    while True:
        refuse_if_ended(programs)
        time.sleep(0.5)


def refuse_if_ended(programs: list[subprocess.Popen[bytes]]) -> None:
    for process in programs:
        if process.poll() is not None:
            name = process.args[3] if isinstance(process.args, list) else "a program"
            raise click.ClickException(f"{name} ended with code {process.returncode}")


def stop_all(programs: list[subprocess.Popen[bytes]]) -> None:
    """Ask every program to end, and insist after a while; the database stays up for next time."""
    for process in programs:
        process.terminate()
    for process in programs:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def announce(address: str) -> None:
    click.echo(f"\n  Yinuo 一诺    {address}\n")
    sign_ins = env.state_directory() / SIGN_INS
    if sign_ins.exists():
        click.echo(indent(sign_ins))
    click.echo("  Ctrl-C\n")
    sys.stdout.flush()


def indent(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(f"  {line}" for line in lines) + "\n"

"""The first command of a newcomer, from nothing to a page, and again."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from yinuo.core.people.models import Branch, Staff
from yinuo.interfaces.cli import run
from yinuo.interfaces.cli.main import yinuo
from yinuo.interfaces.cli.run import UNDER_WAY
from yinuo.kit.embedded import Cluster

CORES = 2
READY_SECONDS = 5


@pytest.fixture
def state() -> Iterator[Path]:
    # Not tmp_path: pytest keeps that closed to the account that runs the server for root.
    with tempfile.TemporaryDirectory(prefix="yinuo-run-") as directory:
        yield Path(directory)
        Cluster(Path(directory) / "pg").stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def work_of_children() -> float:
    """Seconds of processor time that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(state: Path, port: int, *options: str, **more: str) -> subprocess.Popen[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("YINUO_")}
    ours.pop("DATABASE_URL", None)
    ours.pop("DJANGO_SETTINGS_MODULE", None)
    ours.pop("PYTHONDONTWRITEBYTECODE", None)
    ours |= {"YINUO_STATE": str(state), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "yinuo.interfaces.cli.main", "run", f"--port={port}", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=ours,
    )


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return lines
    raise AssertionError("".join(lines))


def page(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        status: int = answer.status
        return status


def run_and_look(state: Path, **more: str) -> float:
    """From the command to pages and to the end of it; gives back the processor time in seconds."""
    port = free_port()
    began = work_of_children()
    process = start(state, port, "--no-demo", **more)
    try:
        read_until(process, f"http://127.0.0.1:{port}/")
        assert page(port, "/accounts/login/") == 200
        assert page(port, "/readyz") == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    return work_of_children() - began


# A cluster and every migration: half a minute, of which `make soak` and a newcomer can judge.
@pytest.mark.soak
def test_one_command_makes_a_house_and_the_second_time_it_is_there_at_once(state: Path) -> None:
    run_and_look(state)
    # Two cores that are ready after five seconds have done no more work than this.
    assert run_and_look(state) < CORES * READY_SECONDS


@pytest.mark.soak
def test_one_can_sign_in_while_the_claims_of_the_demo_are_being_told(state: Path) -> None:
    port = free_port()
    process = start(state, port, "--claims=20")
    try:
        shown = read_until(process, "Ctrl-C")
        assert any("demo-yinuo" in line for line in shown)
        assert (state / UNDER_WAY).exists()
        assert page(port, "/accounts/login/") == 200
        # When the story has come to today, the clock of the house begins to run.
        while not (state / "stamps" / "prepared").exists():
            assert process.poll() is None
            time.sleep(0.5)
        assert not (state / UNDER_WAY).exists()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.django_db(transaction=True)
def test_one_command_runs_a_house_on_a_database_that_is_there(
    state: Path, database_url: str
) -> None:
    run_and_look(state, DATABASE_URL=database_url)


@pytest.mark.django_db
def test_production_does_not_serve_while_demo_accounts_can_sign_in(settings: Settings) -> None:
    settings.PRODUCTION = True
    branch = Branch.objects.create(name="杭州", code="HZ", path="1.")
    Staff.objects.create(
        username="demo", name="演示", branch=branch, is_demo=True, joined_at="2026-03-02T00:00Z"
    )

    answer = CliRunner().invoke(yinuo, ["--lang", "en", "preflight"])

    assert answer.exit_code == 2
    assert "Production mode refuses demo accounts" in answer.output


@pytest.mark.parametrize("prepared", [False, True])
def test_nobody_is_let_in_before_the_tables_are_there(
    monkeypatch: pytest.MonkeyPatch, prepared: bool
) -> None:
    did: list[str] = []

    def started(name: str, *_words: str) -> Any:
        did.append(name)
        return object()

    def note(name: str) -> Callable[..., None]:
        return lambda *_args, **_named: did.append(name)

    monkeypatch.setattr(run, "is_prepared", lambda **_: prepared)
    monkeypatch.setattr(run, "start", started)
    for name in ("start_database", "migrate", "wait_until_ready", "remember", "watch", "stop_all"):
        monkeypatch.setattr(run, name, note(name))

    done = CliRunner().invoke(run.run, ["--no-demo"])

    assert done.exit_code == 0, done.output
    begun = did[: did.index("wait_until_ready")]
    # A house that is prepared need not wait for its database: nobody asks it before the web is up.
    fresh = ["start_database", "migrate", "serve"]
    assert begun == (["serve", "start_database"] if prepared else fresh)


def test_a_demo_of_too_few_claims_is_refused_before_anything_is_begun() -> None:
    done = CliRunner().invoke(run.run, ["--claims", "3"])
    assert done.exit_code == 2
    assert "20<=x<=5000" in done.output

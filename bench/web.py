"""The web as `yinuo serve` starts it, and somebody who asks it for pages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from django.conf import settings
from django.test import Client

from bench import STATE
from yinuo.core.people.models import Staff
from yinuo.interfaces.cli.serve import program

START_SECONDS = 60


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "YINUO_LOG_LEVEL": "INFO"}
    with (STATE / "bench.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@contextmanager
def web(*, processes: int = 1) -> Iterator[int]:
    """Serve the database that Django points at; gives the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with running([*program(), "serve", "--port", str(port), "--processes", str(processes)]):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready(port):
            if time.monotonic() > deadline:
                raise SystemExit(f"the web did not start; see {STATE / 'bench.log'}")
            time.sleep(0.1)
        yield port


def is_ready(port: int) -> bool:
    try:
        line = HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except OSError:
        return False


def signed_in(username: str) -> str:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(Staff.objects.get(username=username))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


class Reader:
    """One browser on one line that stays open."""

    def __init__(self, port: int, cookie: str) -> None:
        self.line = HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": cookie, "Accept-Language": "zh-hans"}

    def seconds(self, path: str) -> float:
        """How long the page took, read to its end. Stops the bench when it is not a page."""
        began = time.perf_counter()
        self.line.request("GET", path, headers=self.headers)
        answer = self.line.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {text[:300].decode(errors='replace')}")
        return took

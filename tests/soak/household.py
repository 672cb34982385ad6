"""A whole house in processes of its own, so that they can be killed: web, worker, post, bank."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.test import Client

from tests.core.messages import post
from tests.core.messages.post import MailServer, free_port
from tests.interfaces.api import callers
from tests.interfaces.api.callers import House
from tests.interfaces.portal.visitors import visit
from yinuo.core.cases.models import Case
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.pain001 import NAMESPACE
from yinuo.core.payments.bank.stand_in import answer_outbox

# A killed worker is missed after 20 seconds, and looked for once a minute.
WAIT_SECONDS = 150.0
CSRF = "a" * 32


class NoAnswer(Exception):
    """The web was gone before it answered: what became of the request is not known."""


@dataclass(slots=True)
class Program:
    """A program that can be killed with all its children, and started again."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "yinuo.interfaces.cli.main", *self.arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a power cut would: nobody is asked, nothing is finished."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_SECONDS)
        self.kills += 1


@dataclass(slots=True)
class Household:
    house: House
    web: Program
    worker: Program
    port: int
    mail: MailServer
    exchange: ExchangeDirectory
    # Every EndToEndId that left, with the messages that it left in.
    left: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def api(self, role: str, path: str, given: object, *, key: str) -> dict[str, Any]:
        """Send to the API until it answers; the key makes that safe."""
        headers = {
            "Authorization": f"Bearer {self.house[role].key}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        body = json.dumps(given).encode()
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with suppress(NoAnswer):
                status, said = self.ask(f"/api{path}", body, headers)
                assert status in (200, 201), (path, status, said)
                answer: dict[str, Any] = json.loads(said)
                return answer
            time.sleep(0.2)
        raise AssertionError(f"no answer from {path}")

    def desk(self, who: str, path: str, form: dict[str, str]) -> int:
        """Send one form as a signed-in member of staff. Raises NoAnswer."""
        return self.signed_in(who).send(f"/desk{path}", form)

    def signed_in(self, who: str) -> Browser:
        """The browser of a member of staff."""
        browser = Client()
        browser.force_login(self.house.world.staff[who])
        return self._of(browser)

    def portal(self, case: Case, path: str, form: dict[str, str]) -> int:
        """Send one form as the customer of this case. Raises NoAnswer."""
        browser = Client()
        visit(browser, case)
        return self._of(browser).send(path, form)

    def _of(self, browser: Client) -> Browser:
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        return Browser(self, cookies)

    def bank_works(self) -> None:
        """The bank's program takes what lies there, keeps a list, and answers."""
        for file in sorted(self.exchange.outbox.glob("*.xml")):
            tree = ElementTree.parse(file)
            for one in tree.iter(f"{{{NAMESPACE}}}EndToEndId"):
                message = tree.findtext(f".//{{{NAMESPACE}}}MsgId") or file.name
                self.left[one.text or ""].add(f"{message} {file.name}")
        answer_outbox(self.exchange, at=datetime.now(UTC))

    def wait_until_web_answers(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with suppress(NoAnswer):
                if self.ask("/readyz", None, {})[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the web did not start: {self.web.log.read_text()[-2000:]}")

    def ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers
        )
        try:
            with _OPENER.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except (OSError, HTTPException) as gone:
            raise NoAnswer from gone


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere, urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Browser:
    """What is signed in once and asks over HTTP: it does not know the database."""

    household: Household
    cookies: str

    def read(self, path: str) -> str:
        """The page. Raises NoAnswer, also for one that broke."""
        status, said = self.household.ask(path, None, {"Cookie": self.cookies})
        if status != 200:
            raise NoAnswer(f"{path}: {status}")
        return said

    def send(self, path: str, form: dict[str, str]) -> int:
        """Send one form. Raises NoAnswer."""
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": CSRF}).encode()
        return self.household.ask(path, body, {"Cookie": self.cookies})[0]


@contextmanager
def running(database_url: str, directory: Path) -> Iterator[Household]:
    """An insurer with everything around it; all of it ends with the block."""
    with post.running() as mail:
        port = free_port()
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "YINUO_SMTP_HOST": "127.0.0.1",
            "YINUO_SMTP_PORT": str(mail.port),
            "YINUO_SMTP_TLS": "0",
            "YINUO_BANK_EXCHANGE": str(directory / "bank"),
            "YINUO_FILES": str(directory / "files"),
            "YINUO_SITE_URL": f"http://127.0.0.1:{port}",
        }
        web = Program(("serve", "--port", str(port)), environment, directory / "web.log")
        worker = Program(("worker",), environment, directory / "worker.log")
        exchange = ExchangeDirectory(directory / "bank")
        household = Household(callers.build(), web, worker, port, mail, exchange)
        web.start()
        worker.start()
        try:
            household.wait_until_web_answers()
            yield household
        finally:
            web.kill()
            worker.kill()

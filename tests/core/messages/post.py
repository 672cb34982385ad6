"""A post office for these tests: a real mail server on loopback, and people who get letters."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.core.cases import trial
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.messages.models import Message

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # Monday, 12:00 in Shanghai
MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


@dataclass
class MailServer:
    """Takes letters. `answers` are given one after another, then everything is taken.

    An answer is an SMTP reply to the content, "drop" (the line breaks after the content was
    taken), or "kill" (the process that sends dies before it hears the answer). `meanwhile` runs
    while the sender waits for the answer.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refuse_recipient: str = ""
    victim: int = 0
    meanwhile: Callable[[], None] | None = None
    connections: int = 0
    port: int = 0

    def handle_exception(self, error: Exception) -> str:
        return "500 trouble"

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if self.meanwhile is not None:
            await asyncio.to_thread(self.meanwhile)
        if answer.startswith(("4", "5")):
            return answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        if answer == "drop" and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if answer == "kill":
            os.kill(self.victim, signal.SIGKILL)
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running() -> Iterator[MailServer]:
    server = MailServer(port=free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


class Customers(trial.Office):
    """An office whose customer and agent have addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.customer.email = "wang@example.com"
        self.customer.save()
        self.agent.email = "agent@example.com"
        self.agent.work_phone = "010-1234"
        self.agent.save()

    def tell(
        self,
        event_type: str,
        case: Case | None = None,
        at: datetime = NOON,
        data: dict[str, Any] | None = None,
        facts: dict[str, object] | None = None,
    ) -> list[Message]:
        """Record an event and give back the messages that it made."""
        case = case or self.open(at)
        before = set(Message.objects.values_list("pk", flat=True))
        cases.record(
            case=case, type=event_type, data=data or {}, by=self.by_agent, at=at, facts=facts
        )
        return list(Message.objects.exclude(pk__in=before).order_by("pk"))

    def letter(self, at: datetime = NOON) -> Message:
        """An e-mail that waits to be sent."""
        (row,) = [m for m in self.tell("claim.registered", at=at) if m.channel == "email"]
        return row

    def letters(self, number: int) -> list[Message]:
        """E-mails that wait to be sent, one per case."""
        nothing: dict[str, Any] = {}
        lines = [(case, "claim.registered", nothing) for case in self.open_many(number, NOON)]
        cases.record_many(lines, by=self.by_agent, at=NOON)
        return list(Message.objects.filter(channel="email").order_by("pk"))

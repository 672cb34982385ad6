"""How a message leaves the house: e-mail over SMTP, and what each kind of failure means."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from yinuo.core.messages.links import answer_link, case_link
from yinuo.core.messages.models import Message
from yinuo.core.messages.rulefile import MessagesRules
from yinuo.core.messages.rules import Reader
from yinuo.core.messages.writing import LINK, reader_facts
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import PermanentFailure, TemporaryFailure

# RFC 5321: a reply of 4xx asks to come again, one of 5xx does not. These speak of us and not of
# the letter, so a wrong password must not make hundreds of letters fail for good.
_ABOUT_US = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)


class NoConnection(TemporaryFailure):
    """The mail server cannot be reached or does not let us in; no letter can leave now."""


class OutcomeUnknown(TemporaryFailure):
    """The connection broke while the letter was under way: it may or may not have arrived."""


class Channel(Protocol):
    def send(self, message: Message, *, at: datetime, answers: str = "") -> None:
        """Returns when the other side has taken it. Raises TemporaryFailure, PermanentFailure."""


@contextmanager
def email() -> Iterator[Channel]:
    """One connection for a batch; a letter after a break gets a new one. Opened when needed."""
    channel = _Sink() if settings.YINUO_SANDBOX else _Email()
    try:
        yield channel
    finally:
        channel.close()


class _Sink:
    """A sandbox lives in simulated time and speaks to nobody."""

    def send(self, message: Message, *, at: datetime, answers: str = "") -> None:
        return None

    def close(self) -> None:
        return None


class _Email:
    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: Message, *, at: datetime, answers: str = "") -> None:
        connection = self._open()
        try:
            connection.send_messages([letter(message, at=at, answers=answers)])
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise failure(error) from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except (smtplib.SMTPException, OSError):
            # The letters that it carried have their answers already.
            return

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as error:
                raise NoConnection(_code(error)) from error
            self._connection = connection
        return self._connection


def _paragraphs(body: str) -> list[list[list[str]]]:
    """Paragraphs of lines; each line is cut where the link goes, so that the page can escape."""
    return [
        [line.split(LINK) for line in paragraph.splitlines()] for paragraph in body.split("\n\n")
    ]


def reader_of(message: Message) -> Reader:
    """As the reader is reached now: a corrected address or an opt-out counts at the next try."""
    if message.person is not None:
        return reader_facts(message.person)
    if message.staff is not None:
        return reader_facts(message.staff)
    raise ValueError(f"message {message.pk} has no reader")


def letter(message: Message, *, at: datetime, answers: str = "") -> EmailMultiAlternatives:
    """The words as plain text and as simple HTML, with the reader's own link to the case.

    `answers` is the Message-ID of the letter that this one answers by itself (RFC 3834).
    """
    link = page_of(message, at=at) if LINK in message.body else ""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body.replace(LINK, link),
        to=[reader_of(message).email],
        reply_to=[settings.MAIL_INTAKE] if settings.MAIL_INTAKE and not message.staff_id else None,
        headers={
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-replied" if answers else "auto-generated",
            "Content-Language": message.language,
            **({"In-Reply-To": answers, "References": answers} if answers else {}),
        },
    )
    html = render_to_string(
        "messages/email.html",
        {"message": message, "paragraphs": _paragraphs(message.body), "link": link},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def page_of(message: Message, *, at: datetime) -> str:
    """A customer's link opens the case, or its questions, by itself; staff sign in at the desk."""
    if message.case is None or message.case_id is None:
        return f"{settings.SITE_URL}{message.page}"
    if message.person_id is not None:
        reason = rulebook.rules(MessagesRules, at=at).reasons.get(message.reason)
        if reason is not None and reason.value.link == "answers":
            return answer_link(case_id=message.case_id, person_id=message.person_id, at=at)
        return case_link(case_id=message.case_id, person_id=message.person_id, at=at)
    return f"{settings.SITE_URL}/desk/cases/{message.case.number}"


def failure(error: Exception) -> TemporaryFailure | PermanentFailure:
    """What a failed attempt means. The text is a code: a server's words may hold the address."""
    code = _code(error)
    if isinstance(error, _ABOUT_US):
        return NoConnection(code)
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException):
        permanent = code.startswith("smtp 5")
        return PermanentFailure(code) if permanent else TemporaryFailure(code)
    return OutcomeUnknown(code)


def _code(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((reply, _words),) = error.recipients.values()
        return f"smtp {reply}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp {error.smtp_code}"
    return type(error).__name__

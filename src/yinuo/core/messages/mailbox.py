"""The mailbox that customers write to, read over IMAP (RFC 3501).

A letter is marked only after it was kept. Who dies in between reads it again, and the caller knows
it by its Message-ID. Where the server lets us, the mark is a keyword of our own, so that a person
who looks into the mailbox takes nothing away from us; elsewhere it is the mark of read letters.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings

from yinuo.kit.errors import TemporaryFailure

TAKEN, FAILED = "$YinuoTaken", "$YinuoFailed"
SEEN = r"\Seen"
SECONDS = 20


class MailboxClosed(TemporaryFailure):
    """The mailbox cannot be reached, or does not let us in."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An opened folder. Letters are named by their UID, which stays while the folder lives."""

    connection: imaplib.IMAP4
    keywords: bool

    def waiting(self) -> list[str]:
        """The letters that nobody has taken yet, the oldest first."""
        wanted = f"UNKEYWORD {TAKEN} UNKEYWORD {FAILED}" if self.keywords else "UNSEEN"
        found = _ask(self.connection, "SEARCH", *wanted.split())
        return [part.decode() for line in found if isinstance(line, bytes) for part in line.split()]

    def read(self, uid: str, *, most: int) -> bytes:
        """At most so many bytes of a letter, and one more when it is longer; nothing when it has
        gone meanwhile.
        """
        found = _ask(self.connection, "FETCH", uid, f"(BODY.PEEK[]<0.{most + 1}>)")
        return next((bytes(one[1]) for one in found if isinstance(one, tuple)), b"")

    def mark_taken(self, uid: str) -> None:
        self._mark(uid, TAKEN)

    def mark_failed(self, uid: str) -> None:
        """Not to be read again by itself: a person has to look at it."""
        self._mark(uid, FAILED)

    def _mark(self, uid: str, keyword: str) -> None:
        flag = keyword if self.keywords else SEEN
        _ask(self.connection, "STORE", uid, "+FLAGS.SILENT", f"({flag})")


@contextmanager
def opened() -> Iterator[Mailbox]:
    """The folder of the settings. Raises MailboxClosed, also when the line breaks meanwhile."""
    try:
        connection = _connected()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxClosed(type(error).__name__) from error
    try:
        connection.login(settings.IMAP_USER, settings.IMAP_PASSWORD)
        _good(connection.select(_quoted(settings.IMAP_FOLDER)))
        _name, permanent = connection.response("PERMANENTFLAGS")
        lines = [line for line in permanent or [] if isinstance(line, bytes)]
        yield Mailbox(connection, keywords=any(rb"\*" in line for line in lines))
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxClosed(type(error).__name__) from error
    finally:
        _leave(connection)


def _connected() -> imaplib.IMAP4:
    host, port = settings.IMAP_HOST, settings.IMAP_PORT
    if settings.IMAP_SSL:
        secure = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, port, ssl_context=secure, timeout=SECONDS)
    return imaplib.IMAP4(host, port, timeout=SECONDS)


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError):
        # What was taken is marked already; the server notices that we are gone.
        with suppress(OSError):
            connection.shutdown()


def _ask(connection: imaplib.IMAP4, command: str, *arguments: str) -> Sequence[object]:
    return _good(connection.uid(command, *arguments))


def _good(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, lines = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return lines


def _quoted(folder: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", folder)
    return f'"{escaped}"'

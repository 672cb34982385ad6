"""`yinuo receive-mail`: an e-mail from a mail server's pipe, or all that waits in the mailbox."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import click
from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext

from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.messages.mailbox import MailboxClosed
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook


@click.command("receive-mail")
@click.option("--mailbox", is_flag=True, help="Read the mailbox of the settings instead.")
def receive_mail(mailbox: bool) -> None:
    """Take in one RFC 5322 message from standard input, as a mail server's pipe gives it.

    Ends with 75 (try again later) when it could not be kept: the mail server keeps it then.
    """
    at = datetime.now(UTC)
    if mailbox:
        _empty(at)
        return
    most = rulebook.rules(ComplaintsRules, at=at).mail.largest_bytes.value
    raw = sys.stdin.buffer.read(most + 1)
    if not raw.strip():
        raise click.UsageError(gettext("There is no message on standard input."))
    # What is too large is cut off, but the server's pipe must not break on us.
    while len(raw) > most and sys.stdin.buffer.read(most):
        pass
    try:
        heard = complaints.hear_mail(raw=raw, by=SYSTEM, at=at)
    except (DatabaseError, OSError) as error:
        click.echo(
            gettext("Not kept, try again: %(why)s") % {"why": type(error).__name__}, err=True
        )
        raise SystemExit(os.EX_TEMPFAIL) from error
    row = heard.voice
    number = f" {voice_number(row.pk, row.received_at)}" if row is not None else ""
    click.echo(f"{heard.outcome}{number}")


def _empty(at: datetime) -> None:
    if not settings.IMAP_HOST:
        raise click.UsageError(gettext("Set YINUO_IMAP_HOST first."))
    try:
        done = complaints.empty_mailbox(by=SYSTEM, at=at)
    except MailboxClosed as error:
        raise click.ClickException(
            gettext("The mailbox cannot be read: %(why)s") % {"why": error}
        ) from error
    for outcome, count in sorted(done.items()):
        click.echo(f"{outcome} {count}")
    if not done:
        click.echo(gettext("No letter waits."))

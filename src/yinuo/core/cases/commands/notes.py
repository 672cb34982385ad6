"""Free text by people. The text can be erased; the timeline keeps only its salted hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.commands.work import Entry, append, lock, transaction
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NoteIsEmpty(DomainError):
    code = "note_is_empty"
    message = _("Write something first.")
    http = 422


def write_note(
    *,
    case: Case,
    body: str,
    kind: str,
    by: Actor,
    at: datetime,
    thread: str = "general",
    for_customer: bool = False,
    in_reply_to: Note | None = None,
) -> Note:
    text = body.strip()
    if not text:
        raise NoteIsEmpty("body")
    with transaction():
        fresh = lock(case)
        salt = secrets.token_bytes(16)
        digest = hashlib.sha256(salt + text.encode()).digest()
        note = Note.objects.create(
            case=fresh,
            thread=thread,
            kind=kind,
            in_reply_to=in_reply_to,
            body=text,
            salt=salt,
            digest=digest,
            by=by.id,
            at=at,
            for_customer=for_customer,
        )
        data = {"note": note.pk, "kind": kind, "thread": thread, "digest": digest.hex()}
        append(Entry(fresh, "note.added", data, by, at, {}))
    return note


def erase_note(*, note: Note, by: Actor, at: datetime) -> None:
    """Forget the words, keep that there were some."""
    with transaction():
        case = lock(note.case)
        Note.objects.filter(pk=note.pk).update(body="", salt=b"", erased_at=at)
        append(Entry(case, "note.erased", {"note": note.pk}, by, at, {}))

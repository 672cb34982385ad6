"""Free text by people. The text can be erased; the timeline keeps only its salted hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.commands.work import (
    Entry,
    append,
    lock,
    lock_many,
    naming,
    transaction,
)
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError


class NoteIsEmpty(DomainError):
    code = "note_is_empty"
    message = _("Write something first.")
    http = 422


@dataclass(frozen=True, slots=True)
class NewNote:
    case: Case
    body: str
    kind: str
    thread: str = "general"
    for_customer: bool = False
    in_reply_to: Note | None = None
    by: Actor | None = None
    at: datetime | None = None


def write_note_many(notes: Sequence[NewNote], *, by: Actor, at: datetime) -> list[Note]:
    """Keep what people wrote, each with a line on its timeline. Raises NoteIsEmpty."""
    for one in notes:
        if not one.body.strip():
            with naming(one.case):
                raise NoteIsEmpty("body")
    with transaction():
        locked = lock_many(one.case.pk for one in notes)
        rows = add_rows([_row(one, locked[one.case.pk], by, at) for one in notes])
        for one, row in zip(notes, rows, strict=True):
            data = {
                "note": row.pk,
                "kind": row.kind,
                "thread": row.thread,
                "digest": row.digest.hex(),
            }
            append(Entry(row.case, "note.added", data, one.by or by, row.at, {}))
    return rows


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
    """One note; see `write_note_many`."""
    note = NewNote(case, body, kind, thread, for_customer, in_reply_to)
    return write_note_many([note], by=by, at=at)[0]


def _row(note: NewNote, case: Case, by: Actor, at: datetime) -> Note:
    text = note.body.strip()
    salt = secrets.token_bytes(16)
    return Note(
        case=case,
        thread=note.thread,
        kind=note.kind,
        in_reply_to=note.in_reply_to,
        body=text,
        salt=salt,
        digest=hashlib.sha256(salt + text.encode()).digest(),
        by=(note.by or by).id,
        at=note.at or at,
        for_customer=note.for_customer,
    )


def erase_note(*, note: Note, by: Actor, at: datetime) -> None:
    """Forget the words, keep that there were some."""
    with transaction():
        case = lock(note.case)
        Note.objects.filter(pk=note.pk).update(body="", salt=b"", erased_at=at)
        append(Entry(case, "note.erased", {"note": note.pk}, by, at, {}))

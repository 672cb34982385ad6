"""Private links to one file: signed, short-lived, and good for one reader or one case only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from django.core import signing

from yinuo.core.documents.models import Document
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

Variant = Literal["original", "preview"]
_SALT = "yinuo.document"
_LONGEST = 400


class FileLinkNotGood(DomainError):
    code = "file_link_not_good"
    message: ClassVar[Message] = _(
        "There is no such file. Open it again from the page of the case."
    )
    http = 404


class FileLinkExpired(DomainError):
    code = "file_link_expired"
    message: ClassVar[Message] = _(
        "This link to a file is no longer valid. Open the file again from the page of the case."
    )
    http = 410


@dataclass(frozen=True, slots=True)
class FileTicket:
    document_id: int
    case_id: int
    variant: Variant


def token_for(document: Document, variant: Variant, *, reader: Actor | None, at: datetime) -> str:
    """For this reader alone; without one, for everybody to whom a door has opened the case."""
    limit = rulebook.rules(DocumentsRules, at=at).links.valid_for.value
    until = int(limit.after(at).timestamp())
    who = reader.id if reader is not None else ""
    content = [document.pk, document.case_id, variant, who, until]
    return signing.Signer(salt=_SALT).sign_object(content)


def read_token(token: str, *, reader: Actor, at: datetime) -> FileTicket:
    """What the link opens. Raises FileLinkNotGood, also for another reader, and FileLinkExpired.

    The door has still to find the case of the ticket for this reader, as for any other page.
    """
    if len(token) > _LONGEST:
        raise FileLinkNotGood
    try:
        content = signing.Signer(salt=_SALT).unsign_object(token)
    except signing.BadSignature as error:
        raise FileLinkNotGood from error
    document_id, case_id, variant, who, until = content
    if who not in ("", reader.id):
        raise FileLinkNotGood
    if at.timestamp() >= until:
        raise FileLinkExpired
    return FileTicket(document_id, case_id, variant)

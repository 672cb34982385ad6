"""How others read the papers of a case: the list, what is still missing, and the files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, ClassVar
from urllib.parse import quote

from django.db.models import QuerySet

from yinuo.core.cases.models import Case
from yinuo.core.documents import rules, storage
from yinuo.core.documents.links import Variant
from yinuo.core.documents.models import Document, StoredFile
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.documents.rules import Held, Slot
from yinuo.core.documents.storage import Blocks
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

_NOTHING_RUNS = "default-src 'none'; sandbox"


class DocumentNotFound(DomainError):
    code = "document_not_found"
    message: ClassVar[Message] = _("There is no such paper in this case.")
    http = 404


class NoPreview(DomainError):
    code = "no_preview"
    message: ClassVar[Message] = _("This paper cannot be shown as a picture. Download it.")
    http = 404


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the list of papers. `open`: the customer still has something to do.

    `status` is needed (by rule, not asked yet), asked, received, accepted, rejected or waived;
    `why` is why it is asked, or what was wrong with it.
    """

    slot: Slot
    name: str
    status: str
    open: bool
    why: str
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file to send, for a streaming response, which closes `blocks` however it ends.

    `headers` make sure that nothing in the file runs on our pages.
    """

    blocks: Blocks
    content_type: str
    size: int
    file_name: str
    headers: Mapping[str, str]


def of_case(actor: Actor, case: Case) -> QuerySet[Document]:
    """The papers of a case that the actor was let into; a customer sees those meant for him."""
    found = Document.objects.filter(case=case).select_related("file").order_by("pk")
    return found.filter(for_customer=True) if actor.kind == "customer" else found


def document_for(actor: Actor, case: Case, document_id: int) -> Document:
    """Raises DocumentNotFound, also for a paper of another case."""
    found = of_case(actor, case).filter(pk=document_id).first()
    if found is None:
        raise DocumentNotFound("document")
    return found


def is_photo(kind: str, *, at: datetime) -> bool:
    """Whether this kind is a photo by rule, and no paper. Raises UnknownKind."""
    return rules.kind_of(rulebook.rules(DocumentsRules, at=at), kind).pictures_only


def name_of(kind: str, language: str, *, at: datetime) -> str:
    """How the kind of paper is called. Raises UnknownKind."""
    found = rules.kind_of(rulebook.rules(DocumentsRules, at=at), kind)
    return found.name[language_of(language)]


def checklist(
    actor: Actor,
    case: Case,
    needed: Sequence[Slot] = (),
    *,
    language: str,
    at: datetime,
) -> tuple[Line, ...]:
    """The list of papers: what the rules need (the area knows which), asked for, and received.

    One statement.
    """
    table = rulebook.rules(DocumentsRules, at=at)
    by_slot: dict[Slot, list[Document]] = {}
    for document in of_case(actor, case):
        by_slot.setdefault(Slot(document.kind, document.subject), []).append(document)
    held = [_held(document) for found in by_slot.values() for document in found]
    spoken = language_of(language)
    return tuple(
        _line(slot, rows, by_slot.get(slot, []), _name(table, slot.kind, spoken))
        for slot, rows in rules.slots_of(needed, held).items()
    )


def missing(lines: Sequence[Line]) -> tuple[Line, ...]:
    """What the customer still has to do."""
    return tuple(line for line in lines if line.open)


def open_file(document: Document, variant: Variant, *, at: datetime) -> OpenedFile:
    """The bytes with the headers to send. The door records who opened it.

    Raises DocumentNotFound without a file, NoPreview for what is no picture, storage.FileLost.
    """
    if document.file is None:
        raise DocumentNotFound("document")
    if variant == "preview":
        return _preview(document, at)
    file = storage.open_original(bytes(document.file.sha256))
    return _opened(file, document.file.content_type, document.file_name, inline=False)


def open_kept(stored: StoredFile, file_name: str) -> OpenedFile:
    """The bytes of a file that has no case yet, as `open_file`. Raises storage.FileLost."""
    file = storage.open_original(bytes(stored.sha256))
    return _opened(file, stored.content_type, file_name, inline=False)


def _preview(document: Document, at: datetime) -> OpenedFile:
    stored = document.file
    if stored is None or stored.width is None:
        raise NoPreview("document")
    rule = rulebook.rules(DocumentsRules, at=at).preview
    file = storage.open_preview(
        bytes(stored.sha256), side=rule.side.value, quality=rule.quality.value
    )
    return _opened(file, "image/jpeg", f"{document.pk}.jpg", inline=True)


def _opened(file: BinaryIO, content_type: str, name: str, *, inline: bool) -> OpenedFile:
    size = os.fstat(file.fileno()).st_size
    disposition = "inline" if inline else "attachment"
    return OpenedFile(
        blocks=Blocks(file),
        content_type=content_type,
        size=size,
        file_name=name,
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": _NOTHING_RUNS,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _held(document: Document) -> Held:
    slot = Slot(document.kind, document.subject)
    return Held(slot, document.status, document.file_id is not None)


def _name(table: DocumentsRules, kind: str, language: str) -> str:
    # A kind that a later rule no longer has still stands in old cases.
    found = table.kinds.get(kind)
    return found.value.name[language] if found else kind


def _line(slot: Slot, held: Sequence[Held], documents: Sequence[Document], name: str) -> Line:
    status = rules.status_of(held)
    newest = next((d for d in reversed(documents) if d.status == status), None)
    why = "" if newest is None else (newest.rejection if status == "rejected" else newest.why_asked)
    return Line(slot, name, status, rules.is_open(status), why, tuple(documents))

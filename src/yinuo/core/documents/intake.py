"""A file at the door: written beside the store, looked at, and taken or refused.

Done before any transaction begins, so that a slow line or a large picture holds no lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from yinuo.core.documents import content, rules, storage
from yinuo.core.documents.rulefile import DocumentsRules, FileType, Kind
from yinuo.core.documents.storage import Staged
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError, raise_problems


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in. Time and place given here go before what the camera wrote."""

    kind: str
    file_name: str
    chunks: Iterable[bytes]
    subject: str = ""
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An upload that has passed and lies in the store. Time and place are claims."""

    kind: str
    subject: str
    for_customer: bool
    sha256: bytes
    size: int
    content_type: str
    file_name: str
    width: int | None
    height: int | None
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


def look_at(*, uploads: Sequence[Upload], by: Actor, at: datetime) -> list[Taken]:
    """Look at files and put them into the store; no row speaks of them yet.

    To be called before the transaction that receives them: it waits for slow lines and opens large
    pictures. All of them pass, or none and every refusal comes with its place. Raises NotForYou,
    UnknownKind, and of `rules` whatever is wrong with a file.
    """
    table = rulebook.rules(DocumentsRules, at=at)
    taken: list[Taken] = []
    problems: list[DomainError] = []
    for place, upload in enumerate(uploads):
        field = "file" if len(uploads) == 1 else f"files.{place}"
        try:
            kind = rules.kind_of(table, upload.kind)
            if by.kind == "customer" and not kind.for_customer:
                raise NotForYou
            taken.append(_take(upload, kind, table, field=field, at=at))
        except DomainError as problem:
            problems.append(problem)
    raise_problems(problems)
    return taken


def _take(upload: Upload, kind: Kind, table: DocumentsRules, *, field: str, at: datetime) -> Taken:
    """Raises what `rules` says about a file that cannot be taken; nothing of it remains then."""
    name = rules.shown_name(upload.file_name)
    most = rules.largest_bytes(table.upload)
    try:
        with storage.staged(upload.chunks, most=most) as staged:
            found = content.type_of(staged.path)
            file_type = rules.check_type(
                found, staged.size, kind, table.upload, name=name, field=field
            )
            picture = _examine(staged, file_type, table, name=name, field=field)
            storage.keep(staged)
    except storage.TooLarge as error:
        raise rules.too_large(most, name=name, field=field) from error
    except content.Unreadable as error:
        raise rules.FileDamaged(field, name=name) from error
    except content.Mixed as error:
        raise rules.FileMixed(field, name=name) from error
    return _taken(upload, kind, staged, file_type, picture, table, at)


def _examine(
    staged: Staged, file_type: FileType, table: DocumentsRules, *, name: str, field: str
) -> content.Picture | None:
    """Sizes first, from the headers; only what passes is unpacked."""
    content.refuse_mixed(staged.path, file_type.content_type)
    if not file_type.picture:
        content.check_pdf(staged.path)
        return None
    picture = content.measure(staged.path, ZoneInfo(settings.TIME_ZONE))
    if picture.content_type != file_type.content_type:
        raise content.Unreadable
    rules.check_picture(
        picture.width,
        picture.height,
        table.upload,
        at_once=picture.at_once,
        name=name,
        field=field,
    )
    content.unpack(staged.path)
    return picture


def _taken(
    upload: Upload,
    kind: Kind,
    staged: Staged,
    file_type: FileType,
    picture: content.Picture | None,
    table: DocumentsRules,
    at: datetime,
) -> Taken:
    latest = table.upload.clock_ahead.value.after(at)
    taken_at = upload.taken_at or (picture.taken_at if picture else None)
    latitude, longitude = rules.credible_place(upload.latitude, upload.longitude)
    if latitude is None and picture is not None:
        latitude, longitude = rules.credible_place(picture.latitude, picture.longitude)
    return Taken(
        kind=upload.kind,
        subject=upload.subject,
        for_customer=kind.for_customer,
        sha256=staged.sha256,
        size=staged.size,
        content_type=file_type.content_type,
        file_name=rules.clean_name(upload.file_name, file_type),
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        taken_at=rules.credible_time(taken_at, latest),
        latitude=latitude,
        longitude=longitude,
    )

"""Decisions about papers and pictures: what may come in, what is still needed. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from yinuo.core.documents.rulefile import DocumentsRules, FileType, Kind, UploadRules
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

LONGEST_NAME = 120
LONGEST_REASON = 200
_MEBIBYTE = 1024 * 1024
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%]')


class UnknownKind(DomainError):
    code = "unknown_kind_of_document"
    message: ClassVar[Message] = _("“%(kind)s” is not a kind of paper that we know.")
    http = 422


class FileEmpty(DomainError):
    code = "file_empty"
    message: ClassVar[Message] = _("The file %(name)s is empty. Choose it again.")
    http = 422


class FileTooLarge(DomainError):
    code = "file_too_large"
    message: ClassVar[Message] = _("The file %(name)s is larger than %(most)s MB.")
    http = 422


class TypeRefused(DomainError):
    code = "file_type_refused"
    message: ClassVar[Message] = _("%(name)s cannot be taken. Send one of these: %(endings)s.")
    http = 422


class PictureWanted(DomainError):
    code = "picture_wanted"
    message: ClassVar[Message] = _("Here a photo is needed, and %(name)s is a document.")
    http = 422


class PictureTooSmall(DomainError):
    code = "picture_too_small"
    message: ClassVar[Message] = _(
        "The picture %(name)s has only %(width)s × %(height)s pixels; nothing can be seen on it. "
        "Send the original photo."
    )
    http = 422


class PictureTooLarge(DomainError):
    code = "picture_too_large"
    message: ClassVar[Message] = _(
        "The picture %(name)s has %(width)s × %(height)s pixels, more than we can open. "
        "Send it smaller."
    )
    http = 422


class FileDamaged(DomainError):
    code = "file_damaged"
    message: ClassVar[Message] = _("The file %(name)s is damaged or not complete. Send it again.")
    http = 422


class FileMixed(DomainError):
    code = "file_mixed"
    message: ClassVar[Message] = _(
        "The file %(name)s holds a second file inside. Open it, save it again and send that."
    )
    http = 422


class ReasonMissing(DomainError):
    code = "reason_missing"
    message: ClassVar[Message] = _("Say why.")
    http = 422


class ReasonTooLong(DomainError):
    code = "reason_too_long"
    message: ClassVar[Message] = _("Write at most %(most)s characters; these are %(count)s.")
    http = 422


@dataclass(frozen=True, slots=True)
class Slot:
    """One entry of the list of papers: a kind, for the whole case or for one loss of it."""

    kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the case, as far as it decides about its slot."""

    slot: Slot
    status: str
    has_file: bool


def kind_of(rules: DocumentsRules, kind: str, *, field: str = "kind") -> Kind:
    """Raises UnknownKind."""
    found = rules.kinds.get(kind)
    if found is None:
        raise UnknownKind(field, kind=kind[:40])
    return found.value


def largest_bytes(rules: UploadRules) -> int:
    """The limit while the type is not known yet."""
    return max(one.largest_bytes for one in rules.types.value)


def check_type(
    content_type: str, size: int, kind: Kind, rules: UploadRules, *, name: str, field: str
) -> FileType:
    """The type's own rule. Raises FileEmpty, TypeRefused, PictureWanted, FileTooLarge."""
    if size == 0:
        raise FileEmpty(field, name=name)
    found = next((one for one in rules.types.value if one.content_type == content_type), None)
    if found is None:
        endings = ", ".join(ending for one in rules.types.value for ending in one.endings)
        raise TypeRefused(field, name=name, endings=endings)
    if kind.pictures_only and not found.picture:
        raise PictureWanted(field, name=name)
    if size > found.largest_bytes:
        raise too_large(found.largest_bytes, name=name, field=field)
    return found


def too_large(most: int, *, name: str, field: str) -> FileTooLarge:
    return FileTooLarge(field, name=name, most=most // _MEBIBYTE)


def check_picture(
    width: int, height: int, rules: UploadRules, *, at_once: bool, name: str, field: str
) -> None:
    """Before it is unpacked. Raises PictureTooSmall and PictureTooLarge."""
    if min(width, height) < rules.smallest_side.value:
        raise PictureTooSmall(field, name=name, width=width, height=height)
    most = rules.largest_pixels_at_once.value if at_once else rules.largest_pixels.value
    if max(width, height) > rules.largest_side.value or width * height > most:
        raise PictureTooLarge(field, name=name, width=width, height=height)


def credible_time(taken_at: datetime | None, latest: datetime) -> datetime | None:
    """The claimed time, unless it lies after `latest`: then the camera's clock is wrong."""
    if taken_at is None or taken_at.tzinfo is None:
        return None
    return taken_at if taken_at <= latest else None


def credible_place(
    latitude: float | None, longitude: float | None
) -> tuple[float | None, float | None]:
    """The claimed place if it is one; zero and zero is what a device without a fix writes."""
    if latitude is None or longitude is None:
        return None, None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None, None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def clean_name(name: str, file_type: FileType) -> str:
    """The last part of the name without what could mislead, its ending by content.

    Control and direction characters go, so do folders; "bill.exe" that is a picture becomes
    "bill.jpg".
    """
    shown = shown_name(name)
    stem, dot, ending = shown.rpartition(".")
    if dot and f".{ending.lower()}" in file_type.endings:
        return f"{(stem or 'file')[: LONGEST_NAME - len(ending) - 1]}.{ending.lower()}"
    kept = stem if dot and len(ending) <= 5 else shown
    first = file_type.endings[0]
    return f"{(kept.strip('. ') or 'file')[: LONGEST_NAME - len(first)]}{first}"


def shown_name(name: str) -> str:
    """A name that can stand in a sentence: its last part, one line, at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c for c in last if not unicodedata.category(c).startswith("C"))
    return _NOT_IN_NAMES.sub("_", plain).strip()[-LONGEST_NAME:] or "file"


def clean_reason(reason: str, *, field: str = "reason") -> str:
    """Raises ReasonMissing and ReasonTooLong."""
    text = " ".join(reason.split())
    if not text:
        raise ReasonMissing(field)
    if len(text) > LONGEST_REASON:
        raise ReasonTooLong(field, most=LONGEST_REASON, count=len(text))
    return text


# The list of papers --------------------------------------------------------------------------

NEEDED = "needed"
_ORDER = ("waived", "accepted", "received", "rejected", "asked")


def status_of(held: Iterable[Held]) -> str:
    """Where a slot stands, from its rows: settled first, then what waits for us, then for them."""
    found = {one.status for one in held}
    return next((status for status in _ORDER if status in found), NEEDED)


def is_open(status: str) -> bool:
    """Whether the customer still has something to do."""
    return status in (NEEDED, "asked", "rejected")


def slots_of(needed: Sequence[Slot], held: Sequence[Held]) -> Mapping[Slot, tuple[Held, ...]]:
    """Every slot once: what the rules need in their order, then what else there is."""
    found: dict[Slot, tuple[Held, ...]] = dict.fromkeys(needed, ())
    for one in held:
        found[one.slot] = (*found.get(one.slot, ()), one)
    return found

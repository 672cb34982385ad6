"""What a file really is, whatever it is called: sniffed, unpacked as a trial, and re-encoded.

Knows neither Django nor the database. Everything that opens hostile bytes is in this file.
"""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import puremagic
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

HEAD = 4_096
TAIL = 2_048
PDF = "application/pdf"
_READ = ("JPEG", "PNG", "WEBP")
_FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

# In a picture these are a second file hidden in the first, for whoever opens it as that.
_FOREIGN = (b"<script", b"<html", b"<!doctype html", b"<?php")

# Pillow's own limit only warns, and in its place ours refuses: a picture is measured by its
# headers and checked against the rules before anything unpacks it.
Image.MAX_IMAGE_PIXELS = None

# Unpacking is what takes memory, so a process does it once at a time.
_unpacking = threading.Lock()


class Unreadable(Exception):
    """The bytes are not whole, or are not what they begin as."""


class Mixed(Exception):
    """The bytes are two kinds of file at once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Sizes in pixels as stored, the type as the decoder sees it; `at_once`: it unpacks only whole.

    Time and place are what the camera claims, which proves nothing.
    """

    content_type: str
    width: int
    height: int
    at_once: bool
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def type_of(path: Path) -> str:
    """The content type by the first bytes; empty when nobody knows."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return next((match.mime_type for match in matches if match.mime_type), "")


def refuse_mixed(path: Path, content_type: str) -> None:
    """Raises Mixed when the file is also an archive, a page or another document."""
    content = path.read_bytes()
    lowered = content[:HEAD].lower() if content_type == PDF else content.lower()
    if any(mark in lowered for mark in _FOREIGN) or zipfile.is_zipfile(path):
        raise Mixed
    if content_type != PDF and b"%PDF-" in content[:HEAD]:
        raise Mixed


def check_pdf(path: Path) -> None:
    """Raises Unreadable unless the end is there: a broken upload usually lacks it."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - TAIL))
        tail = file.read()
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Unreadable


def measure(path: Path, zone: tzinfo) -> Picture:
    """Size and claims of a picture from its headers; nothing is unpacked. Raises Unreadable.

    A camera that names no zone is read in `zone`.
    """
    with _opened(path) as image:
        width, height = image.size
        found = _FORMATS.get(image.format or "")
        if found is None or width < 1 or height < 1:
            raise Unreadable
        at_once = image.format not in ("JPEG", "MPO") or bool(image.info.get("progressive"))
        exif = _exif(image)
        latitude, longitude = _place(exif)
        return Picture(found, width, height, at_once, _taken_at(exif, zone), latitude, longitude)


def unpack(path: Path) -> None:
    """Unpack the whole picture once, coarsely where the format allows. Raises Unreadable.

    Only after its size has been checked: a small file can hold a very large picture.
    """
    with _opened(path) as image:
        image.verify()
    with _unpacking, _opened(path) as image:
        image.draft("RGB", (image.width // 8 or 1, image.height // 8 or 1))
        image.load()


def write_preview(source: Path, target: Path, *, side: int, quality: int) -> None:
    """A smaller JPEG of the picture, upright, with nothing in it but pixels. Raises Unreadable.

    Time, place, comments and whatever else the original carries stay behind.
    """
    with _unpacking, _opened(source) as image:
        image.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((side, side))
        bare = Image.new("RGB", upright.size, "white")
        if upright.mode in ("RGBA", "LA", "P", "PA"):
            with_alpha = upright.convert("RGBA")
            bare.paste(with_alpha, mask=with_alpha.getchannel("A"))
        else:
            bare.paste(upright.convert("RGB"))
    bare.save(target, "JPEG", quality=quality, optimize=True)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Pillow reports a damaged or hostile file in many ways; all of them are one answer here."""
    try:
        with Image.open(path, formats=_READ) as image:
            yield image
    except (
        UnidentifiedImageError,
        EOFError,
        IndexError,
        OSError,
        OverflowError,
        SyntaxError,
        TypeError,
        ValueError,
        ZeroDivisionError,
    ) as error:
        raise Unreadable from error


def _exif(image: Image.Image) -> Image.Exif:
    if image.format == "PNG" and "exif" not in image.info:
        # Pillow would unpack the whole picture to look for notes behind the pixels.
        return Image.Exif()
    try:
        return image.getexif()
    except (OSError, SyntaxError, ValueError, TypeError, KeyError):
        # A picture with broken notes is still a picture.
        return Image.Exif()


def _taken_at(exif: Image.Exif, zone: tzinfo) -> datetime | None:
    try:
        notes = exif.get_ifd(ExifTags.IFD.Exif)
        written = str(notes.get(ExifTags.Base.DateTimeOriginal) or "").strip("\0 ")
        offset = str(notes.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
        # The camera writes 2026:03:02 15:04:05.
        at = datetime.fromisoformat(written.replace(":", "-", 2) + offset)
        return at if at.tzinfo else at.replace(tzinfo=zone)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError):
        return None


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    try:
        notes = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(notes[ExifTags.GPS.GPSLatitude])
        longitude = _degrees(notes[ExifTags.GPS.GPSLongitude])
        south = str(notes[ExifTags.GPS.GPSLatitudeRef]).upper().startswith("S")
        west = str(notes[ExifTags.GPS.GPSLongitudeRef]).upper().startswith("W")
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, ZeroDivisionError):
        return None, None
    return (-latitude if south else latitude), (-longitude if west else longitude)


def _degrees(parts: tuple[float, float, float]) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3_600

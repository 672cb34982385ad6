"""Pictures and papers, good and bad, made here so that nobody's photos are needed."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import ExifTags, Image

Point = tuple[tuple[float, float, float], str]


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (640, 480),
    *,
    mode: str = "RGB",
    exif: Image.Exif | None = None,
    shade: int = 90,
    **options: object,
) -> bytes:
    image = Image.effect_noise(size, shade).convert(mode)
    file = io.BytesIO()
    image.save(file, kind, **({"exif": exif} if exif else {}), **options)
    return file.getvalue()


def double_picture() -> bytes:
    first, second = (Image.effect_noise((640, 480), shade).convert("RGB") for shade in (10, 20))
    file = io.BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[second])
    return file.getvalue()


def notes(
    *,
    taken: str = "2026:03:02 11:30:00",
    offset: str = "",
    latitude: Point | None = None,
    longitude: Point | None = None,
    orientation: int = 1,
) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Trial"
    exif[ExifTags.Base.Orientation] = orientation
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        camera[ExifTags.Base.OffsetTimeOriginal] = offset
    if latitude and longitude:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] = latitude
        gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] = longitude
    return exif


def paper(body: bytes = b"1 0 obj\n<< >>\nendobj\n") -> bytes:
    return b"%PDF-1.7\n" + body + b"startxref\n9\n%%EOF\n"


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("payload.txt", "hidden")
    return file.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few kilobytes that would unpack to gigabytes."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes(1_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><html><script>alert(1)</script></html>"
PROGRAM = b"MZ\x90\x00" + bytes(400)
SCRIPT = b"#!/bin/sh\nrm -rf /\n"

"""Bytes on disk under the name of their SHA-256: written once, never changed, shared by rows.

A file is complete and safe on the disk before a row speaks of it. What a crash leaves behind is
at worst a file that no row knows.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from yinuo.core.documents import content

_BLOCK = 256 * 1024
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class TooLarge(Exception):
    """More bytes came than are allowed; what was written is gone again."""


class FileLost(Exception):
    """The row is there and its bytes are not: a matter for the operator, never for a customer."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A whole upload that nobody else can see yet."""

    path: Path
    sha256: bytes
    size: int


def root() -> Path:
    return Path(settings.DOCUMENTS_ROOT)


def path_of(sha256: bytes) -> Path:
    name = sha256.hex()
    return root() / name[:2] / name[2:4] / name


@contextmanager
def staged(chunks: Iterable[bytes], *, most: int) -> Iterator[Staged]:
    """Write an upload beside the store, so that it can be looked at before it is taken.

    At most `most` bytes; raises TooLarge. Unless `keep` took it, it is gone afterwards.
    """
    incoming = root() / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = incoming / secrets.token_hex(16)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(os.open(path, _NEW, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield Staged(path, digest.digest(), size)
    finally:
        path.unlink(missing_ok=True)


def keep(upload: Staged) -> None:
    """Move the upload to its place; the same bytes twice are one file."""
    target = path_of(upload.sha256)
    if target.exists() and target.stat().st_size == upload.size:
        # Whoever sends it again wants it: it is as young as the newest wish for it.
        os.utime(target)
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    upload.path.chmod(0o400)
    upload.path.replace(target)
    for directory in (target.parent, target.parent.parent, root()):
        _sync(directory)


def open_original(sha256: bytes) -> BinaryIO:
    """Raises FileLost."""
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError as error:
        raise FileLost(sha256.hex()) from error


def open_preview(sha256: bytes, *, side: int, quality: int) -> BinaryIO:
    """The small picture, made when it is first asked for. Raises FileLost, content.Unreadable."""
    name = sha256.hex()
    target = root() / "previews" / f"{side}-{quality}" / name[:2] / f"{name}.jpg"
    if not target.exists():
        source = path_of(sha256)
        if not source.exists():
            raise FileLost(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = target.with_suffix(f".{secrets.token_hex(8)}")
        try:
            content.write_preview(source, fresh, side=side, quality=quality)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    return target.open("rb")


def untouched_since(moment: datetime) -> Iterator[list[bytes]]:
    """The hashes of files that nobody sent since then, in lists of one directory each."""
    for directory in sorted(root().glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        with os.scandir(directory) as entries:
            old = [entry.name for entry in entries if entry.stat().st_mtime < moment.timestamp()]
        if old:
            yield [bytes.fromhex(name) for name in old]


def clear_incoming(*, untouched_since: datetime) -> int:
    """Remove what a killed program left half received; returns how many files."""
    incoming = root() / "incoming"
    left = [
        path
        for path in (incoming.iterdir() if incoming.exists() else ())
        if path.stat().st_mtime < untouched_since.timestamp()
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def remove(sha256: bytes) -> None:
    """The bytes and the small pictures of them."""
    name = sha256.hex()
    for preview in root().glob(f"previews/*/{name[:2]}/{name}.jpg"):
        preview.unlink(missing_ok=True)
    path_of(sha256).unlink(missing_ok=True)


def is_intact(sha256: bytes) -> bool:
    """Whether the bytes are there and still have this hash."""
    digest = hashlib.sha256()
    try:
        with open_original(sha256) as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                digest.update(block)
    except FileLost:
        return False
    return digest.digest() == sha256


class Blocks:
    """An open file, piece by piece. It has to be closed, also when nobody reads it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        with self._file:
            while block := self._file.read(_BLOCK):
                yield block

    def close(self) -> None:
        self._file.close()


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

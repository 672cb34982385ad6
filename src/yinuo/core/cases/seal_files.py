"""The file of a seal: one line for each case, outside the database that it vouches for.

A gzip of text lines. The first says what the file is, the last how it ends; in between stands for
each case, by rising id, `id number lines head`. Written aside, flushed to the disk and then
renamed, so a file that is there is whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from yinuo.core.cases.merkle import MerkleRoot

SUFFIX = ".seal.gz"
SEALING_LOCK = 7_210_601
"""Held in the database while a file and its row are made; `verify` waits for it."""
_FORMAT = "yinuo-seal-1"


class SealFileBroken(Exception):
    """The file is missing, cut short or not one of ours; the message says which."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One case at the moment of the seal: how many lines it had, and the hash of the last."""

    case_id: int
    number: str
    lines: int
    head: str

    def text(self) -> str:
        return f"{self.case_id} {self.number} {self.lines} {self.head}"


@dataclass(frozen=True, slots=True)
class Sum:
    """What a file adds up to."""

    root: bytes
    cases: int
    events: int


def directory() -> Path:
    return Path(settings.SEALS_ROOT)


def chained(previous: bytes, tree: MerkleRoot) -> bytes:
    """The root of a seal: over all its leaves and the root of the seal before it."""
    return hashlib.sha256(b"yinuo-seal" + previous + tree.root()).digest()


def write(leaves: Iterable[Leaf], *, previous: bytes, at: datetime) -> tuple[str, Sum]:
    """Write a file under a name made of the moment and its root; returns name and sum.

    The caller holds `SEALING_LOCK`, so no other file is being written.
    """
    folder = directory()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_by_a_crash in folder.glob(".*.part"):
        left_by_a_crash.unlink()
    aside = folder / f".{os.getpid()}.part"
    tree, events = MerkleRoot(), 0
    with aside.open("wb") as raw:
        # The name and time that gzip would add differ from run to run and say nothing.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            packed.write(
                _line({"format": _FORMAT, "at": at.isoformat(), "previous": previous.hex()})
            )
            for leaf in leaves:
                line = leaf.text().encode()
                tree.add(line)
                events += leaf.lines
                packed.write(line + b"\n")
            found = Sum(chained(previous, tree), tree.leaves, events)
            packed.write(_line({"root": found.root.hex(), "cases": found.cases}))
        raw.flush()
        os.fsync(raw.fileno())
    name = f"{at.strftime('%Y%m%dT%H%M%S')}-{found.root.hex()[:16]}{SUFFIX}"
    aside.replace(folder / name)
    _flush_folder(folder)
    return name, found


def names() -> list[str]:
    """Every seal file that lies in the folder, the oldest first."""
    return sorted(path.name for path in directory().glob(f"*{SUFFIX}"))


def leaves_of(name: str) -> Iterator[Leaf]:
    """The leaves of a file, streamed. Raises SealFileBroken."""
    path = directory() / name
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            head = json.loads(next(lines, "{}"))
            if head.get("format") != _FORMAT:
                raise SealFileBroken("it is not a seal of this house")
            for line in lines:
                if line.startswith("{"):
                    return
                case_id, number, events, digest = line.split()
                yield Leaf(int(case_id), number, int(events), digest)
    except FileNotFoundError as error:
        raise SealFileBroken("it is missing") from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise SealFileBroken("it cannot be read") from error
    raise SealFileBroken("its end is missing")


def sum_of(name: str, *, previous: bytes) -> Sum:
    """Add the file up again. Raises SealFileBroken."""
    tree, events = MerkleRoot(), 0
    for leaf in leaves_of(name):
        tree.add(leaf.text().encode())
        events += leaf.lines
    return Sum(chained(previous, tree), tree.leaves, events)


def _line(words: dict[str, object]) -> bytes:
    return json.dumps(words).encode() + b"\n"


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

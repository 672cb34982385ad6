"""How files travel to the bank and back: a directory that its own program empties and fills.

``outbox/``   our files; the bank's program takes each away
``inbox/``    its answers; what has been read moves to ``read/``
``staging/``  files on their way into the outbox, ``ledger/`` the names that ever went in
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from yinuo.kit.errors import PermanentFailure, TemporaryFailure

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
_UNFINISHED = (".tmp", ".part", ".filepart", ".swp")


@dataclass(frozen=True, slots=True)
class AnswerFile:
    name: str
    content: bytes


class BankChannel(Protocol):
    """Any way to a bank. ``deliver`` may be called again with the same file and sends it once."""

    def deliver(self, name: str, content: bytes) -> None:
        """Raises TemporaryFailure or PermanentFailure."""

    def answers(self, *, most_bytes: int) -> Iterator[AnswerFile]:
        """The answers not yet finished; of a longer file only ``most_bytes`` + 1 bytes."""

    def finish(self, file: AnswerFile) -> None:
        """This content has been read and need not be shown again."""


class ExchangeDirectory:
    """The bank's program may take a file at any moment, so a file never appears twice.

    The name enters the ledger when the file is complete in the staging folder, and one rename
    moves it out. So after a crash: no name in the ledger means that nothing was sent; a name and
    a staged file, that it waits; a name and no staged file, that it has gone, even when the
    outbox is empty because the bank already took it. One caller at a time.
    """

    def __init__(self, root: Path) -> None:
        self.outbox = root / "outbox"
        self.inbox = root / "inbox"
        self._staging = root / "staging"
        self._ledger = root / "ledger"
        self._read = root / "read"

    def deliver(self, name: str, content: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise PermanentFailure(f"{name!r} cannot be a file name")
        try:
            self._make_folders()
            self._deliver(name, content)
        except OSError as error:
            raise TemporaryFailure(f"exchange directory: {error.strerror}") from error

    def answers(self, *, most_bytes: int) -> Iterator[AnswerFile]:
        try:
            self._make_folders()
            for path in sorted(self.inbox.iterdir()):
                if path.name.startswith(".") or path.suffix in _UNFINISHED:
                    continue
                if path.is_file() and not path.is_symlink():
                    with path.open("rb") as file:
                        yield AnswerFile(path.name, file.read(most_bytes + 1))
        except OSError as error:
            raise TemporaryFailure(f"exchange directory: {error.strerror}") from error

    def finish(self, file: AnswerFile) -> None:
        path = self.inbox / file.name
        kept = self._read / f"{hashlib.sha256(file.content).hexdigest()[:12]}-{file.name}"
        # Another worker may have moved it already.
        with suppress(FileNotFoundError):
            path.replace(kept)
            if kept.read_bytes() != file.content:
                # The bank has put another answer under the same name meanwhile: it is still due.
                kept.replace(path)

    def _deliver(self, name: str, content: bytes) -> None:
        entry, staged = self._ledger / name, self._staging / name
        digest = hashlib.sha256(content).hexdigest()
        if not entry.exists():
            _write(staged, content)
            _write(entry, digest.encode("ascii"))
        elif entry.read_text("ascii") != digest:
            raise PermanentFailure(f"{name} was already sent with other content")
        if staged.exists():
            staged.replace(self.outbox / name)
            _sync(self.outbox)
            _sync(self._staging)

    def _make_folders(self) -> None:
        for folder in (self.outbox, self.inbox, self._staging, self._ledger, self._read):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it, on the disk before this returns."""
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

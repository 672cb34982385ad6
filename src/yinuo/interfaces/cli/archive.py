"""The file that a backup is: a tar with a manifest that names every member and its checksum."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pydantic import BaseModel, ConfigDict, ValidationError

from yinuo.interfaces.cli import pgtools

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1
CHUNK = 1024 * 1024


class BadArchive(Exception):
    """The file is no backup of ours, or not whole; the text says where."""


class Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """`keys` are marks by which a key is known again; they do not give the key away."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int
    made_at: datetime
    server_version: int
    migrations: list[str]
    keys: list[str]
    members: list[Member]


def write(target: Path, *, dump: Path, trees: Mapping[str, Path]) -> Manifest:
    """Write dump and trees into `target` and flush it to the disk."""
    with target.open("wb") as handle:
        target.chmod(0o600)
        with tarfile.open(fileobj=handle, mode="w", format=tarfile.PAX_FORMAT) as tar:
            members = [_add(tar, DUMP, dump)]
            for name, root in trees.items():
                members += [_add(tar, f"{name}/{inside}", path) for inside, path in _files(root)]
            manifest = _describe(members)
            content = manifest.model_dump_json(indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        handle.flush()
        os.fsync(handle.fileno())
    return manifest


def verify(source: Path) -> Manifest:
    """Read the whole file once and compare every checksum. Raises `BadArchive`."""
    try:
        manifest, found = _read_through(source)
    except (tarfile.TarError, EOFError) as error:
        raise BadArchive(str(error)) from error
    if manifest is None:
        raise BadArchive("there is no manifest")
    if manifest.format != FORMAT:
        raise BadArchive(f"format {manifest.format} is not known here")
    expected = {member.name: member for member in manifest.members}
    for name in expected.keys() | found.keys():
        if expected.get(name) != found.get(name):
            raise BadArchive(f"{name} is not what was saved")
        _refuse_escape(name)
    return manifest


def extract(source: Path, manifest: Manifest, *, trees: Mapping[str, Path]) -> Path:
    """Put the files of the trees in place, and the dump into a temporary file; returns that.

    A file that is there with the same content is left alone. Raises `BadArchive` for one with
    other content, before the database is touched.
    """
    checksums = {member.name: member.sha256 for member in manifest.members}
    handle, dump_name = tempfile.mkstemp(prefix="yinuo-restore-", suffix=".dump")
    os.close(handle)
    dump = Path(dump_name)
    for name, stream in _members(source):
        if name == DUMP:
            with dump.open("wb") as out:
                _copy(stream, out)
        elif name != MANIFEST:
            tree, inside = name.split("/", 1)
            _place(trees[tree] / inside, stream, checksums[name])
    return dump


def key_marks() -> list[str]:
    """One mark per key in use, the index key first: the start of a hash of the key."""
    keys = (settings.YINUO_INDEX_KEY, *settings.YINUO_DATA_KEYS)
    return [hashlib.sha256(f"yinuo backup {key}".encode()).hexdigest()[:12] for key in keys]


def _describe(members: list[Member]) -> Manifest:
    applied = MigrationRecorder(connection).applied_migrations()
    return Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC),
        server_version=pgtools.server_version(),
        migrations=sorted(f"{app}.{name}" for app, name in applied),
        keys=key_marks(),
        members=members,
    )


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Member:
    with path.open("rb") as stream:
        member = _measure(name, stream)
        stream.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size = member.size
        entry.mode = 0o600
        tar.addfile(entry, stream)
    return member


def _read_through(source: Path) -> tuple[Manifest | None, dict[str, Member]]:
    manifest: Manifest | None = None
    found: dict[str, Member] = {}
    for name, stream in _members(source):
        if name == MANIFEST:
            manifest = _read_manifest(stream)
        else:
            found[name] = _measure(name, stream)
    return manifest, found


def _members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(source, mode="r:") as tar:
        for entry in tar:
            stream = tar.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise BadArchive(f"{entry.name} is not a file")
            yield entry.name, stream


def _read_manifest(stream: IO[bytes]) -> Manifest:
    try:
        return Manifest.model_validate_json(stream.read())
    except ValidationError as error:
        raise BadArchive("the manifest cannot be read") from error


def _refuse_escape(name: str) -> None:
    path = PurePosixPath(name)
    known = name == DUMP or path.parts[0] in ("files", "seals")
    if path.is_absolute() or ".." in path.parts or not known:
        raise BadArchive(f"{name} does not belong into a backup")


def _measure(name: str, stream: IO[bytes]) -> Member:
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Member(name=name, size=size, sha256=digest.hexdigest())


def _place(target: Path, stream: IO[bytes], sha256: str) -> None:
    if target.exists():
        with target.open("rb") as present:
            if _measure("", present).sha256 == sha256:
                return
        raise BadArchive(f"{target} is there with other content; move it away first")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    with partial.open("wb") as out:
        partial.chmod(0o600)
        _copy(stream, out)
        os.fsync(out.fileno())
    partial.rename(target)


def _copy(stream: IO[bytes], out: IO[bytes]) -> None:
    while chunk := stream.read(CHUNK):
        out.write(chunk)
    out.flush()

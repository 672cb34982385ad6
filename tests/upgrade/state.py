"""The state that the last released code left behind: its database, its files, its seals.

One archive holds the schema and the rows as SQL (in parts, so that the rows alone can be put
into another schema), the stored files, the seals, the bank's exchange, and what the
migrations were.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests import databases
from yinuo.kit import machine

ARCHIVE = Path(__file__).parent / "frozen.tar.gz"
# Rows that migrating or the queue itself makes are not ours: an old version does not write them
# into a new schema.
NOT_OURS = ("django_*", "auth_*", "procrastinate_*")
SCRIPTS: dict[str, tuple[str, ...]] = {
    "schema": ("--section=pre-data",),
    "rows": ("--section=data", *(f"--exclude-table={name}" for name in NOT_OURS)),
    "other_rows": ("--section=data", *(f"--table={name}" for name in NOT_OURS)),
    "constraints": ("--section=post-data",),
}
_MADE_BY_MIGRATING = ("django_", "auth_", "procrastinate_")
_COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'public'
"""
Column = tuple[str, str, str]
TREES = ("files", "seals", "bank")
# What only pg_dump's own newest reader knows; PostgreSQL 15 would refuse the second.
NOT_SQL = ("\\restrict", "\\unrestrict", "SET transaction_timeout")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the archive says of itself. `cases` names a case by how far it had come."""

    revision: str
    made_at: str
    cases: Mapping[str, str]
    migrations: Mapping[str, str]
    sql: Mapping[str, str]


def write(*, revision: str, made_at: str, cases: Mapping[str, str]) -> None:
    """Freeze the database, the files and the seals that Django is pointed at now."""
    about = {
        "revision": revision,
        "made_at": made_at,
        "cases": dict(cases),
        "migrations": migrations(),
    }
    with tarfile.open(ARCHIVE, "w:gz", compresslevel=9) as tar:
        _put(tar, "about.json", json.dumps(about, ensure_ascii=False, indent=1))
        for name, options in SCRIPTS.items():
            _put(tar, f"{name}.sql", _dump(*options))
        roots = (settings.DOCUMENTS_ROOT, settings.SEALS_ROOT, settings.BANK_EXCHANGE)
        for name, root in zip(TREES, roots, strict=True):
            tar.add(root, arcname=name, filter=_nobodys)


def read() -> Frozen:
    with tarfile.open(ARCHIVE) as tar:
        about = json.loads(_member(tar, "about.json"))
        return Frozen(sql={one: _member(tar, f"{one}.sql") for one in SCRIPTS}, **about)


def unpack_files(directory: Path) -> dict[str, Path]:
    """Lay files and seals under the directory; returns where each tree is."""
    with tarfile.open(ARCHIVE) as tar:
        members = [one for one in tar.getmembers() if one.name.split("/")[0] in TREES]
        tar.extractall(directory, members, filter="data")
    return {name: directory / name for name in TREES}


def run(database: str, *scripts: str) -> None:
    """Run SQL in one transaction, on a connection of its own: a dump sets its search path."""
    with psycopg.connect(databases.url_of(database)) as session:
        for script in scripts:
            # As bytes, because a text has to be a literal for the type checker.
            session.execute(script.encode())


def columns() -> set[Column]:
    """Our own columns: table, name and type."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return {row for row in cursor.fetchall() if not row[0].startswith(_MADE_BY_MIGRATING)}


def rows(wanted: set[Column]) -> dict[str, str]:
    """The rows of each table, cut to these columns, as one digest."""
    names: dict[str, list[str]] = {}
    for table, column, _type in sorted(wanted):
        names.setdefault(table, []).append(f'"{column}"')
    found = {}
    with connection.cursor() as cursor:
        for table, listed in names.items():
            line = f"row({', '.join(listed)})::text"
            cursor.execute(
                f"select md5(coalesce(string_agg({line}, '\n' order by {line}), '')) from {table}"
            )
            found[table] = cursor.fetchone()[0]
    return found


def migrations() -> dict[str, str]:
    """Each of our own migrations with the digest of its file."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = {}
    for app, name in sorted(loader.graph.nodes):
        file = _file_of(type(loader.disk_migrations[app, name]).__module__)
        if file is not None:
            found[f"{app}.{name}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def _file_of(module: str) -> Path | None:
    file = databases.CHECKOUT / "src" / Path(*module.split(".")).with_suffix(".py")
    return file if file.exists() else None


def _dump(*options: str) -> str:
    major = connection.cursor().connection.info.server_version // 10_000
    program = machine.postgres_program("pg_dump", major, newer_will_do=True)
    assert program is not None
    # Rows as statements with the names of their columns: they fit a wider table as well.
    rows = ["--column-inserts", "--on-conflict-do-nothing"]
    command = [str(program), "--no-owner", "--no-privileges", *rows, *options]
    address = databases.url_of(connection.settings_dict["NAME"])
    done = subprocess.run([*command, address], check=True, capture_output=True, text=True)
    return "".join(
        line for line in done.stdout.splitlines(keepends=True) if not line.startswith(NOT_SQL)
    )


def _put(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    about = tarfile.TarInfo(name)
    about.size = len(content)
    tar.addfile(about, io.BytesIO(content))


def _member(tar: tarfile.TarFile, name: str) -> str:
    file = tar.extractfile(name)
    assert file is not None
    return file.read().decode()


def _nobodys(about: tarfile.TarInfo) -> tarfile.TarInfo:
    about.uid = about.gid = 0
    about.uname = about.gname = ""
    about.mtime = 0
    return about

"""PostgreSQL's own dump and restore, pointed at the database that Django uses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from django.db import connection, connections
from django.utils.translation import gettext
from psycopg import sql
from psycopg.conninfo import make_conninfo

from yinuo.kit import machine

TABLES = """
select c.oid::regclass::text from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1
"""
# Filled by migrating: a database that holds nothing else is as good as empty.
FILLED_BY_MIGRATING = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "procrastinate_periodic_defers"}
)


class ToolProblem(Exception):
    """A program of PostgreSQL is missing or refused; the text says what to do."""


def dump_to(target: Path) -> None:
    """Write a consistent dump of the database, while others go on working."""
    target.touch(mode=0o600)
    program = _program("pg_dump", newer_will_do=True)
    command = [str(program), "--format=custom", "--no-owner", "--no-privileges"]
    _run([*command, f"--file={target}", f"--dbname={_address()}"])


def tables_with_rows() -> list[str]:
    """The tables, but for those that migrating fills, which hold at least one row."""
    filled: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            if name in FILLED_BY_MIGRATING:
                continue
            cursor.execute(sql.SQL("select exists (select from {})").format(sql.Identifier(name)))
            if cursor.fetchone()[0]:
                filled.append(name)
    return filled


def replace_database(dump: Path) -> None:
    """Put the dump in the place of everything in the schema, in one transaction.

    A dump that fails half-way leaves the database as it was.
    """
    script = dump.with_suffix(".sql")
    script.touch(mode=0o600)
    connections.close_all()
    try:
        program = _program("pg_restore", newer_will_do=False)
        _run([str(program), "--no-owner", "--no-privileges", f"--file={script}", str(dump)])
        psql = _program("psql", newer_will_do=True)
        clear = (
            "set client_min_messages = warning; drop schema public cascade; create schema public"
        )
        quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        steps = ["--single-transaction", f"--command={clear}", f"--file={script}"]
        _run([str(psql), *quiet, *steps, f"--dbname={_address()}"])
    finally:
        script.unlink(missing_ok=True)


def server_version() -> int:
    """As PostgreSQL numbers itself: 180006 is 18.6."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version)


def _program(name: str, *, newer_will_do: bool) -> Path:
    major = server_version() // 10_000
    found = machine.postgres_program(name, major, newer_will_do=newer_will_do)
    if found is None:
        raise ToolProblem(
            gettext(
                "There is no %(name)s for PostgreSQL %(major)s here. "
                "Run: sudo apt-get install postgresql-client-%(major)s"
            )
            % {"name": name, "major": major}
        )
    return found


def _address() -> str:
    """Where the database is, without the password: a command line can be read by everyone."""
    settings = connection.settings_dict
    parts = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    safe = {key: value for key, value in settings["OPTIONS"].items() if key.startswith("ssl")}
    return make_conninfo("", **{key: value for key, value in parts.items() if value}, **safe)


def _run(command: list[str]) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    if connection.settings_dict["PASSWORD"]:
        environment["PGPASSWORD"] = connection.settings_dict["PASSWORD"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise ToolProblem(f"{Path(command[0]).name}: {done.stderr.strip()[-2000:]}")

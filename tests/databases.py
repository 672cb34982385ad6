"""Databases of a test run: migrated once, cloned for each process, cloned again after each test
that commits.

A migrated template is kept between runs under a name made from what shapes it (migrations,
models, versions of libraries), so only the first run after such a change pays for migrating.
Several people may run tests on one server at the same time: names carry the process id, and
whoever makes or drops a database holds an advisory lock.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from yinuo.kit import env

CHECKOUT = Path(__file__).resolve().parent.parent
LOCK = 7_210_577
TEMPLATES_KEPT = 12
TEMPLATE_PREFIX = "yinuo_template_"
CLONE_PREFIX = "yinuo_test_"


def clone_name(worker: str) -> str:
    return f"{CLONE_PREFIX}{os.getpid()}_{worker}"


def url_of(name: str) -> str:
    return urlunsplit(urlsplit(env.database_url())._replace(path=f"/{name}"))


def start_server() -> None:
    cluster = env.embedded_cluster()
    if cluster is not None:
        cluster.start()


@contextmanager
def administration() -> Iterator[psycopg.Connection]:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        yield connection


def template_name() -> str:
    """A name that changes with whatever changes the migrated database."""
    digest = hashlib.sha256()
    shaping = [*(CHECKOUT / "src").rglob("migrations/*"), *(CHECKOUT / "src").rglob("models.py")]
    for path in sorted(p for p in shaping if p.suffix in (".py", ".sql")):
        digest.update(str(path.relative_to(CHECKOUT)).encode())
        digest.update(path.read_bytes())
    digest.update((CHECKOUT / "requirements.txt").read_bytes())
    digest.update(repr(settings.INSTALLED_APPS).encode())
    return TEMPLATE_PREFIX + digest.hexdigest()[:16]


def prepare() -> str:
    """The name of a migrated template, made now if there is none."""
    start_server()
    name = template_name()
    with administration() as connection:
        _drop_leftovers(connection)
        if not _exists(connection, name):
            _build(connection, name)
            _drop_old_templates(connection)
    return name


def clone(template: str, name: str) -> None:
    """Make `name` a fresh copy of the template, whatever was under that name before."""
    with administration() as connection:
        drop_in(connection, name)
        _create(connection, name, template)


def drop(name: str) -> None:
    with administration() as connection:
        drop_in(connection, name)


def drop_in(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("drop database if exists {} with (force)")
    connection.execute(statement.format(sql.Identifier(name)))


def point_django_at(name: str) -> None:
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url_of(name)


def _exists(connection: psycopg.Connection, name: str) -> bool:
    row = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    return row is not None


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    statement = sql.SQL("create database {} template {} strategy file_copy")
    connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _build(connection: psycopg.Connection, name: str) -> None:
    """Migrate under another name and rename, so that a killed run leaves no half template."""
    building = f"{CLONE_PREFIX}{os.getpid()}_building"
    before = connections["default"].settings_dict["NAME"], os.environ.get("DATABASE_URL")
    drop_in(connection, building)
    _create(connection, building, "template0")
    point_django_at(building)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        point_django_at(before[0])
        if before[1] is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before[1]
    rename = sql.SQL("alter database {} rename to {}")
    connection.execute(rename.format(sql.Identifier(building), sql.Identifier(name)))


def _drop_leftovers(connection: psycopg.Connection) -> None:
    """Drop what killed runs left; only where process ids are our own, on the embedded server."""
    if env.embedded_cluster() is None:
        return
    found = connection.execute(
        "select datname from pg_database where starts_with(datname, %s)", [CLONE_PREFIX]
    ).fetchall()
    for (name,) in found:
        pid = int(name.removeprefix(CLONE_PREFIX).split("_")[0])
        if not _is_alive(pid):
            drop_in(connection, name)


def _drop_old_templates(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "select datname from pg_database where starts_with(datname, %s) order by oid desc",
        [TEMPLATE_PREFIX],
    ).fetchall()
    for (name,) in found[TEMPLATES_KEPT:]:
        drop_in(connection, name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

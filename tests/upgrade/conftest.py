"""Databases in the state of the last release, as they were left and after our migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import LazySettings
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

from tests import databases
from tests.make import FROZEN_KEYS
from tests.upgrade import state
from tests.upgrade.state import Column, Frozen
from yinuo.interfaces.cli.main import yinuo


@pytest.fixture(scope="session")
def frozen() -> Frozen:
    return state.read()


@pytest.fixture(scope="session")
def old_template(
    frozen: Frozen, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The frozen state, restored once; tests work on copies."""
    name = databases.clone_name("frozen")
    with django_db_blocker.unblock(), kept(name, "template0"):
        state.run(name, *frozen.sql.values())
        yield name


@dataclass(slots=True)
class Upgrade:
    """One migrating of the frozen state: the database, and what was seen before and after."""

    name: str
    columns: set[Column]
    rows_before: dict[str, str]
    rows_after: dict[str, str]
    columns_after: set[Column]
    output: str
    exit_code: int


@pytest.fixture(scope="session")
def upgrade(old_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Upgrade]:
    """The frozen state after `yinuo migrate` of the code as it is; tests work on copies."""
    name = databases.clone_name("upgraded")
    with django_db_blocker.unblock(), kept(name, old_template):
        # Looked at only while it is migrated: the tests after these have a database of their own.
        with pointed_at(name):
            old, rows = state.columns(), state.rows(state.columns())
            answer = CliRunner().invoke(yinuo, ["migrate"])
            seen = Upgrade(
                name=name, columns=old, rows_before=rows, rows_after=state.rows(old),
                columns_after=state.columns(), output=answer.output, exit_code=answer.exit_code,
            )  # fmt: skip
            connections.close_all()
        yield seen


@pytest.fixture
def household(settings: LazySettings, tmp_path: Path) -> Path:
    """The frozen files where the code looks for them, and the keys that read the frozen rows."""
    trees = state.unpack_files(tmp_path)
    settings.DOCUMENTS_ROOT, settings.SEALS_ROOT = trees["files"], trees["seals"]
    settings.BANK_EXCHANGE = trees["bank"]
    settings.YINUO_DATA_KEYS = (FROZEN_KEYS["YINUO_DATA_KEYS"],)
    settings.YINUO_INDEX_KEY = FROZEN_KEYS["YINUO_INDEX_KEY"]
    return tmp_path


@pytest.fixture
def old_database(
    old_template: str, household: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    with django_db_blocker.unblock(), copied(old_template) as name:
        yield name


@pytest.fixture
def upgraded_database(
    upgrade: Upgrade, household: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    with django_db_blocker.unblock(), copied(upgrade.name) as name:
        yield name


@pytest.fixture
def new_database(
    django_db_setup: None, household: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """As this code makes it, with nothing in it."""
    with django_db_blocker.unblock(), copied(databases.prepare()) as name:
        yield name


@contextmanager
def copied(template: str) -> Iterator[str]:
    name = databases.clone_name("copy")
    connections.close_all()
    with kept(name, template), pointed_at(name):
        yield name


@contextmanager
def kept(name: str, template: str) -> Iterator[None]:
    databases.clone(template, name)
    try:
        yield
    finally:
        connections.close_all()
        databases.drop(name)


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    before, address = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    databases.point_django_at(name)
    try:
        yield
    finally:
        databases.point_django_at(before)
        os.environ["DATABASE_URL"] = address

"""What every test stands on: a real PostgreSQL, prepared once, fresh for whoever commits."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as properties
from pytest_django.plugin import DjangoDbBlocker

from tests import databases
from tests.soak.table import SoakTable
from yinuo import automation
from yinuo.core.cases import commands as cases

SOAK = Path(__file__).parent / "soak"

# What happens by itself happens in every test, also where one is run alone.
cases.reacts_to(automation.REACTIONS)

# Thousands of tests and modules stay to the end: to look through them for rubbish is work for
# nothing, while they are collected and ever after.
gc.disable()
YOUNG_OBJECTS = 20_000

# No property fails because the machine was busy for a moment.
properties.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("any machine")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    gc.enable()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this process its own clone of the migrated template, and drop it afterwards."""
    name = databases.clone_name(os.environ.get("PYTEST_XDIST_WORKER", "main"))
    with django_db_blocker.unblock():
        template = databases.prepare()
        databases.clone(template, name)
        databases.point_django_at(name)
    with pytest.MonkeyPatch.context() as patch:
        # Django would TRUNCATE after a test that commits, and the timeline forbids that.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: _renew(template, name))
        yield
    with django_db_blocker.unblock():
        connections.close_all()
        databases.drop(name)


def _renew(template: str, name: str) -> None:
    connections.close_all()
    databases.clone(template, name)


@pytest.fixture(autouse=True)
def own_folders(settings: LazySettings) -> None:
    """Seals and the bank's exchange lie outside the database: those of another test's database are
    none of this one's.
    """
    settings.SEALS_ROOT = Path(settings.SEALS_ROOT) / uuid4().hex
    settings.BANK_EXCHANGE = Path(settings.BANK_EXCHANGE) / uuid4().hex


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of this test's database, for a program that the test starts."""
    return os.environ["DATABASE_URL"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak-table", type=Path, help="write what was run, and its figures, here")


def pytest_configure(config: pytest.Config) -> None:
    target = config.getoption("--soak-table")
    # One process collects the reports of all.
    if target is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SoakTable(target))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What only a soak runs brings large libraries with it, which each process would load."""
    if collection_path == SOAK and config.option.markexpr == "not soak":
        return True
    return None


# What is made once for many tests (the source read and parsed, a browser) is made by one process.
# The groups begin first, so that no long one begins last.
GROUPS = {"architecture": "source", "browser": "browser"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        for part in item.path.parts:
            # A soak is long in every test: there is nothing to be won by keeping them together.
            if part in GROUPS and item.get_closest_marker("soak") is None:
                item.add_marker(pytest.mark.xdist_group(GROUPS[part]))
    yield
    items.sort(key=_minutes, reverse=True)


def _minutes(item: pytest.Item) -> int:
    """About how long a test of the soak takes, where that is long: such a one begins early."""
    mark = item.get_closest_marker("soak")
    return mark.kwargs.get("minutes", 0) if mark else 0

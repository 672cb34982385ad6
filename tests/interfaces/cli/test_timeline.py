from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from pytest_django import Settings

from tests.core.cases import trial
from yinuo.core.cases.models import Case, Event
from yinuo.interfaces.cli.main import yinuo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seals(settings: Settings, tmp_path: Path) -> Path:
    settings.SEALS_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def case() -> Iterator[Case]:
    trial.install()
    yield trial.Office().open(datetime.now(UTC) - timedelta(days=30))
    trial.uninstall()


def call(*words: str) -> Result:
    return CliRunner().invoke(yinuo, ["--lang", "en", *words])


def test_sweep_marks_what_is_due_and_says_how_many(case: Case) -> None:
    answer = call("sweep")

    assert answer.exit_code == 0, answer.output
    assert "1 promises looked at: 0 warned of, 1 missed, 2 escalated." in answer.output
    assert trial.types(case).count("promise.missed") == 1
    assert "0 promises" in call("sweep").output


def test_seal_writes_a_file_and_verify_finds_everything_in_order(case: Case, seals: Path) -> None:
    sealed = call("seal")
    assert sealed.exit_code == 0, sealed.output
    [path] = seals.iterdir()
    assert path.name in sealed.output

    answer = call("verify")

    assert answer.exit_code == 0, answer.output
    assert "1 cases, 1 lines and 1 seals checked: 0 wrong." in answer.output


def test_verify_names_what_was_changed_and_ends_with_one(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE cases_event SET actor = 'staff:0'")
        cursor.execute("SET session_replication_role = origin")

    answer = call("verify", "--quiet")

    assert answer.exit_code == 1
    assert f"Case {case.number}: line 1 was changed after it was written." in answer.output
    assert "1 wrong" in answer.output
    assert Event.objects.count() == 1

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from pytest_django import Settings

from yinuo.core.cases.models import Case
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.interfaces.cli import checks
from yinuo.interfaces.cli.checks import Level
from yinuo.interfaces.cli.main import yinuo

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def call(language: str = "en") -> Result:
    return CliRunner().invoke(yinuo, ["doctor", "--lang", language])


@pytest.fixture
def branch() -> Branch:
    return Branch.objects.create(name="杭州", code="HZ", path="1.")


def levels(check: checks.Check) -> list[Level]:
    return [finding.level for finding in check()]


def test_a_machine_in_order_is_told_so() -> None:
    answer = call()
    assert answer.exit_code == 0, answer.output
    assert "PostgreSQL 18" in answer.output
    assert "Every open case finds its version in the code." in answer.output


def test_the_doctor_speaks_the_language_that_it_is_asked_in() -> None:
    assert "数据库" in call("zh-hans").output
    assert "資料庫" in call("zh-hant").output


def test_open_cases_of_a_version_that_is_gone_are_named(branch: Branch) -> None:
    person = Person.objects.create(name="张三", home_branch=branch, created_at=AT)
    Case.objects.create(
        number="C-OLD",
        kind="claim",
        workflow_version=999,
        state="reported",
        customer=person,
        branch=branch,
        branch_path="1.",
        opened_at=AT,
        state_since_at=AT,
    )

    answer = call()

    assert answer.exit_code == 1
    assert "1 open cases run under claim version 999" in answer.output
    assert "→ Put that version back" in answer.output


def test_a_migration_that_waits_is_wrong_and_the_remedy_begins_with_a_backup() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'doors'")

    answer = call()

    assert answer.exit_code == 1
    assert "Make a backup, then run `yinuo migrate`." in answer.output


def test_demo_accounts_are_wrong_in_production_only(branch: Branch, settings: Settings) -> None:
    Staff.objects.create(username="demo", name="演示", branch=branch, is_demo=True, joined_at=AT)
    assert levels(checks.demo_accounts) == []
    settings.PRODUCTION = True
    assert levels(checks.demo_accounts) == [Level.WRONG]


def test_a_key_that_is_none_is_found(settings: Settings) -> None:
    settings.YINUO_DATA_KEYS = ("not a key",)
    assert Level.WRONG in levels(checks.secrets)


def test_secrets_that_others_can_read_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "key"
    secret.write_text("secret", encoding="utf-8")
    secret.chmod(0o644)
    monkeypatch.setenv("YINUO_INDEX_KEY_FILE", str(secret))
    assert Level.WRONG in levels(checks.secrets)


def test_jobs_that_failed_or_wait_too_long_are_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, priority) "
            "values ('default', 'react', '{}', 'failed', 0), "
            "('default', 'react', '{}', 'todo', 0)"
        )
        assert levels(checks.worker) == [Level.WARNING]
        cursor.execute("update procrastinate_events set at = now() - interval '1 hour'")
        assert levels(checks.worker) == [Level.WARNING, Level.WARNING]


def test_a_place_that_is_not_there_yet_is_no_fault(settings: Settings, tmp_path: Path) -> None:
    settings.STATE = settings.KEPT = tmp_path / "later"
    assert levels(checks.disk) == [Level.NOTE]

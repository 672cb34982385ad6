from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection, connections
from django.utils import translation
from pytest_django import Settings

from yinuo.core.cases.models import Case
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.interfaces.cli import checks
from yinuo.interfaces.cli.checks import Level
from yinuo.interfaces.cli.main import yinuo
from yinuo.kit import env, machine
from yinuo.kit.embedded import Cluster

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def call(language: str = "en") -> Result:
    return CliRunner().invoke(yinuo, ["doctor", "--lang", language])


@pytest.fixture
def branch() -> Branch:
    return Branch.objects.create(name="杭州", code="HZ", path="1.")


def levels(check: checks.Check) -> list[Level]:
    return [finding.level for finding in check()]


def worst(check: checks.Check) -> checks.Finding:
    """The gravest thing found, which always comes with how to put it right."""
    with translation.override("en"):
        found = list(check())
    assert all(one.says and (one.remedy or one.level <= Level.NOTE) for one in found)
    return max(found, key=lambda one: one.level)


def test_a_machine_in_order_is_told_so() -> None:
    answer = call()
    assert answer.exit_code == 0, answer.output
    for subject in (
        "Database",
        "Clock",
        "Secrets",
        "Workflows",
        "Chinese font",
        "Chromium",
        "Disk",
    ):
        assert f" {subject}  " in answer.output
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


@pytest.mark.parametrize(
    ("made", "says"), [(False, "has not been made yet"), (True, "is not running")]
)
def test_an_embedded_database_that_does_not_run_is_told_with_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: bool, says: str
) -> None:
    cluster = Cluster(tmp_path / "pg")
    if made:
        cluster.directory.mkdir()
        (cluster.directory / "PG_VERSION").write_text("18", encoding="utf-8")
    monkeypatch.setattr(env, "embedded_cluster", lambda: cluster)
    found = worst(checks.database)
    assert (found.level, found.remedy) == (Level.WRONG, "Run `make run` or `yinuo migrate`.")
    assert says in found.says
    # What asks the database has nothing to say while there is none, and does not break.
    assert [levels(one) for one in (checks.clock, checks.workflows, checks.worker)] == [[], [], []]


def test_a_database_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = connections["default"].copy()
    nowhere.settings_dict = {**nowhere.settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
    monkeypatch.setattr(checks, "connection", nowhere)
    found = worst(checks.database)
    assert found.level is Level.WRONG
    assert "DATABASE_URL" in found.remedy


def test_a_server_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_SERVER", 99)
    assert worst(checks.database).level is Level.WRONG


def test_a_clock_that_is_not_the_databases_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Slow:
            return super().now(tz) - timedelta(minutes=3)

    monkeypatch.setattr(checks, "datetime", Slow)
    found = worst(checks.clock)
    assert found.level is Level.WRONG
    assert "180" in found.says
    assert "NTP" in found.remedy


def test_a_machine_without_chinese_font_or_chromium_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(machine, "FONT_DIRECTORIES", (str(tmp_path),))
    for check, package in ((checks.fonts, "fonts-noto-cjk"), (checks.browser, "chromium")):
        found = worst(check)
        assert (found.level, found.remedy) == (Level.WARNING, f"sudo apt-get install {package}")


@pytest.mark.parametrize(
    ("limit", "level"), [("ENOUGH_DISK", Level.WARNING), ("TOO_LITTLE_DISK", Level.WRONG)]
)
def test_a_disk_that_fills_up_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path, limit: str, level: Level
) -> None:
    settings.STATE = settings.KEPT = tmp_path
    for name in ("ENOUGH_DISK", limit):
        monkeypatch.setattr(checks, name, 2**80)
    found = worst(checks.disk)
    assert found.level is level
    assert "YINUO_FILES" in found.remedy


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

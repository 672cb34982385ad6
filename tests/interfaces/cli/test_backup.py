from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connection, connections
from pytest_django import Settings

from tests import databases
from yinuo.core.people.models import Branch, Person
from yinuo.interfaces.cli.main import yinuo

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(yinuo, ["--lang", "en", *map(str, arguments)])


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Path:
    settings.DOCUMENTS_ROOT = tmp_path / "kept" / "files"
    settings.SEALS_ROOT = tmp_path / "kept" / "seals"
    return tmp_path / "kept"


@pytest.fixture
def house(kept: Path) -> Person:
    branch = Branch.objects.create(name="杭州", code="HZ", path="1.")
    person = Person.objects.create(
        name="张三", phone="13800138000", home_branch=branch, created_at=AT
    )
    (kept / "files" / "ab").mkdir(parents=True)
    (kept / "files" / "ab" / "abc123").write_bytes(b"a photo")
    (kept / "seals").mkdir()
    (kept / "seals" / "2026-03-02.txt").write_text("root", encoding="utf-8")
    return person


def destroy(kept: Path) -> None:
    """The database is gone, and so are the files: nothing is left but the backup."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with psycopg.connect(databases.url_of("postgres"), autocommit=True) as server:
        databases.drop_in(server, name)
        server.execute(f'create database "{name}" template template0')
    for path in sorted(kept.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_destroyed_database_comes_back_whole_from_its_backup(
    house: Person, kept: Path, tmp_path: Path
) -> None:
    saved = call("backup", tmp_path / "house.yinuo")
    assert saved.exit_code == 0, saved.output
    destroy(kept)

    restored = call("restore", tmp_path / "house.yinuo")

    assert restored.exit_code == 0, restored.output
    again = Person.objects.get(pk=house.pk)
    assert (again.name, again.phone) == ("张三", "13800138000")
    assert (kept / "files" / "ab" / "abc123").read_bytes() == b"a photo"
    assert (kept / "seals" / "2026-03-02.txt").read_text(encoding="utf-8") == "root"
    with pytest.raises(Exception, match="can only be added"), connection.cursor() as cursor:
        cursor.execute("truncate cases_event cascade")


def test_a_database_with_something_in_it_is_not_replaced_unasked(
    house: Person, tmp_path: Path
) -> None:
    file = tmp_path / "house.yinuo"
    assert call("backup", file).exit_code == 0
    Person.objects.filter(pk=house.pk).update(name="李四")

    refused = call("restore", file)
    assert refused.exit_code == 2
    assert "people_" in refused.output
    assert Person.objects.get(pk=house.pk).name == "李四"

    assert call("restore", file, "--replace").exit_code == 0
    assert Person.objects.get(pk=house.pk).name == "张三"


def test_a_damaged_backup_is_found_out_before_anything_is_changed(
    house: Person, tmp_path: Path
) -> None:
    file = tmp_path / "house.yinuo"
    assert call("backup", file).exit_code == 0
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        place = tar.getmember("database.dump").offset_data + 100
    content[place] ^= 0xFF
    file.write_bytes(bytes(content))

    refused = call("restore", file, "--replace")

    assert refused.exit_code == 2
    assert "database.dump" in refused.output
    assert Person.objects.filter(pk=house.pk).exists()


def test_half_a_backup_is_refused(house: Person, tmp_path: Path) -> None:
    file = tmp_path / "house.yinuo"
    assert call("backup", file).exit_code == 0
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

    assert call("restore", file, "--replace").exit_code == 2
    assert Person.objects.filter(pk=house.pk).exists()


def test_a_backup_that_our_keys_cannot_read_is_refused(
    house: Person, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "house.yinuo"
    assert call("backup", file).exit_code == 0
    settings.YINUO_INDEX_KEY = "b" * 44

    refused = call("restore", file, "--replace")

    assert refused.exit_code == 2
    assert "YINUO_DATA_KEYS" in refused.output


def test_a_file_that_is_there_is_not_overwritten(house: Person, tmp_path: Path) -> None:
    file = tmp_path / "house.yinuo"
    file.write_text("something of value", encoding="utf-8")

    assert call("backup", file).exit_code == 2
    assert file.read_text(encoding="utf-8") == "something of value"


def test_a_backup_holds_no_key_and_nobody_else_can_read_it(house: Person, tmp_path: Path) -> None:
    file = tmp_path / "house.yinuo"
    assert call("backup", file).exit_code == 0

    content = file.read_bytes()
    assert settings.YINUO_DATA_KEYS[0].encode() not in content
    assert settings.YINUO_INDEX_KEY.encode() not in content
    assert b"13800138000" not in content
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["house.yinuo", "kept"]

"""A whole insurer is destroyed and comes back from its backup, and its claims go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings
from django.db import connection, connections

from tests import databases
from tests.upgrade import freeze
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.documents import storage
from yinuo.core.documents.models import StoredFile
from yinuo.core.people.actors import SYSTEM
from yinuo.interfaces.cli.main import yinuo


def call(*arguments: str | Path) -> Result:
    done = CliRunner().invoke(yinuo, ["--lang", "en", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done


def destroy(*trees: Path) -> None:
    """The database is gone, and so are the files."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    with psycopg.connect(databases.url_of("postgres"), autocommit=True) as server:
        databases.drop_in(server, name)
        server.execute(f'create database "{name}" template template0'.encode())
    for tree in trees:
        for path in sorted(tree.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_destroyed_insurer_comes_back_and_its_claims_go_on(
    settings: LazySettings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    settings.DOCUMENTS_ROOT = tmp_path / "kept" / "files"
    settings.SEALS_ROOT = tmp_path / "kept" / "seals"
    settings.BANK_EXCHANGE = tmp_path / "bank"
    told = freeze.tell(began_at=datetime.now(UTC) - timedelta(days=1))
    lines, promises = Event.objects.count(), Promise.objects.count()
    call("backup", tmp_path / "house.yinuo")
    destroy(settings.DOCUMENTS_ROOT, settings.SEALS_ROOT)

    call("restore", tmp_path / "house.yinuo")
    call("migrate")

    assert (Event.objects.count(), Promise.objects.count()) == (lines, promises)
    findings: list[object] = []
    verifying.verify(report=findings.append)
    assert findings == []
    hashes = [bytes(one) for one in StoredFile.objects.values_list("sha256", flat=True)]
    assert hashes
    assert all(storage.is_intact(one) for one in hashes)
    case = Case.objects.get(number=told["registered"])
    claims.dispatch(case=case, by=SYSTEM, at=datetime.now(UTC))
    assert Case.objects.get(pk=case.pk).state == "dispatched"
    record_property("claims", len(told))
    record_property("lines of timelines", lines)
    record_property("papers", len(hashes))

"""Migrations of a release are frozen, and those that follow let the release go on serving."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from click.testing import CliRunner, Result
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.test import Client

from tests.upgrade import reading, state
from tests.upgrade.state import Frozen
from yinuo.interfaces.cli.main import yinuo
from yinuo.interfaces.common import upgrades

# One process restores and migrates the frozen state for all of them.
pytestmark = pytest.mark.xdist_group("upgrade")
Node = tuple[str, str]


def ours(frozen: Frozen) -> set[Node]:
    return {(app, name) for app, _, name in (one.partition(".") for one in frozen.migrations)}


def test_the_migrations_of_the_last_release_are_as_they_were(frozen: Frozen) -> None:
    now = state.migrations()
    changed = [name for name, digest in frozen.migrations.items() if now.get(name) != digest]
    assert changed == [], "add a migration instead of editing one that others have run"


def test_every_later_migration_lets_the_last_release_go_on_serving(frozen: Frozen) -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    released = ours(frozen)
    project = loader.project_state(sorted(released))
    known = {f"{app}.{name}" for app, name in project.models}
    labels = {app.label for app in apps.get_app_configs() if app.name.startswith("yinuo.")}
    found = []
    for node in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        if node in released or node[0] not in labels:
            continue
        migration = loader.graph.nodes[node]
        faults = list(reading.faults(migration, project, known))
        if not upgrades.runs_after(migration):
            found += [f"{'.'.join(node)} {fault}" for fault in faults]
    assert found == []


def faults_of(*operations: Operation, beside: str = "") -> list[str]:
    """What the reader says of a migration with these operations, on one known model."""
    project = ProjectState()
    migrations.CreateModel(
        "Car",
        fields=[
            ("id", models.BigAutoField(primary_key=True)),
            ("plate", models.CharField(max_length=10)),
            ("colour", models.CharField(max_length=10, null=True)),
        ],
    ).state_forwards("cars", project)
    attributes = {"operations": operations, "beside": beside}
    migration = type("Change", (Migration,), attributes)("0002_change", "cars")
    return list(reading.faults(migration, project, ["cars.car"]))


ADDED = migrations.CreateModel("Bike", [("id", models.BigAutoField(primary_key=True))])


@pytest.mark.parametrize(
    "operations",
    [
        [ADDED],
        [ADDED, migrations.AddField("bike", "bell", models.BooleanField())],
        [migrations.AddField("car", "doors", models.IntegerField(null=True))],
        [migrations.AddField("car", "doors", models.IntegerField(db_default=4))],
        [migrations.AddIndex("car", models.Index(fields=["plate"], name="car_plate"))],
        [migrations.AlterField("car", "plate", models.CharField(max_length=12))],
        [migrations.AlterField("car", "plate", models.CharField(max_length=10, null=True))],
        [migrations.SeparateDatabaseAndState([], [migrations.DeleteModel("car")])],
    ],
)
def test_what_only_adds_may_run_while_the_old_version_serves(
    operations: Sequence[Operation],
) -> None:
    assert faults_of(*operations) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.DeleteModel("car"),
        migrations.RenameModel("car", "vehicle"),
        migrations.RemoveField("car", "plate"),
        migrations.RenameField("car", "plate", "number"),
        migrations.AddField("car", "doors", models.IntegerField(default=4)),
        migrations.AlterField("car", "colour", models.CharField(max_length=10)),
        migrations.AlterField("car", "plate", models.CharField(max_length=8)),
        migrations.AlterField("car", "plate", models.CharField(max_length=10, unique=True)),
        migrations.AlterField("car", "plate", models.IntegerField()),
        migrations.AlterField("car", "plate", models.CharField(max_length=10, db_column="number")),
        migrations.AlterModelTable("car", "vehicles"),
        migrations.AddConstraint(
            "car", models.UniqueConstraint(fields=["plate"], name="one_car_a_plate")
        ),
        migrations.RunSQL("drop table cars_car"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("car", "plate")], []),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_the_old_version_could_not_live_with_is_found(operation: Operation) -> None:
    assert len(faults_of(operation)) == 1


def test_statements_of_ones_own_say_why_the_old_version_bears_them() -> None:
    statement = migrations.RunSQL("create index concurrently on cars_car (plate)")
    assert faults_of(statement, beside="An index changes no answer.") == []


def call(*arguments: str) -> Result:
    return CliRunner().invoke(yinuo, ["--lang", "en", *arguments])


def test_what_the_old_version_could_not_live_with_waits_until_it_is_gone(
    upgraded_database: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("migrate", "doors", "zero", verbosity=0)
    last = MigrationLoader(connection).disk_migrations["doors", "0001_initial"]
    monkeypatch.setattr(type(last), "after", True, raising=False)

    answer = call("migrate")
    assert answer.exit_code == 0, answer.output
    assert "yinuo migrate --finish" in answer.output
    assert upgrades.waiting().after == (("doors", "0001_initial"),)
    assert client.get("/readyz").status_code == 200
    assert "1 migrations wait until the previous version is gone" in call("doctor").output

    assert call("migrate", "--finish").exit_code == 0
    assert upgrades.waiting().after == ()
    assert "previous version" not in call("doctor").output


def test_a_change_that_a_new_one_builds_on_is_long_due_and_runs_with_it(
    upgraded_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app in ('claims', 'doors')")
    loader = MigrationLoader(connection)
    claims = loader.disk_migrations["claims", "0001_initial"]
    doors = loader.disk_migrations["doors", "0001_initial"]
    monkeypatch.setattr(type(claims), "after", True, raising=False)
    monkeypatch.setattr(doors, "dependencies", [("claims", "0001_initial")])
    monkeypatch.setattr(type(doors), "dependencies", [("claims", "0001_initial")])

    waiting = upgrades.waiting()

    assert ("claims", "0001_initial") in waiting.before
    assert ("claims", "0001_initial") not in waiting.after

"""Changes of the schema in two kinds, so that a new version can start beside the one that serves.

Most migrations only add, and the previous version can live with what they leave: they run before
the new code starts. One that removes or tightens something says ``after = True`` in its class: it
runs once no process of the previous version is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the code has and the database has not, each as (app, name), in the order to run."""

    before: tuple[Node, ...]
    after: tuple[Node, ...]
    new_database: bool

    def last_of_each_app(self) -> dict[str, str]:
        """How far each app goes before the new code starts."""
        return dict(self.before)


def waiting() -> Waiting:
    """Raises DatabaseError when the database does not answer."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    plan = [migration for migration, _ in executor.migration_plan(graph.leaf_nodes())]
    needed: set[Node] = set()
    before: set[Node] = set()
    # From the end, so that what stands behind another is known when it is looked at. An earlier
    # version's last change that a new one builds on is long due, and runs with it.
    for migration in reversed(plan):
        node = (migration.app_label, migration.name)
        if node in needed or not runs_after(migration):
            before.add(node)
            needed.update(parent.key for parent in graph.node_map[node].parents)
    nodes = [(migration.app_label, migration.name) for migration in plan]
    return Waiting(
        before=tuple(node for node in nodes if node in before),
        after=tuple(node for node in nodes if node not in before),
        new_database=not executor.loader.applied_migrations,
    )


def runs_after(migration: Migration | type[Migration]) -> bool:
    """True for a migration that the previous version could not live with."""
    return bool(getattr(migration, "after", False))

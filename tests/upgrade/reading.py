"""Reads a migration and says what the version that serves beside it could not live with.

The previous version goes on reading and writing the columns that it knows while a migration runs
and afterwards. So a migration may add tables, indexes, and columns that fill themselves; whatever
goes further runs after the previous version is gone, and says so: ``after = True``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.migrations import operations as op
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

HARMLESS = (
    op.CreateModel,
    op.AddIndex,
    op.RenameIndex,
    op.RemoveIndex,
    op.RemoveConstraint,
    op.AlterModelOptions,
    op.AlterModelManagers,
    op.AlterModelTableComment,
)
BY_HAND = (op.RunSQL, op.RunPython)


def faults(migration: Migration, state: ProjectState, known: Iterable[str]) -> Iterator[str]:
    """What the previous version could not live with, one sentence each.

    `state` is that before the migration and goes along with it. `known` are the models, as
    ``app.model``, that the previous version has: with the others anything may be done.
    """
    old = set(known)
    for operation in migration.operations:
        yield from _faults_of(operation, migration, state, old)
        operation.state_forwards(migration.app_label, state)


def _faults_of(
    operation: Operation, migration: Migration, state: ProjectState, known: set[str]
) -> Iterator[str]:
    if isinstance(operation, op.SeparateDatabaseAndState):
        # The state is only in our heads; the previous version meets the database.
        for inner in operation.database_operations:
            yield from _faults_of(inner, migration, state, known)
        return
    if isinstance(operation, BY_HAND):
        if not getattr(migration, "beside", ""):
            yield "runs statements of its own: say in `beside` why the previous version bears them"
        return
    model = str(getattr(operation, "model_name", "") or getattr(operation, "name", ""))
    if isinstance(operation, HARMLESS) or f"{migration.app_label}.{model.lower()}" not in known:
        return
    if isinstance(operation, op.AddField):
        if not fills_itself(operation.field):
            yield f"adds {model}.{operation.name}, which the previous version would leave empty"
    elif isinstance(operation, op.AlterField):
        before = state.models[migration.app_label, model.lower()].get_field(operation.name)
        yield from _narrowed(before, operation.field, f"{model}.{operation.name}")
    else:
        yield f"{operation.describe()}: the previous version knows nothing of it"


def fills_itself(field: models.Field[Any, Any]) -> bool:
    """True when a row is complete although nobody names this column."""
    if field.many_to_many or field.null or field.db_default is not NOT_PROVIDED:
        return True
    return isinstance(field, models.GeneratedField)


def _narrowed(
    before: models.Field[Any, Any], now: models.Field[Any, Any], name: str
) -> Iterator[str]:
    if before.null and not now.null:
        yield f"forbids {name} to be empty"
    if (now.unique and not before.unique) or (now.primary_key != before.primary_key):
        yield f"forbids two equal {name}"
    kinds = before.get_internal_type(), now.get_internal_type()
    lengths = before.max_length or 0, now.max_length or 0
    if kinds[0] != kinds[1] or lengths[1] < lengths[0]:
        yield f"makes {name} something else"
    if (before.db_column or before.name) != (now.db_column or before.name):
        yield f"renames the column of {name}"

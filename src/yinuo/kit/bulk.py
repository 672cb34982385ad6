"""Thousands of rows in few statements: columns as arrays for `unnest`, and COPY for new rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, JSONField, Model
from psycopg import sql

FEW = 20
"""Up to so many rows an INSERT is as fast as COPY, and it needs no statement for the ids."""

M = TypeVar("M", bound=Model)


def array_text(values: Iterable[Any]) -> str:
    """An array literal of texts, numbers, dates, times, booleans, bytes and None.

    The driver makes the same from a list, but it looks up the type of every single element; for
    thousands of rows that takes longer than the database needs to store them.
    """
    return "{" + ",".join([_element(value) for value in values]) + "}"


def columns(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """One array literal for each column; no rows make no columns."""
    return [array_text(column) for column in zip(*rows, strict=True)]


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def next_ids(cursor: CursorWrapper, table: str, count: int) -> list[int]:
    """So many fresh ids of the table, to know them before the rows are written."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, count],
    )
    return [row[0] for row in cursor.fetchall()]


def copy_rows(
    cursor: CursorWrapper, table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Add rows by COPY, which stores them twice as fast as INSERT does. It knows no ON CONFLICT."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with cursor.copy(statement.as_string()) as copy:
        for row in rows:
            copy.write_row(row)


def create_many(rows: Sequence[M]) -> Sequence[M]:
    """As `bulk_create`, in half the time for many rows: their ids are drawn first, then one COPY.

    For models whose fields are stored as they are, and JSON; the database's own defaults are not
    asked for.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if len(rows) <= FEW:
        return model._default_manager.bulk_create(rows)
    fields = model._meta.concrete_fields
    with connection.cursor() as cursor:
        if not model._meta.pk.remote_field:
            ids = next_ids(cursor, model._meta.db_table, len(rows))
            for row, pk in zip(rows, ids, strict=True):
                row.pk = pk
        takers = [_taker(field) for field in fields]
        values = (tuple([take(row) for take in takers]) for row in rows)
        copy_rows(cursor, model._meta.db_table, [field.column for field in fields], values)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
    return rows


def _taker(field: Field[Any, Any]) -> Callable[[Model], Any]:
    """How the stored value of a field is read from a row."""
    name = field.attname
    if isinstance(field, JSONField):
        return lambda row: json.dumps(getattr(row, name), ensure_ascii=False)
    return lambda row: getattr(row, name)

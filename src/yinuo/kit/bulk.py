"""Thousands of rows in few statements: columns as arrays for `unnest`, and COPY for new rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField, F, Field, Func, JSONField, Model, Value
from psycopg import sql

M = TypeVar("M", bound=Model)


def array_text(values: Iterable[Any]) -> str:
    """An array literal of texts, numbers, dates, times, booleans, bytes and None.

    The driver makes the same from a list, but it looks up the type of every single element; for
    thousands of rows that takes longer than the database needs to store them.
    """
    given = values if isinstance(values, (list, tuple)) else list(values)
    kinds = set(map(type, given))
    # Half of the columns of a set hold one value in all rows.
    if len(kinds) == 1 and kinds <= _EQUAL_ALIKE and given.count(given[0]) == len(given):
        return "{" + ",".join([_element(given[0])] * len(given)) + "}"
    if kinds <= {int}:
        return "{" + ",".join(map(str, given)) + "}"
    if kinds <= _NEVER_QUOTED:
        return '{"' + '","'.join(map(str, given)) + '"}'
    if kinds == {str}:
        return _texts(given)
    return "{" + ",".join([_element(value) for value in given]) + "}"


def _texts(given: Sequence[str]) -> str:
    """All at once, with a mark between that no text in the database can hold."""
    joined = "\0".join(given)
    if joined.count("\0") != len(given) - 1:
        return "{" + ",".join(map(_element, given)) + "}"
    if "\\" in joined or '"' in joined:
        joined = joined.replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + joined.replace("\0", '","') + '"}'


def columns(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """One array literal for each column; no rows make no columns."""
    return [array_text(column) for column in zip(*rows, strict=True)]


_NEVER_QUOTED = frozenset((bool, date, datetime, Decimal))
_EQUAL_ALIKE = frozenset((str, int, bool, type(None), bytes, date, datetime))
"""Two equal values of such a type are the same to the database; 1.0 and 1.00 are not."""


def _element(value: Any) -> str:
    kind = type(value)
    if kind is int:
        return str(value)
    if value is None:
        return "NULL"
    if kind is bytes:
        return f'"\\\\x{value.hex()}"'
    text = value if kind is str else str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def among(name: str, ids: Iterable[int]) -> Func:
    """A condition for `filter`: the field holds one of these ids.

    For thousands of ids `__in` takes longer to write the statement than the database to answer it.
    """
    listed = Value(array_text(ids))
    return Func(
        F(name),
        listed,
        template="%(expressions)s::bigint[])",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


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


# Rows of models ------------------------------------------------------------------------------


def new_row(model: type[M], related: Mapping[str, Model | None], /, **values: Any) -> M:
    """An unsaved row. `Model(…)` asks for each relation whether the two may be related at all,
    which for thousands of rows takes longer than all the rest.
    """
    fields, defaults = _shape(model)
    for name, other in related.items():
        values[fields[name].attname] = None if other is None else other.pk
    row = model(*[values[name] if name in values else start() for name, start in defaults])
    for name, other in related.items():
        fields[name].set_cached_value(row, other)
    return row


@cache
def _shape(
    model: type[Model],
) -> tuple[Mapping[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    fields = model._meta.concrete_fields
    return (
        {one.name: one for one in fields if one.remote_field},
        tuple((one.attname, one.get_default) for one in fields),
    )


def add_rows(rows: Sequence[M]) -> list[M]:
    """Add unsaved rows of one model in one INSERT, a third of what `bulk_create` takes.

    They keep the ids that they have, or get those that the database gives. Every constraint is
    the database's.
    """
    if rows:
        statement, fields = _insertion(type(rows[0]), rows[0].pk is not None)
        values = [array_text(list(map(write, rows))) for write in fields]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            for row, found in zip(rows, cursor.fetchall(), strict=True):
                row.pk = found[0]
                row._state.adding, row._state.db = False, connection.alias
    return list(rows)


def change_rows(rows: Sequence[Model], *names: str) -> None:
    """Write these fields of rows of one model, in one UPDATE."""
    if rows:
        statement, fields = _change(type(rows[0]), names)
        values = [array_text(list(map(write, rows))) for write in fields]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


@cache
def _insertion(
    model: type[Model], numbered: bool
) -> tuple[str, tuple[Callable[[Model], Any], ...]]:
    key = model._meta.pk
    assert key is not None
    fields = [one for one in model._meta.concrete_fields if one is not key or numbered]
    names = ", ".join(_quoted(one.column) for one in fields)
    statement = (
        f"INSERT INTO {_quoted(model._meta.db_table)} ({names})"  # noqa: S608  names of our models
        f" SELECT {', '.join(map(_read, fields))} FROM unnest({', '.join(map(_taken, fields))})"
        f" WITH ORDINALITY AS v({names}, yinuo_place) ORDER BY yinuo_place"
        f" RETURNING {_quoted(key.column)}"
    )
    return statement, tuple(map(_writer, fields))


@cache
def _change(
    model: type[Model], names: tuple[str, ...]
) -> tuple[str, tuple[Callable[[Model], Any], ...]]:
    key = model._meta.pk
    assert key is not None
    fields = [key, *(_field(model, name) for name in names)]
    settings = ", ".join(f"{_quoted(one.column)} = {_read(one, 'v.')}" for one in fields[1:])
    statement = (
        f"UPDATE {_quoted(model._meta.db_table)} t SET {settings}"  # noqa: S608
        f" FROM unnest({', '.join(map(_taken, fields))})"
        f" AS v({', '.join(_quoted(one.column) for one in fields)})"
        f" WHERE t.{_quoted(key.column)} = v.{_quoted(key.column)}"
    )
    return statement, tuple(map(_writer, fields))


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, Field)
    return found


def _quoted(name: str | None) -> str:
    """A field that is stored has a column."""
    assert name is not None
    return connection.ops.quote_name(name)


def _taken(field: Field[Any, Any]) -> str:
    """A list of lists is no array for `unnest`, so what holds many values travels as text."""
    kind = field.rel_db_type(connection) if field.remote_field else field.db_type(connection)
    return "%s::text[]" if _travels_as_text(field) else f"%s::{kind}[]"


def _read(field: Field[Any, Any], prefix: str = "") -> str:
    column = f"{prefix}{_quoted(field.column)}"
    return f"{column}::{field.db_type(connection)}" if _travels_as_text(field) else column


def _travels_as_text(field: Field[Any, Any]) -> bool:
    kind = field.db_type(connection) or ""
    return kind == "jsonb" or kind.endswith("[]")


def _writer(field: Field[Any, Any]) -> Callable[[Model], Any]:
    name = field.attname
    if isinstance(field, JSONField):
        return lambda row: _json(getattr(row, name))
    if (field.db_type(connection) or "").endswith("[]"):
        return lambda row: array_text(getattr(row, name))
    if type(field).get_db_prep_value is Field.get_db_prep_value or not _changes_values(field):
        return attrgetter(name)
    return lambda row: field.get_db_prep_save(getattr(row, name), connection)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _changes_values(field: Field[Any, Any]) -> bool:
    """Only fields of ours (such as encrypted ones) store something else than they show."""
    return not type(field).__module__.startswith("django.")

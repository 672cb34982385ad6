"""Several small sets of rows, read in one statement: a page of many short lists asks once."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BinaryField, Field, JSONField, Model, QuerySet

from yinuo.kit.crypto import EncryptedTextField, decrypt

M = TypeVar("M", bound=Model)


class Rows(Generic[M]):
    """A set that is still to be read; `rows` holds it after `read`."""

    def __init__(self, wanted: QuerySet[M, Any]) -> None:
        query = wanted.query
        partly = not query.default_cols or query.deferred_loading[0]
        if partly or query.select_related or query.annotations:
            raise ValueError("only whole rows of one table can be read together")
        self.wanted = wanted
        self.rows: list[M] = []

    @property
    def first(self) -> M | None:
        return self.rows[0] if self.rows else None


def read(*sets: Rows[Any]) -> None:
    """Fill them all, each in its own order. One statement."""
    parts: list[str] = []
    values: list[Any] = []
    asked: list[Rows[Any]] = []
    for one in sets:
        try:
            sql, given = one.wanted.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"(SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM ({sql}) x)")  # noqa: S608 what the ORM wrote
        values += given
        asked.append(one)
    if not parts:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT jsonb_build_array({', '.join(parts)})::text", values)
        (document,) = cursor.fetchone() or ("[]",)
    for one, found in zip(asked, json.loads(document, parse_float=Decimal), strict=True):
        one.rows = [_row(one.wanted.model, values) for values in found]


def _row(model: type[M], values: dict[str, Any]) -> M:
    fields = model._meta.concrete_fields
    kept = [_value(field, values[field.column or field.attname]) for field in fields]
    return model.from_db(connection.alias, [field.attname for field in fields], kept)


def _value(field: Field[Any, Any], value: Any) -> Any:
    """What the database hands out as JSON, as the field itself would read it."""
    if value is None:
        return None
    if isinstance(field, JSONField):
        return json.loads(json.dumps(value, default=float))
    if isinstance(field, BinaryField):
        return bytes.fromhex(value.removeprefix("\\x"))
    return decrypt(value) if isinstance(field, EncryptedTextField) else field.to_python(value)

"""Sets of rows as PostgreSQL arrays, for statements that take a column at a time (`unnest`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


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

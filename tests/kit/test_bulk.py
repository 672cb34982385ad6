from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from yinuo.kit.bulk import array_text, columns

TEXTS = st.lists(
    st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)


def read(kind: str, values: list[object]) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [array_text(values)])
        found: list[object] = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, -(2**62)]),
        ("numeric", [Decimal("0.10"), None, Decimal("-1E+3")]),
        ("boolean", [True, None, False]),
        ("bytea", [b'\x00\\"\xff', None, b""]),
        ("date", [date(2026, 3, 2), None]),
        ("timestamptz", [datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC), None]),
        ("double precision", [1.5, None]),
        ("text", ["", "NULL", None, "a\\b", '"', "{,}", "王\n小明", " "]),
        ("text", []),
    ],
)
def test_the_database_reads_what_was_meant(kind: str, values: list[object]) -> None:
    assert read(kind, values) == values


@pytest.mark.django_db
def test_any_text_survives() -> None:
    @given(TEXTS)
    def survives(texts: list[object]) -> None:
        assert read("text", texts) == texts

    survives()


def test_rows_become_columns() -> None:
    assert columns([(1, "a"), (2, None)]) == ["{1,2}", '{"a",NULL}']
    assert columns([]) == []
    with pytest.raises(ValueError, match="shorter"):
        columns([(1, 2), (3,)])

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from yinuo.kit.moments import MomentLoader


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-03-02 10:00:00+08", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("2026-03-02 10:00:00.5+08", datetime(2026, 3, 2, 2, 0, 0, 500_000, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_comes_back_in_utc(told: str, moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, ARRAY[%s::timestamptz, NULL]", [told, told])
        found, listed = cursor.fetchone()
    assert (found, listed) == (moment, [moment, None])
    assert found.tzinfo is UTC


@pytest.mark.django_db
def test_no_cursor_puts_another_reader_in_front() -> None:
    with connection.cursor() as cursor:
        reader = cursor.adapters.get_loader(1184, 0)
        assert reader is MomentLoader


@pytest.mark.django_db
def test_a_connection_of_another_zone_is_read_all_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Shanghai'")
        cursor.execute("SELECT '2026-03-02 02:00:00+00'::timestamptz")
        (found,) = cursor.fetchone()
    assert found == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert found.tzinfo is UTC

"""Two managers at once: both revisions count, and no reader overlooks one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from yinuo.core.rulebook import commands, queries

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Manager:
    id: str
    roles: frozenset[str] = frozenset({"manager"})


@contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()


def revise(name: int) -> int:
    with own_connection():
        row = commands.revise_rule(
            key="claims.authority.alone_up_to",
            value=name,
            why="x",
            by=Manager(f"staff:{name}"),
            at=NOW,
            in_force_from=NOW,
        )
        return row.number


@pytest.mark.django_db(transaction=True)
def test_revisions_made_at_once_get_different_numbers_and_are_all_read() -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        numbers = sorted(pool.map(revise, range(1, 9)))
    assert numbers == list(range(1, 9))
    assert queries.revision("claims.authority.alone_up_to", at=NOW) == 8
    assert len(queries.rule_revisions("claims.authority.alone_up_to")) == 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM rulebook_rulerevision")
        assert queries.current().version[0].startswith(f"{cursor.fetchone()[0]}:")

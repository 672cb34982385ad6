"""What one request sends to PostgreSQL, word for word, and the same sent again without us.

Recorded underneath Django, at the driver: also what bypasses Django's own counting (the check of
the connection, the queue) and where each transaction ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import ClientCursor, Connection

MADE_ID = re.compile(r"(?<![0-9A-Za-z])1\d{9}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Statement:
    """`made` are the ids that it returned and that did not exist before."""

    sql: str
    autocommit: bool
    made: tuple[int, ...]
    """`pieces` alternate between text and ids made by earlier statements."""
    pieces: tuple[str | int, ...]


@dataclass(slots=True)
class Request:
    """Statements in their order; None stands for the end of a transaction."""

    steps: list[Statement | None] = field(default_factory=list)

    @property
    def statements(self) -> list[Statement]:
        return [step for step in self.steps if step is not None]


@contextmanager
def recording() -> Iterator[Request]:
    """Record what Django's connection of this thread sends."""
    request = Request()
    known: set[int] = set()
    execute, commit = ClientCursor.execute, Connection.commit

    def recorded(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        result = execute(self, query, params, **options)
        sent = self._query.query.decode() if self._query else str(query)
        made = _made(self, sent)
        request.steps.append(
            Statement(sent, self.connection.autocommit, made, tuple(_pieces(sent, known)))
        )
        known.update(made)
        return result

    def ended(self: Any) -> None:
        request.steps.append(None)
        commit(self)

    ClientCursor.execute, Connection.commit = recorded, ended  # type: ignore[method-assign]
    try:
        yield request
    finally:
        ClientCursor.execute, Connection.commit = execute, commit  # type: ignore[method-assign]


def _made(cursor: psycopg.Cursor[Any], sent: str) -> tuple[int, ...]:
    """The new ids in the answer, and the cursor back at its start."""
    makes = re.search(r"\breturning\b|\bnextval\b|defer_jobs?", sent, re.IGNORECASE)
    if cursor.description is None or not makes:
        return ()
    made = tuple(value for row in cursor.fetchall() for value in _ids(row))
    cursor.scroll(0, mode="absolute")
    return made


def _ids(row: Sequence[object]) -> Iterator[int]:
    for value in row:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, int) and MADE_ID.fullmatch(str(one)):
                yield one


def _pieces(sent: str, known: set[int]) -> Iterator[str | int]:
    end = 0
    for match in MADE_ID.finditer(sent):
        if int(match[0]) in known:
            yield sent[end : match.start()]
            yield int(match[0])
            end = match.end()
    yield sent[end:]


def replay(connection: Connection[Any], request: Request) -> None:
    """Send the statements again and read their answers; ids are those that are made now."""
    ids: dict[int, int] = {}
    for step in request.steps:
        if step is None:
            connection.commit()
            continue
        if connection.autocommit != step.autocommit:
            connection.autocommit = step.autocommit
        sql = "".join(piece if isinstance(piece, str) else str(ids[piece]) for piece in step.pieces)
        cursor = connection.execute(sql.encode())
        rows = cursor.fetchall() if cursor.description is not None else []
        if step.made:
            ids.update(zip(step.made, (n for row in rows for n in _ids(row)), strict=True))

"""People who are read again and again, kept in hand while a replay or a demo owns the clock.

In its sandbox nobody else changes them. Everywhere else each unit of work reads them anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model

from yinuo.core.people.queries import Leads
from yinuo.kit.bulk import among

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class _Memory:
    rows: dict[tuple[type[Model], Any], Model] = field(default_factory=dict)
    leads: Leads = field(default_factory=Leads)


_memory: ContextVar[_Memory | None] = ContextVar("yinuo_people_in_hand", default=None)


@contextmanager
def in_hand() -> Iterator[None]:
    """Keep what is read inside."""
    token = _memory.set(_Memory())
    try:
        yield
    finally:
        _memory.reset(token)


def is_kept() -> bool:
    """Whether people are kept in hand now."""
    return _memory.get() is not None


def by_id(model: type[M], ids: Collection[Any]) -> dict[Any, M]:
    """The rows of these ids; only those that are not in hand cost a statement."""
    memory = _memory.get()
    if memory is None:
        return _read(model, ids)
    missing = [pk for pk in set(ids) if (model, pk) not in memory.rows]
    if missing:
        for pk, row in _read(model, missing).items():
            memory.rows[model, pk] = row
    found = ((pk, memory.rows.get((model, pk))) for pk in ids)
    return {pk: row for pk, row in found if isinstance(row, model)}


def _read(model: type[M], ids: Collection[Any]) -> dict[Any, M]:
    if not ids:
        return {}
    return {row.pk: row for row in model._default_manager.filter(among("pk", ids))}


def leads() -> Leads:
    """Whom to tell when a promise breaks; one for each unit of work, or the one in hand."""
    memory = _memory.get()
    return Leads() if memory is None else memory.leads

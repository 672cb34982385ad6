"""Lists of rows in a form: as many as were sent, one more to fill in, buttons for more and less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from yinuo.interfaces.common.fields import FieldState, FormState
from yinuo.interfaces.common.formdata import Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """`name` is that of the list; each row holds its fields. `error` is about the whole list."""

    name: str
    title: str
    add: str
    rows: tuple[tuple[FieldState, ...], ...]
    help: str = ""
    error: str = ""


Row = Callable[[str], Sequence[FieldState]]


def row_fields(typed: Typed[Any], name: str, row: Row, *, least: int = 1) -> list[FieldState]:
    """The fields of all rows, to be bound with the rest of the form."""
    count = max(typed.rows(name), least)
    return [field for index in range(count) for field in row(f"{name}-{index}")]


def rows_in(
    form: FormState,
    typed: Typed[Any],
    name: str,
    row: Row,
    *,
    title: str,
    add: str,
    hint: str = "",
    least: int = 1,
) -> Rows:
    """The bound fields, row by row."""
    count = max(typed.rows(name), least)
    return Rows(
        name=name,
        title=title,
        add=add,
        help=hint,
        error=typed.errors.get(name, ""),
        rows=tuple(
            tuple(form[field.name] for field in row(f"{name}-{index}")) for index in range(count)
        ),
    )

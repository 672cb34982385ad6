"""The fields of a form from the schema of its input, for every action without a form of its own.

What a field is called, and the words of its choices, stand in its annotation as `Shown`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.inputs import Shown

HIDDEN = frozenset({"seen"})
MOST_CARDS = 6
"""So many choices are shown as cards; more of them as a list to open."""
LONG = 200
"""A text that may be longer than this gets several lines."""
YES_NO = {"true": gettext_noop("Yes"), "false": gettext_noop("No")}


@dataclass(frozen=True, slots=True)
class RowSchema:
    """A list of rows in a form: its name, what a row is made of, and what it is called."""

    name: str
    schema: type[BaseModel]
    label: str
    help: str


def fields_of(schema: type[BaseModel], prefix: str = "") -> list[FieldState]:
    """A field for everything that is asked, but for lists of rows; nested values come flat."""
    return list(_fields(schema, prefix))


def rows_of(schema: type[BaseModel]) -> list[RowSchema]:
    """The lists of rows that the input holds."""
    found = []
    for name, info in schema.model_fields.items():
        kind = bare(info.annotation)
        if get_origin(kind) is not list:
            continue
        row = bare(get_args(kind)[0])
        if _is_model(row):
            shown = shown_of(name, info)
            found.append(RowSchema(name, row, _(shown.label), _(shown.help) if shown.help else ""))
    return found


def bare(annotation: Any) -> Any:
    """The type without Annotated and without `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            rest = [one for one in get_args(annotation) if one is not types.NoneType]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation


def shown_of(name: str, info: FieldInfo) -> Shown:
    """What the annotation says; else the name of the field in words."""
    for one in info.metadata:
        if isinstance(one, Shown):
            return one
    return Shown(info.title or name.replace("_", " ").capitalize())


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _fields(schema: type[BaseModel], prefix: str) -> Iterator[FieldState]:
    for name, info in schema.model_fields.items():
        kind = bare(info.annotation)
        if name in HIDDEN:
            continue
        if _is_model(kind):
            yield from _fields(kind, f"{prefix}{name}-")
            continue
        field = _field(f"{prefix}{name}", kind, info, shown_of(name, info))
        if field is not None:
            yield field


def _field(name: str, kind: Any, info: FieldInfo, shown: Shown) -> FieldState | None:
    """None for what has no field of its own: rows, and named values."""
    common: dict[str, Any] = {
        "name": name,
        "label": _(shown.label),
        "help": _(shown.help) if shown.help else "",
        "placeholder": _(shown.placeholder) if shown.placeholder else "",
        "private": shown.private,
        "required": info.is_required(),
        "value": _default(info),
    }
    if get_origin(kind) is Literal:
        return _choice(common, get_args(kind), shown)
    if get_origin(kind) is list:
        return _ticks(common, bare(get_args(kind)[0]), shown)
    if kind is bool:
        return _flag(common, info)
    if kind is str:
        return _words(common, info)
    if kind is Decimal:
        return FieldState(kind=FieldKind.MONEY, **common)
    if kind in (datetime, AwareDatetime):
        return FieldState(kind=FieldKind.DATE_TIME, **common)
    if kind is date:
        return FieldState(kind=FieldKind.DATE_TIME, input_type="date", **common)
    if kind in (int, float):
        inputmode = "numeric" if kind is int else "decimal"
        return FieldState(inputmode=inputmode, short=True, **common)
    return None


def _default(info: FieldInfo) -> str:
    if info.is_required() or info.default in (None, ""):
        return ""
    if isinstance(info.default, list):
        return ",".join(str(one) for one in info.default)
    return str(info.default)


def _options(values: Sequence[Any], shown: Shown) -> tuple[Option, ...]:
    return tuple(
        Option(str(value), _(shown.words[value]) if value in shown.words else str(value))
        for value in values
    )


def _choice(common: dict[str, Any], values: Sequence[Any], shown: Shown) -> FieldState:
    kind = FieldKind.RADIO_CARDS if len(values) <= MOST_CARDS else FieldKind.SELECT
    return FieldState(kind=kind, options=_options(values, shown), **common)


def _ticks(common: dict[str, Any], item: Any, shown: Shown) -> FieldState | None:
    values = get_args(item) if get_origin(item) is Literal else tuple(shown.words)
    if not values:
        return None
    return FieldState(kind=FieldKind.TICKS, options=_options(values, shown), **common)


def _flag(common: dict[str, Any], info: FieldInfo) -> FieldState:
    """A box to tick; where nothing said differs from no, two cards."""
    if info.is_required() or info.default is None:
        options = tuple(Option(value, _(label)) for value, label in YES_NO.items())
        return FieldState(kind=FieldKind.RADIO_CARDS, options=options, **common)
    return FieldState(kind=FieldKind.CHECKBOX, **{**common, "required": False})


def _words(common: dict[str, Any], info: FieldInfo) -> FieldState:
    longest = next((one.max_length for one in info.metadata if isinstance(one, MaxLen)), None)
    many = longest is None or longest > LONG
    kind = FieldKind.TEXTAREA if many else FieldKind.TEXT
    return FieldState(kind=kind, maxlength=longest, **common)

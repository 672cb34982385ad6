"""An input that is in order for any schema: the least that it takes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, MinLen
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from yinuo.interfaces.common.schema_fields import bare

LATER = "2100-01-01T00:00:00Z"


def example_of(schema: type[BaseModel]) -> dict[str, Any]:
    """A value for each field that has to be given; the others keep their default."""
    return {
        name: _value(bare(info.annotation), info)
        for name, info in schema.model_fields.items()
        if info.is_required()
    }


def _value(kind: Any, info: FieldInfo | None = None) -> Any:
    plain: dict[Any, Any] = {str: "x", bool: True, date: "2100-01-01", float: 1.0}
    if kind in plain:
        return plain[kind]
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind in (datetime, AwareDatetime):
        return LATER
    if kind is int or kind is Decimal:
        return _number(kind, info)
    if get_origin(kind) is list:
        least = next((one.min_length for one in _marks(info) if isinstance(one, MinLen)), 0)
        return [_value(bare(get_args(kind)[0])) for _ in range(least)]
    if get_origin(kind) is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return example_of(kind)
    raise NotImplementedError(f"no example for {kind}")


def _number(kind: Any, info: FieldInfo | None) -> int | str:
    limits: list[Any] = [one.ge for one in _marks(info) if isinstance(one, Ge)]
    above: list[Any] = [one.gt for one in _marks(info) if isinstance(one, Gt)]
    limits += [one + 1 for one in above]
    value = max([1, *limits])
    return int(value) if kind is int else str(value)


def _marks(info: FieldInfo | None) -> list[Any]:
    return list(info.metadata) if info is not None else []

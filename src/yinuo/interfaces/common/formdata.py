"""Forms as browsers send them, read into the input schemas that every door shares.

`losses-0-owner-name` is the name of the first loss's owner. What was typed is kept beside what
came of it, so that a refused form shows the same words again.
"""

from __future__ import annotations

import types
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from django.http import QueryDict
from django.utils import timezone
from pydantic import AwareDatetime, BaseModel, ValidationError

from yinuo.interfaces.common import problems
from yinuo.interfaces.common.problems import Problem
from yinuo.kit.errors import DomainError

I = TypeVar("I", bound=BaseModel)  # noqa: E741  the input of an action
Tree = dict[str, Any]

ADD, REMOVE = "add", "remove"
"""Names of the buttons that add or remove a row: `add=losses`, `remove=losses-1`."""

_SIGNS = str.maketrans("", "", "¥$,， \u00a0")


@dataclass(frozen=True, slots=True)
class Typed(Generic[I]):
    """What was typed; `given` when it was understood, `problem` when something has to change."""

    tree: Tree = field(default_factory=dict)
    given: I | None = None
    problem: Problem | None = None

    @property
    def values(self) -> dict[str, str]:
        """The typed words by the name of their field."""
        return dict(_flat(self.tree))

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong by the name of the field."""
        if self.problem is None:
            return {}
        return {name_of(path): text for path, text in self.problem.by_field().items() if path}

    @property
    def general(self) -> tuple[str, ...]:
        """What is wrong with the whole, when no field is at fault."""
        return () if self.problem is None or self.errors else (self.problem.message,)

    def rows(self, name: str) -> int:
        """How many rows of a list were sent; `name` may be deep, as in `assessments-0-lines`."""
        found: Any = self.tree
        for step in name.split("-"):
            found = _child(found, step)
        return len(found) if isinstance(found, list) else 0

    def refused(self, refusal: DomainError) -> Typed[I]:
        """The same words, with what the command said about them."""
        return replace(self, problem=problems.of_refusal(refusal))


def read(schema: type[I], data: QueryDict, *, prefilled: Collection[str] = ()) -> Typed[I]:
    """Read a sent form. Rows left as the page offered them are dropped.

    Fields that hold only their default, or are named in `prefilled`, do not fill a row. Times
    without a zone are in the insurer's; amounts may carry ¥ and commas.
    """
    tree = _without_blank_rows(schema, _tree(schema, "", data), prefilled)
    try:
        given = schema.model_validate(_clean(schema, tree, prefilled))
    except ValidationError as error:
        return Typed(tree, None, problems.of_input(error))
    return Typed(tree, given, None)


def changed_rows(schema: type[I], data: QueryDict) -> Typed[I] | None:
    """The form with a row more or less, when a button for that was pressed; else None."""
    added, removed = data.get(ADD), data.get(REMOVE)
    if added is None and removed is None:
        return None
    tree = _tree(schema, "", data)
    if added is not None:
        rows = _rows_at(tree, added)
        if rows is not None:
            rows.append({})
    if removed is not None:
        name, _dash, index = removed.rpartition("-")
        rows = _rows_at(tree, name)
        if rows is not None and index.isdecimal() and int(index) < len(rows):
            del rows[int(index)]
    return Typed(tree)


def name_of(path: str) -> str:
    """The name of the field at a path: `losses.0.kind` is `losses-0-kind`."""
    return path.removesuffix(".[key]").replace(".", "-")


def local_value(at: datetime | None) -> str:
    """A time as a datetime-local field wants it, in the insurer's zone."""
    return "" if at is None else timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


# From the flat names to a tree ----------------------------------------------------------------


def _bare(annotation: Any) -> Any:
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


def _model_in(kind: Any) -> type[BaseModel] | None:
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _item_of(kind: Any) -> Any:
    return _bare(get_args(kind)[0])


def _tree(schema: type[BaseModel], prefix: str, data: QueryDict) -> Tree:
    found: Tree = {}
    for name, info in schema.model_fields.items():
        value = _value(_bare(info.annotation), f"{prefix}{name}", data)
        if value not in (None, {}):
            found[name] = value
    return found


def _value(kind: Any, name: str, data: QueryDict) -> Any:
    model = _model_in(kind)
    if model is not None:
        return _tree(model, f"{name}-", data)
    if get_origin(kind) is list:
        row = _model_in(_item_of(kind))
        if row is None:
            return data.getlist(name) or None
        indices = sorted(_indices(f"{name}-", data))
        return [_tree(row, f"{name}-{index}-", data) for index in indices] or None
    if get_origin(kind) is dict:
        start = f"{name}-"
        return {key[len(start) :]: data.get(key) for key in data if key.startswith(start)}
    return data.get(name)


def _indices(start: str, data: QueryDict) -> set[int]:
    heads = (key[len(start) :].partition("-")[0] for key in data if key.startswith(start))
    return {int(head) for head in heads if head.isdecimal() and len(head) < 4}


# Rows that nobody filled in --------------------------------------------------------------------


def _without_blank_rows(schema: type[BaseModel], tree: Tree, prefilled: Collection[str]) -> Tree:
    kept: Tree = {}
    for name, value in tree.items():
        kind = _bare(schema.model_fields[name].annotation)
        row = _model_in(_item_of(kind)) if get_origin(kind) is list else None
        if row is None:
            kept[name] = value
            continue
        kept[name] = [
            _without_blank_rows(row, one, prefilled)
            for one in value
            if not _is_blank(row, one, prefilled)
        ]
    return kept


def _is_blank(schema: type[BaseModel], tree: Tree, prefilled: Collection[str]) -> bool:
    for name, value in tree.items():
        info = schema.model_fields[name]
        if name in prefilled:
            continue
        if isinstance(value, str):
            if value.strip() and value != str(info.default):
                return False
        elif not _is_blank_inside(_bare(info.annotation), value, prefilled):
            return False
    return True


def _is_blank_inside(kind: Any, value: Any, prefilled: Collection[str]) -> bool:
    model = _model_in(kind)
    if model is not None:
        return _is_blank(model, value, prefilled)
    row = _model_in(_item_of(kind)) if get_origin(kind) is list else None
    if row is not None:
        return all(_is_blank(row, one, prefilled) for one in value)
    inside = value.values() if isinstance(value, dict) else value
    return not any(str(one).strip() for one in inside)


# From words to what the schema reads -----------------------------------------------------------


def _clean(schema: type[BaseModel], tree: Tree, prefilled: Collection[str]) -> Tree:
    """Without what was left empty, so that the schema's own defaults hold."""
    found: Tree = {}
    for name, value in tree.items():
        kind = _bare(schema.model_fields[name].annotation)
        cleaned = _clean_value(kind, value, prefilled)
        if cleaned is not None:
            found[name] = cleaned
    return found


def _clean_value(kind: Any, value: Any, prefilled: Collection[str]) -> Any:
    model = _model_in(kind)
    if model is not None:
        return None if _is_blank(model, value, prefilled) else _clean(model, value, prefilled)
    if get_origin(kind) is list:
        item = _item_of(kind)
        cleaned = [_clean_value(item, one, ()) for one in value]
        return [one for one in cleaned if one is not None]
    if get_origin(kind) is dict:
        inner = _bare(get_args(kind)[1])
        pairs = {key: _clean_value(inner, one, ()) for key, one in value.items()}
        return {key: one for key, one in pairs.items() if one is not None}
    return _clean_word(kind, value) if value.strip() else None


def _clean_word(kind: Any, word: str) -> str:
    if kind in (Decimal, int, float):
        return unicodedata.normalize("NFKC", word).strip().translate(_SIGNS)
    if kind in (AwareDatetime, datetime):
        return _with_zone(word.strip())
    return word


def _with_zone(word: str) -> str:
    try:
        at = datetime.fromisoformat(word)
    except ValueError:
        return word
    # A day alone is no time; the schema says so.
    if len(word) <= len("2026-03-02"):
        return word
    return (timezone.make_aware(at) if timezone.is_naive(at) else at).isoformat()


# Back to flat names ----------------------------------------------------------------------------


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{prefix}-{name}" if prefix else str(name))
    elif isinstance(value, list) and value and not isinstance(value[0], dict):
        yield prefix, ",".join(str(one) for one in value)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{prefix}-{index}")
    else:
        yield prefix, str(value)


def _child(tree: Any, step: str) -> Any:
    if isinstance(tree, list):
        return tree[int(step)] if step.isdecimal() and int(step) < len(tree) else None
    return tree.get(step) if isinstance(tree, dict) else None


def _rows_at(tree: Tree, name: str) -> list[Tree] | None:
    """The rows of a list, made when none were sent. None for a name that leads nowhere."""
    *way, last = name.split("-")
    found: Any = tree
    for step in way:
        found = _child(found, step)
    if not isinstance(found, dict):
        return None
    rows: Any = found.setdefault(last, [])
    return rows if isinstance(rows, list) else None

"""What a hostile or careless hand puts into a form: for each field of a schema, values that are
none of its kind, read from the very schema that the doors share.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client
from pydantic import BaseModel

from yinuo.areas.complaints.models import Inbound, Party
from yinuo.core.cases.models import Event, Note

Json = Mapping[str, Any]
SUMMARY = re.compile(r'id="error-summary".*?</ul>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wrong:
    """`name` is that of the form, such as `parties-0-role`."""

    name: str
    value: str


def marker(name: str) -> str:
    """What is typed into a text field that is right."""
    return f"甲乙-{name}"


def right_values(schema: type[BaseModel]) -> dict[str, str]:
    """A form that is filled in plainly: every text says which field it is."""
    return dict(_right(schema.model_json_schema(), ""))


def wrong_values(schema: type[BaseModel]) -> Iterator[Wrong]:
    yield from _wrong(schema.model_json_schema(), "")


def _fields(
    whole: Json, prefix: str, owner: Json | None = None
) -> Iterator[tuple[str, Json, bool]]:
    """Name in the form, what the schema says of it, and whether it must be filled in."""
    owner = owner or whole
    for name, told in owner.get("properties", {}).items():
        kind = _kind(whole, told)
        rows = _kind(whole, kind["items"]) if "items" in kind else {}
        if "properties" in rows:
            yield from _fields(whole, f"{prefix}{name}-0-", rows)
        elif kind.get("type") != "boolean":
            yield f"{prefix}{name}", rows or kind, name in owner.get("required", ())


def _kind(whole: Json, told: Json) -> Json:
    """Without `| None`, and what a reference means."""
    one = next((a for a in told.get("anyOf", ()) if a.get("type") != "null"), told)
    if "$ref" in one:
        found: Json = whole["$defs"][one["$ref"].rpartition("/")[2]]
        return found
    return one


def _right(whole: Json, prefix: str) -> Iterator[tuple[str, str]]:
    for name, kind, needed in _fields(whole, prefix):
        if "enum" in kind:
            yield name, str(kind["enum"][0])
        elif kind.get("format") == "date-time":
            yield name, "2026-05-01T10:00"
        elif kind.get("format") == "date":
            yield name, "2026-05-01"
        elif kind.get("type") == "integer":
            yield name, "1" if needed else ""
        elif kind.get("type") == "string" and "pattern" not in kind:
            yield name, marker(name)[: kind.get("maxLength", 99)]


def _wrong(whole: Json, prefix: str) -> Iterator[Wrong]:
    for name, kind, needed in _fields(whole, prefix):
        found = {"nul\x00"} if kind.get("type") == "string" else {"x", "-1", "9" * 40}
        if "enum" in kind:
            found = {"nonsense", "nul\x00"}
        if kind.get("format") in ("date", "date-time"):
            found = {"yesterday", "2026-13-40", "9999-99-99T99:99"}
        if "maxLength" in kind:
            found |= {"长" * (kind["maxLength"] + 1)}
        if needed and kind.get("type") == "string" and not name.count("-"):
            found |= {"", "  "}
        for value in sorted(found):
            yield Wrong(name, value)


def written() -> tuple[int, ...]:
    return tuple(kind.objects.count() for kind in (Event, Note, Inbound, Party))


def refused(
    client: Client, path: str, form: dict[str, str], wrong: Collection[Wrong], *named: str
) -> None:
    """It is refused, the fields at fault are named, the rest is kept, and nothing is written."""
    before = written()
    given = {**form, **{one.name: one.value for one in wrong}}
    answer: Any = client.post(path, given)
    told = (path, [(one.name, one.value[:20]) for one in wrong])
    assert 400 <= answer.status_code < 500, (answer.status_code, told)
    page = unescape(answer.content.decode())
    summary = SUMMARY.search(page)
    assert summary is not None, told
    for name in named or [one.name for one in wrong]:
        if has_field(page, name, "input|textarea|select"):
            assert f'href="#id_{name}"' in summary[0], (told, summary[0])
    for name, value in given.items():
        if value.startswith("甲乙") and has_field(page, name, "input|textarea"):
            assert value in page, (told, name)
    assert written() == before, told


def has_field(page: str, name: str, kinds: str) -> bool:
    """Hidden fields have nothing to point at, and a list of choices keeps only what it offers."""
    found = re.search(rf'<({kinds})\s[^>]*name="{name}"[^>]*>', page)
    return found is not None and not any(one in found[0] for one in ("hidden", "checkbox"))

"""Refusals in the reader's language, once for every door.

A command's DomainError and a schema's ValidationError become the same plain Problem; each door
shows it in its own way: beside the form field, as problem+json (RFC 9457), or on the terminal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import ValidationError

from yinuo.kit.errors import DomainError

FIELD_PREFIXES = ("body", "query", "path", "form", "payload", "given")
MOST_PREFIXES = 2
"""The framework of the API puts where it read and what the function calls it before a field."""

# What pydantic's error types mean to a person who fills in a form.
_SENTENCES: Mapping[str, str] = {
    "missing": gettext_noop("Please fill in this field."),
    "extra_forbidden": gettext_noop("This field is not known here. Check its spelling."),
    "string_too_short": gettext_noop("Please fill in this field."),
    "string_too_long": gettext_noop("At most %(max_length)s characters."),
    "string_type": gettext_noop("Write text here."),
    "string_pattern_mismatch": gettext_noop("This is not written in the expected form."),
    "string_unicode": gettext_noop("This text holds characters that cannot be stored."),
    "too_short": gettext_noop("At least %(min_length)s entries."),
    "too_long": gettext_noop("At most %(max_length)s entries."),
    "literal_error": gettext_noop("Choose one of: %(expected)s."),
    "enum": gettext_noop("Choose one of: %(expected)s."),
    "bool_parsing": gettext_noop("Answer yes or no."),
    "bool_type": gettext_noop("Answer yes or no."),
    "int_parsing": gettext_noop("Write a whole number."),
    "int_type": gettext_noop("Write a whole number."),
    "int_from_float": gettext_noop("Write a whole number."),
    "int_parsing_size": gettext_noop("This number is too large."),
    "float_parsing": gettext_noop("Write a number."),
    "float_type": gettext_noop("Write a number."),
    "finite_number": gettext_noop("Write a number."),
    "decimal_parsing": gettext_noop("Write an amount in digits, such as 1200.50."),
    "decimal_type": gettext_noop("Write an amount in digits, such as 1200.50."),
    "decimal_max_places": gettext_noop("At most %(decimal_places)s digits after the point."),
    "decimal_max_digits": gettext_noop("This number is too long."),
    "greater_than": gettext_noop("This must be above %(gt)s."),
    "greater_than_equal": gettext_noop("This must be at least %(ge)s."),
    "less_than": gettext_noop("This must be below %(lt)s."),
    "less_than_equal": gettext_noop("This must be at most %(le)s."),
    "datetime_type": gettext_noop("Write date and time."),
    "datetime_parsing": gettext_noop("Write date and time, such as 2026-03-02 15:30."),
    "datetime_from_date_parsing": gettext_noop("Write date and time, such as 2026-03-02 15:30."),
    "datetime_object_invalid": gettext_noop("Write date and time, such as 2026-03-02 15:30."),
    "timezone_aware": gettext_noop("Write the time with its zone, such as 15:30+08:00."),
    "list_type": gettext_noop("A list is expected here."),
    "dict_type": gettext_noop("An object with named values is expected here."),
    "model_type": gettext_noop("An object with named values is expected here."),
    "model_attributes_type": gettext_noop("An object with named values is expected here."),
    "json_invalid": gettext_noop("This is not valid JSON."),
}
_OTHERWISE = gettext_noop("This value cannot be used.")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """`field` is a path with dots, as in `losses.0.estimate`; empty for the whole input."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    status: int
    message: str
    fields: tuple[FieldProblem, ...]

    def as_json(self) -> dict[str, Any]:
        """The body of an application/problem+json answer (RFC 9457)."""
        return {
            "type": f"urn:yinuo:problem:{self.code}",
            "title": self.message,
            "status": self.status,
            "code": self.code,
            "errors": [
                {"field": one.field, "code": one.code, "message": one.message}
                for one in self.fields
            ],
        }

    def by_field(self) -> dict[str, str]:
        """The first message for each field, for showing it beside the field."""
        found: dict[str, str] = {}
        for one in self.fields:
            found.setdefault(one.field, one.message)
        return found


def of_refusal(refusal: DomainError) -> Problem:
    fields = tuple(
        FieldProblem(part.field or "", part.code, str(part)) for part in refusal.parts if part.field
    )
    return Problem(refusal.code, refusal.http, str(refusal), fields)


def of_input(error: ValidationError) -> Problem:
    errors: list[Any] = error.errors(include_url=False, include_input=False)
    return _of_errors(errors, [".".join(map(str, one["loc"])) for one in errors])


def of_error_list(errors: list[Any]) -> Problem:
    """Pydantic's list of errors, as the framework of the API collected it."""
    return _of_errors(errors, [_path(one["loc"]) for one in errors])


def _of_errors(errors: list[Any], paths: list[str]) -> Problem:
    fields = tuple(
        FieldProblem(path, str(one["type"]), _sentence(one))
        for path, one in zip(paths, errors, strict=True)
    )
    message = _("Some fields need a correction.")
    return Problem("input_not_valid", 422, message, fields)


def dump(problem: Problem) -> bytes:
    return json.dumps(problem.as_json(), ensure_ascii=False).encode()


def _path(loc: tuple[str | int, ...]) -> str:
    """Without the words of the framework before it; a field may be called as one of them is."""
    parts = [str(part) for part in loc]
    before = 0
    while before < min(len(parts), MOST_PREFIXES) and parts[before] in FIELD_PREFIXES:
        before += 1
    return ".".join(parts[before:])


def _sentence(error: Mapping[str, Any]) -> str:
    """The sentence for this kind of error; one without its own still says what to do."""
    template = _(_SENTENCES.get(str(error["type"]), _OTHERWISE))
    try:
        return str(template % error.get("ctx", {}))
    except (KeyError, TypeError, ValueError):
        return _(_OTHERWISE)

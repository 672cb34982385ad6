"""The sheet of an action that has none of its own: the form that its schema describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.interfaces.common.actions import Action
from yinuo.interfaces.common.fields import FieldState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.schema_fields import fields_of, rows_of
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet, form_of, told
from yinuo.interfaces.desk.sheets.rows import row_fields, rows_in

PART = "loss"
"""What an input calls the part of the case that it is about."""


def plain_sheet(action: Action[Any]) -> Sheet[Any]:
    """A sheet that asks for everything in the schema and tells by the event of the step.

    An input about one part of the case gets a page for that part, as the sheets of claims do.
    """

    def build(desk: Desk, typed: Typed[Any]) -> Context:
        return plain_context(desk, typed, action.schema)

    about_part = PART in action.schema.model_fields
    return Sheet(build=build, done=gettext_noop("It is done."), about_part=about_part)


def plain_context(
    desk: Desk,
    typed: Typed[Any],
    schema: type[Input],
    *,
    fields: Sequence[FieldState] | None = None,
    facts: Mapping[str, object] | None = None,
    data: Mapping[str, Any] | None = None,
    in_rows: Callable[[FieldState], FieldState] | None = None,
) -> Context:
    """Form, rows and the letter; `fields` take the place of those that the schema would give,
    `in_rows` may change a field that stands in a row.
    """
    lists = rows_of(schema)
    whole = fields_of(schema) if fields is None else fields
    # The part is named by the page itself, and hidden in its form.
    asked = [one for one in whole if one.name != PART]
    for one in lists:
        asked += row_fields(typed, one.name, _row(one.schema, in_rows))
    form = form_of(asked, typed)
    groups = tuple(
        rows_in(
            form,
            typed,
            one.name,
            _row(one.schema, in_rows),
            title=one.label,
            add=_("Add a line"),
            hint=one.help,
        )
        for one in lists
    )
    given = typed.given.model_dump(exclude={"seen"}) if typed.given is not None else {}
    return {
        "form": form,
        "groups": groups,
        "told": told(desk, desk.event, data=data, facts={**given, **(facts or {})}),
    }


def _row(schema: type[Any], change: Callable[[FieldState], FieldState] | None) -> Any:
    def fields(prefix: str) -> list[FieldState]:
        found = fields_of(schema, f"{prefix}-")
        return found if change is None else [change(one) for one in found]

    return fields

"""The two sheets of a concern that offer approved words: the answer and the solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.knowledge import queries as knowledge
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.inputs.concerns import ConcernAnswerInput, SolutionInput
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet
from yinuo.interfaces.desk.sheets.plain import plain_context

MOST = 30
SHOWN = 60


def _answer(desk: Desk, typed: Typed[Any]) -> Context:
    return _offering(desk, typed, ConcernAnswerInput)


def _solution(desk: Desk, typed: Typed[Any]) -> Context:
    return _offering(desk, typed, SolutionInput)


def _offering(desk: Desk, typed: Typed[Any], schema: type[Input]) -> Context:
    """The form with the approved words for what this concern is about, those that fit first."""
    found = knowledge.approved_answers(
        language=desk.case.customer.language, causes=desk.row.causes
    )[:MOST]
    options = [Option(str(one.pk), f"{one.title}: {one.body[:SHOWN]}") for one in found]
    fields = [
        field for field in (_chosen(one, options) for one in fields_of(schema)) if field is not None
    ]
    return plain_context(desk, typed, schema, fields=fields)


def _chosen(field: FieldState, options: list[Option]) -> FieldState | None:
    """The field of approved words as a list; none where there are none."""
    if field.name != "approved":
        return field
    if not options:
        return None
    none = Option("", _("None: in my own words"))
    return replace(
        field, kind=FieldKind.SELECT, options=(none, *options), short=False, inputmode=""
    )


SHEETS: Mapping[str, Sheet[Any]] = {
    "answer": Sheet(build=_answer, done=gettext_noop("The customer has the answer.")),
    "solution": Sheet(
        build=_solution, done=gettext_noop("The customer is asked whether it is solved.")
    ),
}

"""A form from the schema alone: every kind of value has its field, and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import translation
from pydantic import Field

from yinuo.interfaces.common import formdata
from yinuo.interfaces.common.actions import ACTIONS
from yinuo.interfaces.common.fields import FieldKind, bind
from yinuo.interfaces.common.inputs import (
    Amount,
    Blank,
    Input,
    Line,
    Moment,
    NeededText,
    SeenInput,
    Shown,
)
from yinuo.interfaces.common.kinds import KINDS
from yinuo.interfaces.common.schema_fields import fields_of, rows_of, shown_of
from yinuo.interfaces.desk.presenters import PRESENTERS
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.sheets import SHEETS, shared
from yinuo.interfaces.desk.sheets.plain import PART

CHOICES = {"a": "The first", "b": "The second"}
Choice = Literal["a", "b"]


class Step(Input):
    what: Annotated[Line, Shown("What")] = ""
    by: Annotated[date | None, Blank, Shown("By")] = None


class Everything(SeenInput):
    words: Annotated[NeededText, Shown("Words", help="They are read.", private=True)]
    short: Line = ""
    choice: Annotated[Choice, Shown("Choice", words=CHOICES)]
    many: Annotated[list[Choice], Shown("Many", words=CHOICES)] = []
    agreed: bool = False
    sure: Annotated[bool | None, Blank] = None
    amount: Amount | None = None
    at: Moment | None = None
    count: Annotated[int, Field(ge=1)] = 1
    steps: Annotated[list[Step], Shown("Steps")] = []
    named: dict[str, Decimal] = {}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def field(name: str) -> Any:
    return next(one for one in fields_of(Everything) if one.name == name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("words", FieldKind.TEXTAREA),
        ("short", FieldKind.TEXT),
        ("choice", FieldKind.RADIO_CARDS),
        ("many", FieldKind.TICKS),
        ("agreed", FieldKind.CHECKBOX),
        ("sure", FieldKind.RADIO_CARDS),
        ("amount", FieldKind.MONEY),
        ("at", FieldKind.DATE_TIME),
        ("count", FieldKind.TEXT),
    ],
)
def test_each_kind_of_value_has_its_field(name: str, kind: FieldKind) -> None:
    assert field(name).kind is kind


def test_what_nobody_types_and_what_stands_in_rows_has_no_field_of_its_own() -> None:
    names = {one.name for one in fields_of(Everything)}
    assert not names & {"seen", "steps", "named"}
    (rows,) = rows_of(Everything)
    assert (rows.name, rows.label) == ("steps", "Steps")
    row = fields_of(rows.schema, "steps-0-")
    assert [(one.name, one.input_type) for one in row] == [
        ("steps-0-what", ""),
        ("steps-0-by", "date"),
    ]


def test_labels_help_and_words_come_from_the_annotation() -> None:
    words = field("words")
    assert (words.label, words.help, words.required, words.private) == (
        "Words",
        "They are read.",
        True,
        True,
    )
    assert [one.label for one in field("choice").options] == ["The first", "The second"]
    assert field("short").label == "Short"


def test_a_filled_form_is_read_back_as_the_input_and_a_refused_one_keeps_every_word() -> None:
    sent = QueryDict(mutable=True)
    sent.update({"words": "好的", "choice": "b", "agreed": "on", "sure": "false", "count": "3"})
    sent.setlist("many", ["a", "b"])
    sent.update({"amount": "¥1,200.50", "at": "2026-05-13T10:00", "steps-0-what": "打电话"})
    typed = formdata.read(Everything, sent)
    assert typed.given is not None, typed.errors
    assert typed.given.model_dump(include={"choice", "many", "agreed", "sure", "count"}) == {
        "choice": "b",
        "many": ["a", "b"],
        "agreed": True,
        "sure": False,
        "count": 3,
    }
    assert typed.given.steps[0].what == "打电话"
    sent["choice"] = "c"
    refused = formdata.read(Everything, sent)
    form = bind(fields_of(Everything), refused.values, refused.errors)
    assert form["choice"].error
    assert form["words"].value == "好的"
    assert form["many"].chosen == {"a", "b"}
    html = "".join(render_to_string(one.template, {"field": one}) for one in form.fields.values())
    assert html.count(" checked") == 4


def on_the_sheet(kind: str, noun: str) -> bool:
    """Whether the address leads to the one sheet, and not to a page of the action's own."""
    if noun in PRESENTERS.get(kind, Presenter()).elsewhere:
        return False
    return resolve(f"/desk/{KINDS[kind].plural}/X26-0000001-0/{noun}").url_name == "sheet"


PLAIN = [
    pytest.param(action.schema, id=f"{kind}-{noun}")
    for kind, table in ACTIONS.items()
    for noun, action in table.items()
    if noun not in SHEETS.get(kind, {}) and noun not in shared.SHEETS and on_the_sheet(kind, noun)
]


@pytest.mark.parametrize("schema", PLAIN)
def test_a_sheet_without_a_form_of_its_own_asks_for_all_that_is_needed_in_words(
    schema: type[Input],
) -> None:
    asked = {one.name.split("-")[0] for one in fields_of(schema)}
    asked |= {one.name for one in rows_of(schema)}
    needed = {name for name, info in schema.model_fields.items() if info.is_required()}
    assert needed <= asked
    for name, info in schema.model_fields.items():
        if name in asked and name != PART:
            assert any(isinstance(one, Shown) for one in info.metadata), (
                f"{schema.__name__}.{name} shows its own name: annotate it with Shown"
            )
            shown = shown_of(name, info)
            plain = [one for one in fields_of(schema) if one.name == name]
            values = [option.value for one in plain for option in one.options]
            assert set(values) - {"true", "false"} <= set(shown.words), name

"""Form fields as parts receive them: what was typed is kept, beside what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from yinuo.interfaces.common.present import Money


class FieldKind(StrEnum):
    TEXT = "text"
    SELECT = "select"
    RADIO_CARDS = "radio_cards"
    MONEY = "money"
    DATE_TIME = "date_time"
    TEXTAREA = "textarea"
    FILE = "file"
    CHECKBOX = "checkbox"
    TICKS = "ticks"


TEMPLATES = {
    FieldKind.TEXT: "parts/field_text.html",
    FieldKind.SELECT: "parts/field_select.html",
    FieldKind.RADIO_CARDS: "parts/field_radio_cards.html",
    FieldKind.MONEY: "parts/field_money.html",
    FieldKind.DATE_TIME: "parts/field_date_time.html",
    FieldKind.TEXTAREA: "parts/field_textarea.html",
    FieldKind.FILE: "parts/field_file.html",
    FieldKind.CHECKBOX: "parts/field_checkbox.html",
    FieldKind.TICKS: "parts/field_ticks.html",
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    help: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldState:
    """One field. ``input_type`` refines TEXT (tel, email, search, number, password) and
    DATE_TIME (datetime-local, date, time); ``sign`` is the currency sign before a MONEY field.
    ``private`` keeps the value out of the drafts that the browser stores.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    value: str = ""
    error: str = ""
    help: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    input_type: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    placeholder: str = ""
    maxlength: int | None = None
    minimum: str = ""
    maximum: str = ""
    sign: str = "¥"
    accept: str = ""
    multiple: bool = False
    capture: bool = False
    rows: int = 4
    readonly: bool = False
    private: bool = False
    short: bool = False
    autofocus: bool = False

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def template(self) -> str:
        return TEMPLATES[self.kind]

    @property
    def type(self) -> str:
        default = "datetime-local" if self.kind is FieldKind.DATE_TIME else "text"
        return self.input_type or default

    @property
    def checked(self) -> bool:
        return self.value.lower() in {"on", "true", "1", "yes"}

    @property
    def chosen(self) -> frozenset[str]:
        """What is ticked, of a field with several answers; its value holds commas between them."""
        return frozenset(self.value.split(",")) if self.value else frozenset()

    @property
    def described_by(self) -> str:
        """The ids of help and error, for aria-describedby."""
        ids = [f"{self.id}_help"] if self.help else []
        if self.error:
            ids.append(f"{self.id}_error")
        return " ".join(ids)


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the error summary; ``anchor`` is the id of the field, or empty."""

    text: str
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """Fields by name, and what is wrong. In a template: ``form.plate``, ``form.errors``."""

    fields: Mapping[str, FieldState]
    errors: tuple[FormError, ...] = ()

    def __getitem__(self, name: str) -> FieldState:
        return self.fields[name]


def bind(
    fields: Iterable[FieldState],
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: Iterable[str] = (),
) -> FormState:
    """The fields filled with what was typed and marked with what was refused.

    What is wrong with one of several ticks is said at their field. An error that names no field of
    this form stands in the summary alone.
    """
    fields, values = list(fields), values or {}
    errors = _at_fields({each.name for each in fields}, errors or {})
    bound = {
        each.name: replace(
            each,
            value=values.get(each.name, each.value),
            error=errors.get(each.name, each.error),
        )
        for each in fields
    }
    lines = [FormError(text) for text in general]
    lines += [FormError(text) for name, text in errors.items() if name not in bound]
    lines += [FormError(each.error, each.label, each.id) for each in bound.values() if each.error]
    return FormState(bound, tuple(lines))


def _at_fields(names: Collection[str], errors: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in errors.items():
        whole, _dash, index = name.rpartition("-")
        ticked = name not in names and whole in names and index.isdecimal()
        found.setdefault(whole if ticked else name, text)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of an assessment. Editable rows carry fields, the others plain values."""

    kind: str = ""
    description: str = ""
    quantity: str = ""
    asked: Money | None = None
    approved: Money | None = None
    reason: str = ""
    fields: Mapping[str, FieldState] = field(default_factory=dict)

    @property
    def cut(self) -> bool:
        """Whether less was approved than asked, so that the reason must be read."""
        return self.asked is not None and self.approved is not None and self.approved < self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSheet:
    """Asked, approved, reason. ``blank`` is the row that "Add a line" copies; its field names
    carry ``__n__`` where the number goes.
    """

    rows: tuple[LineRow, ...]
    asked: Money
    approved: Money
    editable: bool = False
    blank: LineRow | None = None
    caption: str = ""

"""What all inputs are made of: sizes, times, amounts, and how a field shows itself on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)
from pydantic_core import PydanticCustomError

LINE = 80
TEXT = 4_000


def _empty_is_none(value: object) -> object:
    """A form sends an empty field as an empty text; it means that nothing was given."""
    return None if value == "" else value


def _storable(text: str) -> str:
    """PostgreSQL stores every character but one."""
    if "\x00" in text:
        raise PydanticCustomError("string_unicode", "a text without the character NUL")
    return text


def _thinkable(moment: datetime) -> datetime:
    """Years that no claim can be about overflow in the arithmetic of clocks and zones."""
    if not EARLIEST <= moment < LATEST:
        raise PydanticCustomError("datetime_object_invalid", "a time that a claim can be about")
    return moment


EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
Blank = BeforeValidator(_empty_is_none)
Moment = Annotated[AwareDatetime, AfterValidator(_thinkable)]
OptionalMoment = Annotated[Moment | None, Blank]
Word = Annotated[str, AfterValidator(_storable)]
Amount = Annotated[Decimal, Field(ge=0, lt=Decimal("1e10"), decimal_places=2)]
OptionalAmount = Annotated[Amount | None, Blank]
OptionalFlag = Annotated[bool | None, Blank]
Latitude = Annotated[Annotated[float, Field(ge=-90, le=90)] | None, Blank]
Longitude = Annotated[Annotated[float, Field(ge=-180, le=180)] | None, Blank]
Line = Annotated[str, Field(max_length=LINE)]
Needed = Annotated[str, Field(min_length=1, max_length=LINE)]
Text = Annotated[str, Field(max_length=TEXT)]
NeededText = Annotated[str, Field(min_length=1, max_length=TEXT)]
Ordinal = Annotated[int, Field(ge=1, le=999)]
Count = Annotated[int, Field(ge=0, le=999)]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """How a field shows on a page made from its schema; it stands in the field's annotation.

    `label` and `help` are msgids; `words` has the msgid of each value that can be chosen.
    `private` keeps what is typed out of the drafts that the browser stores.
    """

    label: str
    help: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    placeholder: str = ""
    private: bool = False


class Input(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed and not lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str):
                _storable(text)
        return value


class SeenInput(Input):
    """`seen` is the revision of the case that the person had before the eyes."""

    seen: Annotated[Annotated[int, Field(ge=0, le=2_000_000_000)] | None, Blank] = None


class EmptyInput(SeenInput):
    pass


class DelayInput(SeenInput):
    reason: NeededText
    new_at: Moment


class HandlerInput(SeenInput):
    staff: Annotated[int, Field(ge=1)]


class NoteInput(Input):
    body: NeededText
    for_customer: bool = False

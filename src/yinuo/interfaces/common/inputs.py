"""What may be sent in, once for every door: the API, the desk, the portal, the command line.

Each class is the input of one command. Sizes are bounded here; what is right or wrong about the
business is decided by the command.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

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

LossKind = Literal["own_vehicle", "other_vehicle", "property", "injury"]
Severity = Literal["light", "medium", "severe", "total"]
Cause = Literal[
    "collision",
    "single_car",
    "scratch",
    "glass",
    "theft",
    "fire",
    "flood",
    "falling_object",
    "vandalism",
    "other",
]
Said = Literal[
    "at_scene",
    "on_highway",
    "party_left",
    "drink_or_drugs",
    "licence_in_doubt",
    "plate_in_doubt",
    "coach_overloaded",
    "intent_suspected",
    "mark_missing",
    "third_party_at_fault",
    "disability",
    "rescue_cost",
    "liability_clear",
    "agent",
]


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


class OwnerInput(Input):
    name: Needed
    phone: Line = ""
    kind: Literal["individual", "company"] = "individual"


class LossInput(Input):
    kind: LossKind
    title: Line = ""
    severity: Severity = "medium"
    estimate: OptionalAmount = None
    owner: OwnerInput | None = None


class ReportInput(Input):
    accident_at: Moment
    place: Annotated[str, Field(min_length=1, max_length=200)]
    cause: Cause
    losses: Annotated[list[LossInput], Field(min_length=1, max_length=50)]
    policy_number: Annotated[str, Field(max_length=40)] = ""
    plate: Annotated[str, Field(max_length=20)] = ""
    circumstances: Text = ""
    latitude: Latitude = None
    longitude: Longitude = None
    in_town: bool = True
    injured: Count = 0
    seriously_injured: Count = 0
    dead: Count = 0
    drivable: OptionalFlag = None
    other_vehicles: Count = 0
    police_called: OptionalFlag = None
    reporter_name: Line = ""
    reporter_phone: Annotated[str, Field(max_length=40)] = ""
    reporter_relation: Annotated[str, Field(max_length=40)] = ""
    driver_name: Line = ""
    said: Annotated[dict[Said, bool], Field(max_length=20)] = {}
    confirmed_new: bool = False


class RegisterInput(SeenInput):
    """`reserves` by the number of the loss; what is left out comes from the rule."""

    reserves: Annotated[dict[Ordinal, Amount], Field(max_length=50)] = {}


class DispatchInput(SeenInput):
    """Without a surveyor the best one is chosen by branch, competence, distance and load."""

    surveyor: Annotated[Annotated[int, Field(ge=1)] | None, Blank] = None
    mode: Annotated[Literal["on_site", "remote"] | None, Blank] = None


class EmptyInput(SeenInput):
    pass


class ArrivalInput(SeenInput):
    latitude: Latitude = None
    longitude: Longitude = None


class DamageInput(Input):
    loss: Ordinal
    part: Annotated[str, Field(min_length=1, max_length=60)]
    degree: Literal["light", "medium", "heavy", "destroyed"]


class InjuredInput(Input):
    severity: Literal["light", "serious", "dead"]
    name: Line = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    condition: Text = ""
    hospital: Line = ""
    loss: Annotated[Ordinal | None, Blank] = None


class SurveyInput(SeenInput):
    authenticity: Literal["consistent", "doubtful", "false"]
    liability: Literal["full", "main", "equal", "minor", "none"]
    findings: NeededText
    damages: Annotated[list[DamageInput], Field(max_length=200)] = []
    injured: Annotated[list[InjuredInput], Field(max_length=100)] = []
    told: Annotated[list[Annotated[str, Field(max_length=30)]], Field(max_length=20)] = []
    latitude: Latitude = None
    longitude: Longitude = None


class AssessmentLineInput(Input):
    kind: Literal["part", "labour", "material", "other"]
    name: Needed
    quantity: Annotated[Decimal, Field(gt=0, lt=Decimal("1e6"), decimal_places=2)] = Decimal(1)
    asked: Amount
    approved: Amount
    reason: Annotated[str, Field(max_length=200)] = ""
    clause: Annotated[str, Field(max_length=60)] = ""


class AssessmentInput(SeenInput):
    loss: Ordinal
    lines: Annotated[list[AssessmentLineInput], Field(min_length=1, max_length=300)]
    repair_shop: Line = ""
    remark: Text = ""


class LossAssessmentInput(Input):
    loss: Ordinal
    lines: Annotated[list[AssessmentLineInput], Field(min_length=1, max_length=300)]


class SurveyAndAssessmentInput(SurveyInput):
    assessments: Annotated[list[LossAssessmentInput], Field(min_length=1, max_length=50)]


class WantedInput(Input):
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    why: Annotated[str, Field(min_length=1, max_length=200)]


class PapersRequestInput(SeenInput):
    """A second request needs `again_because`: everything is asked for at once (保险法 art 22)."""

    wanted: Annotated[list[WantedInput], Field(min_length=1, max_length=50)]
    again_because: Annotated[str, Field(max_length=200)] = ""


class UploadInput(Input):
    """What is said about a file beside its content."""

    kind: Annotated[str, Field(min_length=1, max_length=40)]
    taken_at: OptionalMoment = None
    latitude: Latitude = None
    longitude: Longitude = None


class JudgementInput(Input):
    document: Annotated[int, Field(ge=1)]
    accepted: bool
    reason: Annotated[str, Field(max_length=200)] = ""


class PapersJudgementInput(SeenInput):
    judgements: Annotated[list[JudgementInput], Field(min_length=1, max_length=100)]


class PapersWaiverInput(SeenInput):
    """Kinds of papers to do without, whether they were asked for or are only usual."""

    kinds: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40)]],
        Field(min_length=1, max_length=50),
    ]
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class LossesInput(SeenInput):
    """Without numbers all losses that are ready."""

    losses: Annotated[list[Ordinal] | None, Blank] = None


class OneLossInput(SeenInput):
    loss: Ordinal


class ClauseReasonInput(Input):
    reason: Annotated[str, Field(min_length=1, max_length=400)]
    clause: Annotated[str, Field(min_length=1, max_length=60)]


class RefusalInput(OneLossInput):
    reasons: Annotated[list[ClauseReasonInput], Field(min_length=1, max_length=20)]


class ReturnInput(OneLossInput):
    reason: NeededText


class ShareInput(Input):
    person: Annotated[int, Field(ge=1)]
    amount: Amount


class DecisionInput(OneLossInput):
    """Without shares the owner of the loss receives all of it."""

    shares: Annotated[list[ShareInput], Field(max_length=50)] = []


class AccountInput(SeenInput):
    """`person` is the payee; left out, it is the customer of the case."""

    person: Annotated[Annotated[int, Field(ge=1)] | None, Blank] = None
    loss: Annotated[Ordinal | None, Blank] = None
    holder_kind: Literal["individual", "company"] = "individual"
    holder_name: Needed
    number: Annotated[str, Field(min_length=1, max_length=40)]
    bank_name: Needed
    bank_code: Annotated[str, Field(max_length=20)] = ""


class AccountConfirmationInput(SeenInput):
    account: Annotated[int, Field(ge=1)]


class WithdrawalInput(SeenInput):
    reason: NeededText
    losses: Annotated[list[Ordinal] | None, Blank] = None


class DelayInput(SeenInput):
    reason: NeededText
    new_at: Moment


class ReserveInput(OneLossInput):
    reserve: Amount


class HandlerInput(SeenInput):
    staff: Annotated[int, Field(ge=1)]


class NoteInput(Input):
    body: NeededText
    for_customer: bool = False


class SignInInput(Input):
    number: Annotated[str, Field(min_length=1, max_length=20)]
    phone: Annotated[str, Field(min_length=1, max_length=40)]


class CodeInput(Input):
    code: Annotated[str, Field(min_length=1, max_length=12)]

"""What may be sent in about a claim."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from yinuo.interfaces.common.inputs.base import (
    Amount,
    Blank,
    Count,
    Input,
    Latitude,
    Line,
    Longitude,
    Moment,
    Needed,
    NeededText,
    OptionalAmount,
    OptionalFlag,
    OptionalMoment,
    Ordinal,
    SeenInput,
    Shown,
    Text,
)

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
    clause: Annotated[str, Field(max_length=200)] = ""


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
    """`clause` is the key or the name of a clause of the library. `own_clause` names one that the
    library does not have, such as an agreement of this policy; `plain` says what it means."""

    reason: Annotated[str, Field(min_length=1, max_length=400)]
    clause: Annotated[str, Field(max_length=200)] = ""
    own_clause: Annotated[str, Field(max_length=200)] = ""
    plain: Annotated[str, Field(max_length=400)] = ""


class RefusalInput(OneLossInput):
    reasons: Annotated[list[ClauseReasonInput], Field(min_length=1, max_length=20)]


class AdvanceInput(OneLossInput):
    """A part of what is surely due, paid before the rest is worked out."""

    amount: Annotated[
        Amount,
        Shown(
            gettext_noop("How much is paid now"),
            help=gettext_noop("Not more than is surely due; the final sum takes it off."),
        ),
    ]


class ReturnInput(OneLossInput):
    reason: NeededText


class ShareInput(Input):
    person: Annotated[int, Field(ge=1)]
    amount: Amount


class DecisionInput(OneLossInput):
    """Without shares the owner of the loss receives all of it; without words the letter, which
    goes out with the decision, begins with those of the text."""

    shares: Annotated[list[ShareInput], Field(max_length=50)] = []
    words: Text = ""


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


class AccountDecliningInput(AccountConfirmationInput):
    reason: Annotated[
        NeededText,
        Shown(gettext_noop("Why"), help=gettext_noop("The customer reads these words.")),
    ]


class WithdrawalInput(SeenInput):
    reason: NeededText
    losses: Annotated[list[Ordinal] | None, Blank] = None


class ReserveInput(OneLossInput):
    reserve: Amount


class EarlyContactInput(SeenInput):
    said: NeededText


class AccidentFactsInput(SeenInput):
    """What the claim does not know by itself, in the words of `yinuo settle`: vehicles and losses
    by their id (the insured car is A, a loss its number), options, advances."""

    facts: dict[str, Any]


class LetterInput(OneLossInput):
    """Without words the letter begins with those of the text."""

    words: Text = ""


class SumQuestionInput(Input):
    """About a line of the sum by its key, or about the whole sum of a loss."""

    loss: Ordinal
    line: Annotated[str, Field(max_length=50)] = ""
    body: NeededText


class SumAnswerInput(Input):
    note: Annotated[int, Field(ge=1, le=2**62)]
    body: NeededText


class RecoveryNoticeInput(SeenInput):
    recovery: Annotated[int, Field(ge=1, le=2**62)]
    name: Needed
    insurer: Line = ""
    how: Needed


class RecoveryEntryInput(SeenInput):
    recovery: Annotated[int, Field(ge=1, le=2**62)]
    kind: Literal["received", "waived"] = "received"
    amount: Amount
    remark: Annotated[str, Field(max_length=200)] = ""

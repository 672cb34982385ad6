"""What may be sent in about a complaint, and about a voice before it is one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from django.utils.translation import gettext_noop
from pydantic import Field

from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common.inputs.base import (
    Blank,
    Input,
    Line,
    Moment,
    Needed,
    NeededText,
    OptionalAmount,
    OptionalMoment,
    SeenInput,
    Shown,
    Text,
)

Channel = Literal[
    "phone", "portal", "web_form", "email", "visit", "letter", "wechat", "regulator", "media"
]
Kind = Literal["question", "report", "concern", "complaint", "violation", "petition", "withdrawal"]
MeasureKind = Literal[
    "apology", "explanation", "recalculation", "compensation", "resurvey", "training"
]
PartyRole = Literal["complainant", "agent", "heir", "representative"]
Upheld = Literal["yes", "partly", "no"]
# Through the regulator or the press nobody is answered, and a page holds no talk.
WayToTell = Literal["phone", "visit", "letter", "email", "wechat", "portal"]
WayToTalk = Literal["phone", "visit", "letter", "email", "wechat"]
WAYS_TO_TELL: tuple[str, ...] = get_args(WayToTell)
WAYS_TO_TALK: tuple[str, ...] = get_args(WayToTalk)
Excluded = Literal["appraisal", "inspection", "mediation"]
Row = Annotated[int, Field(ge=1, le=2_000_000_000)]
OptionalRow = Annotated[Row | None, Blank]
Number = Annotated[str, Field(max_length=24)]
Crowd = Annotated[int, Field(ge=1, le=100_000)]
_HOW = Shown(gettext_noop("How"), words=said.CHANNELS)
_READS = gettext_noop("The complainant reads this word for word.")
_INSIDE = gettext_noop("Only colleagues read this.")


# Voices --------------------------------------------------------------------------------------


class VoiceInput(Input):
    """Words as they came in. `received_at` is when they reached the house, `person` the customer.

    Nothing is asked for that we hold: with a case the rest is known.
    """

    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What was said, word for word"),
            help=gettext_noop("Paste the letter or the chat, or write what you hear."),
        ),
    ]
    channel: Annotated[Channel, Shown(gettext_noop("How it came in"), words=said.CHANNELS)]
    about: Annotated[
        Number,
        Shown(gettext_noop("Case number"), help=gettext_noop("If it is known what it is about.")),
    ] = ""
    person: Annotated[OptionalRow, Shown(gettext_noop("Customer"))] = None
    name: Annotated[Line, Shown(gettext_noop("Name"))] = ""
    phone: Annotated[
        Annotated[str, Field(max_length=40)], Shown(gettext_noop("Phone"), private=True)
    ] = ""
    email: Annotated[
        Annotated[str, Field(max_length=200)], Shown(gettext_noop("E-mail"), private=True)
    ] = ""
    restated: Annotated[
        Text,
        Shown(
            gettext_noop("Said back to the customer, who agreed"),
            help=gettext_noop("“I understand that …, is that right?”"),
        ),
    ] = ""
    received_at: Annotated[OptionalMoment, Shown(gettext_noop("Received"))] = None
    first_spoken_at: Annotated[OptionalMoment, Shown(gettext_noop("First said"))] = None
    external_key: Annotated[str, Field(max_length=120)] = ""


class SortingInput(Input):
    """A person says what a voice is. `case` is the complaint that is withdrawn."""

    kind: Annotated[Kind, Shown(gettext_noop("What it is"), words=said.VOICES)]
    about: Annotated[Number, Shown(gettext_noop("About case"))] = ""
    case: Annotated[Number, Shown(gettext_noop("Complaint that is withdrawn"))] = ""
    person: Annotated[OptionalRow, Shown(gettext_noop("Customer"))] = None
    passed_to: Annotated[
        Line, Shown(gettext_noop("Passed on to"), help=gettext_noop("For 举报 and 信访."))
    ] = ""
    wanted: Annotated[Text, Shown(gettext_noop("What the customer wants"))] = ""
    confirmed_new: Annotated[
        bool, Shown(gettext_noop("Another matter than the complaint that is open"))
    ] = False
    named_by_regulator: Annotated[
        bool, Shown(gettext_noop("The regulator calls it a major complaint"))
    ] = False
    urgent: Annotated[bool, Shown(gettext_noop("The regulator calls it urgent"))] = False
    regulator_ref: Annotated[
        Annotated[str, Field(max_length=60)], Shown(gettext_noop("The regulator's reference"))
    ] = ""


class QuestionAnswerInput(Input):
    """`how` where there is neither a case nor an e-mail address: it was told by a person."""

    words: Annotated[NeededText, Shown(gettext_noop("Answer"), help=_READS)]
    how: Annotated[
        WayToTalk | Literal[""],
        Shown(
            gettext_noop("How you told it"),
            help=gettext_noop(
                "Only if it belongs to no case: without this it leaves by e-mail, if we have one."
            ),
            words=said.CHANNELS,
        ),
    ] = ""


class AnswerRatingInput(Input):
    rating: Annotated[
        Literal["5", "4", "3", "2", "1"],
        Shown(gettext_noop("How good was our answer, says the customer"), words=said.RATINGS),
    ]


class RatingInput(SeenInput):
    rating: Annotated[
        Literal["5", "4", "3", "2", "1"],
        Shown(gettext_noop("How was your complaint handled?"), words=said.RATINGS),
    ]
    words: Annotated[Text, Shown(gettext_noop("What should we do better?"))] = ""


Watched = Literal["phone", "portal", "web_form", "email", "wechat"]


class OutageInput(Input):
    channel: Annotated[Watched, Shown(gettext_noop("What does not work?"), words=said.CHANNELS)]
    why: Annotated[
        Annotated[str, Field(min_length=1, max_length=200)],
        Shown(gettext_noop("What is wrong with it?")),
    ]


class WorkingInput(Input):
    channel: Watched


# Receiving -----------------------------------------------------------------------------------


class PartyInput(Input):
    role: Annotated[PartyRole, Shown(gettext_noop("Role"), words=said.PARTIES)]
    name: Annotated[Needed, Shown(gettext_noop("Name"))]
    phone: Annotated[
        Annotated[str, Field(max_length=40)], Shown(gettext_noop("Phone"), private=True)
    ] = ""
    power_seen: Annotated[
        bool, Shown(gettext_noop("I have seen the signed power or the proof"))
    ] = False


class ComplainInput(Input):
    """A complaint of a customer about a case of theirs."""

    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What happened?"),
            help=gettext_noop("In your own words. You need not send anything that we hold."),
        ),
    ]
    wanted: Annotated[Text, Shown(gettext_noop("What would put it right?"))] = ""


class ComplainHereInput(ComplainInput, SeenInput):
    """On the page of a case; how it came in is asked of colleagues only."""

    channel: Annotated[Channel, Shown(gettext_noop("How it came in"), words=said.CHANNELS)] = (
        "phone"
    )


class ComplaintInput(ComplainInput):
    """The same by a colleague or another system. `about` or `person` says whose it is."""

    channel: Annotated[Channel, Shown(gettext_noop("How it came in"), words=said.CHANNELS)]
    about: Annotated[Number, Shown(gettext_noop("About case"))] = ""
    person: Annotated[OptionalRow, Shown(gettext_noop("Customer"))] = None
    received_at: Annotated[OptionalMoment, Shown(gettext_noop("Received"))] = None
    first_spoken_at: Annotated[OptionalMoment, Shown(gettext_noop("First said"))] = None
    parties: Annotated[
        list[PartyInput], Field(max_length=30), Shown(gettext_noop("Who complains"))
    ] = []
    group_size: Annotated[Crowd, Shown(gettext_noop("How many people"))] = 1
    face_to_face: Annotated[bool, Shown(gettext_noop("They came in person"))] = False
    named_by_regulator: bool = False
    urgent: bool = False
    regulator_ref: Annotated[str, Field(max_length=60)] = ""
    confirmed_new: bool = False
    external_key: Annotated[str, Field(max_length=120)] = ""


class PartiesInput(SeenInput):
    parties: Annotated[
        list[PartyInput], Field(max_length=30), Shown(gettext_noop("Who complains"))
    ] = []
    group_size: Annotated[
        Annotated[Crowd | None, Blank], Shown(gettext_noop("How many people"))
    ] = None
    face_to_face: Annotated[bool, Shown(gettext_noop("They came in person"))] = False


class PowerRequestInput(SeenInput):
    party: Annotated[Row, Shown(gettext_noop("Who speaks for the complainant"))]
    words: Annotated[Text, Shown(gettext_noop("What we tell"), help=_READS)] = ""


PowerKind = Literal["letter_of_authority", "lawyer", "guardian", "heirship", "estate"]


class PowerInput(SeenInput):
    party: Annotated[Row, Shown(gettext_noop("Who speaks for the complainant"))]
    kind: Annotated[PowerKind, Shown(gettext_noop("What was shown"), words=said.POWERS)]
    document: Annotated[OptionalRow, Shown(gettext_noop("Paper"))] = None
    until_on: Annotated[date | None, Blank, Shown(gettext_noop("Valid until"))] = None


class LatePowerInput(PowerInput):
    """The same, after it had ended for want of it."""


class PowerlessInput(SeenInput):
    reason: Annotated[NeededText, Shown(gettext_noop("Why"), help=_READS)]


class HowInput(SeenInput):
    how: Annotated[WayToTell, _HOW]


_PARTY = Shown(gettext_noop("To or by whom, if not the complainant"))


class TellingInput(HowInput):
    party: Annotated[OptionalRow, _PARTY] = None


class TransferInput(SeenInput):
    to: Annotated[Needed, Shown(gettext_noop("Passed on to"))]
    reason: Annotated[NeededText, Shown(gettext_noop("Why"), help=_READS)]


class MergeInput(SeenInput):
    into: Annotated[
        Annotated[str, Field(min_length=1, max_length=24)],
        Shown(gettext_noop("Number of the older complaint")),
    ]


class NewFactsInput(SeenInput):
    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What is new?"),
            help=gettext_noop("After the answer, new facts begin the inquiry and its time again."),
        ),
    ]


class ForwardInput(SeenInput):
    reference: Annotated[
        Annotated[str, Field(min_length=1, max_length=60)],
        Shown(gettext_noop("The regulator's reference")),
    ]
    forwarded_at: Annotated[Moment, Shown(gettext_noop("Forwarded"))]
    urgent: Annotated[bool, Shown(gettext_noop("The regulator calls it urgent"))] = False
    named: Annotated[bool, Shown(gettext_noop("The regulator calls it a major complaint"))] = False


class InsideWordsInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("What was reported"), help=_INSIDE)]


class TalkInput(SeenInput):
    how: Annotated[WayToTalk, _HOW]
    words: Annotated[NeededText, Shown(gettext_noop("What was said in the talk"), help=_INSIDE)]
    restated: Annotated[bool, Shown(gettext_noop("I said it back, and the complainant agreed"))] = (
        False
    )
    understood: Annotated[
        Literal["yes", "partly", "no"],
        Shown(gettext_noop("Did the complainant understand us?"), words=said.UNDERSTOOD),
    ]
    next_step: Annotated[
        Annotated[str, Field(max_length=200)], Shown(gettext_noop("The next step, and when"))
    ] = ""
    heated: Annotated[bool | None, Blank, Shown(gettext_noop("The talk was heated"))] = None


# Handling ------------------------------------------------------------------------------------


class HandOverInput(SeenInput):
    staff: Annotated[Row, Shown(gettext_noop("New handler"))]
    reason: Annotated[NeededText, Shown(gettext_noop("Why"), help=_INSIDE)]


class AboutInput(SeenInput):
    product: Annotated[Annotated[str, Field(max_length=40)], Shown(gettext_noop("Product"))] = ""
    stage: Annotated[Annotated[str, Field(max_length=30)], Shown(gettext_noop("Stage"))] = ""
    clause: Annotated[Annotated[str, Field(max_length=60)], Shown(gettext_noop("Clause"))] = ""
    repair_shop: Annotated[Line, Shown(gettext_noop("Repair shop"))] = ""
    told_at_sale: Annotated[
        Annotated[Literal["yes", "no", "unclear"] | None, Blank],
        Shown(gettext_noop("At the sale"), words=said.SOLD),
    ] = None


CauseCode = Annotated[str, Field(min_length=1, max_length=40)]


class CausesInput(SeenInput):
    """Codes of the tree of causes; `main` is one of them."""

    main: Annotated[CauseCode, Shown(gettext_noop("Main cause"))]
    others: Annotated[
        list[CauseCode], Field(max_length=10), Shown(gettext_noop("Other causes"))
    ] = []


class WhyInput(SeenInput):
    """Each answer asks the next why; the last one is the root."""

    why1: Annotated[NeededText, Shown(gettext_noop("Why did it happen?"))]
    why2: Annotated[Text, Shown(gettext_noop("And why that?"))] = ""
    why3: Annotated[Text, Shown(gettext_noop("And why that, third time?"))] = ""
    why4: Annotated[Text, Shown(gettext_noop("And why that, fourth time?"))] = ""
    why5: Annotated[Text, Shown(gettext_noop("And why that, fifth time?"))] = ""
    prevention: Annotated[
        Annotated[str, Field(max_length=40)], Shown(gettext_noop("What prevents it"))
    ] = ""


class DisciplineInput(SeenInput):
    to: Annotated[Needed, Shown(gettext_noop("Handed over to"), help=_INSIDE)]


class TagInput(SeenInput):
    kind: Annotated[
        Literal["malice", "fraud"], Shown(gettext_noop("Suspicion"), words=said.SUSPICIONS)
    ]
    evidence: Annotated[NeededText, Shown(gettext_noop("What it rests on"), help=_INSIDE)]


class TagReviewInput(SeenInput):
    kind: Annotated[
        Literal["malice", "fraud"], Shown(gettext_noop("Suspicion"), words=said.SUSPICIONS)
    ]
    confirmed: Annotated[bool, Shown(gettext_noop("The suspicion stands"))] = False
    remark: Annotated[NeededText, Shown(gettext_noop("Why"), help=_INSIDE)]


class RemarkInput(SeenInput):
    evidence: Annotated[
        Annotated[str, Field(min_length=1, max_length=60)], Shown(gettext_noop("Evidence"))
    ]
    words: Annotated[
        Annotated[str, Field(min_length=1, max_length=400)], Shown(gettext_noop("Remark"))
    ]
    cited: Annotated[bool, Shown(gettext_noop("Cite it in the answer"))] = False


class LessonInput(SeenInput):
    kind: Annotated[
        Literal["handled", "prevented"], Shown(gettext_noop("Lesson from"), words=said.LESSONS)
    ]
    what: Annotated[
        NeededText, Shown(gettext_noop("What happened"), help=gettext_noop("Without names."))
    ]
    treatment: Annotated[NeededText, Shown(gettext_noop("What we did"))]
    lesson: Annotated[NeededText, Shown(gettext_noop("What we learned"))]


# Time ----------------------------------------------------------------------------------------


class ReasonInput(SeenInput):
    reason: Annotated[NeededText, Shown(gettext_noop("Why"), help=_INSIDE)]


class ToldReasonInput(SeenInput):
    reason: Annotated[NeededText, Shown(gettext_noop("Why it takes longer"), help=_READS)]


class ExcludedTimeInput(SeenInput):
    reason: Annotated[Excluded, Shown(gettext_noop("What takes time"), words=said.EXCLUDED)]
    words: Annotated[NeededText, Shown(gettext_noop("What we tell"), help=_READS)]


class IncludedTimeInput(SeenInput):
    reason: Annotated[Excluded, Shown(gettext_noop("What is done"), words=said.EXCLUDED)]


# Solution ------------------------------------------------------------------------------------


class MeasureInput(Input):
    """`amount` for a compensation, `staff` for a training."""

    kind: Annotated[MeasureKind, Shown(gettext_noop("Kind"), words=said.MEASURES)]
    what: Annotated[
        Annotated[str, Field(min_length=1, max_length=400)], Shown(gettext_noop("What we do"))
    ]
    amount: Annotated[OptionalAmount, Shown(gettext_noop("Amount"))] = None
    staff: Annotated[OptionalRow, Shown(gettext_noop("Colleague who is trained"))] = None


Measures = Annotated[
    list[MeasureInput], Field(max_length=20), Shown(gettext_noop("What we offer to do"))
]


class ProposalInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("Our proposal"), help=_READS)]
    measures: Measures = []


class AgreementInput(SeenInput):
    words: Annotated[Text, Shown(gettext_noop("What the complainant says"))] = ""
    party: Annotated[OptionalRow, _PARTY] = None


class DisagreementInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("What is not right about it?"))]


class OneMeasureInput(SeenInput):
    measure: Annotated[Row, Shown(gettext_noop("Measure"))]


class MeasureReturnInput(OneMeasureInput):
    reason: Annotated[NeededText, Shown(gettext_noop("Why"), help=_INSIDE)]


class DoneInput(OneMeasureInput):
    words: Annotated[Text, Shown(gettext_noop("What was done"), help=_INSIDE)] = ""


class CheckInput(OneMeasureInput):
    helped: Annotated[bool, Shown(gettext_noop("It was done, and it helped"))] = False


# Answer --------------------------------------------------------------------------------------


class AnswerInput(SeenInput):
    """The answer letter. The remedies are named by rule."""

    facts: Annotated[NeededText, Shown(gettext_noop("What we found"), help=_READS)]
    decision: Annotated[NeededText, Shown(gettext_noop("What we decide"), help=_READS)]
    basis: Annotated[NeededText, Shown(gettext_noop("What it rests on, and why"), help=_READS)]
    upheld: Annotated[Upheld, Shown(gettext_noop("The complaint"), words=said.UPHELD)]
    measures: Measures = []


class ReviewAnswerInput(AnswerInput):
    how: Annotated[WayToTell, _HOW]


class ProofInput(SeenInput):
    words: Annotated[
        Annotated[str, Field(max_length=200)],
        Shown(
            gettext_noop("Proof of delivery"),
            help=gettext_noop("Number of the receipt, who signed, where the recording lies."),
        ),
    ] = ""
    document: Annotated[
        OptionalRow,
        Shown(
            gettext_noop("Paper that proves it"),
            help=gettext_noop("Its number among the papers of the case, if there is one."),
        ),
    ] = None


class ReviewRequestInput(SeenInput):
    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What should be looked at again?"),
            help=gettext_noop("Other people than before look at it, within thirty days."),
        ),
    ]
    party: Annotated[OptionalRow, _PARTY] = None


class ClosingInput(SeenInput):
    agreed: Annotated[bool, Shown(gettext_noop("The complainant agrees that it is closed now"))] = (
        False
    )


class TakeBackInput(SeenInput):
    reason: Annotated[NeededText, Shown(gettext_noop("Why do you take it back?"))]
    party: Annotated[OptionalRow, _PARTY] = None

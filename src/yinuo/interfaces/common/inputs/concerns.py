"""What may be sent in about a concern and about what is learned from it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from yinuo.interfaces.common import labels
from yinuo.interfaces.common.inputs.base import (
    Blank,
    Input,
    Needed,
    NeededText,
    SeenInput,
    Shown,
    Text,
)
from yinuo.perception.lexicon import Cause, Urgency

Approved = Annotated[
    Annotated[int, Field(ge=1, le=2_000_000_000)] | None,
    Blank,
    Shown(
        gettext_noop("Approved words"),
        help=gettext_noop("Choose them and leave the field below empty, or write your own."),
    ),
]
ClosingReason = Literal["no_reaction", "taken_back", "twice_told", "not_ours", "law_forbids"]
FindingCause = Literal[Cause, "other"]
OptionalUrgency = Annotated[Urgency | None, Blank]
# Suspected fraud is a matter between colleagues: nobody is asked to tick it here.
ToldCause = Literal[
    "amount",
    "attitude",
    "delay",
    "denial",
    "docs",
    "misconduct",
    "policy",
    "progress",
    "repair",
]

_SAID = Shown(
    gettext_noop("What the customer said"),
    help=gettext_noop("In the customer's own words, as far as you remember them."),
)
_FOR_CUSTOMER = gettext_noop("The customer reads this word for word.")


class ConcernInput(Input):
    """A concern about a case. Causes and urgency are read in the words when they are left out."""

    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What is not right?"),
            help=gettext_noop("In plain words. Somebody with a name looks after it."),
        ),
    ]


class ConcernByStaffInput(ConcernInput):
    causes: Annotated[
        list[ToldCause], Shown(gettext_noop("What it is about"), words=labels.WORD_CAUSES)
    ] = Field(default=[], max_length=9)
    urgency: Annotated[
        OptionalUrgency, Shown(gettext_noop("How urgent"), words=labels.URGENCIES)
    ] = None
    separate: Annotated[
        bool, Shown(gettext_noop("A different problem than the one that is open already"))
    ] = False


class AboutInput(ConcernByStaffInput):
    """A concern sent in from outside: `about` is the number of the case."""

    about: Needed


class SaidInput(SeenInput):
    words: Annotated[NeededText, _SAID]


class MoreWordsInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("What else should we know?"))]


class ConcernAnswerInput(SeenInput):
    """`approved` is the number of an approved answer; own words go before its words."""

    approved: Approved = None
    words: Annotated[Text, Shown(gettext_noop("Answer"), help=_FOR_CUSTOMER)] = ""


class SolutionInput(SeenInput):
    approved: Approved = None
    words: Annotated[
        Text, Shown(gettext_noop("What we did or will do, and until when"), help=_FOR_CUSTOMER)
    ] = ""


class SolvedInput(SeenInput):
    """A member of staff writes down what the customer said; the customer need not say a word."""

    words: Annotated[
        Text, Shown(gettext_noop("Anything to add?"), help=gettext_noop("You may leave it empty."))
    ] = ""


class NotSolvedInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("What is still not right?"))]


class ToComplaintInput(SeenInput):
    words: Annotated[
        Text,
        Shown(
            gettext_noop("What should we look into?"),
            help=gettext_noop("You need not repeat what you told us already."),
        ),
    ] = ""


class ClosingProposalInput(SeenInput):
    reason: Annotated[
        ClosingReason,
        Shown(
            gettext_noop("Why it is closed without the customer's yes"),
            words=labels.CLOSING_REASONS,
        ),
    ]
    words: Annotated[
        NeededText,
        Shown(
            gettext_noop("What was tried"),
            help=gettext_noop("A second person reads this and decides."),
        ),
    ]


class ClosingReturnInput(SeenInput):
    words: Annotated[NeededText, Shown(gettext_noop("What is still to be done"))]


class SortingInput(SeenInput):
    causes: Annotated[
        list[Cause], Shown(gettext_noop("What it is about"), words=labels.WORD_CAUSES)
    ] = Field(default=[], max_length=10)
    urgency: Annotated[Urgency, Shown(gettext_noop("How urgent"), words=labels.URGENCIES)]


class FindingInput(Input):
    """A lesson or suggestion, in our words."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=200),
        Shown(
            gettext_noop("The suggestion in one sentence"),
            help=gettext_noop("In our words and without names."),
        ),
    ]
    cause: Annotated[
        FindingCause, Shown(gettext_noop("What it is about"), words=labels.WORD_CAUSES)
    ] = "other"


class FindingAnswerInput(Input):
    standing: Annotated[
        Literal["adopted", "declined"],
        Shown(gettext_noop("What comes of it"), words=labels.FINDING_STANDINGS),
    ]
    words: Annotated[
        NeededText, Shown(gettext_noop("What we did with what you said"), help=_FOR_CUSTOMER)
    ]
    change: Annotated[
        Text,
        Shown(
            gettext_noop("What we do differently from now on"),
            help=gettext_noop("For colleagues: it goes into the log of changes. Without names."),
        ),
    ] = ""
    changed_on: Annotated[date | None, Blank, Shown(gettext_noop("Since when"))] = None
    rests_on: Annotated[
        Text,
        Shown(
            gettext_noop("Cases in which it was said"),
            help=gettext_noop("Their numbers, with spaces between. The words above count already."),
        ),
    ] = ""
    figure: Annotated[
        str,
        Field(max_length=200),
        Shown(
            gettext_noop("Figure that it rests on"),
            help=gettext_noop("What was counted, in which time, and where it stands."),
        ),
    ] = ""


class WeakPointInput(Input):
    """A weak point that is taken up as an improvement."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=200),
        Shown(gettext_noop("What should become better"), help=gettext_noop("Without names.")),
    ]


class ApprovedAnswerInput(Input):
    """An answer in words that sales, service and claims use alike."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=120),
        Shown(gettext_noop("The question that it answers")),
    ]
    body: Annotated[NeededText, Shown(gettext_noop("The words"), help=_FOR_CUSTOMER)]
    language: Annotated[
        Literal["zh-hans", "zh-hant", "en"],
        Shown(gettext_noop("Language"), words=labels.LANGUAGES),
    ] = "zh-hans"
    causes: Annotated[
        list[ToldCause], Shown(gettext_noop("What it is about"), words=labels.WORD_CAUSES)
    ] = Field(default=[], max_length=9)


class CorrectionInput(Input):
    """How a person reads a customer's words."""

    sentiment: Annotated[
        Literal["pos", "neu", "neg"], Shown(gettext_noop("Tone"), words=labels.SENTIMENTS)
    ]
    causes: Annotated[
        list[Cause], Shown(gettext_noop("What it is about"), words=labels.WORD_CAUSES)
    ] = Field(default=[], max_length=10)
    urgency: Annotated[Urgency, Shown(gettext_noop("How urgent"), words=labels.URGENCIES)]

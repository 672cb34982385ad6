"""What may be sent in about a call-back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from yinuo.areas.call_backs.rulefile import ExclusionName
from yinuo.interfaces.common import call_back_words as words
from yinuo.interfaces.common.inputs.base import (
    Blank,
    Input,
    OptionalMoment,
    SeenInput,
    Shown,
)

Outcome = Literal["reached", "no_answer", "busy", "wrong_number", "later", "refused"]
GivenAnswer = int | str | list[str] | None


class AttemptInput(SeenInput):
    """How a call ended. `number` is the attempt that was started; `next_at` belongs to "later"."""

    outcome: Annotated[Outcome, Shown(gettext_noop("How the call ended"), words=words.OUTCOMES)]
    next_at: Annotated[
        OptionalMoment,
        Shown(
            gettext_noop("When the customer wants to be called"),
            help=gettext_noop("Only if the customer asked for another time."),
        ),
    ] = None
    number: Annotated[
        Annotated[int, Field(ge=1, le=9_999)] | None,
        Blank,
        Shown(
            gettext_noop("Which call"),
            help=gettext_noop("Left empty, it is the call that runs."),
        ),
    ] = None


class IdentityInput(SeenInput):
    said: Annotated[
        str,
        Field(min_length=1, max_length=60),
        Shown(
            gettext_noop("What the customer said to prove who is there"),
            help=gettext_noop("The plate, or the last four of the ID number."),
            private=True,
        ),
    ]


class AnswersInput(SeenInput):
    """All answers of the round by question. What was kept before need not be sent again."""

    answers: Annotated[dict[str, GivenAnswer], Field(max_length=60)] = {}


class ExclusionInput(SeenInput):
    reason: Annotated[
        ExclusionName, Shown(gettext_noop("Why nobody is asked"), words=words.EXCLUSIONS)
    ]


class LeftOutInput(Input):
    """An ended case that gets no call-back."""

    number: Annotated[
        str, Field(min_length=1, max_length=20), Shown(gettext_noop("Number of the ended case"))
    ]
    reason: Annotated[
        ExclusionName, Shown(gettext_noop("Why nobody is asked"), words=words.EXCLUSIONS)
    ]


class RecordingInput(Input):
    """Where the telephone system keeps the recording of a call."""

    number: Annotated[
        str, Field(min_length=1, max_length=20), Shown(gettext_noop("Number of the call-back"))
    ]
    call: Annotated[int, Field(ge=1, le=9_999), Shown(gettext_noop("Which call"))]
    reference: Annotated[
        str,
        Field(min_length=1, max_length=200),
        Shown(gettext_noop("Reference of the recording")),
    ]


class CampaignInput(Input):
    """Both days included."""

    name: Annotated[
        str, Field(min_length=1, max_length=80), Shown(gettext_noop("Name of the campaign"))
    ]
    kind: Annotated[
        Literal["periodic", "after_complaint"],
        Shown(gettext_noop("Whom it asks"), words=words.CAMPAIGNS),
    ]
    closed_from_on: Annotated[date, Shown(gettext_noop("Cases that ended from"))]
    closed_until_on: Annotated[date, Shown(gettext_noop("until"))]

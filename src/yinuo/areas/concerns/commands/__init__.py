"""One function per business action on a concern; the only code that writes concerns."""

from yinuo.areas.concerns.commands.closing import (
    become_complaint,
    propose_closing,
    return_closing,
    review_closing,
)
from yinuo.areas.concerns.commands.common import WordsMissing, WordUnknown
from yinuo.areas.concerns.commands.findings import (
    FindingIsDecided,
    answer_finding,
    consider_finding,
    keep_finding,
)
from yinuo.areas.concerns.commands.grounds import GroundsMissing, NewGround
from yinuo.areas.concerns.commands.hearing import hear_answers, hear_note, keep_suggestion
from yinuo.areas.concerns.commands.opening import (
    NewConcern,
    ReasonMissing,
    hear_again,
    open_concern,
    open_many,
)
from yinuo.areas.concerns.commands.solving import (
    NotForThisHandler,
    OwnSolution,
    answer,
    come_back,
    confirm,
    contact,
    reassign,
    reopen,
    solve,
    sort,
    take,
)

__all__ = [
    "FindingIsDecided",
    "GroundsMissing",
    "NewConcern",
    "NewGround",
    "NotForThisHandler",
    "OwnSolution",
    "ReasonMissing",
    "WordUnknown",
    "WordsMissing",
    "answer",
    "answer_finding",
    "become_complaint",
    "come_back",
    "confirm",
    "consider_finding",
    "contact",
    "hear_again",
    "hear_answers",
    "hear_note",
    "keep_finding",
    "keep_suggestion",
    "open_concern",
    "open_many",
    "propose_closing",
    "reassign",
    "reopen",
    "return_closing",
    "review_closing",
    "solve",
    "sort",
    "take",
]

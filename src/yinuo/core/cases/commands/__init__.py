"""The only code that writes cases, timelines and promises."""

from yinuo.core.cases.chain import event_hash
from yinuo.core.cases.commands.everyday import NotOfThisBranch, reassign, remark, tell_delay
from yinuo.core.cases.commands.notes import erase_note, write_note
from yinuo.core.cases.commands.promises import (
    hand_over_promises,
    keep,
    keep_each,
    make_many,
    promise,
    withdraw,
)
from yinuo.core.cases.commands.stopping import (
    PromiseEnded,
    SamePersonApproves,
    extend,
    pause,
    recount,
    recount_provisional,
    resume,
)
from yinuo.core.cases.commands.sweeping import sweep
from yinuo.core.cases.commands.timeline import (
    Move,
    NotYourRole,
    Opening,
    StepNotAllowed,
    advance,
    advance_many,
    check_move,
    check_step,
    open_case,
    open_many,
    record,
    record_many,
)
from yinuo.core.cases.commands.work import (
    ChangedMeanwhile,
    FollowUp,
    TooManyAtOnce,
    all_or_nothing,
    follow_ups_to,
    lock,
    lock_many,
    reacts_to,
    transaction,
)
from yinuo.core.cases.queries import workflow_of
from yinuo.core.cases.workflow import subject_of

__all__ = [
    "ChangedMeanwhile",
    "FollowUp",
    "Move",
    "NotOfThisBranch",
    "NotYourRole",
    "Opening",
    "PromiseEnded",
    "SamePersonApproves",
    "StepNotAllowed",
    "TooManyAtOnce",
    "advance",
    "advance_many",
    "all_or_nothing",
    "check_move",
    "check_step",
    "erase_note",
    "event_hash",
    "extend",
    "follow_ups_to",
    "hand_over_promises",
    "keep",
    "keep_each",
    "lock",
    "lock_many",
    "make_many",
    "open_case",
    "open_many",
    "pause",
    "promise",
    "reacts_to",
    "reassign",
    "record",
    "record_many",
    "recount",
    "recount_provisional",
    "remark",
    "resume",
    "subject_of",
    "sweep",
    "tell_delay",
    "transaction",
    "withdraw",
    "workflow_of",
    "write_note",
]

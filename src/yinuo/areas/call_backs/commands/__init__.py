"""One function per business action on a call-back; the only code that writes call-backs."""

from yinuo.areas.call_backs.commands.answering import (
    CALL,
    PORTAL,
    AlreadyAnswered,
    Answered,
    answer,
    bring_forward,
)
from yinuo.areas.call_backs.commands.calling import (
    AlreadyRecorded,
    BeingCalled,
    NoRunningCall,
    NotByPhone,
    NotNow,
    NotTrained,
    record_attempt,
    start_call,
)
from yinuo.areas.call_backs.commands.campaigns import Selection, open_campaign, run_campaign
from yinuo.areas.call_backs.commands.checking import record_check
from yinuo.areas.call_backs.commands.common import NotToBeAsked
from yinuo.areas.call_backs.commands.drafting import (
    NotIdentified,
    NotTheCustomer,
    finish,
    identify,
    keep_answer,
)
from yinuo.areas.call_backs.commands.ending import exclude, opt_out, stop
from yinuo.areas.call_backs.commands.inviting import Swept, invite, invite_many, sweep
from yinuo.areas.call_backs.commands.linking import LinkUsed, follow_link
from yinuo.areas.call_backs.commands.measuring import (
    AlreadyEnded,
    DueInThePast,
    end_measure,
    plan_measure,
)
from yinuo.areas.call_backs.commands.opening import (
    AlreadyFollowedUp,
    Ended,
    FollowedUp,
    NoSuchExclusion,
    leave_out_case,
    open_call_back,
    open_many,
)

__all__ = [
    "CALL",
    "PORTAL",
    "AlreadyAnswered",
    "AlreadyEnded",
    "AlreadyFollowedUp",
    "AlreadyRecorded",
    "Answered",
    "BeingCalled",
    "DueInThePast",
    "Ended",
    "FollowedUp",
    "LinkUsed",
    "NoRunningCall",
    "NoSuchExclusion",
    "NotByPhone",
    "NotIdentified",
    "NotNow",
    "NotTheCustomer",
    "NotToBeAsked",
    "NotTrained",
    "Selection",
    "Swept",
    "answer",
    "bring_forward",
    "end_measure",
    "exclude",
    "finish",
    "follow_link",
    "identify",
    "invite",
    "invite_many",
    "keep_answer",
    "leave_out_case",
    "open_call_back",
    "open_campaign",
    "open_many",
    "opt_out",
    "plan_measure",
    "record_attempt",
    "record_check",
    "run_campaign",
    "start_call",
    "stop",
    "sweep",
]

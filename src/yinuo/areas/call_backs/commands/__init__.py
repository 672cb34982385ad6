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
from yinuo.areas.call_backs.commands.quality import (
    AlreadyChecked,
    NoSuchCall,
    OwnCall,
    draw_checks,
    forget_recordings,
    note_recording,
    score_call,
)

__all__ = [
    "CALL",
    "PORTAL",
    "AlreadyAnswered",
    "AlreadyChecked",
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
    "NoSuchCall",
    "NoSuchExclusion",
    "NotByPhone",
    "NotIdentified",
    "NotNow",
    "NotTheCustomer",
    "NotToBeAsked",
    "NotTrained",
    "OwnCall",
    "Selection",
    "Swept",
    "answer",
    "bring_forward",
    "draw_checks",
    "end_measure",
    "exclude",
    "finish",
    "follow_link",
    "forget_recordings",
    "identify",
    "invite",
    "invite_many",
    "keep_answer",
    "leave_out_case",
    "note_recording",
    "open_call_back",
    "open_campaign",
    "open_many",
    "opt_out",
    "plan_measure",
    "record_attempt",
    "record_check",
    "run_campaign",
    "score_call",
    "start_call",
    "stop",
    "sweep",
]

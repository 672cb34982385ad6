"""One function per business action on a claim; the only code that writes claims."""

from yinuo.areas.claims.commands.assessing import Line, assess, survey_and_assess
from yinuo.areas.claims.commands.closing import close, tell_delay, withdraw
from yinuo.areas.claims.commands.deciding import (
    Reason,
    Share,
    approve,
    calculate,
    decide,
    preview,
    propose_refusal,
    return_approval,
    return_review,
    review,
)
from yinuo.areas.claims.commands.explaining import (
    answer_about_sum,
    ask_about_sum,
    write_letter,
)
from yinuo.areas.claims.commands.following_up import note_follow_ups
from yinuo.areas.claims.commands.papers import (
    complete_papers,
    judge_papers,
    receive_papers,
    request_papers,
    waive_papers,
)
from yinuo.areas.claims.commands.paying import (
    confirm_account,
    instruct_payment,
    propose_account,
    take_bank_answer,
)
from yinuo.areas.claims.commands.recovering import book_recovery, notify_debtor, open_recovery
from yinuo.areas.claims.commands.registering import change_reserve, reassign, register
from yinuo.areas.claims.commands.reporting import (
    NewLoss,
    PossibleDuplicate,
    Report,
    Reported,
    find_duplicates,
    report,
)
from yinuo.areas.claims.commands.settling import AccidentRefused, enter_accident
from yinuo.areas.claims.commands.surveying import (
    Damage,
    Injured,
    SurveySheet,
    arrive,
    complete_survey,
    contact,
    declare_no_interest,
    dispatch,
    redispatch,
)
from yinuo.areas.claims.commands.taking_over import History, TakenOver, take_over_many
from yinuo.areas.claims.commands.warning import Warned, contact_early, warn

__all__ = [
    "AccidentRefused",
    "Damage",
    "History",
    "Injured",
    "Line",
    "NewLoss",
    "PossibleDuplicate",
    "Reason",
    "Report",
    "Reported",
    "Share",
    "SurveySheet",
    "TakenOver",
    "Warned",
    "answer_about_sum",
    "approve",
    "arrive",
    "ask_about_sum",
    "assess",
    "book_recovery",
    "calculate",
    "change_reserve",
    "close",
    "complete_papers",
    "complete_survey",
    "confirm_account",
    "contact",
    "contact_early",
    "decide",
    "declare_no_interest",
    "dispatch",
    "enter_accident",
    "find_duplicates",
    "instruct_payment",
    "judge_papers",
    "note_follow_ups",
    "notify_debtor",
    "open_recovery",
    "preview",
    "propose_account",
    "propose_refusal",
    "reassign",
    "receive_papers",
    "redispatch",
    "register",
    "report",
    "request_papers",
    "return_approval",
    "return_review",
    "review",
    "survey_and_assess",
    "take_bank_answer",
    "take_over_many",
    "tell_delay",
    "waive_papers",
    "warn",
    "withdraw",
    "write_letter",
]

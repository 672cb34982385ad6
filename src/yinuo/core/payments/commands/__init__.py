"""The only code that writes payee accounts, payments, batches and the bank's answers."""

from yinuo.core.payments.commands.accounts import (
    AccountAlreadyDecided,
    AccountNeedsSecondPerson,
    Proposal,
    confirm_account,
    decline_account,
    propose_account,
    propose_many,
)
from yinuo.core.payments.commands.answers import apply_answer, read_answers
from yinuo.core.payments.commands.batches import (
    AccountNotInForce,
    BatchMade,
    LeftOut,
    hand_over,
    make_batch,
    make_batches,
)
from yinuo.core.payments.commands.drafts import (
    AccountNotCorrected,
    ApprovalMissing,
    Draft,
    MoreThanApproved,
    NoAccountToPay,
    PaymentAlreadyRunning,
    PaymentHasLeft,
    PaymentNotReturned,
    cancel_payment,
    draft_many,
    draft_payment,
    reissue,
)

__all__ = [
    "AccountAlreadyDecided",
    "AccountNeedsSecondPerson",
    "AccountNotCorrected",
    "AccountNotInForce",
    "ApprovalMissing",
    "BatchMade",
    "Draft",
    "LeftOut",
    "MoreThanApproved",
    "NoAccountToPay",
    "PaymentAlreadyRunning",
    "PaymentHasLeft",
    "PaymentNotReturned",
    "Proposal",
    "apply_answer",
    "cancel_payment",
    "confirm_account",
    "decline_account",
    "draft_many",
    "draft_payment",
    "hand_over",
    "make_batch",
    "make_batches",
    "propose_account",
    "propose_many",
    "read_answers",
    "reissue",
]

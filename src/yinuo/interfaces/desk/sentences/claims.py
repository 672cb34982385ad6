"""What the timeline of a claim says."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from yinuo.interfaces.common.present import TimelineKind
from yinuo.interfaces.desk.sentences.table import Sentence

_DOCUMENT, _MONEY, _NOTE = TimelineKind.DOCUMENT, TimelineKind.MONEY, TimelineKind.NOTE

SENTENCES: Mapping[str, Sentence] = {
    "claim.warned": Sentence(gettext_noop("Warning: a complaint may come")),
    "claim.contacted_early": Sentence(gettext_noop("Called before a complaint came")),
    "claim.reported": Sentence(gettext_noop("Claim reported: %(door)s")),
    "claim.registered": Sentence(gettext_noop("Claim registered")),
    "claim.dispatched": Sentence(gettext_noop("Surveyor sent: %(surveyor)s")),
    "claim.redispatched": Sentence(gettext_noop("Another surveyor sent: %(surveyor)s")),
    "claim.no_interest_declared": Sentence(
        gettext_noop("Surveyor declared no interest of their own")
    ),
    "claim.contacted": Sentence(gettext_noop("First contact with the customer")),
    "claim.arrived": Sentence(gettext_noop("Surveyor arrived at the scene")),
    "claim.surveyed": Sentence(gettext_noop("Survey completed")),
    "claim.assessed": Sentence(
        gettext_noop("Loss %(loss)s assessed: asked %(asked)s, approved %(approved)s"), _MONEY
    ),
    "claim.papers_requested": Sentence(gettext_noop("Papers asked for"), _DOCUMENT),
    "claim.papers_completed": Sentence(gettext_noop("Papers complete"), _DOCUMENT),
    "claim.calculated": Sentence(gettext_noop("Loss %(loss)s calculated: %(amount)s"), _MONEY),
    "claim.refusal_proposed": Sentence(gettext_noop("Refusal of loss %(loss)s proposed"), _MONEY),
    "claim.reviewed": Sentence(gettext_noop("Calculation of loss %(loss)s confirmed"), _MONEY),
    "claim.review_returned": Sentence(
        gettext_noop("Calculation of loss %(loss)s returned by the reviewer"), _MONEY
    ),
    "claim.approved": Sentence(gettext_noop("Loss %(loss)s approved: %(amount)s"), _MONEY),
    "claim.approval_returned": Sentence(gettext_noop("Loss %(loss)s not approved"), _MONEY),
    "claim.decided": Sentence(
        gettext_noop("Decided for loss %(loss)s: %(amount)s, %(outcome)s"), _MONEY
    ),
    "claim.refused": Sentence(gettext_noop("Loss %(loss)s refused"), _MONEY),
    "claim.payment_instructed": Sentence(
        gettext_noop("Payment for loss %(loss)s instructed"), _MONEY
    ),
    "claim.paid_arrived": Sentence(gettext_noop("The money has arrived"), _MONEY, "kept"),
    "claim.payment_returned": Sentence(gettext_noop("The payment came back"), _MONEY),
    "claim.account_corrected": Sentence(gettext_noop("The account was corrected"), _MONEY),
    "claim.withdrawn": Sentence(gettext_noop("Claim withdrawn")),
    "claim.reserve_changed": Sentence(
        gettext_noop("Reserve of loss %(loss)s changed from %(from)s to %(to)s"), _MONEY
    ),
    "claim.closed": Sentence(gettext_noop("Claim closed")),
    "claim.taken_over": Sentence(gettext_noop("Claim taken over from another system")),
    "claim.reassigned": Sentence(gettext_noop("Given to another handler: %(handler)s")),
    "claim.account_declined": Sentence(gettext_noop("Changed account turned down"), _MONEY),
    "claim.accident_entered": Sentence(gettext_noop("Facts of the accident entered"), _MONEY),
    "claim.letter_written": Sentence(
        gettext_noop("Letter about loss %(loss)s written"), TimelineKind.MESSAGE
    ),
    "claim.sum_questioned": Sentence(
        gettext_noop("Question about the sum of loss %(loss)s"), _NOTE
    ),
    "claim.advance_proposed": Sentence(
        gettext_noop("Advance of %(amount)s proposed for loss %(loss)s"), _MONEY
    ),
    "claim.advance_approved": Sentence(
        gettext_noop("Advance of %(amount)s approved for loss %(loss)s"), _MONEY
    ),
    "claim.advance_returned": Sentence(
        gettext_noop("Advance of %(amount)s not approved for loss %(loss)s"), _MONEY
    ),
    "claim.advance_paid": Sentence(
        gettext_noop("Advance of %(amount)s sent for loss %(loss)s"), _MONEY
    ),
    "claim.decision_accepted": Sentence(
        gettext_noop("Decision on loss %(loss)s accepted"), _MONEY, "kept"
    ),
    "claim.sum_objected": Sentence(gettext_noop("Objection to the sum of loss %(loss)s"), _NOTE),
    "claim.sum_answered": Sentence(gettext_noop("Answered about the sum"), _NOTE, "kept"),
    "claim.recovery_opened": Sentence(gettext_noop("Recovery opened for loss %(loss)s"), _MONEY),
    "claim.debtor_notified": Sentence(gettext_noop("Told in writing who owes us"), _MONEY),
    "claim.recovery_booked": Sentence(gettext_noop("Recovery booked: %(amount)s"), _MONEY),
    "claim.delayed": Sentence(gettext_noop("Delay announced: new time %(new_time)s")),
}

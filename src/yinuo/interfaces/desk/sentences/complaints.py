"""What the timeline of a complaint says, and that of any case about a voice heard there."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common.present import TimelineKind
from yinuo.interfaces.desk.sentences.table import Sentence

_NOTE, _MONEY = TimelineKind.NOTE, TimelineKind.MONEY

SENTENCES: Mapping[str, Sentence] = {
    "complaint.taken_over": Sentence(gettext_noop("Complaint taken over from another system")),
    "complaint.received": Sentence(
        gettext_noop("Complaint received: %(channel)s"), words={"channel": said.CHANNELS}
    ),
    "complaint.acknowledged": Sentence(
        gettext_noop("Receipt confirmed in person: %(how)s"), words={"how": said.CHANNELS}
    ),
    "complaint.accepted": Sentence(gettext_noop("Complaint taken up")),
    "complaint.transferred": Sentence(gettext_noop("Passed on: this is no complaint")),
    "complaint.merged": Sentence(gettext_noop("Joined to another complaint")),
    "complaint.joined": Sentence(gettext_noop("Another complaint about the same matter joined")),
    "complaint.parties_named": Sentence(gettext_noop("Parties named: %(group)s people")),
    "complaint.power_asked": Sentence(gettext_noop("Power to speak for somebody else asked for")),
    "complaint.power_checked": Sentence(
        gettext_noop("Power looked at: %(kind)s"), words={"kind": said.POWERS}
    ),
    "complaint.ended_without_power": Sentence(gettext_noop("Ended: the power never came")),
    "complaint.taken_up_again": Sentence(
        gettext_noop("The power came, the complaint is taken up again: %(kind)s"),
        words={"kind": said.POWERS},
    ),
    "complaint.facts_added": Sentence(gettext_noop("New facts from the complainant"), _NOTE),
    "complaint.reopened": Sentence(
        gettext_noop("New facts after the answer: the inquiry and its time begin again")
    ),
    "complaint.forwarded": Sentence(gettext_noop("The regulator's letter recorded")),
    "complaint.reported_back": Sentence(gettext_noop("Reported to the regulator")),
    "complaint.called_major": Sentence(gettext_noop("Called a major complaint")),
    "complaint.contacted": Sentence(
        gettext_noop("Talk with the complainant: %(how)s"), _NOTE, words={"how": said.CHANNELS}
    ),
    "complaint.no_interest_declared": Sentence(gettext_noop("Declared: no interest of one's own")),
    "complaint.reassigned": Sentence(gettext_noop("Given to another handler: %(handler)s")),
    "complaint.investigated": Sentence(gettext_noop("Inquiry begun")),
    "complaint.described": Sentence(gettext_noop("What it is about was written down")),
    "complaint.causes_named": Sentence(gettext_noop("Causes named")),
    "complaint.root_found": Sentence(gettext_noop("Root found after %(rungs)s whys")),
    "complaint.handed_to_discipline": Sentence(gettext_noop("Handed over to internal discipline")),
    "complaint.tagged": Sentence(gettext_noop("Suspicion noted (internal)"), _NOTE),
    "complaint.tag_reviewed": Sentence(
        gettext_noop("Suspicion checked by a second person (internal)"), _NOTE
    ),
    "complaint.evidence_remarked": Sentence(gettext_noop("Remark on the evidence"), _NOTE),
    "complaint.lesson_written": Sentence(gettext_noop("Lesson written for the case library")),
    "complaint.extension_asked": Sentence(
        gettext_noop("More time asked for: %(stage)s"), words={"stage": said.COMPLEXITY}
    ),
    "complaint.extension_approved": Sentence(
        gettext_noop("More time approved; it runs when the complainant has been told")
    ),
    "complaint.extension_declined": Sentence(gettext_noop("More time declined")),
    "complaint.extended": Sentence(
        gettext_noop("Complainant told that it takes longer: %(stage)s"),
        words={"stage": said.COMPLEXITY},
    ),
    "complaint.time_excluded": Sentence(
        gettext_noop("Complainant told: time not counted for %(reason)s"),
        words={"reason": said.EXCLUDED},
    ),
    "complaint.time_included": Sentence(
        gettext_noop("Done: %(reason)s; the time runs on"), words={"reason": said.EXCLUDED}
    ),
    "complaint.proposal_prepared": Sentence(
        gettext_noop("Solution prepared; the complainant hears of it when its money is approved")
    ),
    "complaint.proposed": Sentence(gettext_noop("Solution proposed, round %(round)s")),
    "complaint.agreed": Sentence(
        gettext_noop("The complainant accepts the proposal"), TimelineKind.EVENT, "kept"
    ),
    "complaint.disagreed": Sentence(gettext_noop("The complainant does not accept the proposal")),
    "complaint.compensation_approved": Sentence(
        gettext_noop("Compensation approved: %(amount)s"), _MONEY
    ),
    "complaint.compensation_returned": Sentence(gettext_noop("Compensation not approved"), _MONEY),
    "complaint.account_confirmed": Sentence(gettext_noop("Account confirmed"), _MONEY),
    "complaint.payment_instructed": Sentence(gettext_noop("Bank instructed"), _MONEY),
    "complaint.money_arrived": Sentence(gettext_noop("Money arrived"), _MONEY, "kept"),
    "complaint.money_returned": Sentence(gettext_noop("The bank sent the money back"), _MONEY),
    "complaint.measure_done": Sentence(
        gettext_noop("Done: %(kind)s"), words={"kind": said.MEASURES}
    ),
    "complaint.checked": Sentence(gettext_noop("Checked that it was done")),
    "complaint.decided": Sentence(
        gettext_noop("Decided: %(upheld)s"), words={"upheld": said.UPHELD}
    ),
    "complaint.told": Sentence(
        gettext_noop("Answer told: %(how)s"), TimelineKind.EVENT, "kept", {"how": said.CHANNELS}
    ),
    "complaint.delivery_proved": Sentence(gettext_noop("Proof of delivery kept")),
    "complaint.rated": Sentence(gettext_noop("The complainant gave %(rating)s of 5")),
    "complaint.review_asked": Sentence(gettext_noop("Review asked for")),
    "complaint.review_settled": Sentence(
        gettext_noop("Review decided; it is told when its money is approved")
    ),
    "complaint.review_decided": Sentence(gettext_noop("Review decided and told")),
    "complaint.closed": Sentence(gettext_noop("Complaint closed")),
    "complaint.withdrawn": Sentence(gettext_noop("Complaint withdrawn")),
    "voice.escalated": Sentence(
        gettext_noop("Broken promise reported to %(level)s: %(promise)s"),
        TimelineKind.PROMISE,
        "broken",
    ),
    "voice.concern_heard": Sentence(gettext_noop("A voice from outside: a concern"), _NOTE),
}

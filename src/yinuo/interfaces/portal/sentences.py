"""What the customer reads about states, events and things harmed. Keys are literal, so they can
be found; the words about what comes next are texts, because they are promises of a kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.interfaces.common.present import TimelineKind

NEXT_STEPS: Mapping[str, str] = {
    "reported": "next_steps.reported",
    "registered": "next_steps.registered",
    "dispatched": "next_steps.dispatched",
    "surveyed": "next_steps.surveyed",
    "assessed": "next_steps.assessed",
    "documented": "next_steps.documented",
    "calculated": "next_steps.calculated",
    "reviewed": "next_steps.reviewed",
    "approved": "next_steps.approved",
    "decided": "next_steps.decided",
    "returned": "next_steps.returned",
    "paid": "next_steps.paid",
    "arrived": "next_steps.arrived",
    "closed": "next_steps.closed",
    "zero": "next_steps.zero",
    "refused": "next_steps.refused",
    "withdrawn": "next_steps.withdrawn",
}
PAPERS_WANTED = "next_steps.papers_wanted"
ACCOUNT_WANTED = "next_steps.account_wanted"

TERMS = (
    "terms.survey",
    "terms.assessment",
    "terms.calculation",
    "terms.review",
    "terms.deductible",
    "terms.limit",
    "terms.compulsory_cover",
    "terms.clause",
    "terms.four_eyes",
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of "what happened". Steps between colleagues are not told: half a decision read
    from them would be a wrong one.
    """

    words: str
    kind: TimelineKind = TimelineKind.EVENT


MILESTONES: Mapping[str, Milestone] = {
    "claim.reported": Milestone(gettext_noop("Your report reached us")),
    "claim.registered": Milestone(gettext_noop("Claim accepted")),
    "claim.dispatched": Milestone(gettext_noop("Surveyor sent")),
    "claim.redispatched": Milestone(gettext_noop("Another surveyor sent")),
    "claim.contacted": Milestone(gettext_noop("We called you")),
    "claim.arrived": Milestone(gettext_noop("Surveyor arrived")),
    "claim.surveyed": Milestone(gettext_noop("Survey completed")),
    "claim.assessed": Milestone(gettext_noop("Loss assessed")),
    "claim.papers_requested": Milestone(
        gettext_noop("We asked you for papers"), TimelineKind.DOCUMENT
    ),
    "document.received": Milestone(gettext_noop("Paper received"), TimelineKind.DOCUMENT),
    "document.accepted": Milestone(gettext_noop("Paper accepted"), TimelineKind.DOCUMENT),
    "document.rejected": Milestone(gettext_noop("Paper could not be used"), TimelineKind.DOCUMENT),
    "claim.papers_completed": Milestone(gettext_noop("Papers complete, being checked")),
    "claim.decided": Milestone(gettext_noop("Decision made")),
    "claim.refused": Milestone(gettext_noop("Decision made")),
    "claim.advance_paid": Milestone(
        gettext_noop("A part of the money is on its way"), TimelineKind.MONEY
    ),
    "claim.decision_accepted": Milestone(gettext_noop("You accepted our decision")),
    "account.proposed": Milestone(gettext_noop("Bank account entered"), TimelineKind.MONEY),
    "account.confirmed": Milestone(gettext_noop("Bank account confirmed"), TimelineKind.MONEY),
    "claim.payment_instructed": Milestone(gettext_noop("Payment on its way"), TimelineKind.MONEY),
    "claim.paid_arrived": Milestone(gettext_noop("Money arrived"), TimelineKind.MONEY),
    "claim.payment_returned": Milestone(gettext_noop("Payment came back"), TimelineKind.MONEY),
    "claim.account_corrected": Milestone(gettext_noop("Account corrected"), TimelineKind.MONEY),
    "claim.account_declined": Milestone(
        gettext_noop("Changed account not taken"), TimelineKind.MONEY
    ),
    "claim.delayed": Milestone(gettext_noop("We told you of a delay"), TimelineKind.MESSAGE),
    "claim.reassigned": Milestone(gettext_noop("Somebody else looks after your claim")),
    "claim.withdrawn": Milestone(gettext_noop("Claim withdrawn")),
    "claim.closed": Milestone(gettext_noop("Claim closed")),
}

LOSS_KINDS: Mapping[str, str] = {
    "own_vehicle": gettext_noop("Your car"),
    "other_vehicle": gettext_noop("Another car"),
    "property": gettext_noop("Other property"),
    "injury": gettext_noop("An injured person"),
}

PAYMENT_STATES: Mapping[str, str] = {
    "ready": gettext_noop("Leaves with the next run to the bank"),
    "batched": gettext_noop("Being handed to the bank"),
    "handed_over": gettext_noop("With the bank"),
    "under_way": gettext_noop("On its way"),
    "arrived": gettext_noop("Arrived in the account"),
    "returned": gettext_noop("Came back from the bank"),
    "cancelled": gettext_noop("Cancelled"),
}


def loss_name(kind: str, title: str) -> str:
    """The loss's own title, else what kind of thing it is."""
    return title or _(LOSS_KINDS.get(kind, gettext_noop("Other property")))

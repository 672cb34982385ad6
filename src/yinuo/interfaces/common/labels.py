"""The words on screen for the values that the tables keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.people.rules import ROLE_NAMES
from yinuo.interfaces.common.fields import Option
from yinuo.interfaces.common.present import Tag, Tone

Words = Mapping[str, str]

LOSS_KINDS: Words = {
    "own_vehicle": gettext_noop("Own car"),
    "other_vehicle": gettext_noop("Other car"),
    "property": gettext_noop("Other property"),
    "injury": gettext_noop("Injured person"),
}
SEVERITIES: Words = {
    "light": gettext_noop("Slight"),
    "medium": gettext_noop("Moderate"),
    "severe": gettext_noop("Severe"),
    "total": gettext_noop("Total loss"),
}
CAUSES: Words = {
    "collision": gettext_noop("Collision with another car"),
    "single_car": gettext_noop("Own car alone"),
    "scratch": gettext_noop("Scratch"),
    "glass": gettext_noop("Glass only"),
    "theft": gettext_noop("Theft"),
    "fire": gettext_noop("Fire"),
    "flood": gettext_noop("Flood"),
    "falling_object": gettext_noop("Falling object"),
    "vandalism": gettext_noop("Damaged on purpose by somebody unknown"),
    "other": gettext_noop("Something else"),
}
CLASSES: Words = {
    "small": gettext_noop("Small claim"),
    "regular": gettext_noop("Regular claim"),
    "major": gettext_noop("Major claim"),
    "special": gettext_noop("Special claim"),
}
ROLES: Words = ROLE_NAMES
LIABILITIES: Words = {
    "full": gettext_noop("Full liability"),
    "main": gettext_noop("Main liability"),
    "equal": gettext_noop("Equal liability"),
    "minor": gettext_noop("Minor liability"),
    "none": gettext_noop("No liability"),
}
AUTHENTICITY: Words = {
    "consistent": gettext_noop("Fits what was reported"),
    "doubtful": gettext_noop("Doubtful"),
    "false": gettext_noop("Does not fit what was reported"),
}
MODES: Words = {
    "on_site": gettext_noop("At the scene"),
    "remote": gettext_noop("By photos and phone"),
}
DEGREES: Words = {
    "light": gettext_noop("Slightly damaged"),
    "medium": gettext_noop("Damaged"),
    "heavy": gettext_noop("Badly damaged"),
    "destroyed": gettext_noop("Destroyed"),
}
LINE_KINDS: Words = {
    "part": gettext_noop("Part"),
    "labour": gettext_noop("Labour"),
    "material": gettext_noop("Material"),
    "other": gettext_noop("Other"),
}
OUTCOMES: Words = {
    "pay": gettext_noop("Paid in full"),
    "part": gettext_noop("Paid in part"),
    "refuse": gettext_noop("Refused"),
}
PAYMENTS: Words = {
    "ready": gettext_noop("Ready for the bank"),
    "batched": gettext_noop("In a file for the bank"),
    "handed_over": gettext_noop("Handed to the bank"),
    "under_way": gettext_noop("Under way at the bank"),
    "arrived": gettext_noop("Arrived"),
    "returned": gettext_noop("Came back"),
    "cancelled": gettext_noop("Cancelled"),
}
PAYMENT_TONES: Mapping[str, Tone] = {
    "arrived": Tone.JADE,
    "returned": Tone.AMBER,
    "cancelled": Tone.PLAIN,
}
COVERS: Words = {
    "ctpli": gettext_noop("Compulsory traffic insurance"),
    "own_damage": gettext_noop("Own damage"),
    "third_party": gettext_noop("Third-party liability"),
    "seats": gettext_noop("People in the car"),
}
TOPICS: Words = {
    "cover": gettext_noop("What is covered"),
    "exclusions": gettext_noop("What is not covered"),
    "process": gettext_noop("How a claim goes"),
    "papers": gettext_noop("Which papers are needed"),
    "deductible": gettext_noop("The deductible"),
}
STANDINGS: Words = {
    "in_force": gettext_noop("In force"),
    "not_yet": gettext_noop("Not yet in force"),
    "ended": gettext_noop("Ended"),
    "cancelled": gettext_noop("Cancelled"),
}
DOUBTS: Words = {
    "not_ours": gettext_noop("No policy of ours"),
    "not_yet": gettext_noop("The policy had not begun at the time of the accident"),
    "ended": gettext_noop("The policy had ended at the time of the accident"),
    "cancelled": gettext_noop("The policy had been cancelled"),
    "cover_missing": gettext_noop("A loss is of a kind that the policy does not cover"),
}
LANGUAGES: Words = {
    "zh-hans": gettext_noop("Simplified Chinese"),
    "zh-hant": gettext_noop("Traditional Chinese"),
    "en": gettext_noop("English"),
}
CHANNELS: Words = {
    "inbox": gettext_noop("Inbox on the case page"),
    "email": gettext_noop("E-mail"),
}
WHY_NOT: Words = {
    "no_address": gettext_noop("Not sent: no address"),
    "opted_out": gettext_noop("Not sent: does not want it"),
    "prefers_inbox": gettext_noop("Not sent: prefers the inbox"),
    "gave_up": gettext_noop("Could not be delivered"),
    "outcome_unknown": gettext_noop("May not have arrived"),
    "came_back": gettext_noop("Came back: the address does not work"),
}
MESSAGE_STATUS: Words = {
    "queued": gettext_noop("Waiting to be sent"),
    "sending": gettext_noop("Being sent"),
    "sent": gettext_noop("Sent"),
    "failed": gettext_noop("Failed"),
    "not_sent": gettext_noop("Not sent"),
}
PAPERS: Words = {
    "needed": gettext_noop("Needed, not asked for yet"),
    "asked": gettext_noop("Asked for"),
    "received": gettext_noop("Received"),
    "accepted": gettext_noop("Accepted"),
    "rejected": gettext_noop("Asked for again"),
    "waived": gettext_noop("Not needed any more"),
}
DOORS: Words = {
    "phone": gettext_noop("By phone"),
    "web": gettext_noop("By the customer on the web"),
    "api": gettext_noop("By a partner's system"),
    "import": gettext_noop("Taken over from a file"),
}
STOPS: Words = {
    "supplement": gettext_noop("Waiting for papers from the customer"),
    "account_correction": gettext_noop("Waiting for a corrected account"),
    "agreed_time": gettext_noop("A later time was agreed with the customer"),
    "car_not_available": gettext_noop("The car cannot be seen yet"),
    "ended": gettext_noop("No longer needed"),
}

CONCERN_REASONS: Words = {
    "low_score": gettext_noop("A low score"),
    "named_problem": gettext_noop("A problem was named"),
    "open_question": gettext_noop("A question is open"),
    "threat": gettext_noop("Words of threat"),
    "urgent_words": gettext_noop("Urgent words"),
    "said_to_us": gettext_noop("Said to one of us"),
    "asked_by_customer": gettext_noop("Written by the customer"),
    "not_satisfied_again": gettext_noop("Not solved after all"),
}
CONCERN_DOORS: Words = {
    "call_back": gettext_noop("Answer to a call-back"),
    "words": gettext_noop("Words on a case"),
    "portal": gettext_noop("Told by the customer on the web"),
    "desk": gettext_noop("Taken up by a colleague"),
    "api": gettext_noop("By a partner's system"),
}
CONCERN_OUTCOMES: Words = {
    "confirmed": gettext_noop("Confirmed by the customer"),
    "reviewed": gettext_noop("Closed without the customer's yes"),
    "complaint": gettext_noop("Became a complaint"),
}
CLOSING_REASONS: Words = {
    "no_reaction": gettext_noop("The customer did not react, however often we asked"),
    "taken_back": gettext_noop("The customer takes it back"),
    "twice_told": gettext_noop("The same is looked after elsewhere"),
    "not_ours": gettext_noop("We are not the ones who can solve it"),
    "law_forbids": gettext_noop("What is wanted is against the law"),
}
WORD_CAUSES: Words = {
    "amount": gettext_noop("The amount"),
    "attitude": gettext_noop("How people behaved"),
    "delay": gettext_noop("Too slow"),
    "denial": gettext_noop("The refusal"),
    "docs": gettext_noop("The papers"),
    "fraud": gettext_noop("Suspected fraud"),
    "misconduct": gettext_noop("Against the rules"),
    "policy": gettext_noop("Clauses and what was told"),
    "progress": gettext_noop("Nobody tells how it goes"),
    "repair": gettext_noop("The repair"),
    "other": gettext_noop("Something else"),
}
SENTIMENTS: Words = {
    "pos": gettext_noop("Content"),
    "neu": gettext_noop("Neither"),
    "neg": gettext_noop("Not content"),
}
URGENCIES: Words = {
    "high": gettext_noop("Needs a call today"),
    "normal": gettext_noop("In its turn"),
    "low": gettext_noop("Nothing waits"),
}
PRODUCTS: Words = {
    "motor": gettext_noop("Motor insurance"),
}
RELATIONS: Words = {
    "none": gettext_noop("Not insured with us"),
    "new": gettext_noop("New customer"),
    "loyal": gettext_noop("Loyal customer"),
    "at_risk": gettext_noop("May leave us"),
    "lost": gettext_noop("Left us"),
}
AUDIENCES: Words = {
    "sales": gettext_noop("Sales"),
    "service": gettext_noop("Service"),
    "claims": gettext_noop("Claims"),
}
FINDING_STANDINGS: Words = {
    "new": gettext_noop("New"),
    "considered": gettext_noop("Being considered"),
    "adopted": gettext_noop("Adopted"),
    "declined": gettext_noop("Not adopted"),
}


def word(table: Words, key: str) -> str:
    """The word for a value in the reader's language; the value itself when none is known."""
    return _(table[key]) if key in table else key


def options(table: Words, keys: Iterable[str] | None = None) -> tuple[Option, ...]:
    """The choices of a field, in the order of the table or of the keys."""
    return tuple(Option(key, word(table, key)) for key in (table if keys is None else keys))


def state_tag(label: str, *, state: str, closed: bool) -> Tag:
    """A case's state as a tag; `label` is the workflow's msgid."""
    if state == "returned":
        return Tag(_(label), Tone.AMBER, "warn")
    return Tag(_(label), Tone.PLAIN if closed else Tone.PINE)


# The text of each sign of trouble: its name, and how a call about it may begin.
SIGNS: Mapping[str, str] = {
    "silence": "warnings.silence",
    "promise_missed": "warnings.promise_missed",
    "promise_near": "warnings.promise_near",
    "papers_again": "warnings.papers_again",
    "asked_again": "warnings.asked_again",
    "part_payment": "warnings.part_payment",
    "tone": "warnings.tone",
    "reassignments": "warnings.reassignments",
}

# News that a customer waits for, as a list names what nobody has told yet.
NEWS: Mapping[str, str] = {
    "claim.registered": gettext_noop("Registered"),
    "claim.dispatched": gettext_noop("A surveyor was sent"),
    "claim.redispatched": gettext_noop("Another surveyor was sent"),
    "claim.surveyed": gettext_noop("Surveyed"),
    "claim.assessed": gettext_noop("Assessed"),
    "claim.papers_requested": gettext_noop("Papers were asked for"),
    "claim.papers_completed": gettext_noop("Papers complete"),
    "claim.decided": gettext_noop("Decided"),
    "claim.refused": gettext_noop("Refused"),
    "claim.payment_instructed": gettext_noop("Payment under way"),
    "claim.payment_returned": gettext_noop("Payment came back"),
    "claim.paid_arrived": gettext_noop("Money arrived"),
    "claim.reassigned": gettext_noop("The handler changed"),
    "document.rejected": gettext_noop("A paper was not accepted"),
}

"""What the timeline of a call-back says, and that of the claim about it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from yinuo.interfaces.common import call_back_words as words
from yinuo.interfaces.desk.sentences.table import Sentence

SENTENCES: Mapping[str, Sentence] = {
    "call_back.opened": Sentence(
        gettext_noop("Call-back opened: %(occasion)s (%(strategy)s)"),
        words={"occasion": words.OCCASIONS, "strategy": words.STRATEGIES},
    ),
    "call_back.invited": Sentence(gettext_noop("Letter with the link, round %(round)s")),
    "call_back.call_started": Sentence(gettext_noop("Call begun, contact %(number)s")),
    "call_back.identified": Sentence(gettext_noop("Made sure who is on the phone")),
    "call_back.recording_noted": Sentence(
        gettext_noop("Recording of contact %(number)s is kept until %(until)s")
    ),
    "call_back.attempted": Sentence(
        gettext_noop("Call ended: %(outcome)s"), words={"outcome": words.OUTCOMES}
    ),
    "call_back.reached": Sentence(gettext_noop("The customer answered the phone")),
    "call_back.answered": Sentence(
        gettext_noop("Answers of round %(round)s; satisfaction %(csat)s of 5")
    ),
    "call_back.heard_in_part": Sentence(
        gettext_noop("Questions left in the middle; what was said is followed up")
    ),
    "call_back.completed": Sentence(gettext_noop("The customer is content"), tone="kept"),
    "call_back.round_planned": Sentence(gettext_noop("To be asked again: round %(round)s")),
    "call_back.brought_forward": Sentence(
        gettext_noop("Mended before its time: round %(round)s comes earlier")
    ),
    "call_back.ended_unsatisfied": Sentence(
        gettext_noop("Ended after round %(round)s, the customer is not content")
    ),
    "call_back.stopped": Sentence(gettext_noop("The customer said stop")),
    "call_back.opted_out": Sentence(gettext_noop("The customer does not want to be asked again")),
    "call_back.exhausted": Sentence(gettext_noop("Ended without an answer")),
    "call_back.excluded": Sentence(
        gettext_noop("No call-back: %(reason)s"), words={"reason": words.EXCLUSIONS}
    ),
    "claim.follow_up_noted": Sentence(
        gettext_noop("Asked how it was: %(follow_up)s"),
        words={
            "follow_up": {
                "call_back": gettext_noop("by a call-back"),
                "excluded": gettext_noop("nobody asks, with a reason"),
            }
        },
    ),
}

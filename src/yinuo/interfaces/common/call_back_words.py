"""What the codes of a call-back are called on a screen."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

Words = Mapping[str, str]

CONTACTS: Words = {
    "message": gettext_noop("Letter with the link"),
    "call": gettext_noop("Telephone call"),
    "end": gettext_noop("Nothing more is tried"),
    "portal": gettext_noop("By the link"),
}
OUTCOMES: Words = {
    "reached": gettext_noop("Reached"),
    "no_answer": gettext_noop("No answer"),
    "busy": gettext_noop("Busy"),
    "wrong_number": gettext_noop("Wrong number"),
    "refused": gettext_noop("Does not want to answer"),
    "later": gettext_noop("Call later at …"),
    "sent": gettext_noop("Sent"),
    "abandoned": gettext_noop("Ended without a record"),
    "": gettext_noop("On the phone now"),
}
STRATEGIES: Words = {
    "regular": gettext_noop("Regular case"),
    "major": gettext_noop("Major case"),
    "special": gettext_noop("Special case"),
    "after_complaint": gettext_noop("After a complaint"),
    "periodic": gettext_noop("Periodic"),
}
OCCASIONS: Words = {
    "paid": gettext_noop("The money has arrived"),
    "refused": gettext_noop("The claim was refused"),
    "withdrawn": gettext_noop("The claim was withdrawn"),
    "zero": gettext_noop("Nothing was due"),
    "periodic": gettext_noop("A periodic campaign"),
    "after_complaint": gettext_noop("A complaint was closed"),
}
EXCLUSIONS: Words = {
    "opted_out": gettext_noop("Does not want to be asked"),
    "death": gettext_noop("Somebody died"),
    "severe_injury": gettext_noop("Somebody was severely injured"),
    "fraud": gettext_noop("The case is looked into"),
    "litigation": gettext_noop("The case is before a court"),
    "open_complaint": gettext_noop("A complaint is open"),
    "cool_down": gettext_noop("Was asked a short while ago"),
    "not_in_sample": gettext_noop("Left out by lot"),
}
CAMPAIGNS: Words = {
    "periodic": gettext_noop("Periodic, a share of those whose claims ended"),
    "after_complaint": gettext_noop("Everybody whose complaint was closed"),
}

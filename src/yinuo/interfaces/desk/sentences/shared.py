"""What the timeline of every kind of case says."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from yinuo.interfaces.common.present import TimelineKind
from yinuo.interfaces.desk.sentences.table import Sentence

_PROMISE, _DOCUMENT, _MONEY, _NOTE = (
    TimelineKind.PROMISE,
    TimelineKind.DOCUMENT,
    TimelineKind.MONEY,
    TimelineKind.NOTE,
)

SENTENCES: Mapping[str, Sentence] = {
    "document.requested": Sentence(gettext_noop("List of papers sent (%(count)s)"), _DOCUMENT),
    "document.received": Sentence(gettext_noop("Paper received: %(paper)s"), _DOCUMENT),
    "document.accepted": Sentence(gettext_noop("Paper accepted: %(paper)s"), _DOCUMENT, "kept"),
    "document.rejected": Sentence(gettext_noop("Paper asked for again: %(paper)s"), _DOCUMENT),
    "document.written": Sentence(gettext_noop("Letter written: %(paper)s"), _DOCUMENT),
    "document.waived": Sentence(gettext_noop("Paper not needed any more: %(paper)s"), _DOCUMENT),
    "account.proposed": Sentence(gettext_noop("Account entered"), _MONEY),
    "account.confirmed": Sentence(gettext_noop("Account confirmed by a second person"), _MONEY),
    "account.declined": Sentence(gettext_noop("Account not confirmed"), _MONEY),
    "payment.sent": Sentence(gettext_noop("Payment put in a file for the bank"), _MONEY),
    "payment.arrived": Sentence(gettext_noop("The bank says: arrived"), _MONEY),
    "payment.returned": Sentence(gettext_noop("The bank says: came back (%(reason)s)"), _MONEY),
    "payment.cancelled": Sentence(gettext_noop("Payment cancelled before it left"), _MONEY),
    "payment.contradicted": Sentence(
        gettext_noop("The bank contradicts an earlier answer; a person has to look"),
        _MONEY,
        "broken",
    ),
    "message.written": Sentence(
        gettext_noop("Letter written to the customer"), TimelineKind.MESSAGE
    ),
    "note.added": Sentence(gettext_noop("Note written"), _NOTE),
    "note.erased": Sentence(gettext_noop("Note erased on request"), _NOTE),
    "promise.made": Sentence(gettext_noop("Promised: %(promise)s, by %(due)s"), _PROMISE),
    "promise.kept": Sentence(gettext_noop("Promise kept: %(promise)s"), _PROMISE, "kept"),
    "promise.missed": Sentence(gettext_noop("Promise broken: %(promise)s"), _PROMISE, "broken"),
    "promise.warned": Sentence(gettext_noop("Reminder: %(promise)s is due %(due)s"), _PROMISE),
    "promise.escalated": Sentence(
        gettext_noop("Broken promise reported to %(level)s: %(promise)s"), _PROMISE, "broken"
    ),
    "promise.paused": Sentence(gettext_noop("Clock stopped: %(promise)s (%(stop)s)"), _PROMISE),
    "promise.resumed": Sentence(gettext_noop("Clock runs again: %(promise)s"), _PROMISE),
    "promise.still_paused": Sentence(
        gettext_noop("The clock stays stopped: %(promise)s"), _PROMISE
    ),
    "promise.extended": Sentence(
        gettext_noop("More time approved: %(promise)s, by %(due)s"), _PROMISE
    ),
    "promise.recounted": Sentence(
        gettext_noop("Counted again after a change of the calendar: %(promise)s, by %(due)s"),
        _PROMISE,
    ),
    "promise.forgiven": Sentence(
        gettext_noop("Not broken: it was over before that: %(promise)s"), _PROMISE
    ),
    "promise.withdrawn": Sentence(gettext_noop("No longer promised: %(promise)s"), _PROMISE),
}

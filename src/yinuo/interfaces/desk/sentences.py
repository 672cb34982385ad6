"""One sentence for each line of a timeline, and what kind of line it is.

The table names every type of event. A sentence may use the words that `params_of` finds in the
event's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Money, TimelineKind


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    kind: TimelineKind = TimelineKind.EVENT
    tone: str = ""


_EVENT, _PROMISE = TimelineKind.EVENT, TimelineKind.PROMISE
_DOCUMENT, _MONEY, _NOTE = TimelineKind.DOCUMENT, TimelineKind.MONEY, TimelineKind.NOTE

SENTENCES: Mapping[str, Sentence] = {
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
    "claim.delayed": Sentence(gettext_noop("Delay announced: new time %(new_time)s")),
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
    "promise.withdrawn": Sentence(gettext_noop("No longer promised: %(promise)s"), _PROMISE),
}
_UNKNOWN = Sentence("%(type)s")
_NONE = "—"


def sentence_of(type_: str) -> Sentence:
    """The sentence of an event type; one from a later version shows its own name."""
    return SENTENCES.get(type_, _UNKNOWN)


def title_of(
    type_: str,
    data: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    papers: Mapping[int, str],
    currency: str,
    language: str,
    now: datetime,
) -> str:
    """What happened, in the reader's language."""
    params: dict[str, str] = _Params(type=type_)
    params.update(_plain(data, now))
    params.update(_amounts(data, currency))
    if isinstance(data.get("rule"), str):
        params["promise"] = rulebook.promise_title(data["rule"], language).title
    if "document" in data:
        params["paper"] = papers.get(data["document"], str(data.get("kind", "")))
    for key, param in (("surveyor", "surveyor"), ("to", "handler")):
        if key in data:
            params[param] = names.get(f"staff:{data[key]}", _NONE)
    return _(sentence_of(type_).text) % params


class _Params(dict[str, str]):
    """A word that the event does not hold is a dash, never a broken page."""

    def __missing__(self, key: str) -> str:
        return _NONE


def _plain(data: Mapping[str, Any], now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    if "loss" in data:
        found["loss"] = str(data["loss"])
    if "reason" in data:
        found["reason"] = str(data["reason"])
        found["stop"] = labels.word(labels.STOPS, str(data["reason"]))
    if "door" in data:
        found["door"] = labels.word(labels.DOORS, str(data["door"]))
    if "outcome" in data:
        found["outcome"] = labels.word(labels.OUTCOMES, str(data["outcome"]))
    if "documents" in data:
        found["count"] = str(len(data["documents"]))
    if isinstance(data.get("to"), str):
        found["level"] = labels.word(labels.ROLES, data["to"])
    for key, param in (("due", "due"), ("new_at", "new_time")):
        if isinstance(data.get(key), str):
            found[param] = _time(data[key], now)
    return found


def _time(text: str, now: datetime) -> str:
    try:
        return wording.near_time(datetime.fromisoformat(text), now)
    except ValueError:
        return text


def _amounts(data: Mapping[str, Any], currency: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in ("amount", "asked", "approved", "from", "to"):
        try:
            found[key] = str(Money(Decimal(str(data[key])), currency))
        except (KeyError, InvalidOperation):
            continue
    return found

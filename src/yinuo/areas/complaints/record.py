"""What the record of the case complained of holds, read once for whatever is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Q

from yinuo.areas.complaints.rulefile import CausesRules
from yinuo.core.cases.models import Case, Event, Note, Promise
from yinuo.core.documents.models import Document
from yinuo.core.messages.models import Message
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import together
from yinuo.kit.together import Rows

RETURNED = ("claim.payment_returned", "payment.returned")
_REASSIGNED = ".reassigned"
REACHED = (Message.Status.QUEUED, Message.Status.SENDING, Message.Status.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Each the oldest first: events that are steps or bad news, questions and answers, and what
    the customer was told.
    """

    case: Case
    promises: Sequence[Promise]
    papers: Sequence[Document]
    events: Sequence[Event]
    notes: Sequence[Note]
    told: Sequence[Message]

    @property
    def reached(self) -> list[Message]:
        """What really went to the customer: nothing that was held back or could not be sent."""
        return [
            one
            for one in self.told
            if one.person_id == self.case.customer_id and one.status in REACHED
        ]

    @property
    def reassigned(self) -> list[Event]:
        return [one for one in self.events if one.type.endswith(_REASSIGNED)]

    @property
    def questions(self) -> list[Note]:
        return [one for one in self.notes if one.kind == "question"]

    @property
    def unanswered(self) -> list[Note]:
        """Questions of the customer that no answer followed."""
        answered_at = max((one.at for one in self.notes if one.kind == "answer"), default=None)
        return [one for one in self.questions if answered_at is None or one.at > answered_at]

    def silences(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """The times between what the customer heard, while the case was open."""
        heard = {one.written_at for one in self.reached}
        heard |= {one.at for one in self.notes if one.kind == "answer" and one.for_customer}
        moments = sorted(heard)
        return list(pairwise([self.case.opened_at, *moments, self.case.closed_at or at]))


def read(case: Case) -> Record:
    """One statement."""
    steps = Q(seq=1) | Q(data__has_key="step") | Q(data__has_key="outcome")
    bad = Q(type__endswith=_REASSIGNED) | Q(type__in=RETURNED)
    promises = Rows(Promise.objects.filter(case=case).order_by("pk"))
    papers = Rows(Document.objects.filter(case=case).order_by("asked_at", "pk"))
    events = Rows(Event.objects.filter(steps | bad, case=case).order_by("seq"))
    notes = Rows(
        Note.objects.filter(case=case, kind__in=("question", "answer")).order_by("at", "pk")
    )
    told = Rows(
        Message.objects.filter(case=case, person__isnull=False).order_by("written_at", "pk")
    )
    together.read(promises, papers, events, notes, told)
    return Record(
        case=case,
        promises=promises.rows,
        papers=papers.rows,
        events=events.rows,
        notes=notes.rows,
        told=told.rows,
    )


def signs_in(record: Record, at: datetime) -> frozenset[str]:
    """Codes of what went wrong on a case, from its own timeline, promises, papers and notes."""
    rule = rulebook.rules(CausesRules, at=at).suggesting
    found: set[str] = set()
    for promise in record.promises:
        if promise.missed_at is not None:
            late = rule.late_promises.value.get(promise.rule, "promise_missed")
            found |= {"promise_missed", late}
    outcomes = [one.data.get("outcome") for one in record.events]
    longest = max((later - earlier).days for earlier, later in record.silences(at))
    signs = {
        "asked_twice": any(one.request_round > 1 for one in record.papers),
        "papers_rejected": any(one.status == Document.Status.REJECTED for one in record.papers),
        "reassigned": bool(record.reassigned),
        "payment_returned": any(one.type in RETURNED for one in record.events),
        "part_paid": "part" in outcomes,
        "refused": "refuse" in outcomes,
        "question_unanswered": bool(record.unanswered),
        "silence": longest >= rule.silence_from_days.value,
    }
    return frozenset(found | {code for code, is_so in signs.items() if is_so})

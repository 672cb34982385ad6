"""A customer's whole way with us on one line: sale, claims, what we said, what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.messages.models import Message
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.core.policies.models import Policy

MOST = 200

# The turning points of a case that belong on the line of a life; the rest is on its own page.
TURNING_POINTS = (
    "claim.reported",
    "claim.decided",
    "claim.refused",
    "claim.paid_arrived",
    "claim.payment_returned",
    "claim.withdrawn",
    "claim.closed",
    "claim.delayed",
    "call_back.answered",
    "call_back.completed",
    "call_back.opted_out",
    "concern.opened",
    "concern.solved",
    "concern.closed",
    "concern.became_complaint",
    "complaint.received",
    "complaint.told",
    "complaint.closed",
    "complaint.withdrawn",
    "promise.missed",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of the history. `phase` is before, claim or after; `kind` says what it is."""

    at: datetime
    phase: str
    kind: str
    text: str
    case: Case | None = None
    event: Event | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class CustomerFile:
    person: Person
    policies: tuple[Policy, ...]
    cases: tuple[Case, ...]
    moments: tuple[Moment, ...]


def customer_file(actor: Actor, person_id: int) -> CustomerFile:
    """Everything of one person that this actor may see. Raises people.queries.PersonNotFound."""
    person = people.person_for(actor, person_id)
    held = policies.visible_to(actor).filter(holder=person).prefetch_related("disclosures")
    owned = tuple(held.order_by("-starts_at")[:MOST])
    seen = cases.visible_to(actor).filter(customer=person).order_by("-opened_at")[:MOST]
    own_cases = tuple(seen)
    moments = (
        *_sales(owned),
        *_turns(own_cases),
        *_messages(person, own_cases),
        *_notes(own_cases),
    )
    newest = tuple(sorted(moments, key=lambda one: one.at, reverse=True))
    return CustomerFile(person, owned, own_cases, newest[:MOST])


def _sales(owned: tuple[Policy, ...]) -> list[Moment]:
    found = [
        Moment(policy.starts_at, "before", "policy", policy.number, policy=policy)
        for policy in owned
    ]
    found += [
        Moment(
            told.told_at,
            "before",
            "explained" if told.explained else "not_explained",
            told.topic,
            policy=policy,
        )
        for policy in owned
        for told in policy.disclosures.all()
    ]
    return found


def _turns(own_cases: tuple[Case, ...]) -> list[Moment]:
    by_id = {case.pk: case for case in own_cases}
    events = Event.objects.filter(case__in=by_id, type__in=TURNING_POINTS).order_by("-at")[:MOST]
    return [
        Moment(
            event.at,
            "claim" if _belongs_to_the_claim(by_id[event.case_id], event) else "after",
            event.type,
            "",
            case=by_id[event.case_id],
            event=event,
        )
        for event in events
    ]


def _belongs_to_the_claim(case: Case, event: Event) -> bool:
    """What happens in a case that follows a claim up is after the claim, as is its own closing."""
    return case.kind == "claim" and event.type != "claim.closed"


def _messages(person: Person, own_cases: tuple[Case, ...]) -> list[Moment]:
    by_id = {case.pk: case for case in own_cases}
    told = Message.objects.filter(person=person, case__in=by_id, channel=Message.Channel.INBOX)
    return [
        Moment(one.written_at, "claim", "told", one.subject, case=by_id[one.case_id])
        for one in told.order_by("-written_at")[:MOST]
        if one.case_id is not None
    ]


def _notes(own_cases: tuple[Case, ...]) -> list[Moment]:
    by_id = {case.pk: case for case in own_cases}
    asked = Note.objects.filter(case__in=by_id, for_customer=True).order_by("-at")[:MOST]
    return [
        Moment(note.at, "claim", note.kind, note.body, case=by_id[note.case_id]) for note in asked
    ]

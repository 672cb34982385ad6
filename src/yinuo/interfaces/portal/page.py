"""The plain values of the claim's page, as its customer sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Event
from yinuo.core.documents import queries as documents
from yinuo.core.documents.queries import Line
from yinuo.core.payments import queries as payments
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import chips
from yinuo.interfaces.common.present import (
    Contact,
    Journey,
    JourneyStep,
    Link,
    NextCard,
    PromiseChip,
    StepState,
    Timeline,
    TimelineItem,
    Todo,
)
from yinuo.interfaces.portal import sentences
from yinuo.interfaces.portal.door import Visit, hotline

MOST_EVENTS = 200
OPEN_PAPERS = frozenset({"asked", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the customer still has to do."""

    papers: tuple[Line, ...]
    account: bool
    correction: bool

    @property
    def asked(self) -> tuple[Line, ...]:
        """Papers that a person asked for, or sent back; the others are only wanted by rule."""
        return tuple(line for line in self.papers if line.status in OPEN_PAPERS)


def wanted(visit: Visit) -> Wanted:
    claim = visit.claim
    if claim.case.closed_at is not None:
        return Wanted(papers=(), account=False, correction=False)
    listed = documents.checklist(
        visit.actor,
        claim.case,
        claims.papers_needed(claim, visit.at),
        language=visit.language,
        at=visit.at,
    )
    held = [row for row in payments.accounts_of(claim.case) if row.person_id == visit.actor.row_id]
    wants_papers = claim.papers_complete_at is None
    returned = any(loss.stage == "returned" for loss in claim.losses.all())
    waiting = any(row.confirmed_at is None for row in held)
    return Wanted(
        papers=tuple(
            line
            for line in documents.missing(listed)
            if line.slot.kind != ACCOUNT and (wants_papers or line.status in OPEN_PAPERS)
        ),
        account=not held and _is_owed(claim.losses.all(), visit.actor.row_id),
        correction=returned and not waiting,
    )


ACCOUNT = "bank_account"
"""This paper is given as numbers on its own page, where they can be checked at once."""


def _is_owed(losses: Iterable[Loss], person_id: int | None) -> bool:
    return any(loss.ended_at is None and loss.owner_id == person_id for loss in losses)


def next_card(visit: Visit, need: Wanted, promises: Sequence[PromiseChip]) -> NextCard:
    """Where it is now and whose turn it is."""
    case = visit.claim.case
    key, action = sentences.NEXT_STEPS[case.state], None
    if need.correction:
        action = Link(_("Correct the account"), _url("portal:account", visit))
    elif need.asked:
        key = sentences.PAPERS_WANTED
        action = Link(_("Send papers"), _url("portal:papers", visit))
    elif need.account and case.state in ("assessed", "documented", "approved", "decided"):
        key = sentences.ACCOUNT_WANTED
        action = Link(_("Enter the account"), _url("portal:account", visit))
    text = rulebook.short_text(key, visit.language, at=visit.at)
    running = [one for one in promises if not is_over(one)]
    state = cases.workflow_of(case).case.state(case.state)
    return NextCard(
        now_label=_("Now: %(state)s") % {"state": _(state.label)},
        title=text.title,
        body=text.why,
        promise=running[0] if running else None,
        action=action,
    )


def todo(visit: Visit, need: Wanted) -> tuple[Todo, ...]:
    """What a person asked for, and the account; one thing a line."""
    items = [_paper(visit, line) for line in need.asked]
    if need.correction:
        items.insert(
            0,
            Todo(
                title=_("Correct the account"),
                url=_url("portal:account", visit),
                note=_("The bank sent the money back."),
            ),
        )
    elif need.account:
        items.append(
            Todo(
                title=_("Bank account for the payment"),
                url=_url("portal:account", visit),
                note=_("In your own name; we check the number at once."),
            )
        )
    return tuple(items)


def early(visit: Visit, need: Wanted) -> tuple[Todo, ...]:
    """What will be needed by rule and may be sent before anybody asks."""
    return tuple(_paper(visit, line) for line in need.papers if line.status not in OPEN_PAPERS)


def _paper(visit: Visit, line: Line) -> Todo:
    return Todo(
        title=line.name,
        url=f"{_url('portal:papers', visit)}#paper-{line.slot.kind}",
        note=line.why or _("A photo is enough"),
    )


def journey(claim: Claim, events: Sequence[Event], now: datetime) -> Journey:
    """The customer's stops: done, now, still to come, or ended here."""
    workflow = cases.workflow_of(claim.case)
    stops = dict(workflow.journeys)["customer"]
    entered = _entered(events)
    state = claim.case.state
    if state == "withdrawn":
        return _stopped(stops, entered, claim.case.state_since_at, now)
    here = next(i for i, (_label, states) in enumerate(stops) if state in states)
    ended = workflow.case.ended(state)
    steps = [
        JourneyStep(
            label=_(label),
            state=_step_state(i, here, ended, state),
            at=next((entered[s] for s in states if s in entered), None) if i <= here else None,
        )
        for i, (label, states) in enumerate(stops)
        if i <= here or state not in ("zero", "refused")
    ]
    return Journey(steps=tuple(steps), now=now)


def _step_state(index: int, here: int, ended: bool, state: str) -> StepState:
    if index < here or (index == here and ended and state in ("closed", "zero")):
        return StepState.DONE
    if index > here:
        return StepState.NEXT
    return StepState.STOPPED if state == "refused" else StepState.NOW


def _stopped(
    stops: Sequence[tuple[str, tuple[str, ...]]],
    entered: Mapping[str, datetime],
    at: datetime,
    now: datetime,
) -> Journey:
    passed = [
        JourneyStep(label=_(label), state=StepState.DONE, at=when)
        for label, states in stops
        if (when := next((entered[s] for s in states if s in entered), None)) is not None
    ]
    last = JourneyStep(label=_("Withdrawn"), state=StepState.STOPPED, at=at)
    return Journey(steps=(*passed, last), now=now)


_ENTERED_BY: Mapping[str, str] = {
    "claim.reported": "reported",
    "claim.dispatched": "dispatched",
    "claim.surveyed": "surveyed",
    "claim.assessed": "assessed",
    "claim.papers_completed": "documented",
    "claim.decided": "decided",
    "claim.refused": "refused",
    "claim.payment_instructed": "paid",
    "claim.paid_arrived": "arrived",
}


def _entered(events: Sequence[Event]) -> dict[str, datetime]:
    """When the claim first came to each state; events come newest first."""
    found: dict[str, datetime] = {}
    for event in events:
        if event.type in _ENTERED_BY:
            found[_ENTERED_BY[event.type]] = event.at
    if "decided" in found:
        found.setdefault("zero", found["decided"])
    return found


def timeline(events: Sequence[Event], now: datetime) -> Timeline:
    """What happened, the newest first; the same line twice in a row is said once."""
    items: list[TimelineItem] = []
    for event in events:
        milestone = sentences.MILESTONES.get(event.type)
        if milestone is None:
            continue
        item = TimelineItem(at=event.at, kind=milestone.kind, title=_(milestone.words))
        if not items or (items[-1].title, items[-1].at) != (item.title, item.at):
            items.append(item)
    return Timeline(items=tuple(items), now=now)


def promise_chips(visit: Visit) -> tuple[PromiseChip, ...]:
    """What was promised to the customer, the most urgent first."""
    views = cases.promises(visit.claim.case, visit.language, at=visit.at, for_customer=True)
    return chips.chips_of(views, visit.at, for_customer=True)


def is_over(chip: PromiseChip) -> bool:
    return chip.kept_at is not None or chip.withdrawn_at is not None


def contact(claim: Claim) -> Contact:
    """Who looks after the claim; before somebody does, the branch."""
    case = claim.case
    if case.handler is None:
        return Contact(
            name=case.branch.name, role=_("Looks after your claim"), phone=branch_phone(claim)
        )
    return Contact(
        name=case.handler.name,
        role=_("Looks after your claim at %(branch)s") % {"branch": case.branch.name},
        phone=case.handler.work_phone or branch_phone(claim),
    )


def branch_phone(claim: Claim) -> str:
    return claim.case.branch.phone or hotline()


def _url(name: str, visit: Visit) -> str:
    return reverse(name, args=[visit.claim.case.number])

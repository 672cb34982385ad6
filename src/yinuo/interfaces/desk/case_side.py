"""Beside the timeline: where the case is, what may be done next, and whose case it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.models import Event
from yinuo.core.cases.queries import workflow_of
from yinuo.core.messages import queries as messages
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, labels
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import (
    Action,
    Actions,
    CaseHeader,
    CustomerCard,
    Fact,
    Filter,
    Journey,
    JourneyStep,
    Link,
    Money,
    Person,
    StepState,
    Tag,
    Told,
    Tone,
)
from yinuo.interfaces.desk.rows import KINDS, case_url, sheet_url
from yinuo.overview.claimfile import CalculationRow, ClaimFile, MessageRow

# Steps that are always open beside the way of the claim.
ASIDE = frozenset(
    {"redispatch", "reassessment", "papers-request", "account", "withdrawal", "delay-notice"}
    | {"reserve", "handler", "note", "refusal-proposal", "review-return", "approval-return"}
)
MOST_TOLD = 5
_STOPPED = frozenset({"withdrawn", "refused"})


def header_of(claim: Claim, losses: Sequence[Loss]) -> CaseHeader:
    case = claim.case
    state = workflow_of(case).case.state(case.state)
    closed = case.closed_at is not None
    tags = [Tag(labels.word(labels.CLASSES, case.care), _care_tone(case.care))]
    if case.waiting_for_customer:
        tags.append(Tag(_("Waiting for the customer"), Tone.AMBER, "clock"))
    return CaseHeader(
        number=case.number,
        kind=_(KINDS.get(case.kind, case.kind)),
        state=labels.state_tag(state.label, state=case.state, closed=closed),
        customer=Person(name=case.customer.name, url=_customer_url(claim)),
        car=" ".join(filter(None, (claim.plate, claim.policy.vehicle.make))),
        handler=case.handler.name if case.handler else "",
        branch=case.branch.name,
        opened_at=case.opened_at,
        figures=tuple(_figures(claim, losses)),
        tags=tuple(tags),
    )


def _customer_url(claim: Claim) -> str:
    return reverse("desk:customer", args=[claim.case.customer_id])


def _care_tone(care: str) -> Tone:
    return Tone.AMBER if care in ("major", "special") else Tone.PLAIN


def _figures(claim: Claim, losses: Sequence[Loss]) -> list[Fact]:
    found = []
    for label, values in (
        (_("Estimate"), [loss.estimate for loss in losses]),
        (_("Reserve"), [loss.reserve for loss in losses]),
        (_("Decided sum"), [loss.amount for loss in losses]),
    ):
        known = [value for value in values if value is not None]
        if known:
            found.append(Fact(label, Money(sum(known, Decimal(0)), claim.currency)))
    return found


JOURNEY_VIEWS = ("customer", "six_stages", "five_stages", "care")


def journey_views(chosen: str) -> tuple[Filter, ...]:
    """The same way seen as the customer does, as two manuals divide it, and as phases of care."""
    labels_of = (
        ("customer", _("As the customer sees it")),
        ("six_stages", _("Six stages")),
        ("five_stages", _("Five stages")),
        ("care", _("Phases of care")),
    )
    return tuple(
        Filter(label, f"?journey={view}", None, view == chosen) for view, label in labels_of
    )


def journey_of(
    claim: Claim, events: Sequence[Event], now: datetime, view: str = "customer"
) -> Journey:
    """The tracking bar of one view, with when each stop was first reached."""
    case, workflow = claim.case, workflow_of(claim.case)
    stops = dict(workflow.journeys)[view]
    reached = _reached(claim, events, stops)
    furthest = max(reached, default=0)
    current = next((i for i, (_l, states) in enumerate(stops) if case.state in states), furthest)
    ended = case.closed_at is not None
    steps = tuple(
        JourneyStep(
            label=_(label),
            state=_stop_state(index, current, ended, stopped=case.state in _STOPPED),
            at=reached.get(index) if index <= current else None,
        )
        for index, (label, _states) in enumerate(stops)
    )
    state = workflow.case.state(case.state)
    return Journey(steps=steps, now=now, headline=_(state.label))


def _stop_state(index: int, current: int, ended: bool, *, stopped: bool) -> StepState:
    if index < current:
        return StepState.DONE
    if index > current:
        return StepState.NEXT
    if stopped:
        return StepState.STOPPED
    return StepState.DONE if ended else StepState.NOW


def _reached(
    claim: Claim, events: Sequence[Event], stops: Sequence[tuple[str, tuple[str, ...]]]
) -> dict[int, datetime]:
    workflow = workflow_of(claim.case)
    place = {state: index for index, (_label, states) in enumerate(stops) for state in states}
    found = {0: claim.case.opened_at}
    for event in sorted(events, key=lambda one: one.seq):
        name = event.data.get("step", "")
        step = (workflow.parts.step(name) if workflow.parts else None) or workflow.case.step(name)
        if step is not None and step.target in place:
            found.setdefault(place[step.target], event.at)
    return found


# Next steps ------------------------------------------------------------------------------------


def actions_of(
    actor: Actor,
    claim: Claim,
    losses: Sequence[Loss],
    file: ClaimFile,
    now: datetime,
    language: str,
    *,
    to_judge: bool,
) -> Actions:
    """The buttons of this person, each saying what the customer will be told."""
    found = [
        one
        for one in actions.possible(actor, claim.case, losses)
        if _is_offered(one, actor, to_judge=to_judge)
    ]
    shown = [(one, _action(one, actor, claim, file, now, language)) for one in found]
    main = [action for one, action in shown if one.noun not in ASIDE]
    others = [action for one, action in shown if one.noun in ASIDE]
    if main:
        main[0] = _primary(main[0])
    return Actions(main=tuple(main), others=tuple(others), waiting=_waiting(claim, main))


def _is_offered(one: Possible, actor: Actor, *, to_judge: bool) -> bool:
    """Whether the sheet leads anywhere: the one that does two jobs is for those who hold both."""
    if one.noun == "papers-judgement":
        return to_judge
    if one.noun == "survey-and-assessment":
        return actor.roles >= {"surveyor", "assessor"}
    return True


def _primary(action: Action) -> Action:
    return Action(
        label=action.label,
        url=action.url,
        primary=not action.grave,
        grave=action.grave,
        tells=action.tells,
        promises=action.promises,
    )


def _action(
    one: Possible, actor: Actor, claim: Claim, file: ClaimFile, now: datetime, language: str
) -> Action:
    label = one.label
    if one.noun == "survey-and-assessment":
        label = _("Survey and assess at once")
    return Action(
        label=label,
        url=sheet_url(claim.case.number, one.noun),
        grave=one.danger,
        tells=_tells(one, actor, claim, file, now),
        promises=" · ".join(
            rulebook.promise_title(rule, language).title for rule in one.step.makes
        ),
    )


def _tells(one: Possible, actor: Actor, claim: Claim, file: ClaimFile, now: datetime) -> str:
    """The subject of the letter that this step sends; empty when it sends none."""
    case = claim.case
    previews = messages.preview(
        event_type=one.step.event,
        case_id=case.pk,
        case_number=case.number,
        customer=case.customer,
        handler=case.handler,
        by=actor,
        at=now,
        data=_expected(one, file.calculations),
        facts={"currency": claim.currency, "plate": claim.plate, "place": claim.place},
    )
    return next((each.subject for each in previews if each.to_customer), "")


def _expected(one: Possible, calculations: Sequence[CalculationRow]) -> Mapping[str, object]:
    """What the event will hold as far as it decides which letter is sent."""
    waiting = [each for each in calculations if each.loss in one.parts]
    if not waiting:
        return {}
    return {"outcome": waiting[0].outcome, "amount": str(waiting[0].amount)}


def _waiting(claim: Claim, main: Sequence[Action]) -> str:
    """Whom the case waits for when there is nothing to do for this person."""
    case = claim.case
    if main or case.closed_at is not None:
        return ""
    if case.waiting_for_customer:
        return _("The case waits for the customer.")
    workflow = workflow_of(case)
    table = workflow.parts or workflow.case
    roles = [
        role
        for step in table.steps
        if case.state in step.source and step.target not in (None, "withdrawn")
        for role in step.who
        if role not in ("customer", "system")
    ]
    names = [labels.word(labels.ROLES, role) for role in dict.fromkeys(roles)]
    return _("Next: %(roles)s.") % {"roles": " / ".join(names)} if names else ""


# The customer ----------------------------------------------------------------------------------


def customer_of(
    claim: Claim, file: ClaimFile, now: datetime, *, revealed: bool = False
) -> CustomerCard:
    """The card; the phone is masked until somebody asks for it on record."""
    card = people.card(claim.case.customer)
    phone = claim.case.customer.phone if revealed else card.phone
    told = [row for row in file.messages if row.to_customer and row.channel != "inbox"]
    return CustomerCard(
        person=Person(name=card.name, phone=phone, url=_customer_url(claim)),
        now=now,
        language=labels.word(labels.LANGUAGES, card.language),
        channel=labels.word(labels.CHANNELS, card.channel),
        quiet=_("Do not disturb: %(time)s") % {"time": card.do_not_disturb}
        if card.do_not_disturb
        else "",
        vulnerable=(card.vulnerability,) if card.vulnerability else (),
        earlier=tuple(Link(one.number, case_url(one.number)) for one in file.earlier),
        earlier_count=len(file.earlier),
        told=tuple(_told(row) for row in told[:MOST_TOLD]),
    )


def _told(row: MessageRow) -> Told:
    if row.why_not or row.status == "failed":
        word = labels.word(labels.WHY_NOT, row.why_not) if row.why_not else _("Failed")
        outcome = Tag(word, Tone.AMBER, "warn")
    elif row.status == "sent":
        outcome = Tag(_("Sent"), Tone.JADE, "check")
    else:
        outcome = Tag(labels.word(labels.MESSAGE_STATUS, row.status))
    channel = labels.word(labels.CHANNELS, row.channel)
    return Told(subject=row.subject, at=row.written_at, channel=channel, outcome=outcome)

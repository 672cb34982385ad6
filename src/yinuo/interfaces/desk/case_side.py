"""Beside the timeline: where the case is, what may be done next, and whose case it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.queries import workflow_of
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.messages import queries as messages
from yinuo.core.people import queries as people
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, journeys, kinds, labels
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import (
    Action,
    Actions,
    CaseHeader,
    CustomerCard,
    Filter,
    Follower,
    Hindered,
    Link,
    Person,
    Tag,
    Told,
    Tone,
)
from yinuo.interfaces.desk.opened import OpenedPage
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.overview.casefile import FollowerRow, MessageRow

MOST_TOLD = 5
FORBIDDEN = 403
"""What is another person's turn is said; a step for which nothing waits is left out."""
VIEWS: labels.Words = {
    "customer": gettext_noop("As the customer sees it"),
    "six_stages": gettext_noop("Six stages"),
    "five_stages": gettext_noop("Five stages"),
    "care": gettext_noop("Phases of care"),
}


def header_of(page: OpenedPage, presenter: Presenter) -> CaseHeader:
    case = page.case
    state = workflow_of(case).case.state(case.state)
    tags = list(presenter.tags(page))
    if case.waiting_for_customer:
        tags.append(Tag(_("Waiting for the customer"), Tone.AMBER, "clock"))
    return CaseHeader(
        number=case.number,
        kind=kinds.title(case.kind),
        state=labels.state_tag(state.label, state=case.state, closed=case.closed_at is not None),
        customer=Person(name=case.customer.name, url=_customer_url(page)),
        subject=presenter.subject(page),
        icon=presenter.icon,
        handler=case.handler.name if case.handler else "",
        branch=case.branch.name,
        opened_at=case.opened_at,
        figures=tuple(presenter.figures(page)),
        tags=tuple(tags),
        about=_about(page),
    )


def _about(page: OpenedPage) -> Link | None:
    """The case that this one follows up."""
    about = page.case.about
    if about is None:
        return None
    return Link(f"{kinds.title(about.kind)} {about.number}", case_url(about.number))


def _customer_url(page: OpenedPage) -> str:
    return reverse("desk:customer", args=[page.case.customer_id])


def journey_views(page: OpenedPage, chosen: str) -> tuple[Filter, ...]:
    """The same way, divided as the customer sees it and as others divide it."""
    views = journeys.views_of(page.case)
    if len(views) < 2:
        return ()
    return tuple(
        Filter(labels.word(VIEWS, view), f"?journey={view}", None, view == chosen) for view in views
    )


def followers_of(page: OpenedPage) -> tuple[Follower, ...]:
    """The cases that are about this one."""
    return tuple(
        Follower(
            kind=kinds.title(row.kind),
            number=row.number,
            url=case_url(row.number),
            state=_state_of(row),
            opened_at=row.opened_at,
        )
        for row in page.file.followers
    )


def _state_of(row: FollowerRow) -> Tag:
    table = WORKFLOWS.get(row.kind, row.workflow_version).case
    return labels.state_tag(table.state(row.state).label, state=row.state, closed=row.closed)


# Next steps ------------------------------------------------------------------------------------


def actions_of(page: OpenedPage, presenter: Presenter) -> Actions:
    """The buttons of this person, each saying what the customer will be told."""
    found, refused, known = [], [], presenter.standing(page)
    for one in actions.in_reach(page.actor, page.case, page.parts):
        if presenter.is_offered(page, one):
            why = actions.hindrance(page.actor, page.case, one, known)
            if why is None:
                found.append(one)
            elif why.http == FORBIDDEN:
                refused.append((presenter.label(page, one), str(why)))
    shown = [(one, _action(one, page, presenter)) for one in found]
    main = [action for one, action in shown if one.noun not in presenter.aside]
    others = [action for one, action in shown if one.noun in presenter.aside]
    if main:
        main[0] = replace(main[0], primary=not main[0].grave)
    return Actions(
        main=tuple(main),
        others=tuple(others),
        hindered=_by_reason(refused),
        waiting=_waiting(page, main),
    )


def _by_reason(refused: Sequence[tuple[str, str]]) -> tuple[Hindered, ...]:
    """Said once for all the steps that it stands for."""
    labels_of: dict[str, list[str]] = {}
    for label, why in refused:
        labels_of.setdefault(why, []).append(label)
    return tuple(Hindered(labels=tuple(own), why=why) for why, own in labels_of.items())


def _action(one: Possible, page: OpenedPage, presenter: Presenter) -> Action:
    return Action(
        label=presenter.label(page, one),
        url=sheet_url(page.case.number, one.noun),
        grave=one.danger,
        tells=_tells(one, page, presenter),
        promises=" · ".join(
            rulebook.promise_title(rule, page.language).title for rule in one.step.makes
        ),
    )


def _tells(one: Possible, page: OpenedPage, presenter: Presenter) -> str:
    """The subject of the letter that this step sends; empty when it sends none."""
    case = page.case
    previews = messages.preview(
        event_type=one.step.event,
        case_id=case.pk,
        case_number=case.number,
        customer=case.customer,
        handler=case.handler,
        by=page.actor,
        at=page.at,
        data=presenter.expected(page, one),
        facts=presenter.facts(page),
    )
    return next((each.subject for each in previews if each.to_customer), "")


def _waiting(page: OpenedPage, main: Sequence[Action]) -> str:
    """Whom the case waits for when there is nothing to do for this person."""
    case = page.case
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


def customer_of(page: OpenedPage, *, revealed: bool = False) -> CustomerCard:
    """The card; the phone is masked until somebody asks for it on record."""
    card = people.card(page.case.customer)
    phone = page.case.customer.phone if revealed else card.phone
    told = [row for row in page.file.messages if row.to_customer and row.channel != "inbox"]
    earlier = page.file.earlier
    return CustomerCard(
        person=Person(name=card.name, phone=phone, url=_customer_url(page)),
        now=page.at,
        language=labels.word(labels.LANGUAGES, card.language),
        channel=labels.word(labels.CHANNELS, card.channel),
        quiet=_("Do not disturb: %(time)s") % {"time": card.do_not_disturb}
        if card.do_not_disturb
        else "",
        vulnerable=(card.vulnerability,) if card.vulnerability else (),
        earlier=tuple(Link(one.number, case_url(one.number)) for one in earlier),
        earlier_count=len(earlier),
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

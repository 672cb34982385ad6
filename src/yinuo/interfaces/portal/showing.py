"""What the pages of all kinds of case show their customer: promises, people, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Event
from yinuo.interfaces.common import chips, kinds, labels
from yinuo.interfaces.common.present import Follower, PromiseChip, Timeline, TimelineItem
from yinuo.interfaces.common.present_portal import Contact
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import Visit, hotline
from yinuo.interfaces.portal.sentences import Milestone

MOST_EVENTS = 200


def promise_chips(visit: Visit) -> tuple[PromiseChip, ...]:
    """What was promised to the customer, the most urgent first."""
    views = cases.promises(visit.case, visit.language, at=visit.at, for_customer=True)
    return chips.chips_of(views, visit.at, for_customer=True)


def is_over(chip: PromiseChip) -> bool:
    return chip.kept_at is not None or chip.withdrawn_at is not None


def contact(case: Case) -> Contact:
    """Who looks after the case; before somebody does, the branch."""
    if case.handler is None:
        return Contact(name=case.branch.name, role=_("Looks after you"), phone=branch_phone(case))
    return Contact(
        name=case.handler.name,
        role=_("Looks after you at %(branch)s") % {"branch": case.branch.name},
        phone=case.handler.work_phone or branch_phone(case),
    )


def branch_phone(case: Case) -> str:
    return case.branch.phone or hotline()


def timeline(
    events: Sequence[Event], milestones: Mapping[str, Milestone], now: datetime
) -> Timeline:
    """What happened, the newest first; the same line twice in a row is said once."""
    items: list[TimelineItem] = []
    for event in events:
        milestone = milestones.get(event.type)
        if milestone is None:
            continue
        item = TimelineItem(at=event.at, kind=milestone.kind, title=_(milestone.words))
        if not items or (items[-1].title, items[-1].at) != (item.title, item.at):
            items.append(item)
    return Timeline(items=tuple(items), now=now)


def followers(visit: Visit, found: Sequence[Case]) -> tuple[Follower, ...]:
    """The cases about this one, with what is promised next in each. One statement for all."""
    if not found:
        return ()
    ids = [case.pk for case in found]
    promised = cases.next_promises(ids, visit.language, at=visit.at, for_customer=True)
    return tuple(
        Follower(
            kind=kinds.title(case.kind),
            number=case.number,
            url=case_page(case.number),
            state=labels.state_tag(
                cases.workflow_of(case).case.state(case.state).label,
                state=case.state,
                closed=case.closed_at is not None,
            ),
            opened_at=case.opened_at,
            promise=chips.chip_of(promised[case.pk], visit.at, for_customer=True)
            if case.pk in promised
            else None,
        )
        for case in found
    )

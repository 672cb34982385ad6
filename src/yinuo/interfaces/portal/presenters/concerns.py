"""A concern as its customer sees it: who looks after it, what we propose, and is it solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.concerns import queries as concerns
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases.models import Note
from yinuo.interfaces.common import wording
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Link
from yinuo.interfaces.portal.addresses import act_page
from yinuo.interfaces.portal.door import Visit
from yinuo.interfaces.portal.presenters.base import CustomerPage, Section
from yinuo.interfaces.portal.sentences import Milestone


class ConcernPage(CustomerPage):
    next_steps: ClassVar[Mapping[str, str]] = {
        "opened": "next_steps.concern_opened",
        "taken": "next_steps.concern_taken",
        "answered": "next_steps.concern_answered",
        "solved": "next_steps.concern_solved",
        "closing": "next_steps.concern_closing",
        "closed": "next_steps.concern_closed",
        "complaint": "next_steps.concern_complaint",
    }
    milestones: ClassVar[Mapping[str, Milestone]] = {
        "concern.opened": Milestone(gettext_noop("We heard that something is not right")),
        "concern.heard_again": Milestone(gettext_noop("You told us more")),
        "concern.taken": Milestone(gettext_noop("Somebody looks after it")),
        "concern.reassigned": Milestone(gettext_noop("Somebody else looks after it now")),
        "concern.contacted": Milestone(gettext_noop("We spoke with you")),
        "concern.answered": Milestone(gettext_noop("We answered")),
        "concern.solved": Milestone(gettext_noop("We proposed a solution")),
        "concern.confirmed": Milestone(gettext_noop("You said that it is solved")),
        "concern.reopened": Milestone(gettext_noop("You said that it is not solved; we go on")),
        "concern.closed": Milestone(gettext_noop("Closed")),
        "concern.became_complaint": Milestone(gettext_noop("It became a complaint")),
        "concern.came_back": Milestone(gettext_noop("You came back to it")),
    }
    labels: ClassVar[Mapping[str, str]] = {
        "confirmation": gettext_noop("Yes, it is solved"),
        "objection": gettext_noop("No, it is not solved"),
        "complaint": gettext_noop("I want to make a complaint of it"),
        "more-words": gettext_noop("Add something"),
        "return": gettext_noop("It is not solved after all"),
    }
    done: ClassVar[Mapping[str, str]] = {
        "confirmation": gettext_noop("Thank you. We closed it."),
        "objection": gettext_noop("Thank you for saying so. We go on, with new times."),
        "complaint": gettext_noop("It is a complaint now. Its time runs from your first words."),
        "more-words": gettext_noop("Thank you. It is with us."),
        "return": gettext_noop("Thank you for coming back. We opened it anew."),
    }

    def load(self, visit: Visit) -> Concern:
        return concerns.of_case(visit.case)

    def action(self, visit: Visit, row: Concern) -> Link | None:
        if visit.case.state != "solved":
            return None
        return Link(_("Yes, it is solved"), act_page(visit.case.number, "confirmation"))

    def is_offered(self, visit: Visit, row: Concern, one: Possible) -> bool:
        """The yes stands large in the card already."""
        return one.noun != "confirmation"

    def sections(self, visit: Visit, row: Concern) -> Sequence[Section]:
        found = []
        solution = _latest(visit, "solution")
        if solution is not None and visit.case.state in ("solved", "closed"):
            found.append(Section(title=_("Our solution"), text=solution.body))
        first = wording.near_time(row.first_spoken_at, visit.at)
        words = row.words.body if row.words is not None and row.words.for_customer else ""
        found.append(
            Section(title=_("What you told us"), text=words, facts=(Fact(_("First told"), first),))
        )
        return found


def _latest(visit: Visit, kind: str) -> Note | None:
    rows = Note.objects.filter(case=visit.case, kind=kind, erased_at__isnull=True)
    return rows.order_by("-at", "-pk").first()

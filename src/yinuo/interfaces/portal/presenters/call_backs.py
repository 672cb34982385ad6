"""A call-back as its customer sees it: the questions, and how to make us stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases.models import Case
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Link
from yinuo.interfaces.portal.door import Visit
from yinuo.interfaces.portal.presenters.base import CustomerPage
from yinuo.interfaces.portal.sentences import Milestone


class CallBackPage(CustomerPage):
    next_steps: ClassVar[Mapping[str, str]] = {
        "opened": "next_steps.call_back_opened",
        "invited": "next_steps.call_back_invited",
        "reached": "next_steps.call_back_invited",
        "answered": "next_steps.call_back_answered",
        "waiting": "next_steps.call_back_waiting",
        "completed": "next_steps.call_back_ended",
        "unsatisfied": "next_steps.call_back_ended",
        "stopped": "next_steps.call_back_stopped",
        "opted_out": "next_steps.call_back_stopped",
        "exhausted": "next_steps.call_back_stopped",
        "excluded": "next_steps.call_back_stopped",
    }
    milestones: ClassVar[Mapping[str, Milestone]] = {
        "call_back.invited": Milestone(gettext_noop("We asked you how it was")),
        "call_back.reached": Milestone(gettext_noop("We spoke on the phone")),
        "call_back.answered": Milestone(gettext_noop("You answered")),
        "call_back.completed": Milestone(gettext_noop("Finished")),
        "call_back.round_planned": Milestone(
            gettext_noop("We will ask again whether it is mended")
        ),
        "call_back.stopped": Milestone(gettext_noop("You asked us to stop")),
        "call_back.opted_out": Milestone(gettext_noop("We will not ask you again")),
    }
    labels: ClassVar[Mapping[str, str]] = {
        **CustomerPage.labels,
        "stop": gettext_noop("I do not want to answer"),
        "opt-out": gettext_noop("Do not ask me again"),
    }
    done: ClassVar[Mapping[str, str]] = {
        **CustomerPage.done,
        "stop": gettext_noop("We stop. Thank you for telling us."),
        "opt-out": gettext_noop("We will not ask you again. News about your claims goes on."),
    }

    def is_shown(self, case: Case) -> bool:
        """One that was left out, or has not asked anything yet, is nothing to show."""
        return case.state not in ("opened", "excluded", "exhausted")

    def load(self, visit: Visit) -> CallBack:
        return queries.of_case(visit.case)

    def action(self, visit: Visit, row: CallBack) -> Link | None:
        if visit.case.state not in ("opened", "invited", "reached"):
            return None
        return Link(
            _("Answer the questions"), reverse("portal:questions", args=[visit.case.number])
        )

    def is_offered(self, visit: Visit, row: CallBack, one: Possible) -> bool:
        """The questions have a page of their own; the button to it stands large in the card."""
        return one.noun != "answers"

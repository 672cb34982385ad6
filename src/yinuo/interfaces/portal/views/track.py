"""The claim's page: where it is, what comes next and by when, and what is still to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yinuo.core.cases import queries as cases
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, journeys
from yinuo.interfaces.common.present import Link
from yinuo.interfaces.portal import conversation, decision, page, sentences, showing
from yinuo.interfaces.portal.addresses import act_page, case_page
from yinuo.interfaces.portal.door import ClaimVisit, own_claim
from yinuo.interfaces.portal.presenters import kin_of, page_of


# On a slow line the words matter more than the work; Django pads the answer against BREACH.
@gzip_page
@require_safe
@own_claim("portal.claim")
def claim(request: HttpRequest, visit: ClaimVisit) -> HttpResponse:
    found, case = visit.claim, visit.case
    need = page.wanted(visit)
    promises = showing.promise_chips(visit)
    events = cases.timeline(case, limit=showing.MOST_EVENTS)
    letters = conversation.letters(visit)
    said = conversation.said(visit)
    context = {
        "claim": found,
        "number": case.number,
        "now": visit.at,
        "open": case.closed_at is None,
        "card": page.next_card(visit, need, promises),
        "todo": page.todo(visit, need),
        "early": page.early(visit, need),
        "decided": decision.decided(found, said, events, language=visit.language, at=visit.at),
        "assessed": decision.assessed(found, said),
        "would_change": decision.would_change(found, language=visit.language, at=visit.at),
        "paid": decision.paid(found, visit.actor),
        "journey": journeys.journey_of(case, events, visit.at),
        "promises": [one for one in promises if not showing.is_over(one)],
        "over": [one for one in promises if showing.is_over(one)],
        "followers": showing.followers(visit, kin_of(cases.follow_ups(case, visit.actor))),
        "acts": _acts(visit),
        "question_url": reverse("portal:question", args=[case.number]),
        "read_url": f"{case_page(case.number)}/messages",
        "may_ask": True,
        "contact": showing.contact(visit.case),
        "letters": letters,
        "unread": [letter.id for letter in letters if letter.new],
        "notes": conversation.notes(visit, said),
        "timeline": showing.timeline(events, sentences.MILESTONES, visit.at),
        "terms": [rulebook.short_text(key, visit.language, at=visit.at) for key in sentences.TERMS],
        "help_phone": showing.branch_phone(visit.case),
        **_may(visit),
    }
    return render(request, "portal/claim.html", context)


# These have places of their own on the page.
_ELSEWHERE = frozenset(
    {"note", "account", "withdrawal", "sum-question", "sum-objection", "acceptance"}
)


def _acts(visit: ClaimVisit) -> list[Link]:
    """What else the workflow lets the customer do, such as a complaint."""
    possible = actions.possible(visit.actor, visit.case, list(visit.claim.losses.all()))
    page_of_kind = page_of(visit.case)
    return [
        Link(page_of_kind.label(one), act_page(visit.case.number, one.noun))
        for one in possible
        if one.noun not in _ELSEWHERE
    ]


def _may(visit: ClaimVisit) -> dict[str, bool]:
    """What the workflow lets the customer do now."""
    found, case = visit.claim, visit.case
    nouns = {one.noun for one in actions.possible(visit.actor, case, list(found.losses.all()))}
    steps = cases.workflow_of(case).case.steps_from(case.state, visit.actor.roles)
    return {
        "may_send": any(step.name == "receive_papers" for step in steps),
        "may_give_account": "account" in nouns,
        "may_withdraw": "withdrawal" in nouns,
    }

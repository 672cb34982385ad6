"""The claim's page: where it is, what comes next and by when, and what is still to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from yinuo.core.cases import queries as cases
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions
from yinuo.interfaces.portal import conversation, decision, page, sentences
from yinuo.interfaces.portal.door import Visit, own_claim


# On a slow line the words matter more than the work; Django pads the answer against BREACH.
@gzip_page
@require_safe
@own_claim("portal.claim")
def claim(request: HttpRequest, visit: Visit) -> HttpResponse:
    found, case = visit.claim, visit.claim.case
    need = page.wanted(visit)
    promises = page.promise_chips(visit)
    events = cases.timeline(case, limit=page.MOST_EVENTS)
    letters = conversation.letters(visit)
    context = {
        "claim": found,
        "number": case.number,
        "now": visit.at,
        "open": case.closed_at is None,
        "card": page.next_card(visit, need, promises),
        "todo": page.todo(visit, need),
        "early": page.early(visit, need),
        "decided": decision.decided(found),
        "paid": decision.paid(found, visit.actor),
        "journey": page.journey(found, events, visit.at),
        "promises": [one for one in promises if not page.is_over(one)],
        "over": [one for one in promises if page.is_over(one)],
        "contact": page.contact(found),
        "letters": letters,
        "unread": [letter.id for letter in letters if letter.new],
        "notes": conversation.notes(visit),
        "timeline": page.timeline(events, visit.at),
        "terms": [rulebook.short_text(key, visit.language, at=visit.at) for key in sentences.TERMS],
        "help_phone": page.branch_phone(found),
        **_may(visit),
    }
    return render(request, "portal/claim.html", context)


def _may(visit: Visit) -> dict[str, bool]:
    """What the workflow lets the customer do now."""
    found, case = visit.claim, visit.claim.case
    nouns = {one.noun for one in actions.possible(visit.actor, case, list(found.losses.all()))}
    steps = cases.workflow_of(case).case.steps_from(case.state, visit.actor.roles)
    return {
        "may_send": any(step.name == "receive_papers" for step in steps),
        "may_give_account": "account" in nouns,
        "may_withdraw": "withdrawal" in nouns,
    }

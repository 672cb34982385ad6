"""A complaint as its complainant sees it: the clock, what we know and told, the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Complaint, Measure
from yinuo.core.messages import queries as messages
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Link, TimelineKind
from yinuo.interfaces.portal.addresses import act_page
from yinuo.interfaces.portal.door import Visit
from yinuo.interfaces.portal.presenters.base import CustomerPage, Section
from yinuo.interfaces.portal.sentences import Milestone
from yinuo.kit.money import format_amount

_MONEY = TimelineKind.MONEY


class ComplaintPage(CustomerPage):
    next_steps: ClassVar[Mapping[str, str]] = {
        "received": "next_steps.complaint_received",
        "acknowledged": "next_steps.complaint_acknowledged",
        "accepted": "next_steps.complaint_accepted",
        "investigating": "next_steps.complaint_investigating",
        "proposed": "next_steps.complaint_proposed",
        "decided": "next_steps.complaint_decided",
        "told": "next_steps.complaint_told",
        "reviewing": "next_steps.complaint_reviewing",
        "closed": "next_steps.complaint_closed",
        "withdrawn": "next_steps.complaint_withdrawn",
        "merged": "next_steps.complaint_merged",
        "transferred": "next_steps.complaint_transferred",
        "powerless": "next_steps.complaint_powerless",
    }
    milestones: ClassVar[Mapping[str, Milestone]] = {
        "complaint.received": Milestone(gettext_noop("We have your complaint")),
        "complaint.acknowledged": Milestone(gettext_noop("We spoke with you about it")),
        "complaint.accepted": Milestone(gettext_noop("Your complaint was taken up")),
        "complaint.investigated": Milestone(gettext_noop("The inquiry began")),
        "complaint.facts_added": Milestone(gettext_noop("You told us more")),
        "complaint.reopened": Milestone(gettext_noop("New facts: we began again")),
        "complaint.contacted": Milestone(gettext_noop("We spoke with you")),
        "complaint.reassigned": Milestone(gettext_noop("Somebody else looks after it now")),
        "complaint.extended": Milestone(gettext_noop("We told you that it takes longer")),
        "complaint.time_excluded": Milestone(gettext_noop("An appraisal began")),
        "complaint.time_included": Milestone(gettext_noop("The appraisal is there")),
        "complaint.proposed": Milestone(gettext_noop("We proposed a solution")),
        "complaint.agreed": Milestone(gettext_noop("You accepted our proposal")),
        "complaint.disagreed": Milestone(gettext_noop("You did not accept our proposal")),
        "complaint.measure_done": Milestone(gettext_noop("We did what was agreed")),
        "complaint.payment_instructed": Milestone(gettext_noop("The bank was instructed"), _MONEY),
        "complaint.money_arrived": Milestone(gettext_noop("Money arrived"), _MONEY),
        "complaint.money_returned": Milestone(gettext_noop("The bank sent it back"), _MONEY),
        "complaint.told": Milestone(gettext_noop("We gave you our answer")),
        "complaint.rated": Milestone(gettext_noop("You rated us")),
        "complaint.review_asked": Milestone(gettext_noop("You asked for a review")),
        "complaint.review_decided": Milestone(gettext_noop("The review was decided")),
        "complaint.closed": Milestone(gettext_noop("Closed")),
        "complaint.withdrawn": Milestone(gettext_noop("You took it back")),
        "complaint.merged": Milestone(gettext_noop("Joined to your other complaint")),
        "complaint.transferred": Milestone(gettext_noop("Passed on")),
        "complaint.ended_without_power": Milestone(gettext_noop("Ended: the power never came")),
        "complaint.taken_up_again": Milestone(gettext_noop("The power came: we went on")),
    }
    labels: ClassVar[Mapping[str, str]] = {
        "agreement": gettext_noop("I accept the proposal"),
        "disagreement": gettext_noop("I do not accept it"),
        "new-facts": gettext_noop("Tell us something new"),
        "review": gettext_noop("Have the answer looked at again"),
        "rating": gettext_noop("Rate how we handled it"),
        "withdrawal": gettext_noop("Take the complaint back"),
        "account": gettext_noop("Enter an account"),
        "note": gettext_noop("Ask a question"),
    }
    done: ClassVar[Mapping[str, str]] = {
        "agreement": gettext_noop("Thank you. We do what we agreed on."),
        "disagreement": gettext_noop("Thank you for saying so. We go on."),
        "new-facts": gettext_noop("Thank you. It is with whoever looks into it."),
        "review": gettext_noop("Other people look at it again, within thirty days."),
        "rating": gettext_noop("Thank you. We learn from it."),
        "withdrawal": gettext_noop("It is taken back, and ends today. You may always come back."),
    }

    not_asked: ClassVar[Mapping[str, frozenset[str]]] = {
        **CustomerPage.not_asked,
        "agreement": frozenset({"party"}),
        "withdrawal": frozenset({"party"}),
        "review": frozenset({"party"}),
    }

    def load(self, visit: Visit) -> Complaint:
        return complaints.of_case(visit.case)

    def subject(self, visit: Visit, row: Complaint) -> str:
        about = visit.case.about
        return _("about %(number)s") % {"number": about.number} if about else ""

    def action(self, visit: Visit, row: Complaint) -> Link | None:
        if self._waits_for_reply(visit, row):
            return Link(_("I accept the proposal"), act_page(visit.case.number, "agreement"))
        if visit.case.state == "told" and row.rating is None:
            return Link(_("Rate how we handled it"), act_page(visit.case.number, "rating"))
        return None

    def is_offered(self, visit: Visit, row: Complaint, one: Possible) -> bool:
        """Nothing that would only be refused; what stands large in the card is not said twice."""
        if one.noun == "agreement":
            return False
        if one.noun == "disagreement":
            return self._waits_for_reply(visit, row)
        if one.noun == "account":
            return any(measure.kind == "compensation" for measure in _measures(row))
        if one.noun == "rating":
            return row.rating is None and visit.case.state != "told"
        if one.noun == "review":
            until = complaints.review_until(row, visit.at)
            return until is not None and visit.at < until
        return True

    def _waits_for_reply(self, visit: Visit, row: Complaint) -> bool:
        waiting = row.proposals.filter(answer="", held_back=False)
        return visit.case.state == "proposed" and waiting.exists()

    def sections(self, visit: Visit, row: Complaint) -> Sequence[Section]:
        found = [*_answer(visit, row), *_proposal(row)]
        first = wording.near_time(row.first_spoken_at, visit.at)
        words = "\n\n".join(complaints.words_of(row))
        found.append(
            Section(title=_("What you told us"), text=words, facts=(Fact(_("First told"), first),))
        )
        found += _told(visit)
        return found


def _measures(row: Complaint) -> list[Measure]:
    """What was proposed or told; who is trained is between colleagues."""
    rows = complaints.measures_told(row).filter(dropped_at__isnull=True)
    return list(rows.exclude(kind="training").order_by("pk"))


def _answer(visit: Visit, row: Complaint) -> list[Section]:
    """The whole letter, and until when a review can be asked for."""
    answer = complaints.newest_answer(row, told=True)
    if answer is None:
        return []
    facts = [
        Fact(_("What we found"), answer.facts),
        Fact(_("What we decided"), answer.decision),
        Fact(_("What it rests on"), answer.basis),
    ]
    until = complaints.review_until(row, visit.at)
    if until is not None:
        day = wording.near_deadline(until, visit.at)
        facts.append(Fact(_("A review can be asked for until"), day))
    remedies = complaints.remedy_texts(answer, visit.language)
    title = _("The result of the review") if answer.of_review else _("Our answer")
    return [
        Section(
            title=title,
            facts=facts,
            template="parts/paper_link.html",
            values={
                "url": reverse("portal:complaint_letter", args=[visit.case.number]),
                "label": _("The letter on paper (PDF)"),
            },
        ),
        Section(
            title=_("If you do not accept it"),
            facts=[Fact(one.title, one.why) for one in remedies],
        ),
    ]


def _proposal(row: Complaint) -> list[Section]:
    offered = row.proposals.filter(answer__in=("", "agreed"), held_back=False)
    proposal = offered.order_by("-round").first()
    measures = _measures(row)
    if proposal is None and not measures:
        return []
    facts = [
        Fact(
            labels.word(said.MEASURES, one.kind),
            one.what
            if one.amount is None
            else f"{one.what} {format_amount(one.amount, one.currency)}",
            _("done") if one.done_at else _("to be done"),
        )
        for one in measures
    ]
    return [Section(title=_("What we do"), text=proposal.words if proposal else "", facts=facts)]


def _told(visit: Visit) -> list[Section]:
    """What we told about the claim, and which promise was broken there: it is theirs to see."""
    about = visit.case.about
    if about is None:
        return []
    told = [
        Fact(wording.near_time(one.written_at, visit.at), one.subject)
        for one in messages.of_case(about.pk).filter(person=visit.case.customer_id, channel="inbox")
    ]
    broken = [
        Fact(
            rulebook.promise_title(one.rule, visit.language).title,
            _("was due %(time)s") % {"time": wording.near_deadline(one.due_at, visit.at)},
        )
        for one in about.promises.filter(audience="customer", missed_at__isnull=False).order_by(
            "due_at"
        )
    ]
    found = []
    if broken:
        found.append(Section(title=_("Where we broke our word"), facts=broken))
    if told:
        found.append(Section(title=_("What we told you about the claim"), facts=told))
    return found

"""Complaints at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import (
    Answer,
    Complaint,
    Measure,
    Proposal,
    Suspicion,
    Talk,
)
from yinuo.areas.complaints.rulefile import CausesRules
from yinuo.areas.complaints.workflow import REVIEWERS
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Money, Table, Tag, Tone
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.presenters.base import Presenter, Section
from yinuo.interfaces.desk.presenters.complaint_file import Inside, inside_of
from yinuo.interfaces.desk.presenters.complaint_parties import party_facts
from yinuo.interfaces.desk.presenters.evidence import section as evidence_section
from yinuo.interfaces.desk.relation import facts_of
from yinuo.interfaces.desk.timeline import actor_name
from yinuo.overview.relation import relation_of


class ComplaintPresenter(Presenter):
    aside: ClassVar[frozenset[str]] = Presenter.aside | {
        "new-facts",
        "parties",
        "power-request",
        "want-of-power",
        "description",
        "five-whys",
        "evidence",
        "more-time",
        "more-time-refusal",
        "excluded-time",
        "included-time",
        "regulator",
        "regulator-report",
        "major",
        "discipline",
        "suspicion",
        "suspicion-review",
        "lesson",
        "merger",
        "transfer",
        "withdrawal",
        "delivery-proof",
        "rating",
        "contact",
        "account",
        "compensation-return",
        "review",
    }

    def load(self, actor: Actor, case: Case, at: datetime) -> Complaint:
        return complaints.of_case(case)

    def own(self, opened: Opened) -> Inside:
        return inside_of(opened)

    def subject(self, opened: Opened) -> str:
        if isinstance(opened, OpenedPage):
            causes = opened.own.causes
        else:
            causes = complaints.causes_of(opened.row)
        main = complaints.main_of(causes)
        return cause_name(main, opened.language, opened.at) if main else ""

    def figures(self, page: OpenedPage) -> Sequence[Fact]:
        row: Complaint = page.row
        found = [Fact(_("Received"), wording.near_time(row.received_at, page.at))]
        if row.rating is not None:
            found.append(Fact(_("Rating"), f"{row.rating} / 5"))
        return found

    def tags(self, page: OpenedPage) -> Sequence[Tag]:
        row: Complaint = page.row
        found = []
        if page.case.care == "major":
            found.append(Tag(_("Major complaint"), Tone.VERMILION, "warn"))
        if row.forwarded_at is not None:
            found.append(Tag(_("From the regulator"), Tone.AMBER))
        if row.complexity != Complaint.Complexity.SIMPLE:
            found.append(Tag(labels.word(said.COMPLEXITY, row.complexity), Tone.PLAIN, "clock"))
        if complaints.without_power(page.own.parties, page.at):
            found.append(Tag(_("Power missing"), Tone.AMBER, "warn"))
        if row.follows_id is not None:
            found.append(Tag(_("Complained before"), Tone.AMBER))
        return found

    def facts(self, opened: Opened) -> Mapping[str, object]:
        row: Complaint = opened.row
        about = opened.case.about
        return {"received_at": row.received_at, "about_number": about.number if about else ""}

    def is_offered(self, page: OpenedPage, one: Possible) -> bool:
        """Nobody is shown a button that would only say that it cannot be pressed now."""
        row: Complaint = page.row
        inside: Inside = page.own
        if one.noun == "no-interest":
            return _declares(page, inside)
        if one.noun in ("inquiry", "acceptance") and page.case.handler_id is not None:
            return one.noun == "acceptance" or row.declared_at is not None
        if one.noun in ("power", "power-request", "want-of-power", "late-power"):
            lacking = complaints.without_power(inside.parties, page.at)
            unasked = [party for party in lacking if party.power_asked_at is None]
            if one.noun == "want-of-power":
                return bool(lacking) and not unasked and len(lacking) == len(inside.parties)
            return bool(unasked if one.noun == "power-request" else lacking)
        if one.noun in ("more-time-approval", "more-time-refusal"):
            asked = inside.more_time
            return asked is not None and not asked.approved_at and asked.asked_by != page.actor.id
        if one.noun == "more-time-notice":
            return inside.more_time is not None and inside.more_time.approved_at is not None
        if one.noun == "major":
            return page.case.care != "major"
        if one.noun == "more-time":
            return inside.more_time is None
        return _money_or_answer(page, inside, one.noun)

    def sections(self, page: OpenedPage) -> Sequence[Section]:
        inside: Inside = page.own
        found = [
            Section(title=_("What the complainant said"), text="\n\n".join(inside.words)),
            Section(title=_("Causes"), facts=_causes(page), table=_suggestions(page)),
        ]
        found += _help_sections(page)
        if inside.talks:
            found.append(_talks(page))
        found += evidence_section(page)
        if inside.proposal is not None or inside.measures:
            found.append(_solution(page))
        if inside.answer is not None:
            found.append(_answer(page, inside.answer))
        found.append(Section(title=_("About it"), facts=_about(page), fold=True))
        standing = relation_of(page.actor, page.case.customer, at=page.at)
        found.append(Section(title=_("How they stand to us"), facts=facts_of(standing), fold=True))
        if inside.whys:
            rows = [Fact(str(one.ordinal), one.because) for one in inside.whys]
            found.append(Section(title=_("Why, down to the root"), facts=rows, fold=True))
        if inside.suspicion is not None:
            found.append(_suspicion(page, inside.suspicion))
        return found


def _declares(page: OpenedPage, inside: Inside) -> bool:
    """Whoever handles it, and whoever decides its review, says it once."""
    row: Complaint = page.row
    if row.declared_by == page.actor.id:
        return False
    if page.case.handler_id == page.actor.staff_id:
        return True
    review = inside.review
    if review is None or not page.actor.roles.intersection(REVIEWERS):
        return False
    return page.actor.id not in (row.decided_by, review.declared_by)


def _money_or_answer(page: OpenedPage, inside: Inside, noun: str) -> bool:
    waiting = [one for one in inside.measures if one.done_at is None]
    paid = [one for one in waiting if one.kind == "compensation"]
    if noun in ("compensation", "compensation-return"):
        return any(_verdict(one) == "waiting" and one.made_by != page.actor.id for one in paid)
    if noun == "payment-instruction":
        return any(_verdict(one) == "approved" for one in paid)
    if noun == "account-confirmation":
        return page.case.accounts.filter(
            confirmed_at__isnull=True, replaced_at__isnull=True
        ).exists()
    if noun in ("agreement", "disagreement"):
        return inside.offered is not None
    if noun == "carrying-out":
        return len(waiting) > len(paid)
    if noun == "check":
        return any(one.done_at and not one.checked_at for one in inside.measures)
    if noun == "closing":
        return not waiting
    if noun == "suspicion-review":
        found = inside.suspicion
        return found is not None and not found.verdict and found.by != page.actor.id
    return _answering(page, inside, noun)


def _answering(page: OpenedPage, inside: Inside, noun: str) -> bool:
    row: Complaint = page.row
    if noun == "review-answer":
        declared = {row.declared_by, inside.review.declared_by if inside.review else ""}
        ready = page.actor.id in declared - {row.decided_by}
        return ready and (not _review_waits(inside) or _refused(inside))
    if noun == "review-telling":
        return _review_waits(inside) and not _refused(inside) and _approved(inside)
    if noun == "telling":
        return not _refused(inside) and _approved(inside)
    if noun == "answer" and page.case.state == "decided":
        return _refused(inside)
    return bool(inside.named) if noun in ("answer", "proposal") else True


def _review_waits(inside: Inside) -> bool:
    """Whether a review was decided and is not told yet."""
    return inside.answer is not None and inside.answer.of_review and not inside.answer.told_at


def _approved(inside: Inside) -> bool:
    money = [one for one in inside.measures if one.kind == "compensation" and not one.done_at]
    return all(_verdict(one) == "approved" for one in money)


def _refused(inside: Inside) -> bool:
    """Whether money was refused since the answer that may speak of it was written."""
    return inside.money_refused and inside.answer is not None and not inside.answer.told_at


def _verdict(one: Measure) -> str:
    return one.approval.verdict if one.approval is not None else ""


def cause_name(code: str, language: str, at: datetime) -> str:
    """The cause in words, with its branch before it."""
    rules = rulebook.rules(CausesRules, at=at)
    if code not in rules.tree:
        return code
    names = [
        rulebook.short_text(rules.tree[one].value.name, language).title for one in rules.path(code)
    ]
    return " · ".join(names)


def _causes(page: OpenedPage) -> list[Fact]:
    inside: Inside = page.own
    found = [
        Fact(
            _("Main cause") if main else _("Also"),
            cause_name(code, page.language, page.at),
        )
        for code, main in inside.named.items()
    ]
    prevention = complaints.prevention_of(inside.causes, page.at)
    if prevention:
        texts = [rulebook.short_text(key, page.language).title for key in prevention]
        found.append(Fact(_("What prevents it"), _("; ").join(texts)))
    training = complaints.training_for(inside.causes, page.at)
    if training:
        name = rulebook.short_text(training, page.language).title
        found.append(Fact(_("Training that fits"), name))
    return found or [Fact(_("Main cause"), _("not named yet"))]


def _suggestions(page: OpenedPage) -> Table | None:
    inside: Inside = page.own
    if not inside.suggested or inside.named:
        return None
    rows = tuple(
        (
            Cell(value=cause_name(one.code, page.language, page.at)),
            Cell(value=_("; ").join(sign_words(sign.code) for sign in one.why)),
        )
        for one in inside.suggested
    )
    return Table(
        caption=_("Suggested by words and record"),
        columns=(Column(_("Likely cause")), Column(_("Because"))),
        rows=rows,
        now=page.at,
    )


def sign_words(code: str) -> str:
    """What a sign rests on, in words."""
    kind, _mark, what = code.partition(":")
    if kind == "record":
        return labels.word(said.RECORD_SIGNS, what)
    if kind == "read":
        return _("reads like %(cause)s") % {"cause": labels.word(labels.WORD_CAUSES, what)}
    return _("the customer's own words")


def _help_sections(page: OpenedPage) -> list[Section]:
    """What to do by the type of the complaint, and what to remember in a heated talk."""
    found = []
    prompts, hand_over = complaints.prompts(page.row, page.at)
    if prompts:
        lines = [rulebook.short_text(key, page.language).title for key in prompts]
        if hand_over:
            lines.append(_("After two heated talks another voice may help: give it to somebody."))
        found.append(Section(title=_("The talk was heated"), text="\n".join(lines)))
    steps = complaints.playbook(page.own.causes, page.at)
    if steps:
        lines = [rulebook.short_text(key, page.language).title for key in steps]
        text = "\n".join(f"{place}. {line}" for place, line in enumerate(lines, start=1))
        found.append(Section(title=_("What to do with such a complaint"), text=text, fold=True))
    return found


def _talks(page: OpenedPage) -> Section:
    """What was said in talks, the newest first: what was not understood is said again."""
    rows = tuple(
        (
            Cell(kind=CellKind.TIME, value=one.at, note=actor_name(one.by, page.names, "")),
            Cell(value=one.note.body, note=labels.word(said.CHANNELS, one.how)),
            Cell(
                kind=CellKind.TAG, value=_grasped(one), note=_("said back") if one.restated else ""
            ),
            Cell(value=one.next_step or "—"),
        )
        for one in page.own.talks
    )
    table = Table(
        caption=_("Talks with the complainant"),
        caption_hidden=True,
        columns=(
            Column(_("When")),
            Column(_("What was said in the talk")),
            Column(_("Understood?")),
            Column(_("What comes next")),
        ),
        rows=rows,
        now=page.at,
    )
    return Section(title=_("Talks with the complainant"), table=table, count=len(rows))


def _grasped(one: Talk) -> Tag:
    tone = Tone.JADE if one.understood == "yes" else Tone.AMBER
    return Tag(labels.word(said.UNDERSTOOD, one.understood), tone)


def _solution(page: OpenedPage) -> Section:
    inside: Inside = page.own
    proposal = inside.proposal
    facts = []
    if proposal is not None:
        facts.append(Fact(_("Proposal"), *_proposal_stands(proposal)))
    rows = tuple(
        (
            Cell(value=one.what, note=_measure_note(one)),
            Cell(kind=CellKind.MONEY, value=Money(one.amount, one.currency))
            if one.amount is not None
            else Cell(value="—"),
            Cell(kind=CellKind.TAG, value=_standing(one)),
        )
        for one in inside.measures
    )
    table = Table(
        caption=_("What we do"),
        caption_hidden=True,
        columns=(Column(_("What we do")), Column(_("Amount"), numeric=True), Column(_("State"))),
        rows=rows,
        now=page.at,
    )
    return Section(
        title=_("Solution"),
        facts=facts,
        text=proposal.words if proposal else "",
        table=table if rows else None,
    )


def _proposal_stands(one: Proposal) -> tuple[str, str]:
    """How it stands, and what follows from that."""
    if one.answer == "returned":
        return _("its money was not approved"), _("Propose again: nobody outside has heard of it.")
    if one.held_back:
        return _("waits for approval of its money"), _("The complainant has not seen it.")
    answers = {"agreed": _("accepted"), "refused": _("not accepted"), "replaced": _("replaced")}
    return answers.get(one.answer, _("waits for an answer")), ""


def _measure_note(one: Measure) -> str:
    kind = labels.word(said.MEASURES, one.kind)
    return f"{kind} · {one.staff.name}" if one.staff is not None else kind


def _standing(one: Measure) -> Tag:
    if one.checked_at is not None:
        return Tag(_("done and checked"), Tone.JADE, "check")
    if one.done_at is not None:
        return Tag(_("done"), Tone.JADE)
    if _verdict(one) == "waiting":
        return Tag(_("waits for approval"), Tone.AMBER)
    return Tag(_("to be done"), Tone.PINE)


def _answer(page: OpenedPage, answer: Answer) -> Section:
    facts = [
        Fact(_("The complaint"), labels.word(said.UPHELD, answer.upheld)),
        Fact(_("What we found"), answer.facts),
        Fact(_("What we decide"), answer.decision),
        Fact(_("What it rests on, and why"), answer.basis),
    ]
    facts += [Fact(one.title, one.why) for one in complaints.remedy_texts(answer, page.language)]
    if answer.told_at is not None:
        how = labels.word(said.CHANNELS, answer.told_how)
        facts.append(Fact(_("Told"), wording.near_time(answer.told_at, page.at), how))
    if answer.proved_at is not None:
        facts.append(Fact(_("Proof of delivery"), answer.proof_words or _("a paper of the case")))
    title = _("Answer after the review") if answer.of_review else _("Answer")
    number = page.case.number
    return Section(
        title=title,
        facts=facts,
        template="parts/paper_link.html",
        values={
            "url": reverse("desk:complaint_letter", args=[number]),
            "label": _("The letter as the complainant reads it"),
        },
    )


def _about(page: OpenedPage) -> list[Fact]:
    row: Complaint = page.row
    inside: Inside = page.own
    pairs = [
        (_("How it came in"), labels.word(said.CHANNELS, row.channel)),
        (_("First said"), wording.near_time(row.first_spoken_at, page.at)),
        (_("What the customer wants"), row.wanted.body if row.wanted else ""),
        (_("Product"), row.product),
        (_("Clause"), row.clause),
        (_("Repair shop"), row.repair_shop),
        (_("At the sale"), labels.word(said.SOLD, row.told_at_sale) if row.told_at_sale else ""),
        (_("The regulator's reference"), row.regulator_ref),
        (_("People"), str(row.group_size) if row.group_size > 1 else ""),
        (_("Passed on to"), row.passed_to),
    ]
    found = [Fact(label, value) for label, value in pairs if value]
    found += party_facts(inside.parties, page.at)
    if row.declared_at is not None:
        by = actor_name(row.declared_by, page.names, "")
        found.append(Fact(_("No interest declared"), by))
    if inside.review is not None and inside.review.declared_by:
        by = actor_name(inside.review.declared_by, page.names, "")
        found.append(Fact(_("No interest declared, for the review"), by))
    return found


def _suspicion(page: OpenedPage, found: Suspicion) -> Section:
    verdicts = {"confirmed": _("stands"), "dismissed": _("does not stand")}
    return Section(
        title=_("Suspicion (internal, never shown to the customer)"),
        facts=(
            Fact(_("Suspicion"), labels.word(said.SUSPICIONS, found.kind)),
            Fact(_("Second person"), verdicts.get(found.verdict, _("has not looked at it yet"))),
        ),
        text=found.evidence,
        fold=True,
    )

"""Concerns at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.concerns import queries as concerns
from yinuo.areas.concerns.models import Closing, Concern
from yinuo.core.cases.models import Case, Note
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.readings import Read
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Tag, Tone
from yinuo.interfaces.common.readings import ReadingCard, card_of, urgency_tag
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.presenters.base import Presenter, Section
from yinuo.interfaces.desk.relation import facts_of
from yinuo.interfaces.desk.timeline import actor_name
from yinuo.overview.relation import Relation, relation_of


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer said, how it was read, and what waits for a second person."""

    words: Sequence[Note]
    readings: Mapping[int, Read]
    closing: Closing | None
    relation: Relation


class ConcernPresenter(Presenter):
    aside: ClassVar[frozenset[str]] = Presenter.aside | {
        "closing-proposal",
        "complaint",
        "sorting",
        "more-words",
    }

    def load(self, actor: Actor, case: Case, at: datetime) -> Concern:
        return concerns.of_case(case)

    def own(self, opened: Opened) -> Heard:
        words, closing = concerns.words_and_closing(opened.row)
        return Heard(
            words,
            knowledge.readings_of(note.pk for note in words),
            closing,
            relation_of(opened.actor, opened.case.customer, at=opened.at),
        )

    def subject(self, opened: Opened) -> str:
        concern: Concern = opened.row
        return _causes(concern)

    def figures(self, page: OpenedPage) -> Sequence[Fact]:
        concern: Concern = page.row
        return (Fact(_("Round"), str(concern.round)),) if concern.round > 1 else ()

    def tags(self, page: OpenedPage) -> Sequence[Tag]:
        concern: Concern = page.row
        tags = [urgency_tag(concern.urgency)] if concern.urgency == "high" else []
        if concern.apart:
            tags.append(Tag(_("not for the handler of the claim"), Tone.PLAIN, "lock"))
        return tags

    def is_offered(self, page: OpenedPage, one: Possible) -> bool:
        """Nobody is shown a button that would only say: this is your own work."""
        concern: Concern = page.row
        if one.noun == "confirmation":
            return concern.solved_by != page.actor.id
        if one.noun in ("closing", "closing-return") and page.own.closing is not None:
            return bool(page.own.closing.proposed_by != page.actor.id)
        if one.noun in ("taking", "answer", "solution") and concern.apart:
            about = page.case.about
            return about is None or about.handler_id != page.actor.staff_id
        return True

    def expected(self, page: OpenedPage, one: Possible) -> Mapping[str, object]:
        """Both ends leave the same event; the letter depends on which it was."""
        return {"how": "reviewed"} if one.noun == "closing" else {}

    def sections(self, page: OpenedPage) -> Sequence[Section]:
        heard: Heard = page.own
        found = [
            Section(
                title=_("What the customer said"),
                template="desk/concern_words.html",
                values={"readings": [_card(page, note) for note in heard.words]},
                count=len(heard.words),
            ),
            Section(title=_("How it began"), facts=_beginning(page)),
            Section(title=_("How they stand to us"), facts=facts_of(heard.relation), fold=True),
        ]
        if heard.closing is not None:
            found.insert(0, _closing(page, heard.closing))
        return found


def _card(page: OpenedPage, note: Note) -> ReadingCard:
    by_customer = note.by.startswith("customer:")
    name = actor_name(note.by, page.names, page.case.customer.name)
    heard = _("written down by %(name)s") % {"name": name or _("a colleague")}
    return card_of(
        note_id=note.pk,
        body=note.body,
        by=page.case.customer.name if by_customer else heard,
        at=note.at,
        now=page.at,
        reading=page.own.readings.get(note.pk),
        url=reverse("desk:reading", args=[note.pk]),
    )


def _beginning(page: OpenedPage) -> list[Fact]:
    concern: Concern = page.row
    reasons = [labels.word(labels.CONCERN_REASONS, one) for one in concern.reasons]
    facts = [
        Fact(_("Reason"), _("; ").join(reasons)),
        Fact(_("How it came to us"), labels.word(labels.CONCERN_DOORS, concern.door)),
        Fact(_("First said"), wording.near_time(concern.first_spoken_at, page.at)),
        Fact(_("What it is about"), _causes(concern) or "—"),
        Fact(_("How urgent"), labels.word(labels.URGENCIES, concern.urgency)),
    ]
    if concern.source_case is not None:
        facts.append(Fact(_("Said on"), concern.source_case.number))
    if concern.outcome:
        facts.append(Fact(_("How it ended"), labels.word(labels.CONCERN_OUTCOMES, concern.outcome)))
    return facts


def _closing(page: OpenedPage, closing: Closing) -> Section:
    by = actor_name(closing.proposed_by, page.names, "") or _("a colleague")
    return Section(
        title=_("To be closed without the customer's yes"),
        facts=(
            Fact(_("Reason"), labels.word(labels.CLOSING_REASONS, closing.reason)),
            Fact(_("Proposed by"), by, wording.near_time(closing.proposed_at, page.at)),
        ),
        text=closing.note.body,
    )


def _causes(concern: Concern) -> str:
    return _(", ").join(labels.word(labels.WORD_CAUSES, cause) for cause in concern.causes)

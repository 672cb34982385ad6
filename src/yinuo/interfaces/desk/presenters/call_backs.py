"""Call-backs at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import call_back_words as words
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Table, Tag, Tone
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.presenters.base import Presenter, Section
from yinuo.interfaces.desk.timeline import actor_name

_ON_THE_BENCH = frozenset({"answers", "identity"})
_DURING_A_CALL = frozenset({"attempt"})


@dataclass(frozen=True, slots=True)
class Contacts:
    attempts: Sequence[Attempt]
    responses: Sequence[Response]

    @property
    def running(self) -> Attempt | None:
        return next((one for one in self.attempts if not one.outcome), None)


class CallBackPresenter(Presenter):
    aside: ClassVar[frozenset[str]] = Presenter.aside | {
        "invitation",
        "stop",
        "opt-out",
        "exclusion",
    }

    def load(self, actor: Actor, case: Case, at: datetime) -> CallBack:
        return queries.of_case(case)

    def own(self, opened: Opened) -> Contacts:
        return Contacts(queries.attempts(opened.row), queries.responses(opened.row))

    def subject(self, opened: Opened) -> str:
        row: CallBack = opened.row
        return labels.word(words.OCCASIONS, row.occasion)

    def figures(self, page: OpenedPage) -> Sequence[Fact]:
        row, found = page.row, []
        newest = next((one for one in page.own.responses if one.finished_at), None)
        if newest is not None and newest.csat is not None:
            found.append(Fact(_("Satisfaction"), _("%(score)s of 5") % {"score": newest.csat}))
        if row.round > 1:
            found.append(Fact(_("Round"), str(row.round)))
        return found

    def tags(self, page: OpenedPage) -> Sequence[Tag]:
        running = page.own.running
        if running is None:
            return ()
        name = running.staff.name if running.staff else _("a colleague")
        return (Tag(_("%(name)s is on the phone") % {"name": name}, Tone.AMBER, "phone"),)

    def facts(self, opened: Opened) -> Mapping[str, object]:
        row: CallBack = opened.row
        return {"about_number": row.followed.number, "asks_concern": False}

    def expected(self, page: OpenedPage, one: Possible) -> Mapping[str, object]:
        return {"round": page.row.round}

    def is_offered(self, page: OpenedPage, one: Possible) -> bool:
        """Answers are taken on the bench; how a call ended is asked while there is one."""
        if one.noun in _ON_THE_BENCH:
            return False
        running = page.own.running
        if one.noun in _DURING_A_CALL:
            return running is not None and running.by == page.actor.id
        return one.noun != "call" or running is None

    def sections(self, page: OpenedPage) -> Sequence[Section]:
        found = [
            Section(title=_("What comes next"), facts=_plan(page)),
            Section(title=_("Contacts"), table=_contacts(page), count=len(page.own.attempts)),
        ]
        answered = [one for one in page.own.responses if one.finished_at]
        if answered:
            found.append(Section(title=_("Answers"), table=_answers(page, answered)))
        return found


def _plan(page: OpenedPage) -> Sequence[Fact]:
    row: CallBack = page.row
    strategy = labels.word(words.STRATEGIES, row.strategy)
    version = _("programme %(version)s") % {"version": row.programme_version}
    facts = [Fact(_("Strategy"), strategy, version)]
    if row.next_contact_at is not None:
        contact = labels.word(words.CONTACTS, row.channel)
        facts.append(Fact(contact, wording.near_time(row.next_contact_at, page.at)))
    if row.link_used_at is not None:
        facts.append(Fact(_("Link opened"), wording.near_time(row.link_used_at, page.at)))
    return facts


def _contacts(page: OpenedPage) -> Table:
    rows = [
        (
            Cell(kind=CellKind.TIME, value=one.at),
            Cell(value=labels.word(words.CONTACTS, one.channel)),
            Cell(value=labels.word(words.OUTCOMES, one.outcome)),
            Cell(value=one.staff.name if one.staff else _("by itself")),
        )
        for one in page.own.attempts
    ]
    columns = (Column(_("Time")), Column(_("How")), Column(_("Result")), Column(_("Who")))
    return Table(
        caption=_("Contacts"), columns=columns, rows=tuple(rows), now=page.at, caption_hidden=True
    )


def _answers(page: OpenedPage, answered: Sequence[Response]) -> Table:
    rows = [
        (
            Cell(kind=CellKind.NUMBER, value=one.round),
            Cell(kind=CellKind.TIME, value=one.finished_at),
            Cell(value=_score(one.csat, 5)),
            Cell(value=_score(one.nps, 10)),
            Cell(value=_score(one.ces, 7)),
            Cell(value=labels.word(words.CONTACTS, one.channel), note=_taken_by(page, one)),
        )
        for one in answered
    ]
    columns = (
        Column(_("Round"), numeric=True),
        Column(_("Time")),
        Column(_("Satisfaction")),
        Column(_("Would recommend us")),
        Column(_("Made it easy")),
        Column(_("How")),
    )
    return Table(
        caption=_("Answers"), columns=columns, rows=tuple(rows), now=page.at, caption_hidden=True
    )


def _score(value: int | None, best: int) -> str:
    return "—" if value is None else _("%(score)s of %(best)s") % {"score": value, "best": best}


def _taken_by(page: OpenedPage, response: Response) -> str:
    return actor_name(response.by, page.names, page.case.customer.name) or ""

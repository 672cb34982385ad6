"""Search: one box, results as you type, in the actor's own branches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rules import voice_number, voice_of
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.core.policies.models import Policy
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.present import (
    CaseRow,
    Cell,
    CellKind,
    Column,
    Empty,
    Link,
    SearchBox,
    Table,
)
from yinuo.interfaces.desk.actor import actor_of, asks_for, desk, now, record
from yinuo.interfaces.desk.rows import case_row
from yinuo.interfaces.desk.views.voices import HEARERS
from yinuo.kit.errors import DomainError
from yinuo.overview import search as finding
from yinuo.overview.search import Found, Why

WHY: labels.Words = {
    "number": gettext_noop("By case number"),
    "phone": gettext_noop("By phone"),
    "plate": gettext_noop("By plate"),
    "policy": gettext_noop("By policy"),
    "name": gettext_noop("By name"),
}
SHORTEST = 2
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{6,}")
_LAST_FOUR = re.compile(r"[0-9]{4}")


@desk()
def search(request: HttpRequest) -> HttpResponse:
    """What fits the words of the box, grouped by how it was found."""
    actor, at = actor_of(request), now()
    words = request.GET.get("q", "").strip()[: finding.LONGEST]
    with rulebook.pinned():
        found = finding.search(actor, words)
        long_enough = len(words) >= SHORTEST
        held = policies.search(actor, words) if long_enough else []
        persons = _persons(actor, words) if long_enough else []
        voice = _voice(actor, words)
    count = len(found.hits) + len(held) + len(persons) + (voice is not None)
    if count:
        record(request, what="desk.search", count=count)
    context = {
        "words": words,
        "box": _box(words),
        "groups": _groups(found, at),
        "more": found.more,
        "voice": _voice_table(voice, at) if voice else None,
        "policies": _policies(held, at) if held else None,
        "people": _people(persons, at) if persons else None,
        "empty": None if count else _empty(words),
    }
    part = asks_for(request, "results")
    return render(request, "desk/search_results.html" if part else "desk/search.html", context)


def _voice(actor: Actor, words: str) -> Inbound | None:
    """A voice by its whole number, as it was told to somebody who has no case yet."""
    named = voice_of(words)
    if named is None or not actor.roles.intersection(HEARERS):
        return None
    return complaints.voices_visible_to(actor).filter(pk=named).first()


def _voice_table(voice: Inbound, at: datetime) -> Table:
    row = (
        Cell(
            kind=CellKind.LINK,
            value=voice_number(voice.pk, voice.received_at),
            url=reverse("desk:voice", args=[voice.pk]),
        ),
        Cell(value=voice.person.name if voice.person else voice.name or _("not known yet")),
        Cell(value=labels.word(said.CHANNELS, voice.channel)),
        Cell(value=voice.case.number if voice.case else ""),
    )
    columns = (
        Column(_("Voice")),
        Column(_("Who")),
        Column(_("How it came in")),
        Column(_("Case")),
    )
    return Table(caption=_("Voices"), columns=columns, rows=(row,), now=at)


def _persons(actor: Actor, words: str) -> list[Person]:
    """People by whole phone, its last four digits, or the beginning of the name."""
    try:
        if _PHONE.fullmatch(words):
            return people.find_people(actor, phone=words)
        if _LAST_FOUR.fullmatch(words):
            return people.find_people(actor, last_four=words)
    except DomainError:
        return []
    if any(letter.isdecimal() for letter in words):
        return []
    return people.find_people(actor, name=words)


def _box(words: str) -> SearchBox:
    here = reverse("desk:search")
    return SearchBox(
        url=here,
        label=_("Search"),
        value=words,
        placeholder=_("Case number, policy, plate, phone or name"),
        results_url=here,
        target="#results",
    )


def _groups(found: Found, at: datetime) -> list[tuple[str, tuple[CaseRow, ...]]]:
    """The cases under what they were found by, in the order of the search."""
    grouped: dict[Why, list[CaseRow]] = {}
    for hit in found.hits:
        closed = hit.case.closed_at is not None
        row = case_row(hit.case, at, plate=hit.plate, closed=closed)
        grouped.setdefault(hit.why, []).append(row)
    return [(labels.word(WHY, why.value), tuple(rows)) for why, rows in grouped.items()]


def _policies(found: Sequence[Policy], at: datetime) -> Table:
    """Each policy leads to a report under it, which is what the caller most often wants."""
    intake = reverse("desk:intake")
    rows = tuple(
        (
            Cell(kind=CellKind.LINK, value=one.number, url=f"{intake}?policy={one.number}"),
            Cell(value=one.vehicle.plate, note=f"{one.vehicle.make} {one.vehicle.model}"),
            Cell(value=one.holder.name),
            Cell(kind=CellKind.TIME, value=one.ends_at),
            Cell(value=one.branch.name),
        )
        for one in found
    )
    columns = (
        Column(_("Policy")),
        Column(_("Car")),
        Column(_("Policyholder")),
        Column(_("Ends")),
        Column(_("Branch")),
    )
    return Table(caption=_("Policies"), columns=columns, rows=rows, now=at)


def _people(persons: Sequence[Person], at: datetime) -> Table:
    intake = reverse("desk:intake")
    rows = []
    for one in persons:
        card = people.card(one)
        link = f"{intake}?person={card.id}"
        rows.append(
            (
                Cell(kind=CellKind.LINK, value=card.name, url=link),
                Cell(value=card.phone),
                Cell(value=card.email),
            )
        )
    columns = (Column(_("Name")), Column(_("Phone")), Column(_("E-mail")))
    return Table(caption=_("People"), columns=columns, rows=tuple(rows), now=at)


def _empty(words: str) -> Empty:
    if len(words) < SHORTEST:
        return Empty(
            title=_("What are you looking for?"),
            body=_(
                "Type a case number, a policy, a plate, a whole phone or its last four digits, "
                "or the beginning of a name."
            ),
            icon="search",
        )
    return Empty(
        title=_("Nothing found for “%(words)s”") % {"words": words},
        body=_("Look at the spelling. Cases of other branches are not shown here."),
        icon="search",
        action=Link(_("Take a report"), reverse("desk:intake")),
    )

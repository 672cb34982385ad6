"""A customer's words as colleagues see them: what was read, and the words that it rests on.

Never for customers: a reading may suspect somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.knowledge.readings import Place, Read, apart
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.labels import Words
from yinuo.interfaces.common.present import Tag, Tone

SAYS: Words = {
    "good": gettext_noop("praise"),
    "bad": gettext_noop("blame"),
    "irony": gettext_noop("meant the other way round"),
    "calm": gettext_noop("said calmly"),
    "learned": gettext_noop("sounds like it"),
    "alarm:regulator": gettext_noop("speaks of the regulator"),
    "alarm:press": gettext_noop("speaks of going public"),
    "alarm:court": gettext_noop("speaks of court or lawyers"),
    "alarm:crowd": gettext_noop("speaks of desperate steps"),
    "alarm:life": gettext_noop("life or health in danger"),
    "alarm:complaint": gettext_noop("asks for a complaint"),
    "alarm:learned": gettext_noop("sounds like it"),
    **labels.WORD_CAUSES,
}
_TONES: Mapping[str, Tone] = {"pos": Tone.JADE, "neu": Tone.PLAIN, "neg": Tone.AMBER}
_MARKS: Mapping[str, str] = {"good": "good", "calm": "calm", "learned": "calm"}
ALARM = "alarm:"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the words; with `says`, one that the reading rests on."""

    text: str
    mark: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCard:
    """`certain` is said in per cent; `url` leads to the page on which a person corrects it."""

    id: str
    pieces: tuple[Piece, ...]
    by: str
    at: datetime
    when: str
    tags: tuple[Tag, ...] = ()
    certain: str = ""
    corrected: bool = False
    erased: bool = False
    url: str = ""


def card_of(
    *,
    note_id: int,
    body: str,
    by: str,
    at: datetime,
    now: datetime,
    reading: Read | None,
    url: str = "",
) -> ReadingCard:
    """The words with what was read in them; without a reading they stand plain."""
    return ReadingCard(
        id=f"reading-{note_id}",
        pieces=tuple(_pieces(body, reading)),
        by=by,
        at=at,
        when=wording.near_time(at, now),
        tags=_tags(reading) if reading else (),
        certain=f"{reading.certain:.0%}" if reading and not reading.by_person else "",
        corrected=bool(reading and reading.by_person),
        erased=not body,
        url=url if reading else "",
    )


def _tags(reading: Read) -> tuple[Tag, ...]:
    tags = [Tag(labels.word(labels.SENTIMENTS, reading.sentiment), _TONES[reading.sentiment])]
    tags += [Tag(labels.word(labels.WORD_CAUSES, cause)) for cause in reading.causes]
    if reading.urgency == "high":
        tags.append(urgency_tag(reading.urgency))
    if reading.person:
        tags.append(Tag(_("A person should read this"), Tone.AMBER, "warn"))
    return tuple(tags)


def urgency_tag(urgency: str) -> Tag:
    word = labels.word(labels.URGENCIES, urgency)
    return Tag(word, Tone.AMBER, "warn") if urgency == "high" else Tag(word)


def _pieces(body: str, reading: Read | None) -> Iterator[Piece]:
    reached = 0
    for place in apart(reading.places if reading else (), len(body)):
        if place.start > reached:
            yield Piece(body[reached : place.start])
        yield Piece(body[place.start : place.end], _mark(place), _says(place))
        reached = place.end
    if reached < len(body):
        yield Piece(body[reached:])


def _mark(place: Place) -> str:
    if place.says.startswith(ALARM):
        return "alarm"
    return _MARKS.get(place.says, "bad")


def _says(place: Place) -> str:
    return _(SAYS[place.says]) if place.says in SAYS else place.says

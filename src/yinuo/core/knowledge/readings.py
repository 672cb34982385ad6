"""What a reading says, in plain values, whoever gave it: the machine or a person after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the words, `end` after the last character, and what was read there."""

    start: int
    end: int
    says: str


@dataclass(frozen=True, slots=True)
class Read:
    """`certain` is 0 to 1; `by_person` says that a person corrected what the machine read."""

    note_id: int
    sentiment: str
    causes: tuple[str, ...]
    urgency: str
    certain: float
    person: bool
    places: tuple[Place, ...]
    by_person: bool


def apart(places: Sequence[Place], length: int) -> list[Place]:
    """The places in order and without overlap; of two that meet, the alarm, then the longer one.

    What lies outside the words, because they were erased or cut, is left out.
    """
    found: list[Place] = []
    for place in sorted(places, key=_rank):
        inside = 0 <= place.start < place.end <= length
        if inside and all(place.end <= one.start or one.end <= place.start for one in found):
            found.append(place)
    return sorted(found, key=lambda one: one.start)


def _rank(place: Place) -> tuple[bool, int, int, str]:
    alarm = place.says.startswith("alarm:")
    return (not alarm, place.start - place.end, place.start, place.says)

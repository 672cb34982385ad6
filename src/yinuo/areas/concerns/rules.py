"""What is decided about a concern: how urgent it is, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yinuo.areas.concerns.rulefile import OpeningRules
from yinuo.perception.lexicon import CAUSES, URGENCIES
from yinuo.perception.reading import Reading

KNOWN_CAUSES: tuple[str, ...] = CAUSES
KNOWN_URGENCIES: tuple[str, ...] = URGENCIES
# What a finding may be about beside the causes of complaint.
FINDING_CAUSES = (*KNOWN_CAUSES, "other")


@dataclass(frozen=True, slots=True)
class Weighed:
    causes: tuple[str, ...]
    urgency: str


def weigh(
    reading: Reading | None,
    *,
    reasons: Sequence[str],
    causes: Sequence[str],
    urgency: str,
    rule: OpeningRules,
) -> Weighed:
    """Causes and urgency as somebody gave them, else as they were read in the words."""
    found = tuple(causes) or (reading.causes if reading else ())
    level = urgency or (reading.urgency if reading else "normal")
    if set(reasons) & set(rule.urgent_reasons.value) or level in rule.urgent_words.value:
        level = KNOWN_URGENCIES[0]
    return Weighed(tuple(dict.fromkeys(found)), level)


def is_urgent(urgency: str) -> bool:
    return urgency == KNOWN_URGENCIES[0]


def more_urgent(one: str, other: str) -> str:
    """The first of the two in the order high, normal, low."""
    return min(one, other, key=KNOWN_URGENCIES.index)


def joined(first: Iterable[str], then: Iterable[str]) -> list[str]:
    """Both lists in their order, each word once."""
    return list(dict.fromkeys([*first, *then]))

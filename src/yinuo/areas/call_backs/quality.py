"""Which calls a second person listens to, and what they are worth on the sheet. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import ClassVar

from yinuo.areas.call_backs.rulefile import QualitySheet
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _


class PointsRefused(DomainError):
    """`field` names the line of the sheet."""

    code = "points_refused"
    message: ClassVar[Message] = _("Give points from 0 to %(most)d.")
    http = 422


@dataclass(frozen=True, slots=True)
class Scored:
    """`total` in percent of all points; a line that must not fail fails the call at 0 points."""

    points: Mapping[str, int]
    total: int
    passed: bool


def drawn(
    calls: Mapping[int, Sequence[int]], *, share: Decimal, least: int, seed: str
) -> list[int]:
    """The calls that the lot falls on: of each caller's at least `least`, else `share` of them
    rounded up. With the same seed the lot falls the same way, whoever draws it again.
    """
    found: list[int] = []
    for theirs in calls.values():
        wanted = max(least, int((share * len(theirs)).to_integral_value(ROUND_CEILING)))
        found += sorted(theirs, key=lambda call: _lot(seed, call))[:wanted]
    return sorted(found)


def _lot(seed: str, call: int) -> bytes:
    return hashlib.sha256(f"{seed}:{call}".encode()).digest()


def score(sheet: QualitySheet, points: Mapping[str, int], *, passed_from: int) -> Scored:
    """Raises PointsRefused for a line without points or with points that it does not give."""
    given: dict[str, int] = {}
    for line in sheet.lines:
        got = points.get(line.code)
        if got is None or not 0 <= got <= line.most:
            raise PointsRefused(line.code, most=line.most)
        given[line.code] = got
    most = sum(line.most for line in sheet.lines)
    total = (200 * sum(given.values()) + most) // (2 * most)
    failed = any(line.needed and given[line.code] == 0 for line in sheet.lines)
    return Scored(given, total, total >= passed_from and not failed)

"""The nightly proof, kept: what ended, and what of it has neither call-back nor exclusion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from yinuo.areas.call_backs.models import CoverageCheck

KEPT_NUMBERS = 100


def record_check(
    *, ended: int, opened: int, excluded: int, missing: Sequence[str], at: datetime
) -> CoverageCheck:
    """`missing` are the numbers of all cases without either; the first hundred are kept."""
    return CoverageCheck.objects.create(
        at=at,
        ended=ended,
        opened=opened,
        excluded=excluded,
        missing=len(missing),
        numbers=list(missing[:KEPT_NUMBERS]),
    )

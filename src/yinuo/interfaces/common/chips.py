"""The promise chip from a promise as `core.cases` reads it: one translation for every door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.queries import PromiseView
from yinuo.interfaces.common.present import PromiseChip

# Why a clock stands still, and why a promise was taken back, in the reader's words.
_REASONS: Mapping[str, str] = {
    "supplement": gettext_noop("waiting for the papers that we asked for"),
    "account_correction": gettext_noop("waiting for a corrected account"),
    "agreed_time": gettext_noop("a time was agreed"),
    "car_not_available": gettext_noop("the car cannot be looked at now"),
    "ended": gettext_noop("no longer needed"),
    "case_ended": gettext_noop("the case has ended"),
    "appraisal": gettext_noop("an appraisal takes its time"),
    "inspection": gettext_noop("an inspection takes its time"),
    "mediation": gettext_noop("a mediation takes its time"),
    "power": gettext_noop("waiting for the power to speak for somebody else"),
    "urgent": gettext_noop("a shorter time takes its place"),
    "decided": gettext_noop("a decision takes its place"),
    "agreed": gettext_noop("the complainant agreed to something else"),
    "replaced": gettext_noop("another proposal takes its place"),
}


def chip_of(
    view: PromiseView, now: datetime, *, for_customer: bool = False, part: str = ""
) -> PromiseChip:
    """Customers are spared the key of the rule; its source they see. `part` names what of the case
    it was promised for, where there is more than one.
    """
    return PromiseChip(
        title=f"{view.title} · {part}" if part else view.title,
        started_at=view.started_at,
        due_at=view.due_at,
        now=now,
        soon_at=view.soon_at,
        kept_at=view.kept_at,
        paused_at=view.paused_at,
        withdrawn_at=view.withdrawn_at,
        pause_reason=_reason(view.pause_reason),
        withdrawn_reason=_reason(view.withdrawn_reason),
        why=view.why,
        counted=view.counted,
        source="" if for_customer and not view.statutory else view.source,
        rule="" if for_customer else view.rule,
        owner=view.owner,
        statutory=view.statutory,
        provisional=view.provisional,
        internal=view.internal,
    )


def chips_of(
    views: Iterable[PromiseView],
    now: datetime,
    *,
    for_customer: bool = False,
    parts: Mapping[str, str] = MappingProxyType({}),
) -> tuple[PromiseChip, ...]:
    """`parts` names the parts of the case by the subject of a promise, such as "loss:12"."""
    return tuple(
        chip_of(view, now, for_customer=for_customer, part=parts.get(view.subject, ""))
        for view in views
    )


def _reason(code: str) -> str:
    if not code:
        return ""
    return _(_REASONS[code]) if code in _REASONS else ""

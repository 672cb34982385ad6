"""The calendar in force and the clock times of a promise, from the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yinuo.core.cases.models import Promise, PromiseExtension, PromisePause
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.calendar import Calendar
from yinuo.kit.calendar_rules import CalendarRules, build_calendar
from yinuo.kit.clock import Due, Extension, Limit, Pause
from yinuo.kit.rules import PromiseRule


@dataclass(frozen=True, slots=True)
class Check:
    """A moment at which the sweeper acts: warn at a share, miss, or escalate to somebody."""

    at: datetime
    kind: str
    detail: str

    def as_row(self) -> list[str]:
        return [self.at.isoformat(), self.kind, self.detail]


_latest: list[tuple[CalendarRules, Calendar]] = []


def calendar_at(at: datetime) -> Calendar:
    """The insurer's calendar as published at that moment."""
    rules = rulebook.rules(CalendarRules, at=at)
    if not _latest or _latest[0][0] is not rules:
        _latest[:] = [(rules, build_calendar("office", rules))]
    return _latest[0][1]


def checks_of(due: Due, rule: PromiseRule, calendar: Calendar) -> list[Check]:
    """Warnings at their shares, the miss, and each level of the escalation once, in time order."""
    moments = clock.warn_times(due, rule.warn_at, calendar)
    checks = [
        Check(moment, "warn", str(share))
        for share, moment in zip(rule.warn_at, moments, strict=True)
        if moment < due.due_at
    ]
    checks.append(Check(due.due_at, "miss", ""))
    checks += [
        Check(clock.after(due, step.after, calendar), "escalate", step.to) for step in rule.escalate
    ]
    return sorted(checks, key=lambda check: check.at)


def due_of(
    promise: Promise,
    pauses: Sequence[PromisePause],
    extensions: Sequence[PromiseExtension],
    calendar: Calendar,
) -> Due:
    """The due time of a promise as it was made, with the pauses and extensions of now."""
    limit = Limit.parse(promise.limit)
    if promise.roll_forward:
        limit = Limit(limit.amount, limit.unit, roll_forward=True)
    return clock.due(
        limit,
        promise.started_at,
        calendar,
        pauses=[Pause(p.started_at, p.ended_at, p.reason) for p in pauses],
        extensions=[Extension(Limit.parse(e.limit), e.reason) for e in extensions],
    )

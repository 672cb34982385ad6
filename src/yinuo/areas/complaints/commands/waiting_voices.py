"""What is promised about a voice that belongs to no case: warned, missed and escalated in time.

A case keeps its own promises; until a voice has one, these rows are its commitments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from yinuo.areas.complaints.models import Inbound, VoicePromise
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at, checks_of
from yinuo.core.people import memory
from yinuo.core.people.queries import Leads
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.clock import Due
from yinuo.kit.rules import PromiseRule

SORT = "complaints.sort_voice"
WITHDRAWAL = "withdrawal"
BATCH = 500
_FIELDS = ["checks_done", "next_check_at", "missed_at", "told", "told_staff"]


def due_of_sorting(suggested: str, received_at: datetime, at: datetime) -> Due:
    """When somebody has said what it is; what sounds like a withdrawal ends the same day."""
    rule, _revision = rulebook.promise_rule(SORT, at=at)
    calendar = calendar_at(at)
    limits = {rule.limit_for(None, None), rule.limit_for(suggested, None)}
    return min(
        (clock.due(one, received_at, calendar) for one in limits), key=lambda due: due.due_at
    )


def due_of(rule: str, started_at: datetime, at: datetime) -> Due:
    return clock.due(
        rulebook.promise_rule(rule, at=at)[0].limit_for(None, None), started_at, calendar_at(at)
    )


def promise(voice: Inbound, rule: str, due: Due, *, at: datetime) -> None:
    """Make it, inside the caller's command; a warning whose moment has gone by is not given."""
    known, revision = rulebook.promise_rule(rule, at=at)
    checks = _checks(due, known, at)
    VoicePromise.objects.create(
        voice=voice,
        branch_path=voice.branch_path,
        rule=rule,
        rule_revision=revision,
        started_at=due.started_at,
        due_at=due.due_at,
        provisional=due.provisional,
        checks=checks,
        next_check_at=checks[0][0] if checks else None,
    )


def _checks(due: Due, rule: PromiseRule, at: datetime) -> list[list[str]]:
    found = checks_of(due, rule, calendar_at(at))
    return [one.as_row() for one in found if one.at > at or one.kind != "warn"]


def keep(voice: Inbound, *, at: datetime) -> None:
    """What is open is kept, late or not."""
    for row in _open(voice):
        row.kept_at, row.next_check_at = at, None
        if row.due_at <= at:
            row.missed_at = row.missed_at or row.due_at
        row.save(update_fields=["kept_at", "next_check_at", "missed_at"])


def _open(voice: Inbound) -> QuerySet[VoicePromise]:
    return voice.promises.select_for_update(no_key=True).filter(kept_at__isnull=True)


def watch_voices(*, at: datetime, limit: int = BATCH) -> int:
    """Warn, miss and escalate what has come, each once; returns how many were looked at.

    Any number of workers may do it at the same time.
    """
    with cases.transaction():
        rows = list(
            VoicePromise.objects.filter(next_check_at__lte=at)
            .order_by("next_check_at", "pk")
            .select_for_update(skip_locked=True, no_key=True)[:limit]
        )
        leads = memory.leads()
        for row in rows:
            _run_checks(row, leads, at)
        VoicePromise.objects.bulk_update(rows, _FIELDS)
    return len(rows)


def _run_checks(row: VoicePromise, leads: Leads, at: datetime) -> None:
    checks: Sequence[Sequence[str]] = row.checks
    while row.checks_done < len(checks):
        moment, kind, level = checks[row.checks_done]
        if datetime.fromisoformat(moment) > at:
            row.next_check_at = datetime.fromisoformat(moment)
            return
        row.checks_done += 1
        if kind == "miss":
            row.missed_at = row.missed_at or row.due_at
        if kind == "escalate":
            staff = [one.pk for one in leads.of(row.branch_path, level)]
            row.told = [*row.told, [at.isoformat(), level, staff]]
            row.told_staff = sorted({*row.told_staff, *staff})
    row.next_check_at = None

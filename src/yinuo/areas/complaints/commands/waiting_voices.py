"""What is promised about a voice that belongs to no case: warned, missed and escalated in time.

A case keeps its own promises; until a voice has one, these rows are its commitments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import TruncDate

from yinuo.areas.complaints.models import Inbound, VoicePromise
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at, checks_of
from yinuo.core.cases.commands.promises import count_again
from yinuo.core.cases.commands.work import stamp
from yinuo.core.messages import commands as messages
from yinuo.core.messages.commands import Telling
from yinuo.core.people import memory
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.queries import Leads
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock, queue
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Due
from yinuo.kit.rules import PromiseRule

SORT = "complaints.sort_voice"
WITHDRAWAL = "withdrawal"
BATCH = 500
_FIELDS = ["checks_done", "next_check_at", "missed_at", "told", "told_staff"]
_COUNTED = ["due_at", "provisional", "checks", "recounted", *_FIELDS]


def due_of_sorting(suggested: str, received_at: datetime, at: datetime) -> Due:
    """When somebody has said what it is; what sounds like a withdrawal ends the same day."""
    rule, _revision = rulebook.promise_rule(SORT, at=at)
    return _earliest(rule, suggested, received_at, calendar_at(at))


def _earliest(
    rule: PromiseRule, klass: str | None, started_at: datetime, calendar: Calendar
) -> Due:
    limits = {rule.limit_for(None, None), rule.limit_for(klass, None)}
    return min((clock.due(one, started_at, calendar) for one in limits), key=lambda due: due.due_at)


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


def recount_voices(*, at: datetime) -> int:
    """Settle what was counted without a year that is in the calendar now, as for cases.

    Works through batches, each in its own transaction, so that what a killed worker left is counted
    by the next. Returns how many promises changed; each keeps what its due time was before.
    """
    calendar = calendar_at(at)
    waiting = VoicePromise.objects.filter(kept_at__isnull=True, provisional=True)
    dated = waiting.annotate(due_on=TruncDate("due_at", tzinfo=calendar.zone))
    ids = [
        pk
        for pk, due_on in dated.order_by("pk").values_list("pk", "due_on")
        if not calendar.is_provisional(due_on)
    ]
    changed = 0
    for start in range(0, len(ids), BATCH):
        with cases.transaction():
            rows = list(
                waiting.filter(pk__in=ids[start : start + BATCH])
                .select_related("voice")
                .order_by("pk")
                .select_for_update(of=("self", "voice"), no_key=True)
            )
            changed += sum([_count_again(row, calendar, at) for row in rows])
            VoicePromise.objects.bulk_update(rows, _COUNTED)
            voices = [row.voice for row in rows]
            Inbound.objects.bulk_update(voices, ["due_at", "due_provisional"])
    return changed


def _count_again(row: VoicePromise, calendar: Calendar, at: datetime) -> bool:
    """With the calendar of now and the limit of the rule under which it was promised."""
    rule, _revision = rulebook.promise_rule(row.rule, at=row.started_at)
    klass = row.voice.suggested if row.rule == SORT else None
    before = row.due_at
    count_again(
        row, _earliest(rule, klass, row.started_at, calendar), rule, calendar, at, forgive=True
    )
    if row.missed_at is None:
        row.told_staff = []
    row.voice.due_at, row.voice.due_provisional = row.due_at, row.provisional
    line = [stamp(at), stamp(before), stamp(row.due_at)]
    row.recounted = [*(row.recounted or []), line]
    return row.due_at != before or not row.provisional


def watch_voices(*, at: datetime, limit: int = BATCH) -> int:
    """Warn, miss and escalate what has come, each once; returns how many were looked at.

    Any number of workers may do it at the same time.
    """
    with cases.transaction():
        rows = list(
            VoicePromise.objects.filter(next_check_at__lte=at)
            .select_related("voice")
            .order_by("next_check_at", "pk")
            .select_for_update(of=("self",), skip_locked=True, no_key=True)[:limit]
        )
        leads = memory.leads()
        letters = [one for row in rows for one in _run_checks(row, leads, at)]
        VoicePromise.objects.bulk_update(rows, _FIELDS)
        leaving = messages.write_many(letters) if letters else []
        if leaving:
            queue.defer("send_messages", queue="messages", message_ids=leaving)
    return len(rows)


def _run_checks(row: VoicePromise, leads: Leads, at: datetime) -> list[Telling]:
    """Every check that has come, in order; what is to be told of them."""
    found: list[Telling] = []
    checks: Sequence[Sequence[str]] = row.checks
    while row.checks_done < len(checks):
        moment, kind, level = checks[row.checks_done]
        if datetime.fromisoformat(moment) > at:
            row.next_check_at = datetime.fromisoformat(moment)
            return found
        row.checks_done += 1
        if kind == "miss":
            row.missed_at = row.missed_at or row.due_at
        if kind == "escalate":
            staff = [one.pk for one in leads.of(row.branch_path, level)]
            row.told = [*row.told, [at.isoformat(), level, staff]]
            row.told_staff = sorted({*row.told_staff, *staff})
            found.append(_escalated(row, level, staff, at))
    row.next_check_at = None
    return found


def _escalated(row: VoicePromise, level: str, staff: Sequence[int], at: datetime) -> Telling:
    """What those are told to whom it goes up, as of a promise of a case."""
    return Telling(
        event_id=0,
        case_id=None,
        case_number=voice_number(row.voice_id, row.voice.received_at),
        event_type="voice.escalated",
        data={"rule": row.rule, "due": stamp(row.due_at), "to": level, "staff": list(staff)},
        customer=None,
        handler=None,
        by=SYSTEM,
        at=at,
        page=f"/desk/voices/{row.voice_id}",
    )

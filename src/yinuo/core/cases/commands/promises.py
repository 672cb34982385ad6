"""Promises: made, kept, missed, paused, extended, withdrawn; and the sweep that watches them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.clocks import calendar_at, checks_of, due_of
from yinuo.core.cases.commands.work import Entry, append, lock, touch, transaction
from yinuo.core.cases.models import Case, Promise, PromiseExtension, PromisePause
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Due, Limit
from yinuo.kit.errors import DomainError
from yinuo.kit.rules import PromiseRule

OPEN = Q(kept_at__isnull=True, withdrawn_at__isnull=True)


class PromiseEnded(DomainError):
    code = "promise_ended"
    message = _("This promise has already been kept or withdrawn.")


class SamePersonApproves(DomainError):
    code = "same_person_approves"
    message = _("An extension is approved by somebody else than the person who asks for it.")


@dataclass(frozen=True, slots=True)
class Making:
    case: Case
    rule: str
    started_at: datetime
    subject: str = ""
    amount: Decimal | None = None
    klass: str | None = None
    owners: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keeping:
    case: Case
    rules: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    rule: str
    subject: str
    round: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    rule: str
    subject: str
    late: bool


def make_many(makings: Sequence[Making], *, new_cases: bool = False) -> dict[int, list[Made]]:
    """Make the promises, by case. One that is still open is not made a second time."""
    if not makings:
        return {}
    rounds = {} if new_cases else _rounds(makings)
    rows = [
        row for making in makings if (row := _row(making, rounds)) is not None
    ]
    Promise.objects.bulk_create(rows)
    made: dict[int, list[Made]] = defaultdict(list)
    for row in rows:
        made[row.case_id].append(Made(row.rule, row.subject, row.round, row.due_at))
        touch(row.case)
    return made


def keep_many(keepings: Sequence[Keeping], *, at: datetime) -> dict[int, list[Kept]]:
    """Mark the open promises that these steps keep. What was never promised is not kept."""
    wanted = {
        (keeping.case.pk, rule, subject): keeping.case
        for keeping in keepings
        for rule in keeping.rules
        for subject in keeping.subjects
    }
    if not wanted:
        return {}
    rows = _open_promises({key[0] for key in wanted}, {key[1] for key in wanted})
    due = [row for row in rows if (row.case_id, row.rule, row.subject) in wanted]
    kept: dict[int, list[Kept]] = defaultdict(list)
    for row in due:
        kept[row.case_id].append(Kept(row.rule, row.subject, _is_late(row, at)))
        touch(wanted[(row.case_id, row.rule, row.subject)])
    ids = [row.pk for row in due]
    if ids:
        PromisePause.objects.filter(promise__in=ids, ended_at__isnull=True).update(ended_at=at)
        Promise.objects.filter(pk__in=ids).filter(OPEN).update(
            kept_at=at, next_check_at=None, paused_at=None
        )
    return kept


def withdraw_of_ended(
    closed: Sequence[Case], ended_parts: Sequence[tuple[Case, str]], *, at: datetime
) -> None:
    """What is still open when a case or a part of it ends is no longer owed."""
    which = Q(case__in=closed) if closed else Q()
    for case, subject in ended_parts:
        which |= Q(case=case, subject=subject)
    if not closed and not ended_parts:
        return
    Promise.objects.filter(OPEN).filter(which).update(
        withdrawn_at=at, withdrawn_why="ended", next_check_at=None, paused_at=None
    )
    for case in (*closed, *(case for case, _subject in ended_parts)):
        touch(case)


def promise(
    *, case: Case, rule: str, by: Actor, at: datetime, subject: str = "",
    owners: Mapping[str, int | None] | None = None, amount: Decimal | None = None,
) -> None:
    """Make one promise outside a step, with its own line on the timeline."""
    with transaction():
        fresh = lock(case)
        made = make_many([Making(fresh, rule, at, subject, amount, None, owners or {})])
        for one in made.get(fresh.pk, ()):
            data = {"rule": one.rule, "subject": one.subject, "due": one.due_at.isoformat()}
            append(Entry(fresh, "promise.made", data, by, at, {}))


def keep(*, case: Case, rule: str, by: Actor, at: datetime, subject: str = "") -> bool:
    """Keep one promise outside a step. Returns whether one was open."""
    with transaction():
        fresh = lock(case)
        kept = keep_many([Keeping(fresh, (rule,), (subject,))], at=at).get(fresh.pk, [])
        for one in kept:
            data = {"rule": one.rule, "subject": one.subject, "late": one.late}
            append(Entry(fresh, "promise.kept", data, by, at, {}))
    return bool(kept)


def pause(*, case: Case, reason: str, by: Actor, at: datetime) -> list[Promise]:
    """Stop every running clock of the case that this reason may stop. Returns those promises."""
    with transaction():
        fresh = lock(case)
        rows = list(
            Promise.objects.filter(OPEN, case=fresh, paused_at__isnull=True)
            .filter(pausable__contains=[reason])
            .select_for_update()
        )
        PromisePause.objects.bulk_create(
            PromisePause(promise=row, reason=reason, started_at=at, by=by.id) for row in rows
        )
        Promise.objects.filter(pk__in=[r.pk for r in rows]).update(paused_at=at, next_check_at=None)
        for row in rows:
            data = {"rule": row.rule, "subject": row.subject, "reason": reason}
            append(Entry(fresh, "promise.paused", data, by, at, {}))
    return rows


def resume(*, case: Case, reason: str, by: Actor, at: datetime) -> list[Promise]:
    """Start the clocks again that this reason stopped; each due time moves by the pause."""
    with transaction():
        fresh = lock(case)
        rows = list(
            Promise.objects.filter(
                OPEN, case=fresh, pauses__reason=reason, pauses__ended_at__isnull=True
            ).select_for_update(of=("self",))
        )
        PromisePause.objects.filter(
            promise__in=rows, reason=reason, ended_at__isnull=True
        ).update(ended_at=at)
        for row in rows:
            row.paused_at = None
        recount(rows, at=at)
        for row in rows:
            data = {"rule": row.rule, "subject": row.subject, "due": row.due_at.isoformat()}
            append(Entry(fresh, "promise.resumed", {**data, "reason": reason}, by, at, {}))
    return rows


def extend(
    *, promise: Promise, limit: str, reason: str, by: Actor, approved_by: Actor, at: datetime
) -> Promise:
    """Grant more time. Raises SamePersonApproves and PromiseEnded."""
    if by.id == approved_by.id:
        raise SamePersonApproves("approved_by")
    with transaction():
        case = lock(promise.case)
        row = Promise.objects.select_for_update().filter(OPEN, pk=promise.pk).first()
        if row is None:
            raise PromiseEnded
        PromiseExtension.objects.create(
            promise=row, limit=str(Limit.parse(limit)), reason=reason, by=by.id,
            approved_by=approved_by.id, at=at,
        )
        recount([row], at=at)
        data = {"rule": row.rule, "subject": row.subject, "due": row.due_at.isoformat()}
        append(
            Entry(case, "promise.extended", {**data, "approved_by": approved_by.id}, by, at, {})
        )
    return row


def withdraw(*, case: Case, rules: Iterable[str], why: str, by: Actor, at: datetime) -> int:
    """Take promises back, visibly: the line says which and why. Returns how many."""
    with transaction():
        fresh = lock(case)
        rows = list(Promise.objects.filter(OPEN, case=fresh, rule__in=list(rules)))
        Promise.objects.filter(pk__in=[row.pk for row in rows]).update(
            withdrawn_at=at, withdrawn_why=why, next_check_at=None, paused_at=None
        )
        for row in rows:
            data = {"rule": row.rule, "subject": row.subject, "why": why}
            append(Entry(fresh, "promise.withdrawn", data, by, at, {}))
    return len(rows)


def recount(rows: Sequence[Promise], *, at: datetime) -> None:
    """Count the due times again, with today's calendar, pauses and extensions; keep what is done."""
    ids = [row.pk for row in rows]
    pauses, extensions = defaultdict(list), defaultdict(list)
    for pause_ in PromisePause.objects.filter(promise__in=ids).order_by("started_at"):
        pauses[pause_.promise_id].append(pause_)
    for extension in PromiseExtension.objects.filter(promise__in=ids).order_by("at"):
        extensions[extension.promise_id].append(extension)
    calendar = calendar_at(at)
    for row in rows:
        due = due_of(row, pauses[row.pk], extensions[row.pk], calendar)
        _set_due(row, due, rulebook.promise_rule(row.rule, at=at)[0], calendar, at)
    fields = ["due_at", "provisional", "checks", "checks_done", "next_check_at", "paused_at"]
    Promise.objects.bulk_update([*rows], [*fields, "missed_at"], batch_size=500)
    for row in rows:
        touch(row.case)


def _row(making: Making, rounds: Mapping[tuple[int, str, str], tuple[int, bool]]) -> Promise | None:
    latest, still_open = rounds.get((making.case.pk, making.rule, making.subject), (0, False))
    if still_open:
        return None
    rule, revision = rulebook.promise_rule(making.rule, at=making.started_at)
    limit = rule.limit_for(making.klass or making.case.care, making.amount)
    calendar = calendar_at(making.started_at)
    due = clock.due(limit, making.started_at, calendar)
    row = Promise(
        case=making.case,
        rule=making.rule,
        rule_revision=revision,
        subject=making.subject,
        round=latest + 1,
        audience=rule.audience,
        statutory=rule.statutory,
        owner_id=making.owners.get(rule.owner) or making.case.handler_id,
        owner_role=rule.owner,
        limit=str(limit),
        roll_forward=limit.roll_forward,
        pausable=list(rule.pausable),
        started_at=making.started_at,
    )
    _set_due(row, due, rule, calendar, making.started_at)
    return row


def _set_due(row: Promise, due: Due, rule: PromiseRule, calendar: Calendar, at: datetime) -> None:
    """Fix due time and checks. Warnings that lie in the past are over, a miss is not."""
    row.due_at = due.due_at
    row.provisional = due.provisional
    if row.missed_at is not None and due.due_at > at:
        row.missed_at = None
    checks = [c for c in checks_of(due, rule, calendar) if c.at > at or c.kind != "warn"]
    row.checks = [check.as_row() for check in checks]
    row.checks_done = 0
    if row.missed_at is not None:
        row.checks_done = sum(1 for check in checks if check.at <= at)
    upcoming = row.checks[row.checks_done :]
    row.next_check_at = datetime.fromisoformat(upcoming[0][0]) if upcoming else None


def _rounds(makings: Sequence[Making]) -> dict[tuple[int, str, str], tuple[int, bool]]:
    found: dict[tuple[int, str, str], tuple[int, bool]] = {}
    rows = Promise.objects.filter(
        case__in=[m.case.pk for m in makings], rule__in={m.rule for m in makings}
    ).values_list("case_id", "rule", "subject", "round", "kept_at", "withdrawn_at")
    for case_id, rule, subject, round_, kept_at, withdrawn_at in rows:
        latest, still_open = found.get((case_id, rule, subject), (0, False))
        running = kept_at is None and withdrawn_at is None
        found[(case_id, rule, subject)] = (max(latest, round_), still_open or running)
    return found


def _open_promises(case_ids: set[int], rules: set[str]) -> list[Promise]:
    return list(
        Promise.objects.filter(OPEN, case__in=case_ids, rule__in=rules).select_for_update()
    )


def _is_late(row: Promise, at: datetime) -> bool:
    """A promise is late when it was missed, or is kept after its due time while the clock ran."""
    return row.missed_at is not None or (row.paused_at is None and at > row.due_at)

"""Promises: made, kept and withdrawn, for one case or for a set of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest

from yinuo.core.cases.clocks import calendar_at, checks_of
from yinuo.core.cases.commands.work import (
    Entry,
    append,
    lock,
    lock_many,
    stamp,
    touch,
    transaction,
)
from yinuo.core.cases.models import Case, Promise, PromisePause
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import bulk, clock
from yinuo.kit.calendar import Calendar
from yinuo.kit.clock import Due
from yinuo.kit.rules import PromiseRule

OPEN = Q(kept_at__isnull=True, withdrawn_at__isnull=True)


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


@dataclass(frozen=True, slots=True)
class Withdrawn:
    rule: str
    subject: str


def make_many(makings: Sequence[Making], *, new_cases: bool = False) -> dict[int, list[Made]]:
    """Make the promises, by case. One that is still open is not made a second time."""
    if not makings:
        return {}
    rounds = {} if new_cases else _rounds(makings)
    rows = [row for making in makings if (row := _row(making, rounds)) is not None]
    bulk.create_many(rows)
    made: dict[int, list[Made]] = defaultdict(list)
    for row in rows:
        made[row.case_id].append(Made(row.rule, row.subject, row.round, row.due_at))
        touch(row.case_id)
    return made


def keep_many(keepings: Sequence[Keeping], *, at: datetime) -> dict[int, list[Kept]]:
    """Mark the open promises that these steps keep. What was never promised is not kept."""
    wanted = {
        (keeping.case.pk, rule, subject)
        for keeping in keepings
        for rule in keeping.rules
        for subject in keeping.subjects
    }
    if not wanted:
        return {}
    found = _locked(Q(case__in={key[0] for key in wanted}, rule__in={key[1] for key in wanted}))
    rows = [row for row in found if (row.case_id, row.rule, row.subject) in wanted]
    kept: dict[int, list[Kept]] = defaultdict(list)
    for row in rows:
        kept[row.case_id].append(Kept(row.rule, row.subject, is_late(row, at)))
    late = [row.pk for row in rows if is_late(row, at)]
    _end(
        rows,
        at=at,
        kept_at=at,
        # A promise that is kept too late was missed, even if no sweep came by in between.
        missed_at=Choose(
            When(pk__in=late, then=Coalesce("missed_at", F("due_at"))), default=F("missed_at")
        ),
    )
    return kept


def withdraw_of_ended(
    closed: Sequence[Case], ended_parts: Sequence[tuple[Case, str]], *, at: datetime
) -> dict[int, list[Withdrawn]]:
    """What is still open when a case or a part of it ends is no longer owed."""
    if not closed and not ended_parts:
        return {}
    which = Q(case__in=closed) if closed else Q()
    for case, subject in ended_parts:
        which |= Q(case=case, subject=subject)
    return _withdraw(which, why="ended", at=at)


def promise(
    *,
    case: Case,
    rule: str,
    by: Actor,
    at: datetime,
    subject: str = "",
    owners: Mapping[str, int | None] | None = None,
    amount: Decimal | None = None,
    klass: str | None = None,
) -> None:
    """Make one promise outside a step, with its own line on the timeline."""
    with transaction():
        fresh = lock(case)
        made = make_many([Making(fresh, rule, at, subject, amount, klass, owners or {})])
        for one in made.get(fresh.pk, ()):
            data = {"rule": one.rule, "subject": one.subject, "due": stamp(one.due_at)}
            append(Entry(fresh, "promise.made", data, by, at, {}))


def keep(*, case: Case, rule: str, by: Actor, at: datetime, subject: str = "") -> bool:
    """Keep one promise outside a step. Returns whether one was open."""
    return bool(keep_each([case], rule=rule, by=by, at=at, subject=subject))


def keep_each(
    cases: Sequence[Case], *, rule: str, by: Actor, at: datetime, subject: str = ""
) -> int:
    """Keep the same promise of each case outside a step. Returns how many were open."""
    with transaction():
        locked = lock_many(case.pk for case in cases)
        keepings = [Keeping(case, (rule,), (subject,)) for case in locked.values()]
        kept = keep_many(keepings, at=at)
        for pk, ones in kept.items():
            for one in ones:
                data = {"rule": one.rule, "subject": one.subject, "late": one.late}
                append(Entry(locked[pk], "promise.kept", data, by, at, {}))
    return sum(map(len, kept.values()))


def withdraw(*, case: Case, rules: Iterable[str], why: str, by: Actor, at: datetime) -> int:
    """Take promises back, visibly: the line says which and why. Returns how many."""
    with transaction():
        fresh = lock(case)
        gone = _withdraw(Q(case=fresh, rule__in=list(rules)), why=why, at=at).get(fresh.pk, [])
        for one in gone:
            data = {"rule": one.rule, "subject": one.subject, "why": why}
            append(Entry(fresh, "promise.withdrawn", data, by, at, {}))
    return len(gone)


def set_due(
    row: Promise,
    due: Due,
    rule: PromiseRule,
    calendar: Calendar,
    at: datetime,
    *,
    forgive: bool = False,
) -> None:
    """Fix due time and checks.

    A warning whose moment has gone by is not given any more. A miss stays on record even when the
    new due time lies ahead, unless it is forgiven because the old one was counted wrongly.
    """
    row.due_at = due.due_at
    row.provisional = due.provisional
    if forgive and due.due_at > at:
        row.missed_at = None
    done: list[list[str]] = []
    if row.missed_at is not None and due.due_at <= at:
        done = [check for check in row.checks[: row.checks_done] if check[1] != "warn"]
    over = {(check[1], check[2]) for check in done}
    ahead = [
        check.as_row()
        for check in checks_of(due, rule, calendar)
        if (check.kind, check.detail) not in over and (check.at > at or check.kind != "warn")
    ]
    row.checks = [*done, *ahead]
    row.checks_done = len(done)
    row.next_check_at = None if row.paused_at is not None else next_check(row)


def next_check(row: Promise) -> datetime | None:
    """When the sweeper has to look at this promise again."""
    upcoming = row.checks[row.checks_done :]
    return datetime.fromisoformat(upcoming[0][0]) if upcoming else None


def is_late(row: Promise, at: datetime) -> bool:
    """A due time is exclusive; while the clock stands still it does not come nearer."""
    return row.missed_at is not None or (row.paused_at or at) >= row.due_at


def _row(making: Making, rounds: Mapping[tuple[int, str, str], tuple[int, bool]]) -> Promise | None:
    latest, still_open = rounds.get((making.case.pk, making.rule, making.subject), (0, False))
    if still_open:
        return None
    rule, revision = rulebook.promise_rule(making.rule, at=making.started_at)
    limit = rule.limit_for(making.klass or making.case.care, making.amount)
    calendar = calendar_at(making.started_at)
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
    due = clock.due(limit, making.started_at, calendar)
    set_due(row, due, rule, calendar, making.started_at)
    return row


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


def _locked(which: Q) -> list[Promise]:
    return list(Promise.objects.filter(OPEN).filter(which).select_for_update(no_key=True))


def _withdraw(which: Q, *, why: str, at: datetime) -> dict[int, list[Withdrawn]]:
    rows = _locked(which)
    _end(rows, at=at, withdrawn_at=at, withdrawn_why=why)
    gone: dict[int, list[Withdrawn]] = defaultdict(list)
    for row in rows:
        gone[row.case_id].append(Withdrawn(row.rule, row.subject))
    return gone


def _end(rows: Sequence[Promise], *, at: datetime, **how: object) -> None:
    """Write the end of promises, and of the pauses that still run."""
    ids = [row.pk for row in rows]
    if not ids:
        return
    if any(row.paused_at is not None for row in rows):
        PromisePause.objects.filter(promise__in=ids, ended_at__isnull=True).update(
            ended_at=Greatest("started_at", Value(at))
        )
    Promise.objects.filter(pk__in=ids).update(next_check_at=None, paused_at=None, **how)
    for row in rows:
        touch(row.case_id)


def hand_over_promises(*, case: Case, to: Staff, from_id: int | None) -> None:
    """What the former handler still owed is owed by the new one; inside the caller's command."""
    rows = Promise.objects.filter(OPEN, case=case, owner_id=from_id)
    rows.update(owner=to)

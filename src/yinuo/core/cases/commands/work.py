"""The unit of work of a command: what it locks, what it appends, and how both are written.

Events are collected while a command decides and written once, at its end, together with the
heads of their cases: one INSERT for all lines, one for the messages that follow from them, one
UPDATE for all cases, one job for the reactions. So a set of 1,000 cases costs as many statements
as one case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db import transaction as database
from django.db.models import DateTimeField, Func
from django.utils.translation import gettext_lazy as _

from yinuo.core.cases.chain import event_hash
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages import commands as messages
from yinuo.core.people import memory
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import queue
from yinuo.kit.bulk import array_text, columns
from yinuo.kit.errors import DomainError

SET_LIMIT = 1_000
FEW = 50
"""So many cases are locked with their people in one statement."""

_UPDATE_CASES = """
UPDATE cases_case c SET
    state = v.state, state_since_at = v.state_since_at, care = v.care, handler_id = v.handler_id,
    branch_id = v.branch_id, branch_path = v.branch_path, closed_at = v.closed_at,
    waiting_for_customer = v.waiting, revision = v.revision,
    head_seq = v.head_seq, head_hash = v.head_hash,
    next_due_at = CASE WHEN v.owes_otherwise THEN (
        SELECT min(p.due_at) FROM cases_promise p
        WHERE p.case_id = c.id AND p.kept_at IS NULL AND p.withdrawn_at IS NULL
          AND p.paused_at IS NULL) ELSE c.next_due_at END
FROM unnest(
    %s::bigint[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[],
    %s::text[], %s::timestamptz[], %s::boolean[], %s::integer[], %s::integer[], %s::bytea[],
    %s::boolean[]
) AS v(id, state, state_since_at, care, handler_id, branch_id, branch_path, closed_at, waiting,
       revision, head_seq, head_hash, owes_otherwise)
WHERE c.id = v.id
"""

_INSERT_EVENTS = """
INSERT INTO cases_event
    (case_id, seq, prev_hash, hash, at, actor, type, data, recorded_at, source)
SELECT v.case_id, v.seq, v.prev_hash, v.hash, v.at, v.actor, v.type, v.data::jsonb, v.recorded_at,
    %s
FROM unnest(
    %s::bigint[], %s::integer[], %s::bytea[], %s::bytea[], %s::timestamptz[], %s::text[],
    %s::text[], %s::text[], %s::timestamptz[]
) WITH ORDINALITY AS v(case_id, seq, prev_hash, hash, at, actor, type, data, recorded_at, place)
ORDER BY v.place
RETURNING id
"""


class TooManyAtOnce(DomainError):
    code = "too_many_at_once"
    message = _("At most %(limit)s cases can be handled at once; this were %(count)s.")
    http = 422


class ChangedMeanwhile(DomainError):
    """Somebody else acted on the case after the page of this person was made."""

    code = "changed_meanwhile"
    message = _(
        "Somebody else changed case %(number)s while you were working on it. "
        "What you typed is kept: look at what is new, then send it again."
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to append. `facts` feed the message texts and are not kept."""

    case: Case
    type: str
    data: dict[str, Any]
    by: Actor
    at: datetime
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What has to happen after the commit: events to react to, messages to send."""

    event_ids: tuple[int, ...]
    message_ids: tuple[int, ...]
    events: tuple[Event, ...] = ()
    """The events themselves, for whoever takes the follow-ups in the same process."""


@dataclass(slots=True)
class Work:
    recorded_at: datetime | None = None
    cases: dict[int, Case] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    chained: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    """By their place in `entries` the lines that are in their chain already, as columns."""
    dirty: dict[int, Case] = field(default_factory=dict)
    owing: set[int] = field(default_factory=set)
    """The cases of which a promise began, ended, stood still or was counted again."""
    at_end: list[Callable[[], None]] = field(default_factory=list)
    held: dict[tuple[str, int], Any] = field(default_factory=dict)
    """What an area has read under the lock of a case, for the next command in this transaction."""


_current: ContextVar[Work | None] = ContextVar("yinuo_work", default=None)
_sink: ContextVar[Callable[[FollowUp], None] | None] = ContextVar("yinuo_sink", default=None)
_whole: ContextVar[bool] = ContextVar("yinuo_all_or_nothing", default=False)
_reactive: set[str] = set()


def reacts_to(types: Iterable[str]) -> None:
    """Automation names the event types that it has reactions for; only these queue a job."""
    _reactive.update(types)


def has_reaction(event_type: str) -> bool:
    """Whether something happens by itself after an event of this type."""
    return event_type in _reactive


@contextmanager
def follow_ups_to(sink: Callable[[FollowUp], None]) -> Iterator[None]:
    """In a sandbox the replay takes the follow-ups itself, in the order of its own clock."""
    token = _sink.set(sink)
    try:
        yield
    finally:
        _sink.reset(token)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """The transaction of a door around one command and what the door itself writes.

    A refusal undoes both, so the command inside needs no savepoint of its own. Whoever wants to go
    on after a refusal must not use this.
    """
    token = _whole.set(True)
    try:
        with database.atomic():
            yield
    finally:
        _whole.reset(token)


@contextmanager
def transaction() -> Iterator[Work]:
    """One command, one transaction, one state of the rulebook.

    A command inside a command joins the outer one.
    """
    running = _current.get()
    if running is not None:
        yield running
        return
    with database.atomic(savepoint=not _whole.get()), rulebook.pinned():
        work = Work()
        token = _current.set(work)
        try:
            yield work
            _flush(work)
        finally:
            _current.reset(token)


def current() -> Work:
    """Raises RuntimeError outside a command: nothing is appended without its transaction."""
    work = _current.get()
    if work is None:
        raise RuntimeError("a case can only be changed inside cases.commands.transaction()")
    return work


def lock_many(case_ids: Iterable[int]) -> dict[int, Case]:
    """The cases, locked in the order of their ids. Raises Case.DoesNotExist and TooManyAtOnce."""
    work = current()
    wanted = sorted(set(case_ids))
    if len(wanted) > SET_LIMIT:
        raise TooManyAtOnce(limit=SET_LIMIT, count=len(wanted))
    unlocked = [pk for pk in wanted if pk not in work.cases]
    if unlocked:
        adopt(_locked(unlocked))
    missing = [pk for pk in unlocked if pk not in work.cases]
    if missing:
        raise Case.DoesNotExist(f"no case with the id {missing[0]}")
    return {pk: work.cases[pk] for pk in wanted}


class naming:  # noqa: N801 - read as a word: with naming(case)
    """A refusal inside says of which member of a set it speaks, in `member`."""

    __slots__ = ("_name",)

    def __init__(self, member: Case | str) -> None:
        self._name = member if isinstance(member, str) else member.number

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, refusal: BaseException | None, trace: object) -> None:
        if isinstance(refusal, DomainError) and not refusal.member:
            refusal.member = self._name


def lock(case: Case, *, seen: int | None = None) -> Case:
    """The case, locked and fresh. `seen` is the revision that the person had on the screen.

    Raises ChangedMeanwhile when another person acted after that.
    """
    fresh = lock_many([case.pk])[case.pk]
    if seen is not None and fresh.revision != seen:
        raise ChangedMeanwhile(number=fresh.number)
    return fresh


def adopt(cases: Iterable[Case]) -> None:
    """Cases that this transaction has just made or locked."""
    work = current()
    for case in cases:
        work.cases[case.pk] = case


def touch(case: Case | int) -> None:
    """The row of the case has to be written at the end."""
    own = held(case)
    current().dirty[own.id] = own


def owe_otherwise(case: Case | int) -> None:
    """What the case owes has changed, so the earliest of it is looked for again at the end."""
    own, work = held(case), current()
    work.dirty[own.id] = own
    work.owing.add(own.id)


def held(case: Case | int) -> Case:
    """The locked row of this case; another copy in memory may be older than the row.

    Raises RuntimeError when the running command has not locked the case.
    """
    pk = case if isinstance(case, int) else case.id
    found = current().cases.get(pk)
    if found is None:
        raise RuntimeError(f"case {pk} is not locked by this command")
    return found


def _locked(ids: Sequence[int]) -> list[Case]:
    """One statement, which brings the clock of the database with it."""
    if memory.is_kept() or len(ids) > FEW:
        return _locked_apart(ids)
    rows = list(
        Case.objects.filter(pk__in=ids)
        .select_related("customer", "handler", "branch")
        .annotate(locked_at=_CLOCK)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    if rows:
        current().recorded_at = rows[0].locked_at
    return list[Case](rows)


def _locked_apart(ids: Sequence[int]) -> list[Case]:
    """Written out, each handler and branch read once: a replay locks every case some fifty times,
    and a large set has few of either.
    """
    names = [column.attname for column in Case._meta.concrete_fields]
    quoted = ", ".join(
        connection.ops.quote_name(c.column) for c in Case._meta.concrete_fields if c.column
    )
    with connection.cursor() as cursor:
        cursor.execute(_LOCK.format(columns=quoted), [array_text(ids)])
        found = cursor.fetchall()
    if found:
        current().recorded_at = found[0][-1]
    rows = [Case.from_db(connection.alias, names, row[:-1]) for row in found]
    customers = memory.by_id(Person, {row.customer_id for row in rows})
    handlers = memory.by_id(Staff, {row.handler_id for row in rows if row.handler_id})
    branches = memory.by_id(Branch, {row.branch_id for row in rows})
    for row in rows:
        handler = handlers[row.handler_id] if row.handler_id else None
        _CUSTOMER.set_cached_value(row, customers[row.customer_id])
        _BRANCH.set_cached_value(row, branches[row.branch_id])
        _HANDLER.set_cached_value(row, handler)
    return rows


# Setting `row.customer` would ask for each row whether the two may be related at all.
_CUSTOMER, _BRANCH, _HANDLER = Case.customer.field, Case.branch.field, Case.handler.field


_LOCK = """
SELECT {columns}, statement_timestamp() FROM cases_case WHERE id = ANY(%s::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""
_CLOCK = Func(function="statement_timestamp", output_field=DateTimeField())


def append(entry: Entry) -> None:
    """Add a line to the end of the timeline of a locked case."""
    work, case = current(), held(entry.case)
    _count_revision(case, entry.by)
    work.entries.append(entry if entry.case is case else replace(entry, case=case))
    work.dirty[case.id] = case


def begin(entry: Entry, *, recorded_at: datetime) -> None:
    """The first line of a case whose row is not written yet: it is written with this line as its
    head, and then not once more.
    """
    work = current()
    _count_revision(entry.case, entry.by)
    work.chained[len(work.entries)] = _chained(entry, recorded_at)
    work.entries.append(entry)


def _count_revision(case: Case, by: Actor) -> None:
    """A reaction of the house leaves a person's page valid; a person or a program does not."""
    if by.kind != "system":
        case.revision += 1


def stamp(moment: datetime) -> str:
    """A moment in the data of an event: always in UTC, so that equal moments look equal."""
    return moment.astimezone(UTC).isoformat()


def database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row = cursor.fetchone()
    now: datetime = row[0]
    return now


def _flush(work: Work) -> None:
    for call in work.at_end:
        call()
    event_ids = _write_events(work)
    message_ids = _write_messages(work, event_ids)
    _write_cases(list(work.dirty.values()), work.owing)
    reactive = {
        event_id: entry
        for event_id, entry in zip(event_ids, work.entries, strict=True)
        if has_reaction(entry.type)
    }
    if reactive or message_ids:
        events = [_event(pk, entry) for pk, entry in reactive.items()] if _sink.get() else []
        _hand_on(FollowUp(tuple(reactive), tuple(message_ids), tuple(events)))


def _event(pk: int, entry: Entry) -> Event:
    """The line as a reaction reads it; its place in the chain no reaction needs."""
    return Event(
        id=pk, case=entry.case, at=entry.at, actor=entry.by.id, type=entry.type, data=entry.data
    )


def _write_events(work: Work) -> list[int]:
    """The ids of the lines, in their order. Columns instead of model rows: a third of the time."""
    if not work.entries:
        return []
    recorded_at = work.recorded_at or database_clock()
    rows = [
        work.chained.get(place) or _chained(entry, recorded_at)
        for place, entry in enumerate(work.entries)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVENTS, [_source(), *columns(rows)])
        return [row[0] for row in cursor.fetchall()]


def _source() -> str:
    return "replay" if settings.YINUO_SANDBOX else ""


def _chained(entry: Entry, recorded_at: datetime) -> tuple[Any, ...]:
    """The next line of the case's chain, as `_INSERT_EVENTS` wants it; moves the head on."""
    case = entry.case
    seq, prev_hash = case.head_seq + 1, bytes(case.head_hash)
    digest = event_hash(
        number=case.number,
        seq=seq,
        prev_hash=prev_hash,
        at=entry.at,
        recorded_at=recorded_at,
        actor=entry.by.id,
        type_=entry.type,
        data=entry.data,
        source=_source(),
    )
    case.head_seq, case.head_hash = seq, digest
    data = _encode(entry.data)
    return case.id, seq, prev_hash, digest, entry.at, entry.by.id, entry.type, data, recorded_at


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _write_messages(work: Work, event_ids: Sequence[int]) -> list[int]:
    tellings = [
        messages.Telling(
            event_id=event_id,
            case_id=entry.case.pk,
            case_number=entry.case.number,
            event_type=entry.type,
            data=entry.data,
            customer=entry.case.customer,
            handler=entry.case.handler,
            facts=entry.facts,
            by=entry.by,
            at=entry.at,
        )
        for entry, event_id in zip(work.entries, event_ids, strict=True)
    ]
    return messages.write_many(tellings) if tellings else []


def _write_cases(cases: Sequence[Case], owing: Container[int]) -> None:
    if not cases:
        return
    rows = [
        (
            c.id,
            c.state,
            c.state_since_at,
            c.care,
            c.handler_id,
            c.branch_id,
            c.branch_path,
            c.closed_at,
            c.waiting_for_customer,
            c.revision,
            c.head_seq,
            bytes(c.head_hash),
            c.id in owing,
        )
        for c in cases
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_CASES, columns(rows))


def _hand_on(follow_up: FollowUp) -> None:
    sink = _sink.get()
    if sink is not None:
        sink(follow_up)
        return
    if follow_up.event_ids:
        queue.defer("react", event_ids=list(follow_up.event_ids))
    if follow_up.message_ids:
        queue.defer("send_messages", message_ids=list(follow_up.message_ids))

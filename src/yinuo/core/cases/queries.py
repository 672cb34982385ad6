"""How others read cases. Objects come only through `get_for` and `visible_to`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from yinuo.core.cases.clocks import calendar_at, due_of
from yinuo.core.cases.models import Case, Event, Note, Promise, PromiseExtension, PromisePause
from yinuo.core.cases.workflow import WORKFLOWS, Part, Step, Workflow, subject_of
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.bulk import array_text
from yinuo.kit.calendar import Calendar
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.ids import CaseNumber
from yinuo.kit.rules import PromiseRule

OPEN = Q(kept_at__isnull=True, withdrawn_at__isnull=True)
PAGE = 200
"""How many lines of a timeline one page holds at most."""


class NotFound(DomainError):
    """Also for a case that the actor may not see: "not yours" looks like "not there"."""

    code = "case_not_found"
    message: ClassVar[Message] = _("There is no case %(number)s.")
    http = 404


# Cases ---------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Staff and machines see their branch and those below it, the head office's auditors and
    managers all; customers their own cases, or the one they signed in for with what it is about
    and what else follows that up; an operator none.
    """
    rows = Case.objects.select_related("customer", "handler", "branch")
    if actor.kind == "customer":
        own = rows.filter(customer=actor.person_id)
        if actor.case_id is None:
            return own
        kin = Case.objects.filter(pk=actor.case_id).values(root=Coalesce("about_id", "pk"))
        return own.filter(Q(pk__in=kin) | Q(about__in=kin) | Q(about=actor.case_id))
    if not seeing.sees_customers(actor):
        return rows.none()
    return rows.filter(people.within(actor, "branch_path"))


def get_for(actor: Actor, number: str, *, kind: str = "") -> Case:
    """The case of a number as people write it, with customer, handler and branch.

    Raises NotFound, and NotACaseNumber or CaseNumberMistyped for what cannot be a number.
    """
    wanted = str(CaseNumber.parse(number, field="number"))
    found = visible_to(actor).filter(number=wanted)
    case = (found.filter(kind=kind) if kind else found).first()
    if case is None:
        raise NotFound("number", number=wanted)
    return case


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the number to go on after, None on the last page."""

    items: list[Case]
    next: str | None


def page(actor: Actor, *, kind: str, state: str = "", after: str = "", size: int) -> Page:
    """Cases of a kind, the newest first, each with the one it is about.

    `after` is the number at which the page before ended. Raises NotFound for one that is not seen.
    """
    rows = visible_to(actor).select_related(None).select_related("about").order_by("-pk")
    rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if after:
        rows = rows.filter(pk__lt=get_for(actor, after, kind=kind).pk)
    found = list(rows[: size + 1])
    more = len(found) > size
    return Page(found[:size], found[size - 1].number if more else None)


def follow_ups(case: Case, actor: Actor) -> list[Case]:
    """The cases that are about this one, as far as the actor may see them."""
    return list(visible_to(actor).filter(about=case).order_by("-opened_at", "-pk")[:PAGE])


def earlier_cases(case: Case, actor: Actor, *, limit: int = 20) -> list[Case]:
    """What else there was with this customer, the newest first."""
    found = visible_to(actor).filter(customer=case.customer_id).exclude(pk=case.pk)
    return list(found.order_by("-opened_at", "-pk")[: min(limit, PAGE)])


def touched_by_many(
    case_ids: Collection[int], *, events: Collection[str], but_promises: Collection[str] = ()
) -> dict[int, frozenset[str]]:
    """For each case the actor ids of the staff who touched it: whoever did one of these events,
    handled it before or now, or owed something on it other than these promises.
    """
    if not case_ids:
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    lines = Event.objects.filter(case__in=case_ids)
    acted = lines.filter(type__in=events, actor__startswith="staff:")
    for case_id, actor in acted.values_list("case_id", "actor").distinct():
        found[case_id].add(actor)
    moved = lines.filter(type__endswith=".reassigned")
    owned = Promise.objects.filter(case__in=case_ids, owner__isnull=False)
    handled = Case.objects.filter(pk__in=case_ids, handler__isnull=False)
    pairs = [
        *owned.exclude(rule__in=but_promises).values_list("case_id", "owner_id"),
        *handled.values_list("pk", "handler_id"),
        *moved.values_list("case_id", "data__from"),
        *moved.values_list("case_id", "data__to"),
    ]
    for case_id, staff_id in pairs:
        if staff_id is not None:
            found[case_id].add(f"staff:{staff_id}")
    return {case_id: frozenset(actors) for case_id, actors in found.items()}


# Timeline ------------------------------------------------------------------------------------


def timeline(case: Case, *, before: int | None = None, limit: int = PAGE) -> list[Event]:
    """The lines of a case, the newest first; `before` is the seq at which the last page ended."""
    lines = Event.objects.filter(case=case)
    if before is not None:
        lines = lines.filter(seq__lt=before)
    return list(lines.order_by("-seq")[: min(limit, PAGE)])


def notes(case: Case, *, for_customer: bool = False, limit: int = PAGE) -> list[Note]:
    """What people wrote in a case, the newest first; for the customer only what is for them."""
    rows = Note.objects.filter(case=case)
    if for_customer:
        rows = rows.filter(for_customer=True, erased_at__isnull=True)
    return list(rows.order_by("-at", "-pk")[: min(limit, PAGE)])


def note_for(actor: Actor, note_id: int) -> Note:
    """One note with its case and customer. Raises NotFound, also for one of another branch's."""
    rows = Note.objects.filter(pk=note_id, case__in=visible_to(actor))
    found = rows.select_related("case__customer").first()
    if found is None:
        raise NotFound("note", number=note_id)
    return found


# Promises ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """A promise with everything that its chip tells.

    `soon_at` is the rule's last warning, `left` the running time that remains (negative when
    late), `counted` the sentence about how the due time came about.
    """

    id: int
    rule: str
    subject: str
    round: int
    title: str
    why: str
    source: str
    counted: str
    started_at: datetime
    due_at: datetime
    soon_at: datetime | None
    left: timedelta
    kept_at: datetime | None
    missed_at: datetime | None
    paused_at: datetime | None
    pause_reason: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    extended: bool
    owner: str
    owner_role: str
    statutory: bool
    provisional: bool
    internal: bool

    @property
    def is_open(self) -> bool:
        return self.kept_at is None and self.withdrawn_at is None


def promises(
    case: Case, language: str, *, at: datetime, for_customer: bool = False
) -> list[PromiseView]:
    """The promises of a case: open ones first and the earliest of them first of all, whether the
    law set it or we did; then the ended ones, the newest first.

    For the customer only what was promised to the customer.
    """
    found = Promise.objects.filter(case=case)
    if for_customer:
        found = found.filter(audience=Promise.Audience.CUSTOMER)
    # Each pause and extension writes a line, so a case that was just opened cannot have any.
    if case.head_seq > 1:
        views = _views(_with_stops(found), language, at)
    else:
        views = _views(found.select_related("owner"), language, at, stopped=False)
    still = sorted((view for view in views if view.is_open), key=_by_urgency)
    ended = [view for view in views if not view.is_open]
    return [*still, *sorted(ended, key=_ended_at, reverse=True)]


_OF_A_LINE = (
    "case",
    "rule",
    "subject",
    "round",
    "audience",
    "statutory",
    "owner_role",
    "limit",
    "roll_forward",
    "started_at",
    "due_at",
    "provisional",
    "paused_at",
    "kept_at",
    "missed_at",
    "withdrawn_at",
    "withdrawn_why",
)


def next_promises(
    case_ids: Collection[int], language: str, *, at: datetime, for_customer: bool = False
) -> dict[int, PromiseView]:
    """For each case the promise that breaks next, for lists.

    Two statements for any number, and two more where a clock was stopped.
    """
    found = Promise.objects.filter(OPEN, case__in=case_ids, paused_at__isnull=True)
    if for_customer:
        found = found.filter(audience=Promise.Audience.CUSTOMER)
    first = found.order_by("case_id", "due_at", "pk").distinct("case_id")
    # A list is read at every look, so what none of its lines shows is not read.
    rows = list(first.select_related("owner").only(*_OF_A_LINE, "owner__name"))
    # Hardly any clock of a list has ever stood still or been given more time.
    stopped = _stopped(row.pk for row in rows)
    prefetch_related_objects([row for row in rows if row.pk in stopped], *_stops())
    with rulebook.pinned():
        calendar = calendar_at(at)
        return {
            row.case_id: _view(row, calendar, language, at, stopped=row.pk in stopped)
            for row in rows
        }


_STOPPED = """
SELECT p.id FROM unnest(%s::bigint[]) AS p(id)
WHERE EXISTS (SELECT FROM cases_promisepause s WHERE s.promise_id = p.id)
    OR EXISTS (SELECT FROM cases_promiseextension x WHERE x.promise_id = p.id)
"""


def _stopped(ids: Iterable[int]) -> set[int]:
    """Those of the promises whose clock has been stopped or given more time."""
    with connection.cursor() as cursor:
        cursor.execute(_STOPPED, [array_text(ids)])
        return {row[0] for row in cursor.fetchall()}


def _by_urgency(view: PromiseView) -> tuple[bool, datetime, int]:
    return (view.paused_at is not None, view.due_at, view.id)


def _ended_at(view: PromiseView) -> datetime:
    return view.kept_at or view.withdrawn_at or view.due_at


def _stops() -> tuple[Prefetch[Any], Prefetch[Any]]:
    return (
        Prefetch("pauses", PromisePause.objects.order_by("started_at", "pk")),
        Prefetch("extensions", PromiseExtension.objects.order_by("at", "pk")),
    )


def _with_stops(found: QuerySet[Promise]) -> QuerySet[Promise]:
    return found.select_related("owner").prefetch_related(*_stops())


def _views(
    rows: QuerySet[Promise] | Sequence[Promise],
    language: str,
    at: datetime,
    *,
    stopped: bool = True,
) -> list[PromiseView]:
    with rulebook.pinned():
        calendar = calendar_at(at)
        return [_view(row, calendar, language, at, stopped=stopped) for row in rows]


def _view(
    row: Promise, calendar: Calendar, language: str, at: datetime, *, stopped: bool
) -> PromiseView:
    pauses = list(row.pauses.all()) if stopped else []
    extensions = list(row.extensions.all()) if stopped else []
    counted = due_of(row, pauses, extensions, calendar)
    rule, source = _rule_of(row)
    warnings = clock.warn_times(counted, rule.warn_at[-1:], calendar)
    text = rulebook.promise_title(row.rule, language)
    return PromiseView(
        id=row.pk,
        rule=row.rule,
        subject=row.subject,
        round=row.round,
        title=text.subject,
        why=text.body,
        source=source,
        counted=clock.explain(counted, language),
        started_at=row.started_at,
        due_at=row.due_at,
        soon_at=warnings[0] if warnings else None,
        left=clock.remaining(counted, row.kept_at or at, calendar),
        kept_at=row.kept_at,
        missed_at=row.missed_at,
        paused_at=row.paused_at,
        pause_reason=next((one.reason for one in pauses if one.ended_at is None), ""),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_why,
        extended=bool(extensions),
        owner=row.owner.name if row.owner else "",
        owner_role=row.owner_role,
        statutory=row.statutory,
        provisional=row.provisional,
        internal=row.audience == Promise.Audience.INTERNAL,
    )


def _rule_of(row: Promise) -> tuple[PromiseRule, str]:
    """The rule under which the promise was made, and the source that it names."""
    found = rulebook.promise_entry(row.rule, at=row.started_at)
    return found.value, found.source


_FIRST_CHECKS = """
SELECT case_id, min(next_check_at) FROM cases_promise
WHERE next_check_at <= %(until)s AND {which} GROUP BY case_id ORDER BY case_id
"""
_OF_THESE = "case_id = ANY(%(cases)s::bigint[])"
_OF_A_BRANCH = "EXISTS (SELECT FROM cases_case c WHERE c.id = case_id AND c.branch_id = %(branch)s)"


def first_checks(
    until: datetime, cases: Collection[int] | None = None, *, branch: int | None = None
) -> dict[int, datetime]:
    """When a promise of each case has to be looked at next, as far as that comes by `until`.

    All cases, or these; without those of other branches where one is named.
    """
    conditions = {_OF_THESE: cases is not None, _OF_A_BRANCH: branch is not None}
    which = " AND ".join([one for one, asked in conditions.items() if asked]) or "true"
    values: dict[str, datetime | str | int | None]
    values = {"until": until, "cases": array_text(cases or ()), "branch": branch}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_CHECKS.format(which=which), values)
        return dict(cursor.fetchall())


# Steps ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Action:
    """A step that this actor may take now; with `parts`, for which of them."""

    name: str
    label: str
    event: str
    danger: bool
    parts: tuple[str, ...]


def workflow_of(case: Case) -> Workflow:
    """The version that the case was opened under, whatever is current now."""
    return WORKFLOWS.get(case.kind, case.workflow_version)


def actions_for(actor: Actor, case: Case, parts: Sequence[Part] = ()) -> list[Action]:
    """The steps that the workflow table allows this actor from where the case and its parts are.

    `label` is the English msgid; `parts` holds subjects such as "loss:12".
    """
    workflow = workflow_of(case)
    steps: dict[str, Step] = {}
    subjects: Mapping[str, list[str]] = defaultdict(list)
    for part in parts if workflow.parts else ():
        for step in workflow.parts.steps_from(part.stage, actor.roles) if workflow.parts else ():
            steps[step.name] = step
            subjects[step.name].append(subject_of(part))
    for step in workflow.case.steps_from(case.state, actor.roles):
        steps[step.name] = step
    return [
        Action(step.name, step.label, step.event, step.danger, tuple(subjects.get(step.name, ())))
        for step in steps.values()
    ]

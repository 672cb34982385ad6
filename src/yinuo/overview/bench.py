"""Whom to call next: what breaks first, among those who may be called now and by this person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import get_args

from django.db import connection

from yinuo.areas.call_backs import queries as call_backs
from yinuo.areas.call_backs import questionnaire
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.areas.call_backs.questionnaire_rulefile import QuestionnairesRules
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.areas.claims.queries import OCCASIONS
from yinuo.areas.claims.rulefile import ClaimClass
from yinuo.core.cases import queries as cases
from yinuo.core.cases.queries import PromiseView
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import is_root, sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook

PAGE = 40
"""A bench shows so many; whoever works through them sees the next."""


@dataclass(frozen=True, slots=True)
class BenchRow:
    call_back: CallBack
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class Bench:
    """`running` is the reader's own call that has begun and not ended; `others` whether calls wait
    that need a training which the reader does not have.
    """

    rows: tuple[BenchRow, ...]
    running: CallBack | None
    trained: bool
    others: bool


# Open cases are walked by their next promise, of each branch apart, and the walk stops after the
# first few that may be called; so neither many open calls nor a small branch makes it long.
_CALLABLE = """
    SELECT c.id, c.next_due_at FROM cases_case c
    JOIN call_backs_callback b ON b.case_id = c.id
    WHERE {where}c.closed_at IS NULL AND c.kind = 'call_back'
        AND b.channel = 'call' AND b.next_contact_at <= %(at)s
        AND (%(language)s = '' OR b.language = %(language)s)
        AND b.occasion || ' ' || c.care = ANY(%(kinds)s)
        AND NOT EXISTS (
            SELECT 1 FROM call_backs_attempt a WHERE a.call_back_id = b.case_id AND a.outcome = '')
    ORDER BY c.next_due_at, c.id LIMIT %(rows)s
"""
_OF_ALL = _CALLABLE.replace("{where}", "")
_OF_BRANCHES = f"""
SELECT x.id FROM unnest(%(branches)s::bigint[]) AS of_branch(id)
CROSS JOIN LATERAL ({_CALLABLE.replace("{where}", "c.branch_id = of_branch.id AND ")}) x
ORDER BY x.next_due_at, x.id LIMIT %(rows)s
"""  # noqa: S608 - put together from the two constants above


def bench(actor: Actor, *, language: str, at: datetime, only: str = "") -> Bench:
    """The calls of the actor's branches that may be made now, the promise that breaks next first.

    `language` is the reader's; `only` keeps customers who speak that one.
    """
    with rulebook.pinned():
        programme = rulebook.rules(CallBacksRules, at=at)
        skills = people.competences_of(actor.staff_id, at) if actor.staff_id else frozenset()
        trained = programme.calling.training.value in skills
        mine, not_mine = _kinds(skills, at)
        chosen = _read(_ids(actor, at, only, mine if trained else [], PAGE))
        # Facts that no list of kinds can hold, such as the round, are looked at one by one.
        rows = [
            row for row in chosen if call_backs.competences_for(row, programme, at=at) <= skills
        ]
        promises = cases.next_promises([row.pk for row in rows], language, at=at)
        return Bench(
            rows=tuple(BenchRow(row, promises.get(row.pk)) for row in rows),
            running=_running(actor),
            trained=trained,
            others=trained and len(rows) < PAGE and bool(_ids(actor, at, only, not_mine, 1)),
        )


def _kinds(skills: frozenset[str], at: datetime) -> tuple[list[str], list[str]]:
    """The kinds of call (occasion and class of the case) that these skills are enough for, and the
    others.
    """
    asking = rulebook.rules(QuestionnairesRules, at=at)
    occasions = (*dict.fromkeys(OCCASIONS.values()), "periodic", "after_complaint")
    enough: list[str] = []
    too_few: list[str] = []
    for occasion, care in product(occasions, get_args(ClaimClass)):
        facts = {"occasion": occasion, "care": care}
        needed = questionnaire.competences_for(asking, facts)
        (enough if needed <= skills else too_few).append(f"{occasion} {care}")
    return enough, too_few


def _ids(actor: Actor, at: datetime, only: str, kinds: list[str], rows: int) -> list[int]:
    if not sees_customers(actor) or not kinds:
        return []
    values: dict[str, object] = {"at": at, "language": only, "kinds": kinds, "rows": rows}
    statement = _OF_ALL
    # Whoever sits at the head office has all branches, and one walk over all is shorter than forty.
    if not (sees_everything(actor) or is_root(actor.branch_path)):
        values["branches"] = list(people.branches_of(actor).values_list("pk", flat=True))
        statement = _OF_BRANCHES
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]
        return [row[0] for row in cursor.fetchall()]


# What a line shows, and what the training is judged by that its call needs.
_OF_A_LINE = (
    "person",
    "occasion",
    "facts",
    "language",
    "round",
    "calls",
    "case__number",
    "case__care",
    "case__customer__kind",
    "case__customer__name",
    "case__customer__vulnerability",
    "followed__number",
)


def _read(ids: list[int]) -> list[CallBack]:
    """In the order of the ids."""
    rows = CallBack.objects.select_related("case__customer", "followed").only(*_OF_A_LINE)
    found: Mapping[int, CallBack] = rows.in_bulk(ids)
    for row in found.values():
        # Who is asked is the customer of the case: read once, and again only if it ever is not.
        if row.person_id == row.case.customer_id:
            row.person = row.case.customer
    return [found[one] for one in ids if one in found]


def _running(actor: Actor) -> CallBack | None:
    """Looked for alone first: hardly anybody who opens the bench is on the phone."""
    running = Attempt.objects.filter(staff=actor.staff_id, outcome="").order_by("-at")
    found = running.values_list("call_back", flat=True).first()
    if found is None:
        return None
    return CallBack.objects.select_related("case__customer", "followed").get(pk=found)

"""A set of endings is written in another way than one ending, and what stands there is the same."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext

from tests.world import NOW, World
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import Ended
from yinuo.areas.call_backs.models import CallBack, Exclusion
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.commands.work import FEW
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.cases.verifying import Finding, verify
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson

MANY, ALONE = FEW + 6, 8
KINDS: tuple[dict[str, object], ...] = (
    {},
    {"late": True, "part_paid": True, "vulnerable": True},
    {"dead": 1},
    {"asked_twice": True, "injured": 2, "fraud_suspected": False},
)
OWN = {"id", "case", "followed", "person", "number", "customer", "about", "head_hash"}


def ended_cases(insurer: World, count: int) -> list[Case]:
    new = [
        NewPerson(
            f"样例{n}",
            home_branch_id=insurer.east.pk,
            phone=f"138{n:08d}",
            email=f"c{n}@example.com",
        )
        for n in range(count)
    ]
    known = Person.objects.in_bulk(people.register_many(new, by=SYSTEM, at=NOW))
    openings = [
        Opening(
            kind="claim",
            step="take_over",
            customer=known[pk],
            branch=insurer.east,
            handler=insurer.staff["agent"],
            care="major" if place % 8 == 1 else "regular",
        )
        for place, pk in enumerate(sorted(known))
    ]
    return cases.open_many(openings, by=SYSTEM, at=NOW)


def written(followed: Case) -> dict[str, Any]:
    """Everything that stands about an ended case, without what names it."""
    kept = (CallBack.objects.filter(followed=followed), Exclusion.objects.filter(followed=followed))
    its = Case.objects.filter(Q(pk=followed.pk) | Q(about=followed))
    numbers = dict(its.values_list("pk", "number"))
    promises = Promise.objects.filter(case__in=numbers).order_by("rule", "due_at")

    def plain(row: Any) -> dict[str, Any]:
        return {name: value for name, value in model_to_dict(row).items() if name not in OWN}

    def told(data: object) -> str:
        text = str(data)
        for place, number in enumerate(sorted(numbers.values())):
            text = text.replace(number, f"case {place}")
        return text

    return {
        "rows": [plain(row) for rows in kept for row in rows],
        "cases": [plain(row) for row in its.order_by("kind")],
        "promises": [plain(row) for row in promises],
        "lines": [
            (line.type, line.seq, line.at, line.actor, line.source, told(line.data))
            for line in Event.objects.filter(case__in=numbers).order_by("type", "seq")
        ],
    }


def test_a_large_set_writes_what_one_after_another_would(insurer: World) -> None:
    followed = ended_cases(insurer, ALONE + MANY)
    alone, together = followed[:ALONE], followed[ALONE:]
    facts = [KINDS[place % len(KINDS)] for place in range(MANY)]
    for case, known in zip(alone, facts, strict=False):
        call_backs.open_call_back(case=case, occasion="paid", facts=known, by=SYSTEM, at=NOW)
    asked = [Ended(case, "paid", known) for case, known in zip(together, facts, strict=True)]
    with CaptureQueriesContext(connection) as sent:
        call_backs.open_many(asked, by=SYSTEM, at=NOW)
    assert len(sent) <= 25, [query["sql"][:80] for query in sent.captured_queries]
    for one, other in zip(alone, together, strict=False):
        assert written(one) == written(other)
    faults: list[Finding] = []
    verify(report=faults.append)
    assert not faults

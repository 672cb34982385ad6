from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.models import CallBack
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM


@pytest.fixture
def insurer(db: None) -> World:
    built = world.build()
    for role in ("agent", "team_lead"):
        people.grant_competence(
            staff=built.staff[role],
            kind="call_back",
            valid_from_on=date(2026, 1, 1),
            valid_until_on=date(2026, 12, 31),
            by=SYSTEM,
            at=NOW,
        )
    return built


@pytest.fixture
def claim(insurer: World) -> Case:
    return claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case


Open = Callable[..., CallBack]


@pytest.fixture
def open_one(claim: Case) -> Open:
    """Open the call-back of the claim, as if it had just ended."""

    def make(occasion: str = "paid", at: datetime = NOW, **facts: object) -> CallBack:
        done = call_backs.open_call_back(
            case=claim, occasion=occasion, facts=facts, by=SYSTEM, at=at
        )
        (made,) = done.opened
        return made

    return make


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def fresh(row: CallBack) -> CallBack:
    return CallBack.objects.select_related("case", "followed").get(pk=row.pk)

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


@pytest.fixture
def claim(insurer: World) -> Case:
    return claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case


Take = Callable[..., Case]


@pytest.fixture
def take_up(insurer: World, claim: Case) -> Take:
    """Take a concern about the claim up by hand, as the agent at the telephone does."""

    def open_one(words: str = "赔款一直没到账,没人给我说法", **more: object) -> Case:
        values: dict[str, object] = {
            "about": claim,
            "reasons": ["said_to_us"],
            "by": insurer["agent"],
            "at": after(60),
            **more,
        }
        return concerns.open_concern(words=words, **values)  # type: ignore[arg-type]

    return open_one


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)

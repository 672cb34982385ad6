"""An insurer with people who handle complaints, and a claim to complain about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import world
from tests.areas.complaints.office import hire_officers
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case


@pytest.fixture
def insurer(db: None) -> World:
    built = world.build()
    hire_officers(built, at=NOW - timedelta(days=300))
    return built


@pytest.fixture
def claim(insurer: World) -> Case:
    """A claim that the agent took and the surveyor knows."""
    case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
    claims.register(case=case, by=insurer["agent"], at=NOW + timedelta(minutes=5))
    return case

"""The office in which complaints are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from tests.areas.complaints.office import hire_officers
from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW
from tests.stories.offices import Calendar, Office
from yinuo.interfaces.desk import actor
from yinuo.interfaces.portal import door
from yinuo.kit import queue


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    with queue.capture() as jobs:
        desks = house.build()
        hire_officers(desks.world, at=NOW - timedelta(days=300))
        claim = house.report(desks.world).case
        yield Office(desks, claim, jobs, Client(headers={"accept-language": "en"}))


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    found = Calendar()
    for module in (actor, door):
        monkeypatch.setattr(module, "datetime", found.reads())
    return found

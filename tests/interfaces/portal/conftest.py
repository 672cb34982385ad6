from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.portal.visitors import ENGLISH, insurer_today
from tests.world import World


@pytest.fixture
def insurer(db: None) -> World:
    return insurer_today()


@pytest.fixture
def visitor() -> Client:
    return Client(headers=ENGLISH)

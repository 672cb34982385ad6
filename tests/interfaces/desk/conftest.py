"""The desk on a fresh small insurer."""

from __future__ import annotations

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.house import Desks


@pytest.fixture
def desks(db: None) -> Desks:
    return house.build()

from __future__ import annotations

import pytest

from tests.core.people.house import House


@pytest.fixture
def house(db: None) -> House:
    return House()

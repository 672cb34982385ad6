from __future__ import annotations

import pytest

from tests.interfaces.api import callers
from tests.interfaces.api.callers import House


@pytest.fixture
def house(db: None) -> House:
    return callers.build()

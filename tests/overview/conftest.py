from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.cases import trial


@pytest.fixture(autouse=True)
def trial_kind() -> Iterator[None]:
    trial.install()
    yield
    trial.uninstall()


@pytest.fixture
def office(db: None) -> trial.Office:
    return trial.Office()

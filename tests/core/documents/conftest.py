from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.core.cases import trial


@pytest.fixture(autouse=True)
def trial_kind() -> Iterator[None]:
    trial.install()
    yield
    trial.uninstall()


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    settings.DOCUMENTS_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def office(db: None) -> trial.Office:
    return trial.Office()

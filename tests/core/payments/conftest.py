from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.cases import trial
from tests.core.payments.till import Till


@pytest.fixture
def till(db: None, tmp_path: Path) -> Iterator[Till]:
    trial.install()
    yield Till(tmp_path / "bank")
    trial.uninstall()


@pytest.fixture
def open_till(transactional_db: None, tmp_path: Path) -> Iterator[Till]:
    """The same, on a database where every commit is one."""
    trial.install()
    yield Till(tmp_path / "bank")
    trial.uninstall()

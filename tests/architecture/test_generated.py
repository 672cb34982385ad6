"""What is generated and committed is what the source says now."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests import coverage
from tests.paths import CHECKOUT
from yinuo.interfaces.cli.docs import PAGES

DOCS = CHECKOUT / "docs"


def test_the_committed_description_of_the_api_is_the_one_that_is_served() -> None:
    served = Client().get("/api/openapi.json", headers={"Accept-Language": "en"}).json()
    assert json.loads((DOCS / "openapi.json").read_text(encoding="utf-8")) == served


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_pages_about_rules_and_workflows_are_fresh(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page]()


def test_the_page_of_what_is_proved_names_only_tests_that_exist() -> None:
    for row, tests in coverage.covered().items():
        for test in tests:
            path, _, name = test.partition("::")
            assert f"def {name}(" in (CHECKOUT / path).read_text(encoding="utf-8"), (row, test)


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    said = StringIO()
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    assert "No changes" in said.getvalue()


def test_imports_go_only_down() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [program, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_the_tour_names_only_files_that_exist() -> None:
    tour = (DOCS / "tour.md").read_text(encoding="utf-8")
    named = [word for word in tour.split("`")[1::2] if word.startswith(("src/", "tests/", "docs/"))]
    assert len(named) > 10
    assert not [word for word in named if not (CHECKOUT / word.split("::")[0]).exists()]

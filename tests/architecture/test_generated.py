"""What is generated and committed is what the source says now; `make check` asks the rest."""

from __future__ import annotations

import json

import pytest
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


def test_the_tour_names_only_files_that_exist() -> None:
    tour = (DOCS / "tour.md").read_text(encoding="utf-8")
    named = [word for word in tour.split("`")[1::2] if word.startswith(("src/", "tests/", "docs/"))]
    assert len(named) > 10
    assert not [word for word in named if not (CHECKOUT / word.split("::")[0]).exists()]

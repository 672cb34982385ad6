"""Requests that nobody thought of, made from the API's own description: none may break it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.interfaces.api.callers import House
from tests.interfaces.api.test_journey import (
    carry_to_assessment,
    carry_to_decision,
    carry_to_survey,
)
from yinuo.core.people.actors import STAFF_ROLES

FEW, MANY = 2, 40
REAL_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Site:
    """Claims at several stages, and a program that may do everything."""

    numbers: tuple[str, ...]
    key: str


@pytest.fixture
def site(house: House) -> Site:
    numbers = (
        house.report(),
        carry_to_survey(house, confirmed_new=True),
        carry_to_assessment(house, confirmed_new=True),
        carry_to_decision(house, confirmed_new=True),
    )
    everything = [role for role in STAFF_ROLES if role != "operator"]
    return Site(numbers, house.hire("everything", house.world.root, *everything).key)


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests share the test's connection, so they must not end it; as under Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def try_every_operation(site: Site, examples: int) -> dict[str, set[int]]:
    """Send made-up requests to every address; the statuses that came back, by operation."""
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    return {one.label: try_operation(one, site, examples) for one in operations}


def try_operation(operation: Any, site: Site, examples: int) -> set[int]:
    statuses: set[int] = set()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        chosen = random.Random(repr((case.body, case.query)))
        if "number" in case.path_parameters and chosen.random() < REAL_SHARE:
            case.path_parameters["number"] = chosen.choice(site.numbers)
        headers = {"Authorization": f"Bearer {site.key}"}
        answer = case.call_and_validate(headers=headers, checks=[not_a_server_error])
        statuses.add(answer.status_code)

    send()
    return statuses


def test_no_request_breaks_the_api(site: Site) -> None:
    with one_connection():
        seen = try_every_operation(site, FEW)
    assert len(seen) > 30
    assert not {label for label, statuses in seen.items() if 401 in statuses}


@pytest.mark.soak
def test_no_request_of_very_many_breaks_the_api(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    with one_connection():
        seen = try_every_operation(site, MANY)
    record_property("operations", len(seen))
    record_property("requests, at most", len(seen) * MANY)
    assert not {label for label, statuses in seen.items() if 401 in statuses}

"""Requests that nobody thought of, made from the API's own description: none may break it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.interfaces.api import callers
from tests.interfaces.api.callers import done
from tests.interfaces.api.test_journey import (
    carry_to_assessment,
    carry_to_decision,
    carry_to_survey,
)
from yinuo.areas.call_backs import commands as call_backs
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import STAFF_ROLES, SYSTEM

EXAMPLES = 30
PARTS = 4
REAL_SHARE = 0.9
# Where an address of the API names the kind of case: /api/complaints/{number}.
PLURAL = 2


@dataclass(frozen=True, slots=True)
class Site:
    """Cases of every kind, claims at several stages, and a program that may do everything."""

    numbers: Mapping[str, Sequence[str]]
    key: str


@pytest.fixture
def site(db: None) -> Site:
    house = callers.build()
    claims = (
        house.report(),
        carry_to_survey(house, confirmed_new=True),
        carry_to_assessment(house, confirmed_new=True),
        carry_to_decision(house, confirmed_new=True),
    )
    everything = [role for role in STAFF_ROLES if role != "operator"]
    caller = house.hire("everything", house.world.root, *everything)
    # Whoever complains is not asked how it was.
    call_back = followed_up(claims[0])
    given = {"words": "定损太低，我要投诉", "channel": "phone"}
    complaints = [
        done(caller.post("/complaints", {**given, "about": claim}), 201)["number"]
        for claim in claims[:2]
    ]
    done(caller.post(f"/complaints/{complaints[0]}/acknowledgement", {"how": "phone"}))
    done(caller.post(f"/complaints/{complaints[0]}/acceptance", {}))
    done(caller.post(f"/claims/{claims[0]}/concern", {"words": "定损太低"}))
    numbers = {
        "claims": claims,
        "complaints": complaints,
        "concerns": [Case.objects.get(kind="concern").number],
        "call-backs": [call_back],
    }
    return Site(numbers, caller.key)


def followed_up(claim: str) -> str:
    (opened,) = call_backs.open_call_back(
        case=Case.objects.get(number=claim), occasion="paid", by=SYSTEM, at=datetime.now(UTC)
    ).opened
    return opened.case.number


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


def try_operations(site: Site, part: int) -> dict[str, set[int]]:
    """Send made-up requests to a part of all addresses; the statuses that came back, by
    operation.
    """
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    return {one.label: try_operation(one, site) for one in operations[part::PARTS]}


def try_operation(operation: Any, site: Site) -> set[int]:
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case[Any]) -> None:
        chosen = random.Random(repr((case.body, case.query)))
        real = site.numbers.get(case.path.split("/")[PLURAL], site.numbers["claims"])
        if "number" in case.path_parameters and chosen.random() < REAL_SHARE:
            case.path_parameters["number"] = chosen.choice(real)
        headers = {"Authorization": f"Bearer {site.key}"}
        answer = case.call_and_validate(headers=headers, checks=[not_a_server_error])
        statuses.add(answer.status_code)

    send()
    return statuses


@pytest.mark.soak(minutes=1)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_breaks_the_api(
    site: Site, part: int, record_property: Callable[[str, object], None]
) -> None:
    with one_connection():
        seen = try_operations(site, part)
    record_property(f"operations, part {part + 1}", len(seen))
    record_property("requests to each, at most", EXAMPLES)
    assert not {label for label, statuses in seen.items() if 401 in statuses}
    reached = {label for label, statuses in seen.items() if statuses - {404}}
    assert len(reached) > len(seen) / 2

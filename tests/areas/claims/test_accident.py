"""A claim as an accident: what its survey and its policy say, in the words of the library."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.world import NOW
from yinuo.areas.claims.commands.common import rules_at
from yinuo.areas.claims.settling import ClaimFacts, LossFacts, accident_of

pytestmark = pytest.mark.django_db


def own_car(
    liability: str, kind: str = "injury", others: int = 0, entered: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    facts = ClaimFacts(
        number="C1",
        accident_at=NOW,
        product="motor",
        use="family",
        seats=5,
        cause="collision",
        liability=liability,
        others=others,
        covers=(),
        losses=(LossFacts(1, kind, Decimal(1000)),),
        place="东大路 1 号",
        entered=entered or {},
    )
    found: Mapping[str, Any] = accident_of(facts, rules_at(NOW).settling)["vehicles"][0]
    return found


@pytest.mark.parametrize(
    ("liability", "ratio"),
    [("full", "1"), ("main", "0.8"), ("equal", "0.6"), ("minor", "0.4"), ("none", "0.1")],
)
def test_against_somebody_on_foot_a_car_answers_for_more_than_its_degree_says(
    liability: str, ratio: str
) -> None:
    assert own_car(liability)["duty_ratio"] == ratio


def test_between_cars_for_things_and_for_who_sat_in_the_car_the_degree_stands() -> None:
    assert "duty_ratio" not in own_car("main", others=1)
    assert "duty_ratio" not in own_car("main", kind="property")
    carried = {"losses": {"1": {"carried_by": "A", "role": "driver"}}}
    assert "duty_ratio" not in own_car("main", entered=carried)


def test_what_a_person_entered_goes_before_the_table() -> None:
    entered = {"vehicles": {"A": {"duty_ratio": "0.7"}}}
    assert own_car("main", entered=entered)["duty_ratio"] == "0.7"
    assert own_car("main", entered={"vehicles": {"A": {"duty": "minor"}}})["duty_ratio"] == "0.4"

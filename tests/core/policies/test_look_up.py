from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.core.people.house import House, actor, staff, statements
from tests.core.policies.samples import BOUND, CTPLI, ENDS, INSIDE, row, take
from yinuo.core.people.actors import SYSTEM, customer_actor
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import queries
from yinuo.core.policies.models import Policy
from yinuo.core.policies.queries import Insured
from yinuo.core.policies.rules import DriverRow, Reason, Standing

YEAR = timedelta(days=365)


@pytest.fixture
def car(house: House) -> House:
    """One car with last year's policy, this year's, and a compulsory one beside it."""
    vehicle = row(house.north).vehicle
    last_year = {"starts_at": BOUND - YEAR, "ends_at": BOUND}
    take(
        row(house.north, "OLD", vehicle=vehicle, **last_year),
        row(house.north, "OWN", vehicle=vehicle),
        row(house.north, "MUST", vehicle=vehicle, covers=(CTPLI,), product="ctpli"),
    )
    return house


def numbers(found: list[Insured]) -> list[str]:
    return [one.policy.number for one in found]


def test_the_policies_of_a_plate_at_the_time_of_the_accident_cost_two_statements(
    car: House,
) -> None:
    by = car.by_agent
    with statements(2):
        found = queries.in_force(by, plate="京a·12345", at=INSIDE)
        shown = [
            (one.policy.vehicle.plate, one.policy.holder.name, one.policy.branch.name)
            for one in found
        ]
        covers = {cover.kind for one in found for cover in one.facts.covers}
    assert sorted(numbers(found)) == ["MUST", "OWN"]
    assert shown == [("京A12345", "王小明", "North")] * 2
    assert covers == {"ctpli", "own_damage", "third_party"}


def test_at_another_time_another_policy_answers(car: House) -> None:
    before = BOUND - timedelta(seconds=1)
    assert numbers(queries.in_force(SYSTEM, plate="京A12345", at=before)) == ["OLD"]
    assert numbers(queries.in_force(SYSTEM, plate="京A12345", at=ENDS)) == []


def test_a_look_up_shows_the_others_too_after_those_in_force(car: House) -> None:
    found = queries.look_up(SYSTEM, plate="京A12345", at=INSIDE)
    assert numbers(found)[-1] == "OLD"
    assert [one.standing for one in found] == [
        Standing.IN_FORCE, Standing.IN_FORCE, Standing.ENDED,
    ]  # fmt: skip


def test_all_that_is_given_has_to_fit_and_nothing_given_finds_nothing(car: House) -> None:
    holder = Policy.objects.get(number="OWN").holder_id
    assert numbers(queries.look_up(SYSTEM, number=" own ", at=INSIDE)) == ["OWN"]
    assert numbers(queries.look_up(SYSTEM, person_id=holder, at=INSIDE)) == ["OWN"]
    assert queries.look_up(SYSTEM, number="OWN", plate="京B1", at=INSIDE) == []
    assert queries.look_up(SYSTEM, number=" ", plate="", at=INSIDE) == []


def test_a_named_driver_is_found_with_the_policy(house: House) -> None:
    take(row(house.north, drivers=(DriverRow(NewPerson("李四"), "friend"), DriverRow())))
    policy = Policy.objects.get()
    for driver in policy.drivers.all():
        found = queries.look_up(SYSTEM, person_id=driver.person_id, at=INSIDE)
        assert numbers(found) == ["P1"]
        by = customer_actor(person_id=driver.person_id)
        assert queries.get_for(by, "P1") == policy


def test_another_branchs_policy_looks_like_no_policy(car: House) -> None:
    stranger = actor(staff(car.south, "agent"))
    assert queries.look_up(stranger, plate="京A12345", at=INSIDE) == []
    assert queries.search(stranger, "京A") == []
    with pytest.raises(queries.PolicyNotFound) as refusal:
        queries.get_for(stranger, "OWN")
    assert refusal.value.http == 404
    found, answer = queries.verify(stranger, plate="京A12345", at=INSIDE, loss_kinds=["injury"])
    assert found == []
    assert [one.reason for one in answer.findings] == [Reason.NOT_OURS]


def test_an_operator_and_a_strange_customer_see_no_policy(car: House) -> None:
    operator = actor(staff(car.root, "operator"))
    for by in (operator, customer_actor(person_id=Policy.objects.get(number="OLD").holder_id)):
        assert queries.look_up(by, number="OWN", at=INSIDE) == []
        with pytest.raises(queries.PolicyNotFound):
            queries.get_for(by, "OWN")


def test_a_report_is_verified_in_two_statements(car: House) -> None:
    with statements(2):
        found, answer = queries.verify(
            car.by_agent, plate="京A12345", at=INSIDE, loss_kinds=["own_vehicle", "injury"]
        )
    assert answer.ok
    assert [cover.kind for cover in answer.covers["injury"]] == ["ctpli", "third_party"]
    assert len(found) == 3
    _found, answer = queries.verify(
        car.by_agent, number="MUST", at=INSIDE, loss_kinds=["own_vehicle", "injury"]
    )
    assert [(one.reason, one.loss_kind) for one in answer.findings] == [
        (Reason.COVER_MISSING, "own_vehicle")
    ]


def test_a_cover_pays_only_while_its_policy_is_in_force(house: House) -> None:
    take(row(house.north, cancelled_at=INSIDE))
    policy = queries.get_for(SYSTEM, "P1")
    before = INSIDE - timedelta(seconds=1)
    cover = queries.cover_for(policy, "own_vehicle", before)
    assert cover is not None
    assert (cover.kind, cover.deductible) == ("own_damage", Decimal(500))
    assert queries.cover_for(policy, "own_vehicle", INSIDE) is None
    assert queries.covers_for(policy, "injury", before)[0].kind == "third_party"


def test_a_search_finds_by_the_beginning_of_number_or_plate(house: House) -> None:
    take(
        row(house.north, "PDAA001"),
        row(house.north, "PDAA002", vehicle=replace(row(house.north).vehicle, plate="沪B777")),
        row(house.south, "PDZZ001"),
    )

    def found(text: str) -> list[str]:
        return sorted(one.number for one in queries.search(house.by_agent, text))

    assert found("pdaa") == ["PDAA001", "PDAA002"]
    assert found("沪b·7") == ["PDAA002"]
    assert found("京A") == ["PDAA001"]
    assert found("DAA") == []
    assert found("%") == found("_") == found("") == found("  ") == []
    with statements(3):
        shown = queries.search(house.by_agent, "PDAA")
        assert {one.holder.name + one.vehicle.make for one in shown} == {"王小明比亚迪"}


def test_a_search_shows_a_page_at_most(house: House) -> None:
    take(*[row(house.north, f"P{n}") for n in range(queries.PAGE + 5)])
    assert len(queries.search(SYSTEM, "P")) == queries.PAGE
    assert len(queries.search(SYSTEM, "P", limit=3)) == 3

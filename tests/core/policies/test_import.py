from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.db.models import Model

from tests.core.people.house import House, actor, staff, statements
from tests.core.policies.samples import (
    BOUND,
    CTPLI,
    ENDS,
    EXCLUSIONS,
    INSIDE,
    OWN_DAMAGE,
    THIRD_PARTY,
    counts,
    row,
    take,
)
from yinuo.core.people import commands as people
from yinuo.core.people import rules as people_rules
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson, PersonChanges
from yinuo.core.policies import commands as policies
from yinuo.core.policies import queries, rules
from yinuo.core.policies.commands import Imported
from yinuo.core.policies.models import Cover, Disclosure, Policy, PolicyDriver, Vehicle
from yinuo.core.policies.rules import CoverRow, DriverRow

TABLES: tuple[type[Model], ...] = (Person, Vehicle, Policy, Cover, PolicyDriver, Disclosure)


def everything() -> list[list[object]]:
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]


def test_a_policy_comes_over_whole(house: House) -> None:
    learner = NewPerson("王大明", phone="13911115678")
    drivers = (DriverRow(relation="self"), DriverRow(learner, "son"))

    done = take(row(house.north, " p-1 ", drivers=drivers, cancelled_at=INSIDE))

    assert counts(done) == (1, 0, 0, 0)
    policy = queries.get_for(SYSTEM, "P-1")
    assert (policy.holder.name, policy.holder.phone) == ("王小明", "13800001234")
    assert policy.holder.home_branch == policy.branch == house.north
    assert (policy.vehicle.plate, policy.vehicle.make) == ("京A12345", "比亚迪")
    assert (policy.starts_at, policy.ends_at, policy.cancelled_at) == (BOUND, ENDS, INSIDE)
    assert (policy.premium, policy.currency, policy.imported_at) == (
        Decimal("3456.78"), "CNY", INSIDE,
    )  # fmt: skip
    assert {one.kind: one.deductible for one in policy.covers.all()} == {
        "own_damage": 500, "third_party": 0,
    }  # fmt: skip
    assert policy.covers.get(kind="third_party").loss_kinds == list(THIRD_PARTY.loss_kinds)
    named = policy.drivers.order_by("pk").values_list("person__name", "relation")
    assert sorted(named) == [("王大明", "son"), ("王小明", "self")]
    (told,) = queries.told_at_sale(policy)
    assert (told.topic, told.explained, told.proof) == ("exclusions", True, "signature 17")


def test_reading_a_file_again_changes_nothing(house: House) -> None:
    rows = [
        row(house.north, "P1", drivers=(DriverRow(), DriverRow(NewPerson("李四")))),
        row(house.south, "P2", disclosures=(), currency="USD"),
    ]
    assert counts(take(*rows)) == (2, 0, 0, 0)
    before = everything()

    assert counts(take(*reversed(rows), at=ENDS)) == (0, 0, 2, 0)
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        {"cancelled_at": INSIDE},
        {"premium": Decimal("3456.79")},
        {"covers": (OWN_DAMAGE,)},
        {"covers": (OWN_DAMAGE, THIRD_PARTY, CTPLI)},
        {"covers": (OWN_DAMAGE, replace(THIRD_PARTY, limit=None))},
        {"drivers": (DriverRow(NewPerson("李四")),)},
        {"disclosures": ()},
        {"disclosures": (replace(EXCLUSIONS, explained=False),)},
    ],
)
def test_what_changed_is_changed_and_counted_and_the_rest_is_left(
    house: House, change: dict[str, Any]
) -> None:
    other = row(house.north, "P2")
    take(row(house.north), other)

    assert counts(take(row(house.north, **change), other)) == (0, 1, 1, 0)
    assert counts(take(row(house.north, **change), other)) == (0, 0, 2, 0)
    assert counts(take(row(house.north), other)) == (0, 1, 1, 0)
    policy = queries.get_for(SYSTEM, "P1")
    assert sorted(one.kind for one in policy.covers.all()) == ["own_damage", "third_party"]
    assert not policy.drivers.exists()


def test_a_car_that_changed_counts_for_its_policy(house: House) -> None:
    take(row(house.north))
    painted = replace(row(house.north).vehicle, plate="京B99999")
    assert counts(take(row(house.north, vehicle=painted))) == (0, 1, 0, 0)
    assert queries.get_for(SYSTEM, "P1").vehicle.plate == "京B99999"
    assert Vehicle.objects.count() == 1


def test_the_next_policy_of_a_car_is_about_the_same_car(house: House) -> None:
    car = row(house.north).vehicle
    take(row(house.north, "P1", vehicle=car), row(house.north, "P2", vehicle=car))
    assert Vehicle.objects.count() == 1
    without_vin = replace(car, vin="", plate="京C1")
    take(row(house.north, "P3", vehicle=without_vin), row(house.north, "P4", vehicle=without_vin))
    assert Vehicle.objects.count() == 2
    unknown = replace(car, vin="", plate="")
    take(row(house.north, "P5", vehicle=unknown), row(house.north, "P6", vehicle=unknown))
    assert Vehicle.objects.count() == 4


def test_what_a_customer_told_us_since_is_not_overwritten_by_a_file(house: House) -> None:
    take(row(house.north))
    holder = queries.get_for(SYSTEM, "P1").holder
    people.update_person(
        person_id=holder.pk, changes=PersonChanges(phone="13911115678"), by=SYSTEM, at=INSIDE
    )
    assert counts(take(row(house.north))) == (0, 0, 1, 0)
    holder.refresh_from_db()
    assert holder.phone == "13911115678"


@pytest.mark.parametrize(
    ("change", "problem", "field"),
    [
        ({"number": " "}, people_rules.Missing, "policy_number"),
        ({"number": "9" * 41}, people_rules.TooLong, "policy_number"),
        ({"branch_code": "MOON"}, people.BranchUnknown, "branch"),
        ({"ends_at": BOUND}, people_rules.EndsBeforeItStarts, "ends_at"),
        ({"starts_at": BOUND.replace(tzinfo=None)}, rules.WithoutTimeZone, "starts_at"),
        ({"premium": Decimal(-1)}, rules.AmountNotPossible, "premium"),
        ({"premium": Decimal("NaN")}, rules.AmountNotPossible, "premium"),
        ({"premium": Decimal("1.005")}, rules.AmountNotExact, "premium"),
        ({"currency": "yuan"}, rules.NotACurrency, "currency"),
        ({"covers": ()}, people_rules.Missing, "covers"),
        ({"covers": (CTPLI, CTPLI)}, rules.GivenTwice, "covers"),
        ({"covers": (CoverRow("x", ()),)}, people_rules.Missing, "loss_kinds"),
        ({"covers": (CoverRow("x", ("moon",)),)}, people_rules.NotOneOf, "loss_kinds"),
        ({"covers": (replace(CTPLI, limit=Decimal(0)),)}, rules.AmountNotPossible, "limit"),
        (
            {"covers": (replace(CTPLI, deductible_rate=Decimal("1.1")),)},
            rules.AmountNotPossible,
            "deductible_rate",
        ),
        ({"disclosures": (EXCLUSIONS, EXCLUSIONS)}, rules.GivenTwice, "disclosures"),
        ({"holder": NewPerson("")}, people_rules.Missing, "name"),
        ({"holder": NewPerson("X", phone="1")}, people_rules.NotAPhone, "phone"),
        ({"drivers": (DriverRow(NewPerson("X", email="x")),)}, people.NotAnEmail, "email"),
    ],
)
def test_a_bad_row_is_refused_with_its_field_and_the_good_ones_come_in(
    house: House, change: dict[str, Any], problem: type[Exception], field: str
) -> None:
    bad = replace(row(house.north, "BAD"), **change)
    done = take(row(house.north, "P1"), bad, row(house.north, "P2"))

    assert counts(done) == (2, 0, 0, 1)
    (refused,) = done.refused
    assert refused.position == 1
    assert isinstance(refused.problem, problem)
    assert refused.problem.field == field
    assert str(refused.problem)
    assert set(Policy.objects.values_list("number", flat=True)) == {"P1", "P2"}
    with pytest.raises(problem):
        policies.take_over_policy(row=bad, by=SYSTEM, at=INSIDE)


def test_a_number_that_stands_twice_in_a_file_is_taken_once(house: House) -> None:
    done = take(row(house.north, "P1"), row(house.north, "p 1", product="other"))
    assert counts(done) == (1, 0, 0, 1)
    assert isinstance(done.refused[0].problem, rules.GivenTwice)
    assert queries.get_for(SYSTEM, "P1").product == "commercial"


def test_only_the_head_office_takes_over_policies(house: House) -> None:
    for by in (house.by_agent, house.by_north_manager, actor(staff(house.root, "auditor"))):
        with pytest.raises(people_rules.NotForYou):
            take(row(house.north), by=by)
    assert not Policy.objects.exists()
    assert counts(take(row(house.north), by=house.by_manager)) == (1, 0, 0, 0)
    assert counts(take(row(house.south, "P2"), by=house.by_client(house.root, "manager")))[0] == 1


def test_too_many_at_once_are_refused_and_none_is_nothing(house: House) -> None:
    with pytest.raises(policies.TooManyPolicies):
        take(*[row(house.north)] * (policies.SET_LIMIT + 1))
    assert counts(take()) == (0, 0, 0, 0)


def test_the_statements_do_not_grow_with_the_rows(house: House) -> None:
    drivers = (DriverRow(), DriverRow(NewPerson("李四")))
    rows = [row(house.north, f"P{n}", drivers=drivers) for n in range(200)]
    with statements(17):
        assert counts(take(*rows)) == (200, 0, 0, 0)
    with statements(17):
        assert counts(take(*rows)) == (0, 0, 200, 0)


def test_text_with_quotes_and_backslashes_comes_over_as_it_is(house: House) -> None:
    hard = 'O\'Brien "the\\Lorry" {1,NULL} 王,小明'
    take(row(house.north, holder=NewPerson(hard), sold_by="NULL", product="{}"))
    policy = queries.get_for(SYSTEM, "P1")
    assert (policy.holder.name, policy.sold_by, policy.product) == (hard, "NULL", "{}")


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_add_each_policy_once() -> None:
    house = House()
    rows = [row(house.north, f"P{n:03d}") for n in range(200)]
    results: list[Imported] = []
    start = threading.Barrier(2)

    def run(order: int) -> None:
        start.wait()
        try:
            results.append(take(*rows[::order]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts(one) for one in results) == [(0, 0, 200, 0), (200, 0, 0, 0)]
    assert Policy.objects.count() == 200
    assert Cover.objects.count() == 400
    assert Person.objects.count() == 200

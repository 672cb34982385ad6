"""Single points of the arithmetic, each with figures that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.settlement.accidents import TABLES, Json, read, settled, two_cars
from yinuo.settlement.settling import settle


def result_of(accident: Json) -> Any:
    return settled(accident).as_dict()


def one_car(**more: Any) -> Json:
    accident = two_cars()
    accident["vehicles"] = [{"id": "A", "duty": "full", **more}]
    accident["losses"] = []
    return accident


@pytest.mark.parametrize(
    ("moment", "limit"),
    [
        ("2020-09-18T23:59:59+08:00", "10000.00"),
        ("2020-09-19T00:00:00+08:00", "18000.00"),
        ("2020-09-18T16:00:00Z", "18000.00"),
        ("2008-01-31T12:00:00+08:00", "8000.00"),
    ],
)
def test_the_time_of_the_accident_in_china_decides_the_limits(moment: str, limit: str) -> None:
    accident = one_car() | {"accident_at": moment}
    accident["losses"] = [{"id": "v", "kind": "person", "medical": 90000}]
    assert result_of(accident)["ctpli"]["A"]["medical"]["v"] == limit


def test_the_owner_of_an_uninsured_car_pays_what_its_cover_would_have_paid() -> None:
    accident = two_cars()
    accident["vehicles"][1]["ctpli"] = {"insured": False}
    result = result_of(accident)
    assert result["owner_pays"] == {"B": {"A_car": "2000.00"}}
    assert result["ctpli"]["B"]["property"] == {}
    assert result["commercial"]["A"]["own_damage"]["payment"] == "5600.00"
    assert result["payees"]["A_car"] == "10000.00"


def test_a_trailer_takes_no_part_in_compulsory_cover() -> None:
    accident = two_cars()
    accident["vehicles"].append({"id": "T", "duty": "none", "ctpli": {"exempt": True}})
    assert result_of(accident)["ctpli"]["A"]["proxy_received"] == "0.00"


def test_where_nobody_is_liable_each_pays_its_limit_without_liability() -> None:
    accident = two_cars()
    for vehicle in accident["vehicles"]:
        vehicle["duty"] = "none"
    result = result_of(accident)
    assert result["ctpli"]["A"]["property"] == {"B_car": "100.00"}
    assert result["payees"] == {"A_car": "100.00", "B_car": "100.00"}


def test_property_of_a_pedestrian_is_divided_by_limits_even_under_the_mutual_rule() -> None:
    accident = two_cars()
    accident["vehicles"][0]["duty"], accident["vehicles"][1]["duty"] = "full", "none"
    accident["losses"] = [
        {"id": "ped", "kind": "person", "medical": 100},
        {"id": "bike", "kind": "property", "owner": "ped", "amount": 210},
        {"id": "lamp", "kind": "property", "owner": None, "amount": 210},
    ]
    ctpli = result_of(accident)["ctpli"]
    assert ctpli["A"]["property"] == {"bike": "200.00", "lamp": "210.00"}
    assert ctpli["B"]["property"] == {"bike": "10.00"}


@pytest.mark.parametrize(
    ("split", "proxy"), [("all_liable", "50.00"), ("liable_with_loss", "100.00")]
)
def test_the_proxy_is_divided_by_all_liable_cars_or_by_the_damaged_ones(
    split: str, proxy: str
) -> None:
    accident = two_cars()
    accident["options"] = {"proxy_split": split}
    accident["vehicles"].append({"id": "C", "duty": "none"})
    del accident["losses"][1]
    assert result_of(accident)["ctpli"]["A"]["proxy_received"] == proxy


@pytest.mark.parametrize(
    ("how", "third_party", "addon"),
    [
        ("none", "34000.00", "8000.00"),
        ("first", "42000.00", "0"),
        ("pro_rata", "36400.00", "5600.00"),
    ],
)
def test_cost_outside_the_list_uses_the_compulsory_limit_as_chosen(
    how: str, third_party: str, addon: str
) -> None:
    accident = one_car(
        third_party={"limit": 1000000}, addons={"outside_list_medical": {"limit": 10000}}
    )
    accident["options"] = {"outside_list_in_ctpli": how}
    victim = {"id": "v", "kind": "person", "medical": 60000, "outside_list_medical": 8000}
    accident["losses"] = [victim]
    commercial = result_of(accident)["commercial"]["A"]
    assert commercial["third_party"]["v"] == third_party
    assert commercial["addons"].get("outside_list_medical", "0") == addon


@pytest.mark.parametrize(
    ("first", "third_party", "addon"), [(True, "70000.00", "0"), (False, "20000.00", "50000.00")]
)
def test_moral_damages_come_first_or_last_in_the_compulsory_item(
    first: bool, third_party: str, addon: str
) -> None:
    accident = one_car(third_party={"limit": 1000000}, addons={"moral_damages": {"limit": 60000}})
    accident["options"] = {"moral_damages_first": first}
    victim = {"id": "v", "kind": "person", "death_disability": 200000, "moral": 50000}
    accident["losses"] = [victim]
    commercial = result_of(accident)["commercial"]["A"]
    assert commercial["third_party"]["v"] == third_party
    assert commercial["addons"].get("moral_damages", "0") == addon


def test_in_subrogation_the_insured_keeps_the_deductible_and_the_insurer_its_own_share() -> None:
    accident = two_cars()
    accident["vehicles"][0]["own_damage"] |= {"mode": "subrogation", "deductible": 500}
    accident["vehicles"][1]["third_party"]["limit"] = 1000
    result = result_of(accident)
    own = result["commercial"]["A"]["own_damage"]
    assert own["payment"] == "9500.00"
    recovered = {"ctpli": "2000.00", "third_party": "1000.00", "owner": "1400.00"}
    assert own["recovery_from"] == {"B": recovered}
    assert result["payees"]["A_car"] == "9500.00"
    assert result["unpaid"] == {}


def test_what_a_liable_owner_owes_beyond_the_covers_is_unpaid() -> None:
    accident = two_cars()
    accident["vehicles"][1]["third_party"]["limit"] = 1000
    assert result_of(accident)["unpaid"] == {"B": {"A_car": "1400.00"}}


def test_more_people_hurt_than_seats_insured_share_the_sum() -> None:
    accident = one_car(seats={"driver": 10000, "passenger": 10000, "passengers_insured": 2})
    accident["losses"] = [
        {"id": name, "kind": "person", "carried_by": "A", "medical": 6000} for name in "xyz"
    ]
    accident["losses"].append(
        {"id": "d", "kind": "person", "carried_by": "A", "role": "driver", "medical": 12000}
    )
    seats = result_of(accident)["commercial"]["A"]["seats"]
    assert seats == {"x": "4000.00", "y": "4000.00", "z": "4000.00", "d": "10000.00"}


def test_under_insurance_pays_in_proportion() -> None:
    accident = one_car(own_damage={"sum_insured": 100000, "insured_value": 200000})
    accident["losses"] = [{"id": "car", "kind": "vehicle", "owner": "A", "repair": 10000}]
    assert result_of(accident)["commercial"]["A"]["own_damage"]["payment"] == "5000.00"


@pytest.mark.parametrize(("repair", "whole"), [(149000, False), (149001, True)])
def test_a_car_is_a_constructive_total_loss_when_repair_and_rescue_exceed_its_value(
    repair: int, whole: bool
) -> None:
    accident = one_car(own_damage={"sum_insured": 150000})
    car: Json = {"id": "car", "kind": "vehicle", "owner": "A", "repair": repair, "rescue": 1000}
    accident["losses"] = [car | {"total_loss": "auto"}]
    own = result_of(accident)["commercial"]["A"]["own_damage"]
    assert own["constructive_total_loss"] is whole
    assert own["vehicle"] == ("150000.00" if whole else "149000.00")


def test_the_limit_doubles_with_the_holiday_rider() -> None:
    accident = one_car(third_party={"limit": 50000}, addons={"holiday_double": True})
    accident["losses"] = [{"id": "wall", "kind": "property", "owner": None, "amount": 500000}]
    assert result_of(accident)["commercial"]["A"]["third_party_total"] == "100000.00"


def test_cargo_equipment_and_wheels_have_their_add_ons() -> None:
    addons = {name: {"limit": 1000} for name in ("cargo", "new_equipment", "wheels")}
    accident = one_car(addons=addons)
    accident["losses"] = [
        {"id": "car", "kind": "vehicle", "owner": "A", "wheels": 900},
        {"id": "goods", "kind": "cargo", "owner": "A", "amount": 1500},
        {"id": "radio", "kind": "property", "owner": "A", "amount": 800},
    ]
    found = result_of(accident)["commercial"]["A"]["addons"]
    assert found == {"cargo": "1000.00", "new_equipment": "800.00", "wheels": "900.00"}


@pytest.mark.parametrize(("clause", "paid"), [("2020", "9000.00"), ("2014", "8900.00")])
def test_days_in_repair_are_paid_up_to_the_most_and_in_2014_not_the_first(
    clause: str, paid: str
) -> None:
    accident = one_car(clause=clause, addons={"repair_days": {"daily": 100, "days_max": 90}})
    accident["losses"] = [{"id": "car", "kind": "vehicle", "owner": "A", "repair_days": 100}]
    assert result_of(accident)["commercial"]["A"]["addons"]["repair_days"] == paid


def test_advances_are_taken_off_what_is_to_be_paid() -> None:
    accident = two_cars()
    accident["advances"] = [{"loss": "A_car", "payer": "B", "cover": "ctpli", "paid": "1500.5"}]
    assert result_of(accident)["to_pay"] == {"A_car": "8499.50", "B_car": "8000.00"}


@pytest.mark.parametrize(
    ("reduces", "paid"), [("every_cover", "1800.00"), ("own_damage", "2400.00")]
)
def test_what_was_received_reduces_every_cover_or_only_own_damage(reduces: Any, paid: str) -> None:
    accident = two_cars()
    accident["losses"][0]["received"] = 2000
    result = settle(read(accident), replace(TABLES, received_reduces=reduces)).as_dict()
    assert result["commercial"]["B"]["third_party"]["A_car"] == paid
    assert result["commercial"]["A"]["own_damage"]["payment"] == "4200.00"


@pytest.mark.parametrize(("rule", "paid"), [("nothing", "10000.00"), ("by_duty", "8000.00")])
def test_an_absent_duty_rate_takes_nothing_or_goes_by_duty(rule: Any, paid: str) -> None:
    accident = one_car(clause="2014", own_damage={"sum_insured": 150000})
    accident["losses"] = [{"id": "car", "kind": "vehicle", "owner": "A", "repair": 10000}]
    result = settle(read(accident), replace(TABLES, duty_rate_when_absent=rule)).as_dict()
    assert result["commercial"]["A"]["own_damage"]["payment"] == paid


def test_the_sum_paid_by_proxy_may_be_made_to_use_the_limit_without_liability() -> None:
    accident = two_cars()
    accident["vehicles"][0]["duty"], accident["vehicles"][1]["duty"] = "full", "none"
    accident["losses"] += [
        {"id": "ped", "kind": "person", "medical": 100},
        {"id": "bike", "kind": "property", "owner": "ped", "amount": 1500},
    ]
    shared = settle(read(accident), replace(TABLES, proxy_uses_no_liability_limit=True)).as_dict()
    assert shared["ctpli"]["A"]["proxy_received"] == "100.00"
    assert shared["ctpli"]["B"]["property"] == {}
    assert result_of(accident)["ctpli"]["B"]["property"] == {"bike": "100.00"}


@pytest.mark.parametrize(("rule", "paid"), [("by_ratio", "24000.00"), ("as_awarded", "30000.00")])
def test_a_sum_that_is_awarded_bears_no_ratio_again(rule: Any, paid: str) -> None:
    accident = {
        "id": "awarded",
        "accident_at": "2024-09-10T08:30:00+08:00",
        "vehicles": [
            {
                "id": "A",
                "duty": "main",
                "duty_ratio": "0.8",
                "addons": {"moral_damages": {"limit": 50000}},
            }
        ],
        "losses": [{"id": "v", "kind": "person", "death_disability": 180000, "moral": 30000}],
        "options": {"moral_damages_first": False},
    }
    tables = replace(TABLES, injury_addons=rule)
    result = settle(read(accident), tables).as_dict()
    assert result["commercial"]["A"]["addons"]["moral_damages"] == paid

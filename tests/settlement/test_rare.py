"""Rare branches, each worked out by hand from the description of the accident file alone.

Limits since 2020: property 2,000, medical 18,000, death 180,000; without liability 100, 1,800,
18,000. Shares of the fault: main 70, minor 30.
"""

from __future__ import annotations

import pytest

from tests.settlement.accidents import Json, settled
from tests.settlement.test_tricky import OWN, TPL, accident, at, car, damaged, hurt

PEDESTRIAN = {"death_disability": 200000, "moral": 50000}
CASES: dict[str, tuple[Json, dict[str, str]]] = {
    # 1,800 + 18,000; a tenth of the 40,000 that are left (道路交通安全法 art 76).
    "a_car_without_fault_answers_to_a_pedestrian_for_a_tenth": (
        accident(
            [car("A", "none", duty_ratio="0.1", third_party=TPL)],
            [hurt("v", medical=21800, death_disability=38000)],
        ),
        {"commercial.A.third_party.v": "4000.00", "payees.v": "23800.00"},
    ),
    "what_a_pedestrian_is_owed_without_liability_cover_is_unpaid": (
        accident([car("A", "equal", duty_ratio="0.6")], [hurt("v", medical=28000)]),
        {"ctpli.A.medical.v": "18000.00", "unpaid.A.v": "6000.00"},
    ),
    "the_owner_of_an_uninsured_car_without_liability_pays_the_proxy": (
        accident(
            [car("A", "full"), car("B", "none", ctpli={"insured": False})],
            [damaged("A", 3000), damaged("B", 1000)],
        ),
        {
            "owner_pays.B.A_car": "100.00",
            "ctpli.A.proxy_received": "0.00",
            "ctpli.A.property.B_car": "1000.00",
        },
    ),
    "a_liable_car_without_cover_is_paid_its_proxy_by_the_other_insurer": (
        accident(
            [car("A", "full", ctpli={"insured": False}), car("B", "none")],
            [damaged("A", 3000), damaged("B", 5000)],
        ),
        {
            "owner_pays.A.B_car": "2000.00",
            "ctpli.B.property.A_car": "100.00",
            "unpaid.A.B_car": "3000.00",
        },
    ),
    # 180,000 of 540,000 is a third; the rest of 360,000 meets 200,000: five ninths.
    "three_dead_share_both_limits_and_the_odd_cent": (
        accident(
            [car("A", "full", third_party={"limit": 200000})],
            [
                hurt("v1", death_disability=300000),
                hurt("v2", death_disability=150000),
                hurt("v3", death_disability=90000),
            ],
        ),
        {
            "ctpli.A.death.v1": "100000.00",
            "commercial.A.third_party.v1": "111111.11",
            "commercial.A.third_party.v2": "55555.56",
            "commercial.A.third_party.v3": "33333.33",
        },
    ),
    # 8,000 and 1,600: the limits of 2006 to 2008; 400 are left.
    "the_first_limits": (
        accident(
            [car("A", "full"), car("B", "none")],
            [hurt("v", medical=10000)],
            accident_at="2007-05-01T08:00:00+08:00",
        ),
        {
            "ctpli.A.medical.v": "8000.00",
            "ctpli.B.medical.v": "1600.00",
            "unpaid.A.v": "400.00",
        },
    ),
    # (12,000 - 2,000) x 50 % x 90 % x 95 % - 500.
    "the_2014_text_takes_rates_before_the_deductible": (
        accident(
            [
                car(
                    "A",
                    "equal",
                    clause="2014",
                    own_damage={
                        **OWN,
                        "deductible": 500,
                        "duty_rate": "0.10",
                        "absolute_rates": ["0.05"],
                    },
                ),
                car("B", "equal"),
            ],
            [damaged("A", 12000)],
        ),
        {"commercial.A.own_damage.payment": "3775.00"},
    ),
    "deductible_before_rate": (
        accident(
            [
                car(
                    "A",
                    "full",
                    own_damage={**OWN, "deductible": 1000, "absolute_rates": ["0.1"]},
                )
            ],
            [damaged("A", 10000)],
        ),
        {"commercial.A.own_damage.payment": "8100.00"},
    ),
    "rate_before_deductible": (
        accident(
            [
                car(
                    "A",
                    "full",
                    own_damage={**OWN, "deductible": 1000, "absolute_rates": ["0.1"]},
                )
            ],
            [damaged("A", 10000)],
            options={"deductible_order": "rate_then_deductible"},
        ),
        {"commercial.A.own_damage.payment": "8000.00"},
    ),
    # (12,000 - 2,000) x 70 % x 100,000 / 125,000.
    "under_insurance_between_two_cars": (
        accident(
            [
                car("A", "main", own_damage={"sum_insured": 100000, "insured_value": 125000}),
                car("B", "minor"),
            ],
            [damaged("A", 12000)],
        ),
        {"commercial.A.own_damage.payment": "5600.00"},
    ),
    # 48 months: 71,200; 42 months at the beginning of the policy: 74,800 is the sum insured.
    "a_constructive_total_loss_pays_the_sum_insured_and_the_rescue": (
        accident(
            [
                car(
                    "A",
                    "full",
                    **{"class": "bus_le9", "use": "family"},
                    own_damage={
                        "new_price": 100000,
                        "first_registered_on": "2020-09-10",
                        "incepted_on": "2024-03-10",
                    },
                )
            ],
            [damaged("A", 70000, rescue=1300, total_loss="auto")],
        ),
        {
            "commercial.A.own_damage.actual_value": "71200.00",
            "commercial.A.own_damage.sum_insured": "74800.00",
            "commercial.A.own_damage.payment": "76100.00",
            "payees.A_car": "76100.00",
        },
    ),
    "the_day_before_a_month_is_full_counts_a_month_less": (
        accident(
            [
                car(
                    "A",
                    "full",
                    **{"class": "bus_le9", "use": "family"},
                    own_damage={
                        **OWN,
                        "new_price": 100000,
                        "first_registered_on": "2020-09-11",
                    },
                )
            ],
            [damaged("A", 1)],
        ),
        {"commercial.A.own_damage.actual_value": "71800.00"},
    ),
    "the_driver_and_two_passengers_on_one_insured_seat": (
        accident(
            [
                car(
                    "A",
                    "full",
                    seats={"driver": 10000, "passenger": 10000, "passengers_insured": 1},
                )
            ],
            [
                hurt("d", carried_by="A", role="driver", medical=15000),
                hurt("p1", carried_by="A", role="passenger", medical=8000),
                hurt("p2", carried_by="A", role="passenger", medical=30000),
            ],
        ),
        {
            "commercial.A.seats.d": "10000.00",
            "commercial.A.seats.p1": "4000.00",
            "commercial.A.seats.p2": "5000.00",
        },
    ),
    # The other car's compulsory cover 118,000; of 12,000 the seat bears 70, the other car 30 %.
    "a_driver_is_paid_by_the_other_car_and_by_the_own_seat": (
        accident(
            [
                car("A", "main", seats={"driver": 10000, "passenger": 0}),
                car("B", "minor", third_party=TPL),
            ],
            [hurt("d", carried_by="A", role="driver", medical=30000, death_disability=100000)],
        ),
        {
            "commercial.A.seats.d": "8400.00",
            "commercial.B.third_party.d": "3600.00",
            "payees.d": "130000.00",
        },
    ),
    # Death takes 180,000; of 20,000 and of 50,000 80 %, the add-on up to 30,000.
    "moral_damages_last_by_ratio_up_to_the_limit_of_the_add_on": (
        accident(
            [
                car(
                    "A",
                    "main",
                    duty_ratio="0.8",
                    third_party=TPL,
                    addons={"moral_damages": {"limit": 30000}},
                )
            ],
            [hurt("v", **PEDESTRIAN)],
            options={"moral_damages_first": False},
        ),
        {
            "commercial.A.third_party.v": "16000.00",
            "commercial.A.addons.moral_damages": "30000.00",
            "payees.v": "226000.00",
        },
    ),
    # A quarter of 36,000 is outside the list, so is a quarter of the 18,000.
    "outside_list_in_proportion": (
        accident(
            [
                car(
                    "A",
                    "full",
                    third_party=TPL,
                    addons={"outside_list_medical": {"limit": 3000}},
                )
            ],
            [hurt("v", medical=36000, outside_list_medical=9000)],
            options={"outside_list_in_ctpli": "pro_rata"},
        ),
        {
            "commercial.A.third_party.v": "13500.00",
            "commercial.A.addons.outside_list_medical": "3000.00",
            "unpaid.A.v": "1500.00",
        },
    ),
    "a_doubled_limit_bears_the_rate": (
        accident(
            [
                car(
                    "A",
                    "full",
                    third_party={"limit": 10000, "absolute_rates": ["0.1"]},
                    addons={"holiday_double": True},
                )
            ],
            [{"id": "w", "kind": "property", "owner": None, "amount": 42000}],
        ),
        {"commercial.A.third_party_total": "18000.00"},
    ),
    "or_does_not": (
        accident(
            [
                car(
                    "A",
                    "full",
                    third_party={"limit": 10000, "absolute_rates": ["0.1"]},
                    addons={"holiday_double": True},
                )
            ],
            [{"id": "w", "kind": "property", "owner": None, "amount": 42000}],
            options={"rate_on_capped_third_party": False},
        ),
        {"commercial.A.third_party_total": "20000.00"},
    ),
    # 100,000 - 10,000 - 5,000 - 1,000 + 2,000.
    "a_total_loss_with_salvage_money_received_deductible_and_rescue": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 100000, "deductible": 1000})],
            [
                {
                    "id": "A_car",
                    "kind": "vehicle",
                    "owner": "A",
                    "total_loss": True,
                    "salvage": 10000,
                    "received": 5000,
                    "rescue": 2000,
                }
            ],
        ),
        {"commercial.A.own_damage.payment": "86000.00"},
    ),
    # The whole is recovered: 2,000, then the 20,000 of the other cover, then the owner.
    "subrogation_by_who_has_no_fault": (
        accident(
            [
                car("A", "none", own_damage={**OWN, "mode": "subrogation"}),
                car("B", "full", third_party={"limit": 20000}),
            ],
            [damaged("A", 30000)],
        ),
        {
            "commercial.A.own_damage.payment": "30000.00",
            "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
            "commercial.A.own_damage.recovery_from.B.third_party": "20000.00",
            "commercial.A.own_damage.recovery_from.B.owner": "8000.00",
            "payees.A_car": "30000.00",
        },
    ),
    "subrogation_against_somebody_without_any_cover": (
        accident(
            [
                car("A", "none", own_damage={**OWN, "mode": "subrogation"}),
                car("B", "full", ctpli={"insured": False}),
            ],
            [damaged("A", 5000)],
        ),
        {
            "owner_pays.B.A_car": "2000.00",
            "commercial.A.own_damage.recovery_from.B.owner": "5000.00",
            "payees.A_car": "5000.00",
        },
    ),
    "a_tie_goes_by_name": (
        accident(
            [car("A", "full")],
            [{"id": n, "kind": "property", "owner": None, "amount": 1000} for n in "zxy"],
        ),
        {
            "ctpli.A.property.x": "666.67",
            "ctpli.A.property.y": "666.67",
            "ctpli.A.property.z": "666.66",
        },
    ),
    "what_belongs_to_a_pedestrian_is_divided_by_limits": (
        accident(
            [car("A", "full"), car("C", "none")],
            [hurt("v"), {"id": "bag", "kind": "property", "owner": "v", "amount": 1050}],
        ),
        {"ctpli.A.property.bag": "1000.00", "ctpli.C.property.bag": "50.00"},
    ),
    "the_proxy_among_all_liable_cars": (
        accident(
            [car("A", "main"), car("B", "minor"), car("C", "none")],
            [damaged("B", 500)],
        ),
        {"ctpli.B.proxy_received": "50.00", "ctpli.A.property.B_car": "450.00"},
    ),
    "the_proxy_among_damaged_cars": (
        accident(
            [car("A", "main"), car("B", "minor"), car("C", "none")],
            [damaged("B", 500)],
            options={"proxy_split": "liable_with_loss"},
        ),
        {"ctpli.B.proxy_received": "100.00", "ctpli.A.property.B_car": "400.00"},
    ),
    # 2,000 of the other's compulsory cover; 70 % of 10,000 up to 5,000; 30 % of the other car.
    "cargo_of_the_main_liable_car": (
        accident(
            [
                car("A", "main", addons={"cargo": {"limit": 5000}}),
                car("B", "minor", third_party=TPL),
            ],
            [{"id": "goods", "kind": "cargo", "owner": "A", "amount": 12000}],
        ),
        {
            "ctpli.B.property.goods": "2000.00",
            "commercial.A.addons.cargo": "5000.00",
            "payees.goods": "10000.00",
        },
    ),
    # Seven days at most, the first not.
    "days_in_repair_under_the_2014_text": (
        accident(
            [
                car(
                    "A",
                    "full",
                    clause="2014",
                    own_damage=OWN,
                    addons={"repair_days": {"daily": 200, "days_max": 7}},
                )
            ],
            [damaged("A", 1000, repair_days=10)],
        ),
        {"commercial.A.addons.repair_days": "1200.00"},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_rare_accident_comes_out_as_by_hand(name: str) -> None:
    given, wanted = CASES[name]
    found = settled(given).as_dict()
    assert {path: at(found, path) for path in wanted} == wanted

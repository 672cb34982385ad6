"""Corners of what the own insurer pays: own damage, seats, add-ons, the recovery file.

Each worked out by hand; a comment says how. Compulsory limits and shares as in test_corners.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.settlement.accidents import Json, settled
from tests.settlement.test_tricky import OWN, TPL, accident, at, car, damaged, hurt

FAMILY = {"class": "bus_le9", "use": "family"}


def alone(cover: Json, loss: Json, **more: Any) -> Json:
    """One car, fully liable, with this own damage cover."""
    options = more.pop("options", {})
    return accident([car("A", "full", own_damage=cover, **more)], [loss], options=options)


def aged(klass: str, use: str, new_price: int, first_registered_on: str) -> Json:
    return alone(
        {**OWN, "new_price": new_price, "first_registered_on": first_registered_on},
        damaged("A", 1),
        **{"class": klass, "use": use},
    )


PAID = "commercial.A.own_damage.payment"
CASES: dict[str, tuple[Json, dict[str, str]]] = {
    # (80,000 - 5,000) x 0.85 x (1 - 0.05 - 0.05) - 1,000.
    "a_total_loss_of_the_2014_text": (
        alone(
            {"sum_insured": 80000, "duty_rate": "0.15", "absolute_rates": ["0.05", "0.05"],
             "deductible": 1000},
            damaged("A", 90000, total_loss=True, received=5000), clause="2014",
        ),
        {PAID: "56375.00"},
    ),
    # 5,000 x 0.8, and of 2,000 of rescue three quarters, x 0.8.
    "the_2014_text_takes_its_rate_from_rescue_too": (
        alone(
            {"sum_insured": 90000, "duty_rate": "0.2"},
            damaged("A", 5000, rescue=2000, rescued_values={"insured": 60000, "other": 20000}),
            clause="2014",
        ),
        {PAID: "5200.00"},
    ),
    "the_2014_text_where_the_other_was_not_found": (
        alone({**OWN, "absolute_rates": ["0.30"]}, damaged("A", 10000), clause="2014"),
        {PAID: "7000.00"},
    ),
    "the_2014_text_of_an_overloaded_car": (
        alone({**OWN, "duty_rate": "0.20", "absolute_rates": ["0.10"]}, damaged("A", 10000),
              clause="2014"),
        {PAID: "7200.00"},
    ),
    "repair_above_the_sum_insured_stops_there_and_rescue_stands_apart": (
        alone({"sum_insured": 50000, "deductible": 1000}, damaged("A", 60000, rescue=500)),
        {"commercial.A.own_damage.vehicle": "50000.00", PAID: "49500.00"},
    ),
    # 98,000 x 70 % is 68,600: the sum insured comes after the share.
    "the_sum_insured_caps_the_own_share": (
        accident([car("A", "main", own_damage={"sum_insured": 60000}), car("B", "minor")],
                 [damaged("A", 100000)]),
        {PAID: "60000.00"},
    ),
    # (100,000 - 2,000) x 70 %, and 30 % from the other car.
    "a_total_loss_between_two_cars": (
        accident(
            [car("A", "main", own_damage={"sum_insured": 100000}),
             car("B", "minor", third_party=TPL)],
            [{"id": "A_car", "kind": "vehicle", "owner": "A", "total_loss": True}],
        ),
        {PAID: "68600.00", "commercial.B.third_party.A_car": "29400.00",
         "payees.A_car": "100000.00"},
    ),
    # 300 x 0.9 - 500 stops at nothing, and so does 300 - 500; 1,000 x 0.9 of rescue is left.
    "a_deductible_eats_no_rescue_rate_first": (
        alone({**OWN, "deductible": 500, "absolute_rates": ["0.1"]},
              damaged("A", 300, rescue=1000),
              options={"deductible_order": "rate_then_deductible"}),
        {PAID: "900.00"},
    ),
    "a_deductible_eats_no_rescue_deductible_first": (
        alone({**OWN, "deductible": 500, "absolute_rates": ["0.1"]},
              damaged("A", 300, rescue=1000)),
        {PAID: "900.00"},
    ),
    # (20,000 x 60/80 - 500) x 0.95.
    "under_insurance_before_deductible_and_rate": (
        alone({"sum_insured": 60000, "insured_value": 80000, "deductible": 500,
               "absolute_rates": ["0.05"]}, damaged("A", 20000)),
        {PAID: "13775.00"},
    ),
    "over_insurance_pays_no_more_than_the_damage": (
        alone({"sum_insured": 90000, "insured_value": 60000}, damaged("A", 20000)),
        {PAID: "20000.00"},
    ),
    "a_total_loss_under_insured_pays_the_sum_insured": (
        alone({"sum_insured": 60000, "insured_value": 80000},
              damaged("A", 80000, total_loss=True)),
        {PAID: "60000.00"},
    ),
    # 2,000 of 2,500: the car's 1,000 first, then rescue; of 500 the own cover bears 30 %.
    "compulsory_money_above_the_repair_comes_off_the_rescue": (
        accident(
            [car("A", "minor", own_damage=OWN), car("B", "main", third_party=TPL)],
            [damaged("A", 1000, rescue=1500)],
        ),
        {"commercial.A.own_damage.vehicle": "0.00", "commercial.A.own_damage.rescue": "150.00",
         PAID: "150.00", "commercial.B.third_party.A_car": "350.00", "payees.A_car": "2500.00"},
    ),
    "the_proxy_comes_off_the_own_damage": (
        accident([car("A", "full", own_damage=OWN), car("B", "none")], [damaged("A", 5000)]),
        {PAID: "4900.00", "payees.A_car": "5000.00"},
    ),
    "a_car_without_fault_claims_nothing_of_its_own_share": (
        accident([car("A", "none", own_damage={**OWN, "deductible": 300}), car("B", "full")],
                 [damaged("A", 9000)]),
        {PAID: "0.00", "unpaid.B.A_car": "7000.00"},
    ),
    "somebody_without_own_damage_cover_bears_the_own_share": (
        accident([car("A", "main"), car("B", "minor", third_party=TPL)], [damaged("A", 12000)]),
        {"payees.A_car": "5000.00", "unpaid": "{}"},
    ),
    # 57 x 1.4 % is 79.8 %, 58 x 1.4 % would be 81.2 %.
    "a_month_before_the_floor": (
        aged("low_speed_or_tricycle", "taxi", 50000, "2019-12-10"),
        {"commercial.A.own_damage.actual_value": "10100.00",
         "commercial.A.own_damage.months": "57"},
    ),
    "and_at_the_floor": (
        aged("low_speed_or_tricycle", "taxi", 50000, "2019-11-10"),
        {"commercial.A.own_damage.actual_value": "10000.00"},
    ),
    "a_new_car_has_lost_nothing_in_its_first_month": (
        aged("bus_ge10", "other_business", 300000, "2024-08-11"),
        {"commercial.A.own_damage.actual_value": "300000.00",
         "commercial.A.own_damage.months": "0"},
    ),
    # 120 months, 1.1 %: a fifth is left at the beginning of the policy, and all of it is paid.
    "a_sum_insured_at_the_floor": (
        alone(
            {"new_price": 100000, "first_registered_on": "2014-03-10", "incepted_on": "2024-03-10"},
            damaged("A", 30000), **{"class": "light_truck", "use": "other_business"},
        ),
        {"commercial.A.own_damage.sum_insured": "20000.00", PAID: "20000.00"},
    ),
    # Worth 71,200 after 48 months: the very sum is repaired, a cent more is a total loss.
    "repair_that_is_worth_the_car": (
        alone({"sum_insured": 74800, "new_price": 100000, "first_registered_on": "2020-09-10"},
              damaged("A", 71200, total_loss="auto"), **FAMILY),
        {PAID: "71200.00", "commercial.A.own_damage.constructive_total_loss": "False"},
    ),
    "repair_that_is_a_cent_above_it": (
        alone({"sum_insured": 74800, "new_price": 100000, "first_registered_on": "2020-09-10"},
              damaged("A", "71200.01", total_loss="auto"), **FAMILY),
        {PAID: "74800.00", "commercial.A.own_damage.constructive_total_loss": "True"},
    ),
    # 15,000 less a tenth.
    "a_driver_alone_with_a_rate": (
        accident(
            [car("A", "full", seats={"driver": 20000, "absolute_rates": ["0.1"]})],
            [hurt("d", carried_by="A", role="driver", medical=15000)],
        ),
        {"commercial.A.seats.d": "13500.00"},
    ),
    # 30,000 are left: 9,000 for the own seat of 5,000, 21,000 for the other car.
    "a_passenger_above_the_seat_is_owed_the_rest_by_the_own_car": (
        accident(
            [car("A", "minor", seats={"passenger": 5000}), car("B", "main", third_party=TPL)],
            [hurt("p", carried_by="A", medical=48000)],
        ),
        {"ctpli.B.medical.p": "18000.00", "commercial.A.seats.p": "5000.00",
         "commercial.B.third_party.p": "21000.00", "unpaid.A.p": "4000.00"},
    ),
    "who_was_not_hurt_takes_no_seat": (
        accident(
            [car("A", "full", seats={"passenger": 5000, "passengers_insured": 1})],
            [hurt("p", carried_by="A", medical=4000), hurt("q", carried_by="A")],
        ),
        {"commercial.A.seats.p": "4000.00"},
    ),
    "the_driver_of_one_car_and_the_passenger_of_the_other": (
        accident(
            [car("A", "equal", seats={"driver": 50000}),
             car("B", "equal", seats={"passenger": 50000})],
            [hurt("d", carried_by="A", role="driver", medical=28000),
             hurt("p", carried_by="B", medical=38000)],
        ),
        {"ctpli.B.medical.d": "18000.00", "ctpli.A.medical.p": "18000.00",
         "commercial.A.seats.d": "5000.00", "commercial.B.seats.p": "10000.00",
         "unpaid.B.d": "5000.00", "unpaid.A.p": "10000.00"},
    ),
    # The whole (22,000 - 1,000) x 0.9, the own share (20,000 x 50 % - 1,000) x 0.9: 10,800 are
    # due. B owes 2,000 and 10,000; 1,200 of it stay with the insured.
    "subrogation_with_deductible_and_rate_leaves_the_insured_the_rest_of_the_debt": (
        accident(
            [car("A", "equal", own_damage={**OWN, "mode": "subrogation", "deductible": 1000,
                                           "absolute_rates": ["0.1"]}),
             car("B", "equal", third_party=TPL)],
            [damaged("A", 22000)],
        ),
        {PAID: "18900.00", "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
         "commercial.A.own_damage.recovery_from.B.third_party": "8800.00",
         "payees.A_car": "20100.00"},
    ),
    "subrogation_against_two": (
        accident(
            [car("A", "none", own_damage={**OWN, "mode": "subrogation"}),
             car("B", "main", third_party=TPL), car("C", "minor", third_party=TPL)],
            [damaged("A", 30000)],
        ),
        {"commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
         "commercial.A.own_damage.recovery_from.B.third_party": "18200.00",
         "commercial.A.own_damage.recovery_from.C.ctpli": "2000.00",
         "commercial.A.own_damage.recovery_from.C.third_party": "7800.00",
         "payees.A_car": "30000.00"},
    ),
    # The own insurer pays the proxy of 50 itself: 9,950 whole, (10,000 - 2,050) x 70 % own share.
    "subrogation_beside_a_proxy": (
        accident(
            [car("A", "main", own_damage={**OWN, "mode": "subrogation"}),
             car("B", "minor", third_party=TPL), car("C", "none")],
            [damaged("A", 10000)],
        ),
        {PAID: "9950.00", "ctpli.A.proxy_received": "50.00",
         "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
         "commercial.A.own_damage.recovery_from.B.third_party": "2385.00",
         "payees.A_car": "10000.00"},
    ),
    "subrogation_of_who_is_liable_alone_recovers_from_nobody": (
        accident(
            [car("A", "full", own_damage={**OWN, "mode": "subrogation"})], [damaged("A", 10000)]
        ),
        {PAID: "10000.00", "commercial.A.own_damage.recovery_from": "{}"},
    ),
    # 10,000 of 30,000 are paid and recovered; the other 20,000 reach the insured.
    "subrogation_recovers_no_more_than_was_paid": (
        accident(
            [car("A", "none", own_damage={"sum_insured": 10000, "mode": "subrogation"}),
             car("B", "full", third_party=TPL)],
            [damaged("A", 30000)],
        ),
        {PAID: "10000.00", "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
         "commercial.A.own_damage.recovery_from.B.third_party": "8000.00",
         "payees.A_car": "30000.00"},
    ),
    # 165,200 on the day, 171,200 insured: what others owe is what the car was worth.
    "subrogation_of_a_total_loss_recovers_the_value_of_the_day": (
        accident(
            [car("A", "none", **FAMILY,
                 own_damage={"new_price": 200000, "first_registered_on": "2022-03-15",
                             "incepted_on": "2024-03-15", "mode": "subrogation"}),
             car("B", "full", third_party=TPL)],
            [{"id": "A_car", "kind": "vehicle", "owner": "A", "total_loss": True}],
        ),
        {PAID: "171200.00", "commercial.A.own_damage.recovery_from.B.third_party": "163200.00",
         "payees.A_car": "171200.00"},
    ),
    # 2,000 of compulsory cover, 30 % of 3,000 from the other, 70 % from the add-on.
    "equipment_added_to_the_car": (
        accident(
            [car("A", "main", addons={"new_equipment": {"limit": 10000}}),
             car("B", "minor", third_party=TPL)],
            [{"id": "rack", "kind": "property", "owner": "A", "amount": 5000}],
        ),
        {"commercial.A.addons.new_equipment": "2100.00",
         "commercial.B.third_party.rack": "900.00", "payees.rack": "5000.00"},
    ),
    "days_in_repair_stop_at_the_most": (
        alone(OWN, damaged("A", 1000, repair_days=120),
              addons={"repair_days": {"daily": 150, "days_max": 90}}),
        {"commercial.A.addons.repair_days": "13500.00"},
    ),
    "a_scratch_is_no_repair": (
        alone({**OWN, "deductible": 200}, damaged("A", 1000, scratch=600),
              addons={"scratch": {"limit": 2000}}),
        {PAID: "800.00", "commercial.A.addons.scratch": "600.00", "payees.A_car": "1400.00"},
    ),
    "a_lost_car_counts_every_insured_day_under_the_2014_text_too": (
        alone({**OWN}, damaged("A", 150000, total_loss=True, repair_days=2), clause="2014",
              addons={"repair_days": {"daily": 100, "days_max": 60}}),
        {"commercial.A.addons.repair_days": "6000.00"},
    ),
    "a_rider_gives_back_rates_and_never_the_deductible": (
        alone({**OWN, "duty_rate": "0.2", "deductible": 500}, damaged("A", 10000), clause="2014",
              addons={"no_deductible": {"own_damage": True}}),
        {PAID: "7500.00", "commercial.A.addons.no_deductible": "2000.00",
         "payees.A_car": "9500.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_the_own_insurer_pays_comes_out_as_by_hand(name: str) -> None:
    given, wanted = CASES[name]
    found = settled(given).as_dict()
    assert {path: at(found, path) for path in wanted} == wanted

"""Corners of compulsory cover and of what it leaves, each by hand, paragraph by paragraph.

Limits since 2020: property 2,000, medical 18,000, death 180,000; without liability 100, 1,800,
18,000. Shares of the fault: main 70, minor 30. A comment says how the sums come about.
"""

from __future__ import annotations

import pytest

from tests.settlement.accidents import Json, settled
from tests.settlement.test_tricky import OWN, TPL, accident, at, car, damaged, hurt


def thing(name: str, owner: str | None, amount: object) -> Json:
    return {"id": name, "kind": "property", "owner": owner, "amount": amount}


LAST_DAY_OF_2006 = {"accident_at": "2008-01-31T23:59:59+08:00"}
FIRST_DAY_OF_2008 = {"accident_at": "2008-02-01T00:00:00+08:00"}
STILL_THE_18TH_IN_CHINA = {"accident_at": "2020-09-19T00:59:59+09:00"}
CASES: dict[str, tuple[Json, dict[str, str]]] = {
    # 24,000 of medical cost meet 18,000: three quarters. Death stays within its own limit.
    "one_item_is_short_and_another_is_not": (
        accident(
            [car("A", "full")],
            [
                hurt("v", medical=10000, death_disability=50000),
                hurt("w", medical=14000, death_disability=60000),
            ],
        ),
        {"ctpli.A.medical.v": "7500.00", "ctpli.A.medical.w": "10500.00",
         "ctpli.A.death.v": "50000.00", "ctpli.A.death.w": "60000.00", "unpaid.A.v": "2500.00",
         "unpaid.A.w": "3500.00"},
    ),
    "a_cent_above_the_limit_is_a_cent_unpaid": (
        accident([car("A", "full")], [hurt("v", medical="18000.01")]),
        {"ctpli.A.medical.v": "18000.00", "unpaid.A.v": "0.01"},
    ),
    # Both things share the 2,000 as 3 : 1.
    "what_a_victim_carried_and_a_fence_share_one_limit": (
        accident(
            [car("A", "full")], [hurt("v"), thing("bag", "v", 3000), thing("fence", None, 1000)]
        ),
        {"ctpli.A.property.bag": "1500.00", "ctpli.A.property.fence": "500.00"},
    ),
    "the_last_second_of_the_first_limits": (
        accident([car("A", "full")], [hurt("v", medical=9000, death_disability=60000)],
                 **LAST_DAY_OF_2006),
        {"ctpli.A.medical.v": "8000.00", "ctpli.A.death.v": "50000.00", "unpaid.A.v": "11000.00"},
    ),
    "the_first_second_of_the_second_limits": (
        accident([car("A", "full")], [hurt("v", medical=9000, death_disability=60000)],
                 **FIRST_DAY_OF_2008),
        {"ctpli.A.medical.v": "9000.00", "ctpli.A.death.v": "60000.00", "unpaid": "{}"},
    ),
    "the_proxy_of_the_first_limits_is_400": (
        accident([car("A", "full"), car("B", "none")], [damaged("A", 1000)], **LAST_DAY_OF_2006),
        {"ctpli.A.proxy_received": "400.00"},
    ),
    # One o'clock in Tokyo is midnight in China: a second before it the limits of 2008 hold.
    "the_day_is_that_of_china": (
        accident([car("A", "none")], [hurt("v", medical=1700)], **STILL_THE_18TH_IN_CHINA),
        {"ctpli.A.medical.v": "1000.00"},
    ),
    "funeral_dependants_aids_and_death_belong_to_one_item": (
        accident(
            [car("A", "none")],
            [hurt("v", heads={"funeral": 1000, "dependants": 2000, "aids": 3000,
                              "death_compensation": 4000, "moral": 500})],
        ),
        {"ctpli.A.death.v": "10500.00", "ctpli.A.medical": "{}"},
    ),
    # 60,000 by three: 20,000 each, capped at 18,000; of 6,000 each answers for a third.
    "three_liable_cars_and_a_pedestrian": (
        accident([car(n, "equal", third_party=TPL) for n in "ABC"], [hurt("v", medical=60000)]),
        {"ctpli.A.medical.v": "18000.00", "ctpli.C.medical.v": "18000.00",
         "commercial.B.third_party.v": "2000.00", "payees.v": "60000.00"},
    ),
    "who_sits_in_a_car_is_paid_by_the_two_others": (
        accident([car(n, "equal") for n in "ABC"], [hurt("p", carried_by="A", medical=30000)]),
        {"ctpli.A.medical": "{}", "ctpli.B.medical.p": "15000.00", "ctpli.C.medical.p": "15000.00"},
    ),
    # B meets 30,000 + 4,500 with 18,000; A fills up the pedestrian, and may not pay its passenger.
    "a_further_round_for_the_pedestrian_alone": (
        accident(
            [car("A", "equal"), car("B", "equal")],
            [hurt("v", medical=9000), hurt("p", carried_by="A", medical=30000)],
        ),
        {"ctpli.B.medical.p": "15652.17", "ctpli.B.medical.v": "2347.83",
         "ctpli.A.medical.v": "6652.17", "payees.v": "9000.00", "payees.p": "15652.17"},
    ),
    # 18,000 : 1,800 : 1,800 of 10,800.
    "cars_without_fault_pay_an_injury_by_their_small_limits": (
        accident([car("A", "full"), car("B", "none"), car("C", "none")],
                 [hurt("v", medical=10800)]),
        {"ctpli.A.medical.v": "9000.00", "ctpli.B.medical.v": "900.00",
         "ctpli.C.medical.v": "900.00"},
    ),
    # Each bears two halves, 3,000, and pays 2,000; of each car 1,000 is left, a third for each.
    "by_limits_among_three_equal_cars": (
        accident(
            [car(n, "equal", own_damage=OWN, third_party=TPL) for n in "ABC"],
            [damaged(n, 3000) for n in "ABC"],
            options={"property_method": "limit_proportional"},
        ),
        {"ctpli.A.property.B_car": "1000.00", "commercial.A.own_damage.payment": "333.33",
         "commercial.A.third_party.B_car": "333.34", "commercial.A.third_party.C_car": "333.33",
         "commercial.A.third_party_total": "666.67"},
    ),
    "by_limits_a_car_without_fault_pays_its_hundred_itself": (
        accident([car("A", "full"), car("B", "none")], [damaged("A", 300), damaged("B", 500)],
                 options={"property_method": "limit_proportional"}),
        {"ctpli.B.property.A_car": "100.00", "ctpli.A.property.B_car": "500.00",
         "ctpli.A.proxy_received": "0.00"},
    ),
    "nobody_is_liable_for_a_fence": (
        accident([car(n, "none") for n in "ABC"], [thing("fence", None, 240)]),
        {"ctpli.A.property.fence": "80.00", "ctpli.C.property.fence": "80.00"},
    ),
    "three_cars_without_fault_owe_no_more_than_the_loss": (
        accident([car("A", "full"), *(car(n, "none") for n in "BCD")], [damaged("A", 250)]),
        {"ctpli.A.proxy_received": "250.00", "payees.A_car": "250.00"},
    ),
    # 3 x 100 / 2 = 150 for each liable car.
    "two_liable_cars_and_three_without_fault": (
        accident(
            [car("A", "main"), car("B", "minor"), *(car(n, "none") for n in "CDE")],
            [damaged("A", 140), damaged("B", 1000)],
        ),
        {"ctpli.A.proxy_received": "140.00", "ctpli.B.proxy_received": "150.00",
         "ctpli.A.property.B_car": "850.00", "ctpli.B.property": "{}"},
    ),
    # A bears 3,950 + 1,500, B 5,950 + 1,500, both capped; the rest by shares of the fault. Of
    # 1,305.805 and 614.057 the second has the larger remainder, so the cent of 1,919.86 goes to it.
    "a_chain_of_three_with_every_cover": (
        accident(
            [car("A", "main", own_damage=OWN, third_party=TPL),
             car("B", "minor", own_damage=OWN, third_party=TPL), car("C", "none")],
            [damaged("A", 6000), damaged("B", 4000), damaged("C", 3000)],
        ),
        {"ctpli.A.property.B_car": "1449.54", "ctpli.A.property.C_car": "550.46",
         "ctpli.B.property.A_car": "1597.32", "ctpli.B.property.C_car": "402.68",
         "commercial.A.own_damage.payment": "3046.88", "commercial.B.third_party.A_car": "1305.80",
         "commercial.A.third_party.C_car": "1432.80", "commercial.B.third_party.C_car": "614.06",
         "commercial.A.third_party.B_car": "1750.32", "commercial.B.own_damage.payment": "750.14"},
    ),
    "the_owner_of_an_uninsured_car_pays_half_of_the_fence": (
        accident(
            [car("A", "main", ctpli={"insured": False}), car("B", "minor"), car("C", "none")],
            [thing("fence", None, 1000)],
        ),
        {"owner_pays.A.fence": "500.00", "ctpli.B.property.fence": "500.00",
         "ctpli.C.property": "{}"},
    ),
    "cargo_of_a_car_without_fault_is_borne_by_the_liable_two": (
        accident(
            [car("A", "main"), car("B", "minor"), car("C", "none")],
            [{"id": "load", "kind": "cargo", "owner": "C", "amount": 3000}],
        ),
        {"ctpli.A.property.load": "1500.00", "ctpli.B.property.load": "1500.00"},
    ),
    "luggage_of_a_passenger_is_not_for_the_own_cover": (
        accident(
            [car("A", "main"), car("B", "minor")],
            [hurt("p", carried_by="B"), thing("luggage", "p", 800)],
        ),
        {"ctpli.A.property.luggage": "800.00", "ctpli.B.property": "{}"},
    ),
    "an_injury_uses_the_limit_that_is_the_policys_own": (
        accident(
            [car("A", "equal", ctpli={"limits": {"property": 4000}}), car("B", "equal"),
             car("C", "none")],
            [damaged("C", 3000)],
        ),
        {"ctpli.A.property.C_car": "2000.00", "ctpli.B.property.C_car": "1000.00"},
    ),
    "the_damage_of_a_trailer_is_borne_by_the_liable_cars": (
        accident(
            [car("A", "main"), car("B", "minor"), car("T", "none", ctpli={"exempt": True})],
            [damaged("T", 3000)],
        ),
        {"ctpli.A.property.T_car": "1500.00", "ctpli.B.property.T_car": "1500.00",
         "ctpli.A.proxy_received": "0.00"},
    ),
    # 64,000 are left of 100,000: 70 and 30.
    "two_liable_cars_and_a_pedestrian_beyond_the_limits": (
        accident(
            [car("A", "main", third_party=TPL), car("B", "minor", third_party=TPL)],
            [hurt("v", medical=100000)],
        ),
        {"commercial.A.third_party.v": "44800.00", "commercial.B.third_party.v": "19200.00",
         "payees.v": "100000.00"},
    ),
    # 12,000 owed is the limit to the yuan: the branch of the limit already, so no rate there.
    "owed_is_exactly_the_limit": (
        accident(
            [car("A", "full", third_party={"limit": 12000, "absolute_rates": ["0.1"]})],
            [hurt("v", medical=30000)],
            options={"rate_on_capped_third_party": False},
        ),
        {"commercial.A.third_party.v": "12000.00", "unpaid": "{}"},
    ),
    # 50,000 x 0.85 x 0.9; the rider gives what the 15 % took of 45,000.
    "a_capped_sum_of_the_2014_text_with_rate_and_rider": (
        accident(
            [car("A", "full", clause="2014",
                 third_party={"limit": 50000, "duty_rate": "0.15", "absolute_rates": ["0.1"]},
                 addons={"no_deductible": {"third_party": True}})],
            [hurt("v", medical=118000)],
        ),
        {"commercial.A.third_party.v": "38250.00", "commercial.A.addons.no_deductible": "6750.00",
         "unpaid.A.v": "55000.00"},
    ),
    "cost_outside_the_list_uses_no_compulsory_money": (
        accident([car("A", "full", third_party=TPL)],
                 [hurt("v", medical=20000, outside_list_medical=8000)]),
        {"ctpli.A.medical.v": "12000.00", "commercial.A.third_party": "{'v': '0.00'}",
         "unpaid.A.v": "8000.00"},
    ),
    # 18 of 20 thousand: 7,200 of the 8,000, 10,800 of the 12,000.
    "cost_outside_the_list_in_proportion_leaves_some_of_both": (
        accident([car("A", "full", third_party=TPL)],
                 [hurt("v", medical=20000, outside_list_medical=8000)],
                 options={"outside_list_in_ctpli": "pro_rata"}),
        {"commercial.A.third_party.v": "1200.00", "unpaid.A.v": "800.00"},
    ),
    # 70 % of 10,000, at most 5,000.
    "the_add_on_for_cost_outside_the_list_goes_by_the_share_of_the_fault": (
        accident(
            [car("A", "main", third_party=TPL, addons={"outside_list_medical": {"limit": 5000}})],
            [hurt("v", medical=28000, outside_list_medical=10000)],
        ),
        {"ctpli.A.medical.v": "18000.00", "commercial.A.addons.outside_list_medical": "5000.00",
         "unpaid.A.v": "2000.00"},
    ),
    "two_victims_share_the_add_on": (
        accident(
            [car("A", "full", addons={"outside_list_medical": {"limit": 10000}})],
            [hurt("v", medical=12000, outside_list_medical=12000),
             hurt("w", medical=8000, outside_list_medical=8000)],
        ),
        {"commercial.A.addons.outside_list_medical": "10000.00", "payees.v": "6000.00",
         "payees.w": "4000.00"},
    ),
    # 200,000 meet 180,000: moral damages whole, 80,000 of the other 100,000.
    "moral_damages_first_leave_the_rest_to_liability_cover": (
        accident([car("A", "full", third_party=TPL)],
                 [hurt("v", death_disability=100000, moral=100000)]),
        {"commercial.A.third_party.v": "20000.00", "unpaid": "{}"},
    ),
    "moral_damages_last_leave_themselves": (
        accident([car("A", "full", third_party=TPL)],
                 [hurt("v", death_disability=100000, moral=100000)],
                 options={"moral_damages_first": False}),
        {"commercial.A.third_party.v": "0.00", "unpaid.A.v": "20000.00"},
    ),
    # A third of 100.00 each is 33.33: the payee has the sum of what is printed.
    "a_payee_is_the_sum_of_printed_cells": (
        accident([car(n, "equal") for n in "ABC"], [thing("fence", None, 100)]),
        {"ctpli.A.property.fence": "33.33", "payees.fence": "99.99"},
    ),
    # 0.005 is half a cent and goes up.
    "half_a_cent_goes_up": (
        accident([car("A", "equal"), car("B", "equal")], [thing("fence", None, "0.01")]),
        {"ctpli.A.property.fence": "0.01", "payees.fence": "0.02"},
    ),
    # The proxy of 100 is all that a car without fault and without cover owes for property: the bag
    # of somebody on foot is the other car's. With cover the proxy is a line of its own.
    "an_owner_without_cover_owes_what_the_cover_would_have_been": (
        accident([car("A", "none", ctpli={"insured": False}), car("B", "full")],
                 [damaged("B", 100), hurt("v"), thing("bag", "v", 21)]),
        {"owner_pays.A.B_car": "100.00", "ctpli.B.property.bag": "21.00"},
    ),
    "advances_of_two_covers_come_off_one_loss_only": (
        accident(
            [car("A", "full", third_party=TPL)],
            [hurt("v", medical=30000), hurt("w", medical=6000)],
            advances=[{"loss": "v", "payer": "A", "cover": "ctpli.medical", "paid": 10000},
                      {"loss": "v", "payer": "A", "cover": "third_party", "paid": "5000.50"}],
        ),
        {"to_pay.v": "14999.50", "to_pay.w": "6000.00", "payees.v": "30000.00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_corner_comes_out_as_by_hand(name: str) -> None:
    given, wanted = CASES[name]
    found = settled(given).as_dict()
    assert {path: at(found, path) for path in wanted} == wanted

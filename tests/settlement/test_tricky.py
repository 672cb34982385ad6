"""Accidents that are easily got wrong, each worked out by hand beside it (domain rules, section 2).

Limits since 2020: property 2,000, medical 18,000, death 180,000; without liability 100, 1,800,
18,000. Shares of the fault: main 70, minor 30.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.settlement.accidents import Json, settled

AT = "2024-09-10T08:30:00+08:00"


def car(name: str, duty: str, **covers: Any) -> Json:
    return {"id": name, "duty": duty, **covers}


def damaged(owner: str, repair: object, **more: Any) -> Json:
    return {"id": f"{owner}_car", "kind": "vehicle", "owner": owner, "repair": repair, **more}


def hurt(name: str, **more: Any) -> Json:
    return {"id": name, "kind": "person", **more}


def accident(vehicles: list[Json], losses: list[Json], **more: Any) -> Json:
    return {"id": "t", "accident_at": AT, "vehicles": vehicles, "losses": losses, **more}


OWN = {"sum_insured": 150000}
TPL = {"limit": 1000000}

CASES: dict[str, tuple[Json, dict[str, str]]] = {
    # A bears B's 6,000 / 2; B bears A's 3,000 / 2; C bears half of both, 4,500, capped pro rata:
    # 666.67 + 1,333.33. A is short of 833.33 and only B has 500 left.
    "three_equal_cars_and_a_further_round": (
        accident(
            [car(n, "equal", own_damage=OWN, third_party=TPL) for n in "ABC"],
            [damaged("A", 3000), damaged("B", 6000)],
        ),
        {
            "ctpli.A.property.B_car": "2000.00",
            "ctpli.B.property.A_car": "2000.00",
            "ctpli.C.property.A_car": "666.67",
            "ctpli.C.property.B_car": "1333.33",
            "commercial.A.own_damage.payment": "111.11",
            "commercial.B.own_damage.payment": "888.89",
            "commercial.C.third_party.B_car": "888.89",
            "payees.A_car": "3000.00",
            "payees.B_car": "6000.00",
        },
    ),
    # Two victims share 18,000 as 1 : 2; the rest of 18,000 meets a limit of 10,000, again 1 : 2.
    "two_victims_share_both_limits": (
        accident(
            [car("A", "full", third_party={"limit": 10000})],
            [hurt("v", medical=12000), hurt("w", medical=24000)],
        ),
        {
            "ctpli.A.medical.v": "6000.00",
            "ctpli.A.medical.w": "12000.00",
            "commercial.A.third_party.v": "3333.33",
            "commercial.A.third_party.w": "6666.67",
            "unpaid.A.v": "2666.67",
            "unpaid.A.w": "5333.33",
        },
    ),
    # The own passenger is no victim of the own compulsory cover: the other car pays its 1,800.
    "the_own_passenger": (
        accident(
            [car("A", "full", seats={"driver": 10000, "passenger": 10000}), car("B", "none")],
            [hurt("p", carried_by="A", medical=5000)],
        ),
        {
            "ctpli.A.medical": "{}",
            "ctpli.B.medical.p": "1800.00",
            "commercial.A.seats.p": "3200.00",
        },
    ),
    "the_driver_of_the_other_car": (
        accident(
            [car("A", "full", third_party=TPL), car("B", "none")],
            [hurt("d", carried_by="B", role="driver", medical=20000)],
        ),
        {"ctpli.A.medical.d": "18000.00", "commercial.A.third_party.d": "2000.00"},
    ),
    # B has no compulsory cover: its owner pays 2,000, and 70 % of the 3,000 that are left.
    "the_other_car_is_not_insured": (
        accident(
            [
                car("A", "minor", own_damage=OWN, third_party=TPL),
                car("B", "main", ctpli={"insured": False}),
            ],
            [damaged("A", 5000), damaged("B", 4000)],
        ),
        {
            "owner_pays.B.A_car": "2000.00",
            "ctpli.A.property.B_car": "2000.00",
            "commercial.A.third_party.B_car": "600.00",
            "commercial.A.own_damage.payment": "900.00",
            "unpaid.B.A_car": "2100.00",
            "payees.A_car": "2900.00",
        },
    ),
    # 10,000 x 0.8 x 0.9 - 500; the rider gives back what 20 % took of 9,000.
    "the_2014_text_with_rate_and_rider": (
        accident(
            [
                car(
                    "A",
                    "full",
                    clause="2014",
                    own_damage={
                        **OWN,
                        "duty_rate": "0.20",
                        "absolute_rates": ["0.10"],
                        "deductible": 500,
                    },
                    addons={"no_deductible": {"own_damage": True}},
                )
            ],
            [damaged("A", 10000)],
        ),
        {
            "commercial.A.own_damage.payment": "6700.00",
            "commercial.A.addons.no_deductible": "1800.00",
            "payees.A_car": "8500.00",
        },
    ),
    "under_insurance_takes_its_part_of_repair_and_rescue": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 100000, "insured_value": 200000})],
            [damaged("A", 10000, rescue=1000)],
        ),
        {
            "commercial.A.own_damage.vehicle": "5000.00",
            "commercial.A.own_damage.rescue": "500.00",
            "commercial.A.own_damage.payment": "5500.00",
        },
    ),
    "a_total_loss_less_salvage_money_received_and_deductible": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 100000, "deductible": 1000})],
            [damaged("A", 120000, total_loss=True, salvage=5000, received=10000)],
        ),
        {"commercial.A.own_damage.payment": "84000.00"},
    ),
    "repair_and_rescue_that_just_reach_the_value_are_no_total_loss": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 50000})],
            [damaged("A", 49000, rescue=1000, total_loss="auto")],
        ),
        {
            "commercial.A.own_damage.constructive_total_loss": "False",
            "commercial.A.own_damage.payment": "50000.00",
        },
    ),
    "one_yuan_more_is_one": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 50000})],
            [damaged("A", 49001, rescue=1000, total_loss="auto", salvage=4000)],
        ),
        {
            "commercial.A.own_damage.constructive_total_loss": "True",
            "commercial.A.own_damage.payment": "47000.00",
        },
    ),
    # 10,000 whole; the own share is 5,600. From B: 2,000 compulsory, and 30 % of 8,000 its owner.
    "subrogation_against_somebody_without_liability_cover": (
        accident(
            [
                car("A", "main", own_damage={**OWN, "mode": "subrogation"}),
                car("B", "minor"),
            ],
            [damaged("A", 10000)],
        ),
        {
            "commercial.A.own_damage.payment": "10000.00",
            "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
            "commercial.A.own_damage.recovery_from.B.third_party": "0.00",
            "commercial.A.own_damage.recovery_from.B.owner": "2400.00",
            "payees.A_car": "10000.00",
        },
    ),
    # The deductible stays with the insured, so 9,500 - 5,100 are recovered all the same.
    "subrogation_with_a_deductible": (
        accident(
            [
                car("A", "main", own_damage={**OWN, "mode": "subrogation", "deductible": 500}),
                car("B", "minor", third_party=TPL),
            ],
            [damaged("A", 10000)],
        ),
        {
            "commercial.A.own_damage.payment": "9500.00",
            "commercial.A.own_damage.recovery_from.B.ctpli": "2000.00",
            "commercial.A.own_damage.recovery_from.B.third_party": "2400.00",
            "payees.A_car": "9500.00",
        },
    ),
    # One car without liability: 100 / 2 for each liable car, but no more than its loss.
    "the_proxy_is_no_more_than_the_loss": (
        accident(
            [car("A", "main"), car("B", "minor"), car("C", "none")],
            [damaged("A", 30), damaged("B", 500), damaged("C", 900)],
        ),
        {
            "ctpli.A.proxy_received": "30.00",
            "ctpli.B.proxy_received": "50.00",
            "ctpli.A.property.B_car": "450.00",
            "ctpli.A.property.C_car": "450.00",
            "ctpli.B.property.C_car": "450.00",
            "ctpli.C.property": "{}",
        },
    ),
    # B's 2,000 go 1 : 2 to car and cargo; 30 % of the cargo's rest from B, the add-on up to 3,000.
    "cargo_shares_the_limit_with_the_car_that_carries_it": (
        accident(
            [
                car("A", "main", addons={"cargo": {"limit": 3000}}),
                car("B", "minor", third_party=TPL),
            ],
            [
                damaged("A", 5000),
                {"id": "load", "kind": "cargo", "owner": "A", "amount": 10000},
            ],
        ),
        {
            "ctpli.B.property.A_car": "666.67",
            "ctpli.B.property.load": "1333.33",
            "commercial.B.third_party.load": "2600.00",
            "commercial.A.addons.cargo": "3000.00",
            "payees.load": "6933.33",
        },
    ),
    # Two thirds of 5,000 each; the three make 10,000.00 to the cent.
    "three_passengers_on_two_insured_seats": (
        accident(
            [car("A", "full", seats={"passenger": 5000, "passengers_insured": 2})],
            [hurt(f"p{n}", carried_by="A", medical=6000) for n in range(3)],
        ),
        {"commercial.A.seats.p0": "3333.34", "commercial.A.seats.p1": "3333.33",
         "commercial.A.seats.p2": "3333.33"},
    ),
    "rescue_uses_the_property_limit_too": (
        accident(
            [car("A", "full", third_party=TPL), car("B", "none")],
            [{"id": "B_car", "kind": "vehicle", "owner": "B", "rescue": 2500}],
        ),
        {"ctpli.A.property.B_car": "2000.00", "commercial.A.third_party.B_car": "500.00"},
    ),
    # The police leave a fifth to the pedestrian; nobody pays it.
    "a_pedestrian_bears_a_share": (
        accident(
            [car("A", "main", duty_ratio="0.8", third_party=TPL)],
            [hurt("v", medical=28000)],
        ),
        {"ctpli.A.medical.v": "18000.00", "commercial.A.third_party.v": "8000.00",
         "payees.v": "26000.00", "unpaid": "{}"},
    ),
    # 12,300 less two rates of 5 and 10 %.
    "two_absolute_rates_add_up": (
        accident(
            [
                car(
                    "A", "full",
                    own_damage={**OWN, "deductible": 500, "absolute_rates": ["0.05", "0.1"]},
                )
            ],
            [damaged("A", 12000, rescue=800)],
        ),
        {"commercial.A.own_damage.payment": "10455.00"},
    ),
    "a_deductible_above_the_damage_stops_at_nothing": (
        accident(
            [car("A", "full", own_damage={**OWN, "deductible": 500})],
            [damaged("A", 300, rescue=200)],
        ),
        {"commercial.A.own_damage.vehicle": "300.00", "commercial.A.own_damage.payment": "200.00"},
    ),
    # Scratch 5,000 of which 4,900 are used; a whole car counts every insured day.
    "scratch_used_up_and_days_of_a_lost_car": (
        accident(
            [
                car(
                    "A", "full", own_damage={"sum_insured": 10000},
                    addons={"scratch": {"limit": 5000, "used": 4900},
                            "repair_days": {"daily": 100, "days_max": 30}},
                )
            ],
            [damaged("A", 20000, total_loss=True, scratch=700, repair_days=3)],
        ),
        {"commercial.A.addons.scratch": "100.00", "commercial.A.addons.repair_days": "3000.00",
         "commercial.A.own_damage.payment": "10000.00"},
    ),
    # What was advanced comes off; somebody who had more is to pay back.
    "advances_above_the_sum_are_to_be_paid_back": (
        accident(
            [car("A", "full")],
            [hurt("v", medical=1000), hurt("w", medical=5000)],
            advances=[
                {"loss": "v", "payer": "A", "cover": "ctpli", "paid": 1500},
                {"loss": "w", "payer": "A", "cover": "ctpli", "paid": "1234.56"},
            ],
        ),
        {"to_pay.v": "-500.00", "to_pay.w": "3765.44"},
    ),
    # The compulsory death item takes the moral damages first: 180,000 - 50,000 are left for death.
    "moral_damages_first": (
        accident(
            [car("A", "full", third_party=TPL)],
            [hurt("v", death_disability=200000, moral=50000)],
        ),
        {"ctpli.A.death.v": "180000.00", "commercial.A.third_party.v": "70000.00",
         "payees.v": "250000.00"},
    ),
    # Last instead: death takes 180,000; of 20,000 + 50,000 the cover pays only the 20,000.
    "moral_damages_last": (
        accident(
            [car("A", "full", third_party=TPL, addons={"moral_damages": {"limit": 30000}})],
            [hurt("v", death_disability=200000, moral=50000)],
            options={"moral_damages_first": False},
        ),
        {"ctpli.A.death.v": "180000.00", "commercial.A.third_party.v": "20000.00",
         "commercial.A.addons.moral_damages": "30000.00", "unpaid.A.v": "20000.00"},
    ),
    # 10 of 60 thousand lie outside the list: with "first" they fill the 18,000, 8,000 inside.
    "outside_list_first_leaves_more_to_the_liability_cover": (
        accident(
            [car("A", "full", third_party=TPL)],
            [hurt("v", medical=60000, outside_list_medical=10000)],
            options={"outside_list_in_ctpli": "first"},
        ),
        {"ctpli.A.medical.v": "18000.00", "commercial.A.third_party.v": "42000.00",
         "unpaid": "{}"},
    ),
    "heads_go_to_their_items": (
        accident(
            [car("A", "full")],
            [
                hurt(
                    "v",
                    heads={
                        "medical": 10000, "hospital_food": 3000, "nutrition": 2000,
                        "follow_up_treatment": 5000, "disability": 100000, "nursing": 20000,
                        "lost_income": 30000, "transport": 1000, "lodging": 500, "moral": 40000,
                    },
                )
            ],
        ),
        {"ctpli.A.medical.v": "18000.00", "ctpli.A.death.v": "180000.00",
         "unpaid.A.v": "13500.00"},
    ),
    # Before 2020: 10,000 medical, 110,000 death; another limit for property is the policy's own.
    "old_limits_and_a_limit_of_its_own": (
        {
            **accident(
                [car("A", "full", ctpli={"limits": {"property": 4000}}), car("B", "none")],
                [damaged("B", 5000), hurt("v", medical=15000, death_disability=120000)],
            ),
            "accident_at": "2020-09-18T23:59:59+08:00",
        },
        # v: 15,000 x 10/11 = 13,636 > 10,000 by A; B pays 1,000 without liability; the same for
        # death: A 110,000 and B 10,000 of its 11,000, which is what is left.
        {"ctpli.A.property.B_car": "4000.00", "ctpli.A.medical.v": "10000.00",
         "ctpli.B.medical.v": "1000.00", "ctpli.A.death.v": "109090.91",
         "ctpli.B.death.v": "10909.09"},
    ),
    # By limits 2,000 : 100 instead of the mutual rule: A's loss of 2,100 falls on B and C.
    "property_by_limits_between_cars": (
        accident(
            [car("A", "equal"), car("B", "equal"), car("C", "none")],
            [damaged("A", 2100)],
            options={"property_method": "limit_proportional"},
        ),
        {"ctpli.B.property.A_car": "2000.00", "ctpli.C.property.A_car": "100.00",
         "ctpli.A.proxy_received": "0.00"},
    ),
    # The rate holds for the capped branch too (C29): 100,000 x 0.9 over two victims, 1 : 3.
    "a_capped_sum_bears_the_rate_and_is_shared": (
        accident(
            [car("A", "full", ctpli={"insured": False},
                 third_party={"limit": 100000, "absolute_rates": ["0.1"]})],
            [hurt("v", medical=68000), hurt("w", medical=150000 + 54000)],
        ),
        # 18,000 of compulsory money (the owner's) goes 1 : 3; rests 63,500 and 190,500.
        {"owner_pays.A.v": "4500.00", "owner_pays.A.w": "13500.00",
         "commercial.A.third_party.v": "22500.00", "commercial.A.third_party.w": "67500.00"},
    ),
    "the_holiday_doubles_the_limit": (
        accident(
            [car("A", "full", third_party={"limit": 100000},
                 addons={"holiday_double": True})],
            [hurt("v", death_disability=500000)],
        ),
        {"commercial.A.third_party.v": "200000.00", "unpaid.A.v": "120000.00"},
    ),
    # A loss that owners already had from elsewhere is no loss of any cover any more.
    "money_received_reduces_what_everybody_owes": (
        accident(
            [car("A", "main", own_damage=OWN), car("B", "minor", third_party=TPL)],
            [damaged("A", 10000, received=3000)],
        ),
        # 7,000 - 2,000 = 5,000: own share 70 %, B 30 %.
        {"ctpli.B.property.A_car": "2000.00", "commercial.A.own_damage.payment": "3500.00",
         "commercial.B.third_party.A_car": "1500.00", "payees.A_car": "7000.00"},
    ),
    "a_trailer_neither_pays_nor_counts": (
        accident(
            [car("A", "full"), car("T", "none", ctpli={"exempt": True}), car("B", "none")],
            [damaged("A", 500), damaged("B", 300)],
        ),
        {"ctpli.A.proxy_received": "100.00", "ctpli.A.property.B_car": "300.00",
         "ctpli.T.property": "{}"},
    ),
    # A third each of 100.00: the cent goes to the first by name.
    "the_odd_cent_goes_by_name": (
        accident(
            [car("A", "full", ctpli={"limits": {"property": 100}})],
            [{"id": n, "kind": "property", "owner": None, "amount": 70} for n in ("z", "x", "y")],
        ),
        {"ctpli.A.property.x": "33.34", "ctpli.A.property.y": "33.33",
         "ctpli.A.property.z": "33.33"},
    ),
    # 6,000 x 0.75 of rescue: the other quarter belongs to cargo that was saved as well.
    "rescue_of_several_things_by_their_values": (
        accident(
            [car("A", "full", own_damage={"sum_insured": 4000})],
            [damaged("A", 3000, rescue=6000, rescued_values={"insured": 90000, "other": 30000})],
        ),
        {"commercial.A.own_damage.rescue": "4000.00", "commercial.A.own_damage.vehicle": "3000.00",
         "commercial.A.own_damage.payment": "7000.00"},
    ),
}  # fmt: skip


def at(result: Any, path: str) -> str:
    for key in path.split("."):
        result = result[key]
    return str(result)


@pytest.mark.parametrize("name", CASES)
def test_a_tricky_accident_comes_out_as_by_hand(name: str) -> None:
    given, expected = CASES[name]
    result = settled(given).as_dict()
    assert {path: at(result, path) for path in expected} == expected

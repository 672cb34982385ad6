"""The published cases in their own form: every compulsory cell of every vehicle."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.paths import shared
from tests.settlement.accidents import Json, settled

FILE = json.loads(shared("cases/settlement_cases.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in FILE["cases"]}
WHEN = {"2008": "2010-06-01T09:00:00+08:00", "2020": "2024-09-10T08:30:00+08:00"}
TOLERANCE = Decimal("0.02")
PROPERTY = ["C01", "C02", "C04", "C05", "C07", "C08", "C09", "C10", "C11"]


def near(found: str, wanted: float) -> bool:
    return abs(Decimal(found) - Decimal(str(wanted))) <= TOLERANCE


def accident_of(inputs: Any, losses: list[Json]) -> Json:
    return {
        "id": "case",
        "accident_at": WHEN[inputs["limits_version"]],
        "options": {"property_method": inputs.get("method", "mutual_rule")},
        "vehicles": inputs["vehicles"],
        "losses": losses,
    }


def loss_of(found: Any) -> Json:
    if found["kind"] == "vehicle":
        return {"id": found["id"], "kind": "vehicle", "owner": found["owner"]} | {
            "repair": found["amount"]
        }
    return {"id": found["id"], "kind": "property", "owner": None, "amount": found["amount"]}


@pytest.mark.parametrize("name", PROPERTY)
def test_property_between_cars_comes_out_cell_by_cell(name: str) -> None:
    inputs, wanted = CASES[name]["inputs"], CASES[name]["expected"]
    losses = [loss_of(loss) for loss in inputs["losses"]]
    result = settled(accident_of(inputs, losses)).as_dict()["ctpli"]
    for vehicle, covers in result.items():
        pays = wanted["pays"].get(vehicle, {})
        assert covers["property"].keys() == pays.keys()
        assert all(near(covers["property"][loss], amount) for loss, amount in pays.items())
        proxy = wanted.get("no_liability_proxy", {}).get(vehicle, 0)
        assert near(covers["proxy_received"], proxy)


@pytest.mark.parametrize("name", ["C12", "C13"])
def test_an_injury_is_divided_by_limits(name: str) -> None:
    inputs, wanted = CASES[name]["inputs"], CASES[name]["expected"]
    person = {"id": "victim", "kind": "person", "medical": inputs["losses"][0]["amount"]}
    result = settled(accident_of(inputs, [person])).as_dict()["ctpli"]
    for vehicle, pays in wanted["pays"].items():
        assert near(result[vehicle]["medical"]["victim"], pays["victim"])


def test_the_textbook_case_uses_every_limit_up() -> None:
    inputs, wanted = CASES["C14"]["inputs"], CASES["C14"]["expected"]
    losses: list[Json] = [
        {"id": "A_car", "kind": "vehicle", "owner": "A", "repair": 5000},
        {"id": "A_cargo", "kind": "cargo", "owner": "A", "amount": 3000},
        {"id": "B_car", "kind": "vehicle", "owner": "B", "repair": 6000},
        {"id": "lamp", "kind": "property", "owner": None, "amount": 2000},
        {"id": "occ", "kind": "person", "carried_by": "B"},
        {"id": "ped", "kind": "person"},
    ]
    losses[4] |= {"medical": 12000, "death_disability": 40000}
    losses[5] |= {"medical": 20000, "death_disability": 230000}
    names = {"B_occ_medical": "occ", "ped_medical": "ped", "B_occ_disability": "occ"}
    names["ped_death"] = "ped"
    result = settled(accident_of(inputs, losses)).as_dict()["ctpli"]
    for item in ("property", "medical", "death"):
        for vehicle, row in wanted[item]["pays"].items():
            for loss, amount in row.items():
                assert near(result[vehicle][item][names.get(loss, loss)], amount)


def test_a_taxi_of_eight_years_keeps_a_fifth_of_its_price() -> None:
    taxi: Json = {"id": "A", "duty": "full", "class": "bus_le9", "use": "taxi"}
    taxi["own_damage"] = {
        "sum_insured": 30000,
        "new_price": 120000,
        "first_registered_on": "2016-09-10",
    }
    accident: Json = {"id": "C20", "accident_at": WHEN["2020"], "vehicles": [taxi], "losses": []}
    own = settled(accident).as_dict()["commercial"]["A"]["own_damage"]
    assert (own["actual_value"], own["months"]) == ("24000.00", 96)

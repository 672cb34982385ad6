"""Random accidents in their JSON form, and the plain ones that other tests begin with."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from yinuo.settlement.accident import Accident
from yinuo.settlement.reading import read_accident
from yinuo.settlement.result import Settlement
from yinuo.settlement.settling import settle
from yinuo.settlement.tables import shipped_tables

TABLES = shipped_tables()
Json = dict[str, Any]

TWO_CARS: Json = {
    "id": "two",
    "accident_at": "2024-09-10T08:30:00+08:00",
    "vehicles": [
        {
            "id": "A",
            "duty": "main",
            "own_damage": {"sum_insured": 150000},
            "third_party": {"limit": 1000000},
        },
        {
            "id": "B",
            "duty": "minor",
            "own_damage": {"sum_insured": 150000},
            "third_party": {"limit": 1000000},
        },
    ],
    "losses": [
        {"id": "A_car", "kind": "vehicle", "owner": "A", "repair": 10000},
        {"id": "B_car", "kind": "vehicle", "owner": "B", "repair": 8000},
    ],
}


def two_cars() -> Json:
    return copy.deepcopy(TWO_CARS)


def read(found: Mapping[str, Any]) -> Accident:
    return read_accident(found, TABLES)


def settled(found: Mapping[str, Any]) -> Settlement:
    return settle(read(found), TABLES)


_DUTIES = (
    ("full",),
    ("none",),
    ("full", "none"),
    ("none", "none"),
    ("main", "minor"),
    ("equal", "equal"),
    ("full", "none", "none"),
    ("main", "none", "minor"),
    ("equal", "equal", "equal"),
    ("main", "minor", "none", "none"),
)
_sums = st.sampled_from((0, 1, 99, 100, 333, 1500, 2000, 7777, 20000, 90001, 250000))
_rates = st.sampled_from(([], [], ["0.05"], ["0.1", "0.05"], ["0.333"]))


@st.composite
def vehicles(draw: st.DrawFn) -> list[Json]:
    chosen = draw(st.permutations(draw(st.sampled_from(_DUTIES))))
    return [_vehicle(draw, "ABCD"[at], duty) for at, duty in enumerate(chosen)]


def _vehicle(draw: st.DrawFn, name: str, duty: str) -> Json:
    clause = draw(st.sampled_from(("2020", "2020", "2014")))
    vehicle: Json = {"id": name, "duty": duty, "clause": clause, "addons": {}}
    kinds: tuple[Json, ...] = (
        {},
        {},
        {},
        {"insured": False},
        {"exempt": True},
        {"limits": {"property": 4000}},
    )
    vehicle["ctpli"] = draw(st.sampled_from(kinds))
    if draw(st.booleans()):
        vehicle["own_damage"] = {
            "sum_insured": draw(st.sampled_from((1000, 60000, 150000))),
            "deductible": draw(st.sampled_from((0, 500))),
            "absolute_rates": draw(_rates),
            "mode": draw(st.sampled_from(("own_share", "subrogation"))),
        }
    if draw(st.booleans()):
        limit = draw(st.sampled_from((500, 50000, 1000000)))
        vehicle["third_party"] = {"limit": limit, "absolute_rates": draw(_rates)}
    if clause == "2014":
        for cover in ("own_damage", "third_party"):
            if cover in vehicle:
                vehicle[cover]["duty_rate"] = draw(st.sampled_from(("0", "0.15", "0.2")))
    if draw(st.booleans()):
        vehicle["seats"] = {"driver": 10000, "passenger": 5000, "passengers_insured": 1}
    if clause == "2014" and draw(st.booleans()):
        vehicle["addons"]["no_deductible"] = {
            "own_damage": True,
            "third_party": True,
            "seats": True,
        }
    for addon in ("moral_damages", "outside_list_medical", "cargo"):
        if draw(st.booleans()):
            vehicle["addons"][addon] = {"limit": 3000}
    return vehicle


@st.composite
def accidents(draw: st.DrawFn) -> Json:
    """One to four vehicles, their cars and cargo, people inside and outside, things outside."""
    cars = draw(vehicles())
    names = [car["id"] for car in cars]
    losses: list[Json] = []
    for name in names:
        if draw(st.booleans()):
            car = {"id": f"{name}_car", "kind": "vehicle", "owner": name, "repair": draw(_sums)}
            car["rescue"] = draw(st.sampled_from((0, 0, 700)))
            car["received"] = draw(st.sampled_from((0, 0, 600)))
            losses.append(car)
    for at in range(draw(st.integers(0, 3))):
        inside = draw(st.sampled_from([None, *names]))
        medical = draw(_sums)
        person = {"id": f"p{at}", "kind": "person", "carried_by": inside, "medical": medical}
        person["outside_list_medical"] = medical // 4
        person["death_disability"], person["moral"] = draw(_sums), draw(st.sampled_from((0, 9000)))
        losses.append(person)
    people = [loss["id"] for loss in losses if loss["kind"] == "person"]
    for at in range(draw(st.integers(0, 2))):
        owner = draw(st.sampled_from([None, *names, *people]))
        kind = draw(st.sampled_from(("cargo", "property")))
        losses.append({"id": f"t{at}", "kind": kind, "owner": owner, "amount": draw(_sums)})
    return {
        "id": "random",
        "accident_at": draw(st.sampled_from(("2010-06-01T09:00+08:00", "2024-09-10T08:30Z"))),
        "options": {
            "property_method": draw(st.sampled_from(("mutual_rule", "limit_proportional"))),
            "proxy_split": draw(st.sampled_from(("all_liable", "liable_with_loss"))),
            "deductible_order": draw(
                st.sampled_from(("deductible_then_rate", "rate_then_deductible"))
            ),
            "rate_on_capped_third_party": draw(st.booleans()),
            "outside_list_in_ctpli": draw(st.sampled_from(("none", "first", "pro_rata"))),
            "moral_damages_first": draw(st.booleans()),
        },
        "vehicles": cars,
        "losses": losses,
    }


def amount_of(loss: Json) -> Fraction:
    """The whole loss; of a car, with its rescue."""
    parts = ("repair", "rescue", "amount", "medical", "death_disability", "moral")
    return Fraction(sum(loss.get(part, 0) for part in parts))

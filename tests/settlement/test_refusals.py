"""What cannot be settled is refused by name, and the place is said."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.settlement.accidents import Json, accidents, read, settled, two_cars
from yinuo.settlement.reading import parse
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.words import LANGUAGES, explain_refusal


def put(*path: Any) -> Callable[[Json], None]:
    """Puts the last argument at the path of the others."""
    *steps, key, value = path

    def change(accident: Json) -> None:
        place: Any = accident
        for step in steps:
            place = place[step]
        place[key] = value

    return change


def people(**more: Any) -> Callable[[Json], None]:
    return lambda accident: accident["losses"].append({"id": "p", "kind": "person", **more})


CAR = ("losses", 0)
OWN = ("vehicles", 0, "own_damage")
REFUSED = [
    (put("speed", 80), "unknown_key", "speed"),
    (put("vehicles", 0, "colour", "red"), "unknown_key", "vehicles[0].colour"),
    (put(*OWN, "franchise", 1), "unknown_key", "vehicles[0].own_damage.franchise"),
    (put(*CAR, "medical", 5), "unknown_key", "losses[0].medical"),
    (put("options", {"method": "x"}), "unknown_key", "options.method"),
    (put("options", {"proxy_split": "half"}), "not_a_choice", "options.proxy_split"),
    (put("id", 7), "not_text", "id"),
    (put("accident_at", None), "missing", "accident_at"),
    (put("accident_at", "10 September"), "not_a_date", "accident_at"),
    (put("accident_at", "0001-01-01T00:00:00+14:00"), "not_a_date", "accident_at"),
    (put("accident_at", "9999-12-31T23:59:59-12:00"), "not_a_date", "accident_at"),
    (put("accident_at", "2024-09-10T08:30:00"), "time_without_zone", "accident_at"),
    (put("accident_at", "2001-09-10T08:30:00Z"), "no_limits_then", "accident_at"),
    (put("vehicles", []), "no_vehicles", "vehicles"),
    (put("vehicles", {"A": 1}), "not_a_list", "vehicles"),
    (put("vehicles", 0, "A"), "not_an_object", "vehicles[0]"),
    (
        put("vehicles", [{"id": f"V{at}", "duty": "none"} for at in range(51)]),
        "too_many",
        "vehicles",
    ),
    (
        put("losses", [{"id": f"t{at}", "kind": "property", "amount": 1} for at in range(201)]),
        "too_many",
        "losses",
    ),
    (
        lambda accident: accident["vehicles"][0].update(duty="none", duty_ratio="0.11"),
        "ratio_without_duty",
        "vehicles[0].duty_ratio",
    ),
    (put("vehicles", 1, "id", "A"), "duplicate_id", "vehicles[0].id"),
    (put("vehicles", 0, "duty", "half"), "not_a_choice", "vehicles[0].duty"),
    (put("vehicles", 0, "duty_ratio", "1.2"), "not_a_ratio", "vehicles[0].duty_ratio"),
    (put("vehicles", 1, "duty", "main"), "ratios_above_one", "vehicles"),
    (put("vehicles", 1, "duty_ratio", 0.4), "ratios_above_one", "vehicles"),
    (put(*CAR, "repair", -1), "negative", "losses[0].repair"),
    (put(*CAR, "repair", "1e9"), "not_an_amount", "losses[0].repair"),
    (put(*CAR, "repair", True), "not_an_amount", "losses[0].repair"),
    (put(*CAR, "repair", 10**12), "absurd", "losses[0].repair"),
    (put(*CAR, "amount", 5), "either_or", "losses[0].amount"),
    (put(*CAR, "repair", None), "missing", "losses[0].repair"),
    (put(*CAR, "owner", "Z"), "unknown_owner", "losses[0].owner"),
    (put(*CAR, "owner", None), "missing", "losses[0].owner"),
    (put(*CAR, "owner", "B"), "two_losses_of_one_car", "losses[1].owner"),
    (put(*CAR, "kind", "bus"), "not_a_choice", "losses[0].kind"),
    (put(*CAR, "id", "B_car"), "duplicate_id", "losses[1].id"),
    (put(*CAR, "repair_days", "1.5"), "not_a_count", "losses[0].repair_days"),
    (put(*CAR, "total_loss", "yes"), "not_true_or_false", "losses[0].total_loss"),
    (people(role="driver"), "role_does_not_fit", "losses[2].role"),
    (people(carried_by="Z"), "unknown_vehicle", "losses[2].carried_by"),
    (
        people(medical=5, outside_list_medical=6),
        "part_above_whole",
        "losses[2].outside_list_medical",
    ),
    (people(medical=5, heads={"medical": 5}), "either_or", "losses[2].medical"),
    (people(heads={"wages": 5}), "unknown_key", "losses[2].heads.wages"),
    (
        put(*OWN, "absolute_rates", ["0.6", "0.5"]),
        "rates_above_one",
        "vehicles[0].own_damage.absolute_rates",
    ),
    (put(*OWN, "absolute_rates", [2]), "not_a_ratio", "vehicles[0].own_damage.absolute_rates[0]"),
    (put(*OWN, "duty_rate", "0.2"), "not_in_this_text", "vehicles[0].own_damage.duty_rate"),
    (
        put("vehicles", 0, "addons", {"no_deductible": {"seats": True}}),
        "not_in_this_text",
        "vehicles[0].addons.no_deductible",
    ),
    (
        put("vehicles", 0, "addons", {"scratch": {"limit": 5, "used": 6}}),
        "part_above_whole",
        "vehicles[0].addons.scratch.used",
    ),
    (
        put(
            "vehicles",
            0,
            "own_damage",
            {"incepted_on": "2024-01-01", "first_registered_on": "2024-01-02"},
        ),
        "dates_out_of_order",
        "vehicles[0].own_damage.incepted_on",
    ),
    (
        put(*OWN, "incepted_on", "2024-09-11"),
        "dates_out_of_order",
        "vehicles[0].own_damage.incepted_on",
    ),
    (put(*OWN, "incepted_on", "2024-02-30"), "not_a_date", "vehicles[0].own_damage.incepted_on"),
    (
        put("advances", [{"loss": "x", "payer": "A", "cover": "ctpli", "paid": 1}]),
        "unknown_loss",
        "advances[0].loss",
    ),
    (
        put("advances", [{"loss": "A_car", "payer": "Z", "cover": "ctpli", "paid": 1}]),
        "unknown_vehicle",
        "advances[0].payer",
    ),
    (put(*OWN, "sum_insured", None), "missing", "vehicles[0].own_damage.sum_insured"),
]


@pytest.mark.parametrize(
    ("change", "code", "where"), REFUSED, ids=[f"{r[1]}:{r[2]}" for r in REFUSED]
)
def test_bad_input_is_refused_by_name_and_place(
    change: Callable[[Json], None], code: str, where: str
) -> None:
    accident = two_cars()
    change(accident)
    with pytest.raises(Refusal) as refused:
        settled(accident)
    assert (refused.value.code, refused.value.where) == (code, where)
    for language in LANGUAGES:
        assert where in explain_refusal(refused.value, language)


def test_two_vehicles_cannot_both_be_fully_liable() -> None:
    accident = two_cars()
    for vehicle in accident["vehicles"]:
        vehicle["duty"] = "full"
    with pytest.raises(Refusal) as refused:
        read(accident)
    assert refused.value.code == "two_full"


def test_a_car_has_one_driver() -> None:
    accident = two_cars()
    driver = {"kind": "person", "carried_by": "A", "role": "driver", "medical": 5}
    accident["losses"] += [{"id": "p", **driver}, {"id": "q", **driver, "carried_by": "B"}]
    settled(accident)
    accident["losses"].append({"id": "r", **driver})
    with pytest.raises(Refusal) as refused:
        read(accident)
    assert (refused.value.code, refused.value.where) == ("two_drivers", "losses[4].role")
    assert '"A"' in explain_refusal(refused.value, "en")


def test_a_use_without_a_rate_of_depreciation_is_refused() -> None:
    accident = two_cars()
    accident["vehicles"][0] |= {"class": "light_truck", "use": "family"}
    accident["vehicles"][0]["own_damage"] = {
        "new_price": 90000,
        "first_registered_on": "2022-01-01",
        "incepted_on": "2024-01-01",
    }
    with pytest.raises(Refusal) as refused:
        settled(accident)
    assert refused.value.code == "no_depreciation_rate"


def test_a_total_loss_without_any_value_is_refused() -> None:
    accident = two_cars()
    del accident["vehicles"][0]["own_damage"]
    accident["losses"][0] = {"id": "A_car", "kind": "vehicle", "owner": "A", "total_loss": True}
    with pytest.raises(Refusal) as refused:
        settled(accident)
    assert (refused.value.code, refused.value.where) == ("value_unknown", "losses[0].total_loss")


@pytest.mark.parametrize(
    "line", ["", "{", "[1", '{"a": NaN}', '{"a": Infinity}', b"\xff\xfe{", "[" * 100000]
)
def test_what_is_no_json_is_refused(line: str | bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse(line)
    assert refused.value.code == "not_json"


@pytest.mark.parametrize("line", ['{"id":"x","id":"y"}', '{"vehicles":[{"id":"A","id":"A"}]}'])
def test_a_key_that_stands_twice_is_refused_because_one_of_the_two_would_be_lost(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(line)
    assert (refused.value.code, refused.value.where) == ("duplicate_key", "id")


@pytest.mark.parametrize(("repair", "paid"), [(99000, 99000), (180000, 150000)])
def test_a_total_loss_that_was_tested_claims_no_more_than_the_car_is_worth(
    repair: int, paid: int
) -> None:
    accident = two_cars()
    accident["losses"][0] |= {"repair": repair, "total_loss": "auto"}
    assert settled(accident).sheet.valued["A_car"].claimed == paid


@pytest.mark.parametrize("found", ["1", "null", "[]", '"text"'])
def test_an_accident_is_an_object(found: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(parse(found))
    assert refused.value.code == "not_an_object"


@pytest.mark.parametrize(
    "number",
    [
        "1e999999999",
        "1e-999999999",
        "9" * 4000,
        "9" * 9000,
        "0." + "1" * 40,
        "1e99999999999999999999",
    ],
    ids=["large", "small", "long", "longer", "places", "no machine holds it"],
)
def test_a_number_that_would_take_the_machine_apart_is_refused(number: str) -> None:
    line = '{"id":"x","accident_at":"2024-09-10T08:30:00Z","vehicles":[{"id":"A","duty":"full"}],'
    line += f'"losses":[{{"id":"A_car","kind":"vehicle","owner":"A","repair":{number}}}]}}'
    with pytest.raises(Refusal) as refused:
        read(parse(line))
    assert refused.value.code in {"not_an_amount", "absurd"}
    assert refused.value.where == "losses[0].repair"


@pytest.mark.parametrize("key", ["id", "accident_at", "vehicles", "losses", "options"])
def test_what_is_nested_deep_is_refused_with_its_place(key: str) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Refusal) as refused:
        read(two_cars() | {key: deep})
    assert refused.value.where.startswith(key)


def test_amounts_are_read_by_their_digits() -> None:
    line = '{"id":"x","accident_at":"2024-09-10T08:30:00Z","vehicles":[{"id":"A","duty":"full"}],'
    line += '"losses":[{"id":"t","kind":"property","owner":null,"amount":0.1}]}'
    amount = read(parse(line)).losses[0].amount
    assert amount is not None
    assert amount * 10 == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=5)
    | st.floats(allow_nan=False) | st.sampled_from(["A", "B_car", "2014", "auto", "none"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)  # fmt: skip


def places(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in the accident that can be replaced."""
    inside = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in inside:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@settings(max_examples=150, deadline=None)
@given(accidents(), st.integers(0, 10**6), ANYTHING)
def test_whatever_stands_anywhere_is_settled_or_refused(
    accident: Json, at: int, anything: Any
) -> None:
    every = list(places(accident))
    put(*every[at % len(every)], anything)(accident)
    with contextlib.suppress(Refusal):
        json.dumps(settled(accident).as_dict())

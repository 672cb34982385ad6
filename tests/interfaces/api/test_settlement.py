"""The sum of any accident over HTTP: exact, in three languages, and kept nowhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.interfaces.api.callers import Caller, House, refused
from tests.settlement.accidents import two_cars
from yinuo.core.cases.models import Case, Event


def post(house: House, body: object, **query: str) -> Any:
    caller = house["calculator"]
    path = "/settlement/preview" + "".join(f"?{key}={value}" for key, value in query.items())
    return caller.post(path, body)


@pytest.mark.covers("ADJ-1", "ADJ-10")
def test_an_accident_is_settled_and_nothing_is_kept(house: House) -> None:
    answer = post(house, two_cars(), say="en")
    assert answer.status_code == 200
    found = answer.json()
    assert found["payees"] == {"A_car": "10000.00", "B_car": "8000.00"}
    assert found["commercial"]["A"]["own_damage"]["payment"] == "5600.00"
    assert all(step["sentence"] and step["audit"] for step in found["steps"])
    assert not Case.objects.exists()
    assert not Event.objects.exists()


def test_amounts_are_read_by_their_digits(house: House) -> None:
    accident = two_cars()
    text = json.dumps(accident).replace('"repair": 10000', '"repair": 10000.05')
    caller = house["calculator"]
    answer = caller.http.post(
        "/api/settlement/preview", text, content_type="application/json",
        headers={"Authorization": f"Bearer {caller.key}"},
    )  # fmt: skip
    assert answer.json()["payees"]["A_car"] == "10000.06"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"vehicles": []}, "vehicles"),
        (
            {"losses": [{"id": "x", "kind": "vehicle", "owner": "Z", "repair": 1}]},
            "losses[0].owner",
        ),
        ({"colour": "red"}, "colour"),
        ({"accident_at": "2024-09-10"}, "accident_at"),
    ],
)
def test_bad_input_is_refused_by_its_place_in_the_callers_language(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    problem = refused(post(house, {**two_cars(), **wrong}), 422, "accident_refused")
    assert problem["errors"][0]["field"] == field
    caller = house["calculator"]
    caller.language = "zh-CN"
    chinese = refused(caller.post("/settlement/preview", {**two_cars(), **wrong}), 422)
    assert any(char > "\u4e00" for char in chinese["errors"][0]["message"])


def test_what_is_no_json_and_who_has_no_key_are_refused(house: House) -> None:
    caller = house["calculator"]
    answer: Any = caller.http.post(
        "/api/settlement/preview", b"{", content_type="application/json",
        headers={"Authorization": f"Bearer {caller.key}"},
    )  # fmt: skip
    refused(answer, 422, "accident_refused")
    refused(Caller("").post("/settlement/preview", two_cars()), 401)

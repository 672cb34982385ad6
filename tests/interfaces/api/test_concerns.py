"""A concern from the first words to the customer's yes, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interfaces.api import callers
from tests.interfaces.api.callers import House, done


@pytest.fixture
def house(db: None) -> House:
    return callers.build()


def opened(house: House, words: str = "定损太低,不够修车", **more: Any) -> dict[str, Any]:
    given = {"about": more.pop("about", None) or house.report(), "words": words, **more}
    answer: dict[str, Any] = done(house["agent"].post("/concerns", given), 201)
    return answer


def act(house: House, number: str, noun: str, role: str = "agent", **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = done(house[role].post(f"/concerns/{number}/{noun}", given))
    return answer


@pytest.mark.covers("FB-1", "FB-3", "FB-5")
def test_a_concern_has_an_owner_two_promises_of_48_hours_and_a_way_to_its_end(
    house: House,
) -> None:
    concern = opened(house)
    assert concern["causes"][0] == "amount"
    assert concern["handler"] is not None
    promises = {one["rule"]: one for one in concern["promises"]}
    assert promises["concerns.answer"]["left_seconds"] == pytest.approx(48 * 3600, abs=60)
    assert promises["concerns.solution"]["left_seconds"] == pytest.approx(48 * 3600, abs=60)
    number = concern["number"]
    act(house, number, "taking")
    act(house, number, "answer", words="重新算价格,明天告诉您结果")
    proposed = act(house, number, "solution", words="补付 300 元,今天到账")
    assert proposed["state"] == "solved"
    ended = act(house, number, "confirmation", "team_lead", words="客户电话里说解决了")
    assert (ended["state"], ended["outcome"]) == ("closed", "confirmed")
    assert all(one["kept_at"] and not one["missed_at"] for one in ended["promises"])


def test_the_words_are_shown_with_what_was_read_in_them(house: House) -> None:
    (reading,) = opened(house)["readings"]
    assert reading["sentiment"] == "neg"
    assert reading["spans"]


def test_the_one_who_solved_it_does_not_confirm_it(house: House) -> None:
    number = opened(house)["number"]
    act(house, number, "solution", words="补付 300 元")
    refused = house["agent"].post(f"/concerns/{number}/confirmation", {"words": "客户说好了"})
    assert (refused.status_code, refused.json()["code"]) == (403, "own_solution")
    assert house["agent"].get(f"/concerns/{number}").json()["state"] == "solved"


def test_a_case_of_another_branch_is_not_there(house: House) -> None:
    claim = house.report()
    west = house.hire("west-program", house.world.west, "agent")
    assert west.post("/concerns", {"about": claim, "words": "x"}).status_code == 404
    number = opened(house, about=claim)["number"]
    assert west.get(f"/concerns/{number}").status_code == 404
    assert west.post(f"/concerns/{number}/taking", {}).status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"words": ""}, 422),
        ({"words": "x", "urgency": "now"}, 422),
        ({"words": "x", "causes": ["weather"]}, 422),
        ({"words": "x", "reason": "because"}, 422),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_field(
    house: House, given: dict[str, Any], status: int
) -> None:
    answer = house["agent"].post("/concerns", {"about": house.report(), **given})
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"]


def test_a_concern_is_raised_from_the_page_of_the_claim_too(house: House) -> None:
    claim = house.report()
    done(house["surveyor"].post(f"/claims/{claim}/concern", {"words": "客户说没人联系"}))
    (listed,) = house["agent"].get("/concerns").json()["items"]
    assert listed["about"] == claim


def test_the_same_request_sent_twice_opens_one_concern(house: House) -> None:
    given = {"about": house.report(), "words": "没人联系我"}
    first = house["agent"].post("/concerns", given, Idempotency_Key="k-1")
    again = house["agent"].post("/concerns", given, Idempotency_Key="k-1")
    assert first.json()["number"] == again.json()["number"]
    assert again.json()["revision"] == first.json()["revision"]

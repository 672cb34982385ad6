"""Route × role → status. A new address fails here until somebody has judged who may use it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import pytest

from tests.architecture import routes
from tests.architecture.routes import WHO, Scene

# Of the addresses every fourth is asked, one as one role and the next as another, and all of them
# as nobody; `make soak` asks all as everybody.
SAMPLE = 4


@pytest.fixture
def scene(db: None) -> Scene:
    return routes.set_the_scene()


def test_every_address_has_its_line_and_no_line_is_left_over() -> None:
    asked = {routes.key(*question) for question in routes.questions()}
    known = set(routes.expected())
    assert not asked - known, "judge who may use these, then add them to routes.txt"
    assert not known - asked, "these are gone: take them out of routes.txt"


def answers_differently(who: str, scene: Scene, wanted: Mapping[str, int]) -> dict[str, object]:
    answered = routes.ask_as(who, scene, wanted.keys())
    assert answered.keys() == wanted.keys()
    return {
        f"{question} as {who}": {"expected": wanted[question], "answered": status}
        for question, status in answered.items()
        if wanted[question] != status
    }


def test_addresses_here_and_there_answer_each_role_as_the_table_says(scene: Scene) -> None:
    table = list(routes.expected().items())[::SAMPLE]
    for place, who in enumerate(WHO):
        wanted = {q: row[who] for q, row in table[place :: len(WHO)] if who in row}
        assert not answers_differently(who, scene, wanted)


@pytest.mark.parametrize(
    "who",
    [pytest.param(who, marks=() if who == "stranger" else pytest.mark.soak) for who in WHO],
)
def test_every_address_answers_everybody_as_the_table_says(
    who: str, scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    wanted = {q: row[who] for q, row in routes.expected().items() if who in row}
    record_property("addresses asked as each", len(wanted))
    assert not answers_differently(who, scene, wanted)


def test_no_address_breaks_for_anybody() -> None:
    assert not [q for q, row in routes.expected().items() if any(s >= 500 for s in row.values())]


if "YINUO_WRITE_ROUTES" in os.environ:
    # A tool that needs the database of a test: the table as it is, for a person to judge.
    def test_write_the_table_as_it_is(scene: Scene) -> None:
        answers = {who: routes.ask_as(who, scene) for who in WHO}
        questions = [routes.key(*question) for question in routes.questions()]
        rows = {question: {who: answers[who][question] for who in WHO} for question in questions}
        routes.TABLE.write_text(routes.written(rows), encoding="utf-8")

"""Every step says who pays what under which rule, in three languages."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from tests.paths import PACKAGE
from tests.settlement.accidents import Json, accidents, settled, two_cars
from yinuo.settlement.refusals import RefusalCode
from yinuo.settlement.words import LANGUAGES, explain_open_point, patterns, sayer

CODE = "\n".join(p.read_text("utf-8") for p in (PACKAGE / "settlement").glob("*.py"))


def places(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}


def every_pattern(language: str) -> Iterator[tuple[str, str]]:
    words: Any = patterns(language)
    for rule, lines in words["rules"].items():
        for reader, line in lines.items():
            yield f"{rule}.{reader}", line
    yield from words["refusals"].items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_cover_and_refusal_has_words_and_no_words_are_left_over(language: str) -> None:
    words = patterns(language)
    assert set(words["refusals"]) == set(get_args(RefusalCode))
    assert set(words["rules"]) == set(patterns("zh-hans")["rules"])
    for rule, lines in words["rules"].items():
        assert f'"{rule}"' in CODE, rule
        assert set(lines) == {"customer", "auditor"}
    for cover in words["covers"]:
        assert f'"{cover}"' in CODE, cover


@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_the_auditor_reads_the_same_figures_in_every_language(language: str) -> None:
    ours = dict(every_pattern(language))
    for key, line in every_pattern("zh-hans"):
        if key.endswith(".auditor"):
            assert places(ours[key]) - {"cover"} == places(line) - {"cover"}, key


@settings(max_examples=60, deadline=None)
@given(accidents())
def test_every_step_of_any_accident_can_be_said(accident: Json) -> None:
    settlement = settled(accident)
    for language in LANGUAGES:
        for step in settlement.as_dict(sayer(language))["steps"]:
            assert step["sentence"]
            assert step["audit"]
            assert "{" not in step["sentence"] + step["audit"]
            if language == "en":
                assert not re.search(r"[\u4e00-\u9fff]", step["sentence"] + step["audit"])


def test_steps_carry_structure_and_words_only_when_asked() -> None:
    step = settled(two_cars()).as_dict()["steps"][2]
    assert step["cover"] == "ctpli.property"
    assert step["rule"] == "ctpli.mutual_rule"
    assert (step["payer"], step["loss"], step["result"]) == ("B", "A_car", "2000.00")
    assert step["figures"]["limit"] == "2000.00"
    assert "sentence" not in step


def test_a_cent_that_rounding_moved_is_a_step_of_its_own() -> None:
    accident: Json = {
        "id": "thirds",
        "accident_at": "2024-09-10T08:30:00+08:00",
        "vehicles": [{"id": "A", "duty": "full"}],
        "losses": [
            {"id": name, "kind": "property", "owner": None, "amount": 5000} for name in "xyz"
        ],
    }
    result = settled(accident).as_dict()
    assert result["ctpli"]["A"]["property"] == {"x": "666.67", "y": "666.67", "z": "666.66"}
    moved = [s for s in result["steps"] if s["rule"] == "rounding.largest_remainder"]
    assert [(s["loss"], s["figures"]["exact"]) for s in moved] == [("z", "2000/3")]


def test_the_customer_and_the_auditor_read_the_same_step_differently() -> None:
    steps = settled(two_cars()).as_dict(sayer("en"))["steps"]
    owed = next(step for step in steps if step["rule"] == "third_party.owed")
    assert owed["sentence"] == (
        "After compulsory cover ¥6,000.00 of B_car is left; car A answers for ¥4,200.00 of it."
    )
    assert (
        owed["audit"] == "B_car: compulsory paid ¥2,000.00, left ¥6,000.00 × ratio 70% = ¥4,200.00."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("point", ["liability", "estimates", "other_covers", "injury_heads"])
def test_what_is_missing_is_said_to_the_customer_and_to_the_auditor(
    point: str, language: str
) -> None:
    words = explain_open_point(point, language)
    assert words["customer"]
    assert words["auditor"]
    assert words["customer"] != words["auditor"]

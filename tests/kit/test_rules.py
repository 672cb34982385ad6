"""Rule files: what is read, what is refused, and with which words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from yinuo.kit.clock import Limit, Unit
from yinuo.kit.errors import RuleError
from yinuo.kit.rules import (
    Condition,
    PromiseRule,
    Rule,
    RuleFile,
    RuleTable,
    check,
    holds,
    keys,
    load,
)


class Shelf(RuleTable):
    height: Rule[int]


class Sample(RuleFile):
    shelf: Shelf
    names: dict[str, Rule[str]] = {}


GOOD = '[shelf.height]\nvalue = 3\nwhy = "Because."\nsource = "design default"\n'
PROMISE = {
    "limit": "3 working days",
    "by_class": {"small": "1 working day"},
    "by_amount": [{"up_to": 5000, "limit": "1 working day"}, {"limit": "15 working days"}],
    "audience": "customer",
    "owner": "assessor",
    "warn_at": [0.5, 0.8],
    "escalate": [{"to": "handler", "after": "0 minutes"}],
}


def loaded(tmp_path: Path, content: str) -> Sample:
    (tmp_path / "sample.toml").write_text(content, encoding="utf-8")
    file = load(tmp_path, {"sample": Sample})["sample"]
    assert isinstance(file, Sample)
    return file


def test_a_good_file_is_typed(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).shelf.height.value == 3


def test_every_rule_is_listed_with_its_full_key(tmp_path: Path) -> None:
    named = '[names.first]\nvalue = "a"\nwhy = "b"\nsource = "c"\n'
    file = loaded(tmp_path, GOOD + named)
    assert [key for key, _ in keys("sample", Sample, file)] == [
        "sample.shelf.height",
        "sample.names.first",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[shelf.height]\nvalue = 3\nwhy = "x"\n', "shelf.height.source: Field required: add it"),
        (
            GOOD + "[shelf.width]\nvalue = 1\n",
            "shelf.width: Extra inputs are not permitted: remove",
        ),
        (GOOD.replace("3", '"high"'), "shelf.height.value: Input should be a valid integer"),
        (GOOD.replace("Because.", " "), "shelf.height.why: String should match"),
        ("[shelf\n", "is not TOML"),
        (GOOD + "until = 2020-01-01\nfrom = 2021-01-01\n", "'until' lies before 'from'"),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_remedy(
    tmp_path: Path, content: str, expected: str
) -> None:
    with pytest.raises(RuleError) as refused:
        loaded(tmp_path, content)
    assert "sample.toml" in str(refused.value)
    assert expected in str(refused.value)


def test_a_missing_file_and_one_that_nobody_declared_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"sample.toml: is missing"):
        load(tmp_path, {"sample": Sample})
    (tmp_path / "stray.toml").write_text("", encoding="utf-8")
    with pytest.raises(RuleError, match=r"stray.toml: no schema is declared"):
        load(tmp_path, {})


def test_a_rule_applies_from_its_first_day_to_its_last() -> None:
    rule = Rule[int].model_validate(
        {"value": 1, "why": "x", "source": "y", "from": date(2020, 1, 1), "until": date(2020, 1, 2)}
    )
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)]
    assert [rule.applies_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("klass", "amount", "expected"),
    [
        (None, None, "3 working days"),
        ("small", None, "1 working day"),
        ("unheard of", None, "3 working days"),
        ("small", Decimal("5000.01"), "15 working days"),
        (None, Decimal("5000.00"), "1 working day"),
        (None, Decimal(0), "1 working day"),
    ],
)
def test_the_amount_decides_before_the_class_and_the_class_before_the_general_limit(
    klass: str | None, amount: Decimal | None, expected: str
) -> None:
    rule = PromiseRule.model_validate(PROMISE)
    assert rule.limit_for(klass, amount) == Limit.parse(expected)


def test_a_rule_can_say_that_a_last_day_rolls_forward() -> None:
    rule = PromiseRule.model_validate({**PROMISE, "roll_forward": True})
    assert rule.limit_for(None, None) == Limit(3, Unit.WORKING_DAYS, roll_forward=True)


@pytest.mark.parametrize(
    "change",
    [
        {"limit": "soon"},
        {"limit": "10 minutes", "roll_forward": True},
        {"warn_at": [0.8, 0.5]},
        {"warn_at": [1.5]},
        {"by_amount": [{"up_to": 5, "limit": "1 day"}]},
        {"by_amount": [{"limit": "1 day"}, {"up_to": 5, "limit": "1 day"}, {"limit": "2 days"}]},
        {"escalate": [{"to": "manager", "after": "1 day"}, {"to": "manager", "after": "2 days"}]},
        {"owner": "nobody"},
        {"surprise": 1},
    ],
)
def test_a_promise_that_cannot_be_run_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PromiseRule.model_validate({**PROMISE, **change})


def test_a_wrong_limit_says_how_to_write_it() -> None:
    with pytest.raises(RuleError, match="write it like '30 minutes'"):
        check(
            "x.toml",
            type("File", (RuleFile,), {"__annotations__": {"a": dict[str, Rule[PromiseRule]]}}),
            {"a": {"b": {"value": {**PROMISE, "limit": "soon"}, "why": "x", "source": "y"}}},
        )


@pytest.mark.parametrize(
    ("test", "fact", "expected"),
    [
        ({"equals": True}, True, True),
        ({"equals": True}, False, False),
        ({"equals": "theft"}, ["fire", "theft"], True),
        ({"one_of": ["fire", "theft"]}, "glass", False),
        ({"at_least": 1}, 0, False),
        ({"at_least": 1}, 1, True),
        ({"at_most": 5000}, Decimal(5000), True),
        ({"at_most": 0}, "0.00", True),
        ({"at_most": 5000}, "many", False),
        ({"equals": False}, None, False),
        ({"at_most": 5000}, None, False),
    ],
)
def test_a_condition_tests_one_fact_and_an_unknown_fact_meets_none(
    test: dict[str, object], fact: object, expected: bool
) -> None:
    condition = Condition.model_validate({"fact": "x", **test})
    assert condition.holds({"x": fact}) is expected
    assert holds((condition,), {}) is False


def test_no_condition_at_all_always_holds() -> None:
    assert holds((), {})


def test_a_condition_tests_exactly_one_thing() -> None:
    for tests in ({}, {"equals": 1, "at_least": 1}):
        with pytest.raises(ValidationError, match="exactly one"):
            Condition.model_validate({"fact": "x", **tests})

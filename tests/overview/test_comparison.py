"""What may be said about calling before a complaint comes, also of few people or none."""

from __future__ import annotations

import pytest

from yinuo.overview.warnings import comparison_of

LEAST = 30


@pytest.mark.parametrize(
    ("called", "left_alone"),
    [((0, 0), (0, 0)), ((0, 0), (5, 40)), ((5, 40), (0, 0)), ((1, 29), (5, 40))],
)
def test_of_nobody_or_too_few_nothing_is_said(
    called: tuple[int, int], left_alone: tuple[int, int]
) -> None:
    found = comparison_of(called, left_alone, least=LEAST)
    assert found.difference is None
    assert found.interval is None
    assert not found.distinguishable


def test_a_rule_of_none_at_least_does_not_divide_by_nobody() -> None:
    assert comparison_of((0, 0), (0, 0), least=0).difference is None


def test_when_nobody_complained_in_either_group_they_are_not_told_apart() -> None:
    found = comparison_of((0, 40), (0, 30), least=LEAST)
    assert found.difference == 0
    assert found.interval is not None
    assert found.interval.low < 0 < found.interval.high
    assert not found.distinguishable


def test_three_of_thirty_against_none_of_thirty_proves_nothing() -> None:
    found = comparison_of((0, 30), (3, 30), least=LEAST)
    assert found.difference == pytest.approx(10)
    assert not found.distinguishable


def test_many_show_that_calling_helps() -> None:
    found = comparison_of((30, 900), (12, 100), least=LEAST)
    assert found.distinguishable
    assert found.interval is not None
    assert found.interval.low > 0

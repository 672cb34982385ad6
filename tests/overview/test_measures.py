"""The worked figures of the survey mathematics, and what holds for every set of answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.overview import measures
from yinuo.overview.measures import Interval

LEAST = 30


def _rounded(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return round(interval.low, 1), round(interval.high, 1)


def test_a_score_of_promoters_and_detractors_comes_with_its_error() -> None:
    found = measures.nps([10] * 220 + [8] * 100 + [3] * 80, least=LEAST)
    assert found.value == pytest.approx(35.0)
    assert round(measures.nps_error(220, 80, 400), 2) == 3.96
    assert _rounded(found.interval) == (27.2, 42.8)


def test_eighty_eight_of_a_hundred_do_not_prove_eighty_five() -> None:
    found = measures.csat([5] * 200 + [4] * 152 + [3] * 48, least=LEAST)
    assert (found.n, found.hits, found.value) == (400, 352, 88.0)
    # The lower end is 84.4485; rounded twice it is printed as 84.5 in places.
    assert _rounded(found.interval) == (84.4, 90.8)
    assert measures.verdict(found.value, found.interval, 85) == "not_proven"


def test_a_hundred_answers_at_the_target_do_not_prove_it() -> None:
    found = measures.share(85, 100, least=LEAST)
    assert _rounded(found.interval) == (76.7, 90.7)
    assert measures.verdict(found.value, found.interval, 85) == "not_proven"


@pytest.mark.parametrize(
    ("error", "population", "people"),
    [
        (3, None, 1068), (3, 5000, 880), (3, 2000, 697), (3, 500, 341),
        (5, None, 385), (5, 5000, 357), (5, 2000, 323), (5, 500, 218),
    ],
)  # fmt: skip
def test_how_many_answers_a_share_needs(error: int, population: int | None, people: int) -> None:
    assert measures.sample_size(error, population=population) == people


def test_how_many_answers_a_promoter_score_needs() -> None:
    assert measures.nps_sample_size(5) == 1537
    variance = measures.nps_variance(220, 80, 400)
    assert measures.nps_sample_size(5, variance=variance) == 965


def test_two_groups_of_satisfied_people_differ() -> None:
    found = measures.two_groups(352, 400, 312, 380)
    assert round(found.z, 2) == 2.31
    assert found.distinguishable


def test_two_promoter_scores_ten_points_apart_are_not_distinguishable() -> None:
    found = measures.two_nps((220, 80, 400), (190, 95, 380))
    assert found.difference == pytest.approx(10)
    assert round(found.z, 2) == 1.72
    assert not found.distinguishable


def test_ease_is_the_share_that_agrees() -> None:
    scores = [7] * 60 + [6] * 50 + [5] * 30 + [4] * 25 + [3] * 15 + [2] * 10 + [1] * 10
    found = measures.ces(scores, least=LEAST)
    assert found.value == 70.0
    assert found.mean == pytest.approx(5.225)


@pytest.mark.parametrize("count", [0, 1, 29])
def test_an_index_of_too_few_answers_is_not_shown(count: int) -> None:
    for found in (
        measures.csat([5] * count, least=LEAST),
        measures.nps([10] * count, least=LEAST),
        measures.ces([7] * count, least=LEAST),
    ):
        assert (found.n, found.value, found.interval, found.mean) == (count, None, None, None)
        assert measures.verdict(found.value, found.interval, 85) == "too_few"


def test_with_thirty_answers_it_is_shown() -> None:
    assert measures.csat([5] * 30, least=LEAST).is_shown


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(85, 90, "proven"), (84.9, 90, "not_proven"), (70, 85, "not_proven"), (70, 84.9, "missed")],
)
def test_only_a_whole_interval_proves_or_breaks_a_target(
    low: float, high: float, said: str
) -> None:
    assert measures.verdict((low + high) / 2, Interval(low, high), 85) == said


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_off_the_scale_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        measures.csat([5, score], least=1)


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="no share"):
        measures.wilson(3, 2)
    with pytest.raises(ValueError, match="no share"):
        measures.wilson(0, 0)
    with pytest.raises(ValueError, match="not among"):
        measures.nps_of(3, 3, 5, least=1)
    with pytest.raises(ValueError, match="somebody"):
        measures.sample_size(5, population=0)
    with pytest.raises(ValueError, match="between"):
        measures.sample_size(0)
    with pytest.raises(ValueError, match="between"):
        measures.nps_sample_size(5, variance=0)


def test_the_interval_is_one_of_ninety_five_in_a_hundred() -> None:
    assert measures.points(measures.confidence(measures.Z95)) == measures.points(95.0)


@given(st.integers(1, 5000), st.data())
def test_a_share_lies_inside_its_interval_and_both_on_the_scale(
    n: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, n))
    found = measures.wilson(hits, n)
    assert 0 <= found.low <= 100 * hits / n + 1e-9
    assert 100 * hits / n - 1e-9 <= found.high <= 100


@given(st.integers(1, 300), st.integers(2, 20), st.data())
def test_more_answers_make_the_interval_narrower(n: int, times: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    few, many = measures.wilson(hits, n), measures.wilson(hits * times, n * times)
    assert many.high - many.low <= few.high - few.low


@given(st.lists(st.integers(0, 10), min_size=30, max_size=400))
def test_a_promoter_score_is_the_same_in_any_order_and_turns_with_the_answers(
    scores: list[int],
) -> None:
    found = measures.nps(scores, least=LEAST)
    assert found == measures.nps(sorted(scores), least=LEAST)
    assert found.value is not None
    assert found.interval is not None
    assert -100 <= found.interval.low <= found.value <= found.interval.high <= 100
    promoters, detractors = sum(s >= 9 for s in scores), sum(s <= 6 for s in scores)
    turned = measures.nps_of(detractors, promoters, len(scores), least=LEAST)
    assert turned.value == pytest.approx(-found.value)


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_comparing_is_fair_to_both_sides(n: int, m: int, data: st.DataObject) -> None:
    hits, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    one, two = measures.two_groups(hits, n, other, m), measures.two_groups(other, m, hits, n)
    assert one.difference == pytest.approx(-two.difference)
    assert one.z == pytest.approx(-two.z)
    assert one.distinguishable == two.distinguishable


def test_the_interval_of_a_difference_is_that_of_the_book() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, example (a), method 10.
    found = measures.newcombe(56, 70, 48, 80)
    assert found.low == pytest.approx(5.24, abs=0.02)
    assert found.high == pytest.approx(33.39, abs=0.02)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_the_interval_of_a_difference_holds_it_and_turns_with_the_groups(
    n: int, m: int, data: st.DataObject
) -> None:
    hits, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    found, turned = measures.newcombe(hits, n, other, m), measures.newcombe(other, m, hits, n)
    difference = 100 * (hits / n - other / m)
    assert -100 <= found.low <= difference + 1e-9
    assert difference - 1e-9 <= found.high <= 100
    assert found.low == pytest.approx(-turned.high)


@given(st.floats(0.5, 20), st.integers(1, 100000))
def test_a_sample_is_never_larger_than_the_people_there_are(error: float, people: int) -> None:
    assert 1 <= measures.sample_size(error, population=people) <= people

"""The mathematics of asking customers: indices, their intervals, and what may be concluded.

Pure, and exact about what it does not know: an index always comes with the number of answers and
its 95 % interval, too few answers give none, and a target is met only when the interval says so.
Shares and indices are on the scale of 100; scores are as they were given, with their scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Literal

Verdict = Literal["proven", "not_proven", "missed", "too_few"]

Z95 = 1.96
"""The two-sided 95 % point as the books round it; every published interval is computed with it."""

CSAT_SCALE = range(1, 6)
NPS_SCALE = range(11)
CES_SCALE = range(1, 8)


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends included, on the scale of the index."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """An index of `n` answers. Below the smallest number that is shown, value and interval are
    None: a figure of few people says who they are and nothing about the others.

    `hits` is the numerator of a share; of NPS it is promoters less detractors.
    """

    n: int
    hits: int
    value: float | None
    interval: Interval | None
    mean: float | None = None

    @property
    def is_shown(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two groups compared: what the first has more than the second, and |z| against 1.96."""

    difference: float
    z: float
    distinguishable: bool


def wilson(hits: int, n: int, *, z: float = Z95) -> Interval:
    """The interval of a share hits/n in percent (Wilson's score). Raises ValueError for n < 1."""
    _check_counts(hits, n)
    p = hits / n
    over = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / over
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / over
    # At the ends of the scale rounding could leave the scale by the last bit of a double.
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return Interval(100 * low, 100 * high)


def share(hits: int, n: int, *, least: int) -> Measure:
    """A share in percent with Wilson's interval, suppressed below `least` answers."""
    if n < 0 or not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if n < max(least, 1):
        return Measure(n, hits, None, None)
    return Measure(n, hits, 100 * hits / n, wilson(hits, n))


def csat(scores: Sequence[int], *, least: int) -> Measure:
    """The share of the two best answers on 1 to 5. Raises ValueError for another score."""
    return _top(scores, CSAT_SCALE, 4, least)


def ces(scores: Sequence[int], *, least: int) -> Measure:
    """The share that agrees, 5 or more of 7, that we made it easy (CES 2.0)."""
    return _top(scores, CES_SCALE, 5, least)


def nps(scores: Sequence[int], *, least: int) -> Measure:
    """Promoters (9, 10) less detractors (0 to 6) in percent of all, from -100 to 100."""
    _check_scores(scores, NPS_SCALE)
    n = len(scores)
    promoters = sum(score >= 9 for score in scores)
    detractors = sum(score <= 6 for score in scores)
    return nps_of(promoters, detractors, n, least=least)


def nps_of(promoters: int, detractors: int, n: int, *, least: int) -> Measure:
    """The same from counts, as a database returns them."""
    if min(promoters, detractors) < 0 or promoters + detractors > n:
        raise ValueError(f"{promoters} promoters and {detractors} detractors are not among {n}")
    hits = promoters - detractors
    if n < max(least, 1):
        return Measure(n, hits, None, None)
    value = 100 * hits / n
    half = Z95 * nps_error(promoters, detractors, n)
    return Measure(n, hits, value, Interval(max(-100.0, value - half), min(100.0, value + half)))


def nps_error(promoters: int, detractors: int, n: int) -> float:
    """The standard error of an NPS in points: 100·sqrt((p + d - (p - d)²)/n)."""
    p, d = promoters / n, detractors / n
    return 100 * math.sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def two_groups(hits: int, n: int, other_hits: int, other_n: int) -> Difference:
    """Two shares by the z test on the pooled share, the difference in points."""
    _check_counts(hits, n)
    _check_counts(other_hits, other_n)
    pooled = (hits + other_hits) / (n + other_n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    return _difference(100 * (hits / n - other_hits / other_n), 100 * error)


def newcombe(hits: int, n: int, other_hits: int, other_n: int) -> Interval:
    """The interval of a difference of two shares, in points (Newcombe's score method): it holds
    for few people and for shares near none and all, where the z test does not.
    """
    first, second = wilson(hits, n), wilson(other_hits, other_n)
    p, q = 100 * hits / n, 100 * other_hits / other_n
    below = math.hypot(p - first.low, second.high - q)
    above = math.hypot(first.high - p, q - second.low)
    return Interval(max(-100.0, p - q - below), min(100.0, p - q + above))


def two_nps(group: tuple[int, int, int], other: tuple[int, int, int]) -> Difference:
    """Two NPS, each as promoters, detractors and n."""
    value = 100 * (group[0] - group[1]) / group[2]
    other_value = 100 * (other[0] - other[1]) / other[2]
    return _difference(value - other_value, math.hypot(nps_error(*group), nps_error(*other)))


def sample_size(error: float, *, population: int | None = None, p: float = 0.5) -> int:
    """How many answers give a share to within ± `error` points, of so many people in all."""
    e = error / 100
    if not 0 < e < 1 or not 0 < p < 1:
        raise ValueError("the error lies between 0 and 100 points, the share between 0 and 1")
    return _of_population(Z95**2 * p * (1 - p) / e**2, population)


def nps_sample_size(error: float, *, variance: float = 1.0, population: int | None = None) -> int:
    """The same for an NPS; a variance of 1, half of the people at either end, is the worst."""
    e = error / 100
    if not 0 < e < 2 or not 0 < variance <= 1:
        raise ValueError("the error lies between 0 and 200 points, the variance between 0 and 1")
    return _of_population(Z95**2 * variance / e**2, population)


def nps_variance(promoters: int, detractors: int, n: int) -> float:
    p, d = promoters / n, detractors / n
    return p + d - (p - d) ** 2


def verdict(value: float | None, interval: Interval | None, target: float) -> Verdict:
    """What may be said about a target "at least": proven when the whole interval reaches it,
    missed when none of it does, else not proven; too few when there is no figure.
    """
    if value is None or interval is None:
        return "too_few"
    if interval.low >= target:
        return "proven"
    return "missed" if interval.high < target else "not_proven"


def mean(scores: Iterable[int]) -> float | None:
    """None of no score at all."""
    kept = list(scores)
    return sum(kept) / len(kept) if kept else None


def confidence(z: float) -> float:
    """How sure an interval of this z is, in percent."""
    return 100 * (2 * NormalDist().cdf(z) - 1)


def points(value: float) -> Decimal:
    """One decimal, as every page and report prints an index."""
    return Decimal(repr(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _top(scores: Sequence[int], scale: range, from_: int, least: int) -> Measure:
    _check_scores(scores, scale)
    found = share(sum(score >= from_ for score in scores), len(scores), least=least)
    return Measure(
        found.n, found.hits, found.value, found.interval, mean(scores) if found.is_shown else None
    )


def _difference(difference: float, error: float) -> Difference:
    if error == 0:
        z = 0.0 if difference == 0 else math.copysign(math.inf, difference)
    else:
        z = difference / error
    return Difference(difference, z, abs(z) >= Z95)


def _of_population(wanted: float, population: int | None) -> int:
    if population is not None:
        if population < 1:
            raise ValueError("a population has somebody in it")
        wanted = wanted / (1 + (wanted - 1) / population)
    # 1067.11 people are 1,068; a whole number that only looks broken in binary stays itself.
    return math.ceil(round(wanted, 9))


def _check_counts(hits: int, n: int) -> None:
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")


def _check_scores(scores: Sequence[int], scale: range) -> None:
    for score in scores:
        if score not in scale:
            raise ValueError(f"{score} is not on the scale of {scale[0]} to {scale[-1]}")

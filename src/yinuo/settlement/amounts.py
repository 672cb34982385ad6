"""Exact amounts: fractions inside, cents only where something is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

ZERO = Fraction(0)
ONE = Fraction(1)


def cents(amount: Fraction) -> int:
    """The amount in cents, rounded half up."""
    return (200 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def money(number: int) -> str:
    """Cents as text with two decimals: 123456 is "1234.56"."""
    sign = "-" if number < 0 else ""
    whole, rest = divmod(abs(number), 100)
    return f"{sign}{whole}.{rest:02d}"


def to_the_cent(amount: Fraction) -> str:
    """The amount rounded half up, with two decimals: what `money` of its `cents` is."""
    if amount.denominator == 1:
        return f"{amount.numerator}.00"
    return money(cents(amount))


def plain(number: Fraction) -> str:
    """A ratio exactly: as a decimal where it ends, otherwise as a fraction such as 1/3."""
    rest = number.denominator
    if rest == 1:
        return str(number.numerator)
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    digits = number.numerator * 10**places // number.denominator
    return f"{digits // 10**places}.{digits % 10**places:0{places}d}"


def rounded(cells: Mapping[str, Fraction]) -> dict[str, int]:
    """Cents that sum to the rounded total: largest remainder first, ties by id."""
    if len(cells) == 1:
        return {key: cents(value) for key, value in cells.items()}
    floors: dict[str, int] = {}
    remainders: list[tuple[Fraction, str]] = []
    for key, value in cells.items():
        floor, rest = divmod(100 * value.numerator, value.denominator)
        floors[key] = floor
        if rest:
            remainders.append((Fraction(-rest, value.denominator), key))
    if remainders:
        missing = cents(total(cells.values())) - sum(floors.values())
        for _, key in sorted(remainders)[:missing]:
            floors[key] += 1
    return floors


def total(amounts: Iterable[Fraction]) -> Fraction:
    """The sum; it begins with the first amount, because adding to nothing takes as long."""
    every = iter(amounts)
    return sum(every, next(every, ZERO))


def less(amount: Fraction, taken: Fraction) -> Fraction:
    """The amount without what is taken off; mostly that is nothing, and costs nothing then."""
    return amount - taken if taken else amount


def at_least_zero(amount: Fraction) -> Fraction:
    return amount if amount.numerator > 0 else ZERO

"""One field of the input at a time: read exactly, or refused with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from yinuo.settlement.amounts import ONE, ZERO
from yinuo.settlement.refusals import Refusal, RefusalCode

_NUMBER = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,12})?")
_LONGEST_NUMBER = 24
_MOST_PLACES = 12
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Fields:
    """A JSON object with its place in the input. A key that is not allowed is refused."""

    __slots__ = ("found", "largest", "where")

    def __init__(self, found: object, where: str, allowed: frozenset[str], largest: Fraction):
        if not isinstance(found, Mapping):
            raise Refusal("not_an_object", where, found)
        unknown = found.keys() - allowed
        if unknown:
            name = min(map(str, unknown))
            raise Refusal("unknown_key", f"{where}.{name}" if where else name, name)
        self.found: Mapping[str, Any] = found
        self.where = where
        self.largest = largest

    def inner(self, key: str, allowed: frozenset[str]) -> Fields | None:
        found = self.found.get(key)
        return None if found is None else Fields(found, self.at(key), allowed, self.largest)

    def has(self, key: str) -> bool:
        return self.found.get(key) is not None

    def at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def refuse(self, key: str, code: RefusalCode) -> NoReturn:
        raise Refusal(code, self.at(key), self.found.get(key, ""))

    def items(self, key: str) -> Sequence[object]:
        found = self.found.get(key)
        if found is None:
            return ()
        if not isinstance(found, list | tuple):
            self.refuse(key, "not_a_list")
        return found

    def text(self, key: str) -> str:
        found = self.found.get(key)
        if found is None:
            self.refuse(key, "missing")
        if not isinstance(found, str) or not found.strip() or not found.isprintable():
            self.refuse(key, "not_text")
        return found

    def choice(self, key: str, choices: frozenset[str], default: str | None = None) -> str:
        found = self.found.get(key, default)
        if found is None:
            self.refuse(key, "missing")
        if not isinstance(found, str) or found not in choices:
            self.refuse(key, "not_a_choice")
        return found

    def flag(self, key: str, default: bool) -> bool:
        found = self.found.get(key)
        if found is None:
            return default
        if not isinstance(found, bool):
            self.refuse(key, "not_true_or_false")
        return found

    def amount(self, key: str) -> Fraction:
        return ZERO if self.found.get(key) is None else self.needed(key)

    def maybe(self, key: str) -> Fraction | None:
        return None if self.found.get(key) is None else self.needed(key)

    def needed(self, key: str) -> Fraction:
        """An amount that must be there: not negative, not absurd."""
        found = self.found.get(key)
        if found is None:
            self.refuse(key, "missing")
        number = exact(found)
        if number is None:
            self.refuse(key, "not_an_amount")
        if number.numerator < 0:
            self.refuse(key, "negative")
        if number > self.largest:
            self.refuse(key, "absurd")
        return number

    def ratio(self, key: str) -> Fraction | None:
        found = self.found.get(key)
        if found is None:
            return None
        number = exact(found)
        if number is None or not 0 <= number <= 1:
            self.refuse(key, "not_a_ratio")
        return number

    def rates(self, key: str) -> Fraction:
        """The sum of a list of rates; together they take at most everything."""
        summed = ZERO
        for position, found in enumerate(self.items(key)):
            number = exact(found)
            if number is None or not 0 <= number <= 1:
                raise Refusal("not_a_ratio", f"{self.at(key)}[{position}]", found)
            summed += number
        if summed > ONE:
            self.refuse(key, "rates_above_one")
        return summed

    def count(self, key: str) -> int | None:
        found = self.found.get(key)
        if found is None:
            return None
        number = exact(found)
        if number is None or number.denominator != 1 or not 0 <= number <= self.largest:
            self.refuse(key, "not_a_count")
        return int(number)

    def day(self, key: str) -> date | None:
        found = self.found.get(key)
        if found is None:
            return None
        if not isinstance(found, str) or not _DAY.fullmatch(found):
            self.refuse(key, "not_a_date")
        try:
            return date.fromisoformat(found)
        except ValueError:
            self.refuse(key, "not_a_date")


def exact(found: object) -> Fraction | None:
    """The number as written; None for what is no number, or is too long to be one.

    A float is taken by the digits that it shows, so a caller with ready-made JSON loses nothing.
    """
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return Fraction(found)
    if isinstance(found, str):
        return Fraction(found) if _NUMBER.fullmatch(found) else None
    if isinstance(found, float):
        found = Decimal(repr(found))
    if isinstance(found, Decimal) and found.is_finite():
        parts = found.as_tuple()
        places = parts.exponent
        short = isinstance(places, int) and -_MOST_PLACES <= places <= _LONGEST_NUMBER
        return Fraction(found) if short and len(parts.digits) <= _LONGEST_NUMBER * 2 else None
    return None

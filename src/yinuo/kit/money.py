"""Money is a Decimal with a currency; it is rounded half up, and only where it must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar

from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

HOME_CURRENCY = "CNY"
"""What an amount without a currency is read and written in."""

LARGEST = Decimal("9999999999.99")
"""The largest amount that any column holds (max_digits=12, decimal_places=2)."""

_DECIMAL_PLACES = {"JPY": 0, "KRW": 0, "VND": 0}
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}  # A yen also writes ¥, so it has none.


class AmountMissing(DomainError):
    code = "amount_missing"
    message: ClassVar[Message] = _("Enter an amount.")
    http = 422


class AmountUnreadable(DomainError):
    code = "amount_unreadable"
    message: ClassVar[Message] = _(
        '"%(text)s" is not an amount. Write digits, such as 12,345.60 or 12345.6.'
    )
    http = 422


class AmountTooPrecise(DomainError):
    code = "amount_too_precise"
    message: ClassVar[Message] = _("%(currency)s has %(places)s decimal places; %(text)s has more.")
    http = 422


class AmountTooSmall(DomainError):
    code = "amount_too_small"
    message: ClassVar[Message] = _("The amount must be at least %(least)s.")
    http = 422


class AmountTooLarge(DomainError):
    code = "amount_too_large"
    message: ClassVar[Message] = _("The amount must be at most %(most)s.")
    http = 422


class CurrencyMismatch(Exception):
    """A bug: two currencies were added or compared without a rate."""


def places_of(currency: str) -> int:
    """Decimal places of a currency (ISO 4217)."""
    return _DECIMAL_PLACES.get(currency, 2)


def quantize(amount: Decimal, currency: str = HOME_CURRENCY) -> Decimal:
    """Rounded half up to the currency's smallest unit, as invoices and courts do."""
    return amount.quantize(Decimal(1).scaleb(-places_of(currency)), rounding=ROUND_HALF_UP)


def format_amount(amount: Decimal, currency: str = HOME_CURRENCY) -> str:
    """¥12,345.60; a currency without its own sign is written JPY 12,346."""
    number = quantize(abs(amount), currency)
    minus = "-" if amount < 0 and number else ""
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{minus}{sign}{number:,f}"


_PLAIN = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?")
_UNIT = re.compile(r"^(?:CNY|RMB|¥|人民币)|(?:CNY|RMB|元|圆)$", re.IGNORECASE)


def parse_amount(
    text: str,
    *,
    field: str | None = None,
    currency: str = HOME_CURRENCY,
    least: Decimal = Decimal("0.01"),
    most: Decimal = LARGEST,
) -> Decimal:
    """Reads what a person typed: full-width digits, thousands commas, ¥ or 元.

    Raises AmountMissing, AmountUnreadable, AmountTooPrecise, AmountTooSmall or AmountTooLarge.
    A comma that does not part thousands is refused, because it may have been meant as a point.
    """
    compact = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not compact:
        raise AmountMissing(field)
    if currency == HOME_CURRENCY:
        compact = _UNIT.sub("", _UNIT.sub("", compact, count=1), count=1)
    if len(compact) > 40 or not _PLAIN.fullmatch(compact):
        raise AmountUnreadable(field, text=text.strip()[:40])
    amount = Decimal(compact.replace(",", ""))
    if abs(amount) > most:
        # Refused before it is rounded: it may have more digits than arithmetic holds.
        return check_amount(amount, field=field, currency=currency, least=least, most=most)
    if amount != quantize(amount, currency):
        raise AmountTooPrecise(
            field, text=text.strip()[:40], currency=currency, places=places_of(currency)
        )
    return check_amount(
        quantize(amount, currency), field=field, currency=currency, least=least, most=most
    )


def check_amount(
    amount: Decimal,
    *,
    field: str | None = None,
    currency: str = HOME_CURRENCY,
    least: Decimal = Decimal("0.01"),
    most: Decimal = LARGEST,
) -> Decimal:
    """The amount itself, or AmountTooSmall or AmountTooLarge; a NaN is AmountUnreadable."""
    if not amount.is_finite():
        raise AmountUnreadable(field, text=str(amount))
    if amount < least:
        raise AmountTooSmall(field, least=format_amount(least, currency))
    if amount > most:
        raise AmountTooLarge(field, most=format_amount(most, currency))
    return amount


@dataclass(frozen=True, slots=True)
class Money:
    """An amount bound to its ISO 4217 currency; two currencies never mix by accident."""

    amount: Decimal
    currency: str = HOME_CURRENCY

    def __post_init__(self) -> None:
        given: object = self.amount
        if not isinstance(given, Decimal) or not given.is_finite():
            raise ValueError(f"{self.amount!r} is not a finite Decimal")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise ValueError(f"{self.currency!r} is not an ISO 4217 code")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def rounded(self) -> Money:
        return Money(quantize(self.amount, self.currency), self.currency)

    def __str__(self) -> str:
        return format_amount(self.amount, self.currency)


def total(amounts: Iterable[Money], currency: str = HOME_CURRENCY) -> Money:
    """The sum; zero in the given currency when there is nothing to add."""
    result = Money(Decimal(0), currency)
    for money in amounts:
        result = result + money
    return result

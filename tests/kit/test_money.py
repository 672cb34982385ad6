from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yinuo.kit import money
from yinuo.kit.errors import DomainError
from yinuo.kit.money import Money

AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=money.LARGEST, places=2)


@given(AMOUNTS)
def test_what_we_write_we_can_read(amount: Decimal) -> None:
    assert money.parse_amount(money.format_amount(amount)) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "12345.60",
        "12,345.6",
        "¥12,345.60",
        "￥12345.6",
        "１２３４５．６０",
        "12345.6元",
        " 12 345.60 ",
        "RMB12345.6",
        "人民币12345.60元",
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str) -> None:
    assert money.parse_amount(typed) == Decimal("12345.60")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", money.AmountMissing),
        ("  ", money.AmountMissing),
        ("abc", money.AmountUnreadable),
        ("1,5", money.AmountUnreadable),
        ("1,23,456", money.AmountUnreadable),
        ("1.2.3", money.AmountUnreadable),
        ("1e5", money.AmountUnreadable),
        ("NaN", money.AmountUnreadable),
        ("Infinity", money.AmountUnreadable),
        ("1.2万", money.AmountUnreadable),
        ("$5", money.AmountUnreadable),
        ("٥", money.AmountUnreadable),
        ("9" * 60, money.AmountUnreadable),
        ("1.005", money.AmountTooPrecise),
        ("0", money.AmountTooSmall),
        ("-5", money.AmountTooSmall),
        ("10000000000", money.AmountTooLarge),
    ],
)
def test_what_is_not_an_amount_is_refused_with_its_reason(
    typed: str, problem: type[DomainError]
) -> None:
    with pytest.raises(problem) as caught:
        money.parse_amount(typed, field="amount")
    assert caught.value.field == "amount"
    assert str(caught.value)


@given(st.text(max_size=50))
@example("9" * 40)
@example("-" + "9" * 39)
@example("0." + "1" * 38)
def test_no_text_makes_the_reader_crash(text: str) -> None:
    try:
        amount = money.parse_amount(text)
    except DomainError:
        return
    assert Decimal(0) < amount <= money.LARGEST


def test_limits_can_be_set_and_are_named_in_the_refusal() -> None:
    assert money.parse_amount("0", least=Decimal(0)) == Decimal("0.00")
    with pytest.raises(money.AmountTooLarge, match=r"¥5,000\.00"):
        money.parse_amount("5000.01", most=Decimal(5000))
    with pytest.raises(money.AmountUnreadable):
        money.check_amount(Decimal("NaN"))


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("-0.005", "-0.01"), ("1", "1.00")],
)
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(money.quantize(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("12345.6", "CNY", "¥12,345.60"),
        ("-0.5", "CNY", "-¥0.50"),
        ("-0.001", "CNY", "¥0.00"),
        ("1234.5", "JPY", "JPY 1,235"),
        ("1234.5", "USD", "$1,234.50"),
        ("1e3", "CNY", "¥1,000.00"),
    ],
)
def test_amounts_are_written_one_way(amount: str, currency: str, written: str) -> None:
    assert money.format_amount(Decimal(amount), currency) == written


def test_money_adds_within_its_currency_only() -> None:
    five, two = Money(Decimal(5)), Money(Decimal(2))
    assert (five + two, five - two, two * 3, -two) == (
        Money(Decimal(7)),
        Money(Decimal(3)),
        Money(Decimal(6)),
        Money(Decimal(-2)),
    )
    assert two < five
    assert two <= five
    assert not Money(Decimal(0))
    assert money.total([five, two]) == Money(Decimal(7))
    assert str(Money(Decimal("0.125")).rounded()) == "¥0.13"
    for wrong in (lambda: five + Money(Decimal(1), "USD"), lambda: five < Money(Decimal(1), "USD")):
        with pytest.raises(money.CurrencyMismatch):
            wrong()


@pytest.mark.parametrize(
    ("amount", "currency"), [(Decimal("NaN"), "CNY"), (1.5, "CNY"), (Decimal(1), "yuan")]
)
def test_money_is_never_a_float_a_nan_or_without_a_currency(amount: Decimal, currency: str) -> None:
    with pytest.raises(ValueError):
        Money(amount, currency)

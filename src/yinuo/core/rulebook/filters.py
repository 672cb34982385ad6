"""What a text may do with a fact, in the reader's language and where the insurer is.

`{{ amount|money:currency }}`, `{{ accident_at|moment }}`, `{{ at|day }}`,
`{{ due|by:"claims.payment"|deadline }}`, `{{ "guidance.keep_scene"|words }}`. Event data holds
amounts and times as text, so both forms are read. An absent fact becomes an empty place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone, translation

from yinuo.core.rulebook import registry
from yinuo.core.rulebook.textfiles import language_of
from yinuo.kit.money import HOME_CURRENCY, format_amount

register = template.Library()

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@register.filter
def money(amount: object, currency: object = HOME_CURRENCY) -> str:
    """¥12,345.60; empty for no amount."""
    if amount is None or amount == "":
        return ""
    return format_amount(Decimal(str(amount)), str(currency or HOME_CURRENCY))


@register.filter
def day(value: object) -> str:
    """A day in full: 2026年3月2日, 2 March 2026."""
    found = _read(value)
    if isinstance(found, datetime):
        found = timezone.localtime(found).date()
    return _words(found) if isinstance(found, date) else ""


@register.filter
def moment(value: object) -> str:
    """Day and time in full: 2026年3月2日 15:30."""
    found = _read(value)
    if not isinstance(found, datetime):
        return day(found)
    local = timezone.localtime(found)
    return f"{_words(local.date())} {local:%H:%M}"


@register.filter
def deadline(value: object) -> str:
    """The last moment of a promise: a due time at midnight is told as the day that ends there."""
    found = _read(value)
    if not isinstance(found, datetime):
        return day(found)
    local = timezone.localtime(found)
    if (local.hour, local.minute) == (0, 0):
        return _words(date.fromordinal(local.toordinal() - 1))
    return moment(found)


@register.filter
def by(value: object, key: str) -> object:
    """The entry of a key with dots in it: due|by:"claims.payment"."""
    return value.get(key, "") if isinstance(value, Mapping) else ""


@register.filter
def words(key: object) -> str:
    """The short text of a key in the reader's language: title, then the line that explains it."""
    text = registry.load().text(str(key), translation.get_language() or "")
    colon = ": " if language_of(translation.get_language() or "") == "en" else "："
    return f"{text.title}{colon}{text.why}" if text.why else text.title


def _read(value: object) -> object:
    """A text in ISO form as the moment it tells; anything else as it is."""
    if not isinstance(value, str) or not value:
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _words(on: date) -> str:
    if language_of(translation.get_language() or "") == "en":
        return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"

"""Words on demand: each step for the customer and for the auditor, each refusal, three languages.

The sentence patterns are product text, in texts/<language>/settlement.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from yinuo.kit.money import format_amount
from yinuo.settlement.amounts import cents, plain
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.result import PARTS
from yinuo.settlement.sheet import Figure, Step

LANGUAGES = ("zh-hans", "zh-hant", "en")
Patterns = Mapping[str, Any]


@cache
def patterns(language: str) -> Patterns:
    """The sentence patterns of one language. Raises ValueError for a language we do not write."""
    if language not in LANGUAGES:
        raise ValueError(f"no words in {language!r}: use one of {', '.join(LANGUAGES)}")
    path = files("yinuo") / "texts" / language / "settlement.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


_NO_NAMES: Mapping[str, str] = {}


def sayer(
    language: str, names: Mapping[str, str] = _NO_NAMES
) -> Callable[[Step], Mapping[str, str]]:
    """What adds `sentence`, for the customer, and `audit`, for the auditor, to a printed step.

    `names` says what vehicles and losses are called; one without a name is called by its id.
    """
    words = patterns(language)

    def say(step: Step) -> Mapping[str, str]:
        rule: Mapping[str, str] = words["rules"][step.rule]
        named = _named(step, words, names)
        return {
            "sentence": rule["customer"].format_map(named),
            "audit": rule["auditor"].format_map(named),
        }

    return say


def name_of(kind: str, language: str, **parts: str) -> str:
    """How a customer's own car, another one, or a loss is called where it has no name."""
    pattern: str = patterns(language)["names"][kind]
    return pattern.format(**parts)


def explain_open_point(point: str, language: str) -> Mapping[str, str]:
    """A fact that is missing and what it would change: "customer" and "auditor"."""
    words: Mapping[str, str] = patterns(language)["open_points"][point]
    return words


def explain_refusal(refusal: Refusal, language: str) -> str:
    """One sentence that names the place in the input and what is wrong with it."""
    pattern: str = patterns(language)["refusals"][refusal.code]
    return pattern.format(where=refusal.where, found=refusal.found)


def _named(step: Step, words: Patterns, names: Mapping[str, str]) -> dict[str, str]:
    """Everything that a pattern may name. A figure called `loss` is named `loss_sum`."""
    named = {name: _said(name, value) for name, value in step.figures.items()}
    if "on" in named:
        named["on"] = _day(date.fromisoformat(named["on"]), words["day"])
    if "loss" in named:
        named["loss_sum"] = named["loss"]
    named["cover"] = words["covers"][step.cover]
    named["payer"] = names.get(step.payer, step.payer)
    named["loss"] = names.get(step.loss or "", step.loss or "")
    named["result"] = _money(step.result)
    return named


def _day(day: date, words: Mapping[str, Any]) -> str:
    names = words.get("names")
    name = names[day.month - 1] if names else ""
    pattern: str = words["pattern"]
    return pattern.format(year=day.year, month=day.month, day=day.day, name=name)


def _said(name: str, value: Figure) -> str:
    if not isinstance(value, Fraction):
        return str(value)
    return _part(value) if name in PARTS else _money(value)


def _part(value: Fraction) -> str:
    percent = plain(value * 100)
    return plain(value) if "/" in percent else f"{percent}%"


def _money(amount: Fraction) -> str:
    return format_amount(Decimal(cents(amount)).scaleb(-2))

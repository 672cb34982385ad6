"""One natural sentence for a due time, in the reader's language. The patterns are product text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from yinuo.kit.clock_types import (
    DAY_UNITS,
    ELAPSED_UNITS,
    ClockError,
    Due,
    Pause,
    Unit,
)
from yinuo.kit.rulers import ENDLESS, micros

LANGUAGES = ("zh-hans", "zh-hant", "en")
Patterns = Mapping[str, Any]


@cache
def patterns(language: str) -> Patterns:
    """The sentence patterns of one language, from texts/<language>/clock.toml."""
    if language not in LANGUAGES:
        raise ClockError(f"no clock sentences in {language!r}: use one of {', '.join(LANGUAGES)}")
    path = files("yinuo") / "texts" / language / "clock.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def explain(due: Due, language: str, *, reasons: Mapping[str, str] | None = None) -> str:
    """Why the promise is due when it is due.

    `reasons` gives the reader's words for the reasons of pauses and extensions; a reason that it
    does not name is shown as it was recorded.
    """
    words = patterns(language)
    in_days = due.limit.unit in DAY_UNITS
    start = _day(due.started_at.astimezone(due.due_at.tzinfo), words)
    if not in_days:
        start = _moment(due.started_at.astimezone(due.due_at.tzinfo), words)
    parts = {
        "limit": amount(due.limit.amount, due.limit.unit, words),
        "start": start,
        "paused": _paused(due, words, reasons or {}),
        "extended": _extended(due, words, reasons or {}),
        "rolled": _rolled(due, words),
        "end": _end(due, words),
        "provisional": words["provisional"] if due.provisional else "",
    }
    pattern: str = words["sentence_in_days"] if in_days else words["sentence"]
    return pattern.format(**parts)


def amount(number: int, unit: Unit, words: Patterns) -> str:
    """A number with its unit, as in "30 natural days"."""
    forms = words["units"][unit.name.lower()]
    pattern: str = forms["one"] if number == 1 else forms["many"]
    return pattern.format(n=number)


def _paused(due: Due, words: Patterns, reasons: Mapping[str, str]) -> str:
    named = _named([pause.reason for pause in due.pauses if _counts(pause, due)], words, reasons)
    if due.stopped:
        pattern: str = words["paused_because"] if named else words["paused"]
        return pattern.format(length=length(due.stopped, due, words), reasons=named)
    return ""


def _counts(pause: Pause, due: Due) -> bool:
    """Whether a pause that has ended could have moved the due time."""
    began, ended = pause.stop
    return began < micros(due.due_at) and micros(due.started_at) < ended != ENDLESS


def _extended(due: Due, words: Patterns, reasons: Mapping[str, str]) -> str:
    said = ""
    for extension in due.extensions:
        reason = reasons.get(extension.reason, extension.reason)
        pattern: str = words["extended_because"] if reason else words["extended"]
        more = extension.limit
        said += pattern.format(length=amount(more.amount, more.unit, words), reason=reason)
    return said


def _rolled(due: Due, words: Patterns) -> str:
    if due.rolled_from_on is None:
        return ""
    pattern: str = words["rolled"]
    return pattern.format(day=_day(due.rolled_from_on, words))


def _end(due: Due, words: Patterns) -> str:
    pattern: str
    if due.paused_since_at is not None:
        pattern = words["standing"]
        return pattern.format(
            since=_moment(due.paused_since_at, words),
            left=length(due.left or timedelta(), due, words),
        )
    if due.last_day_on is not None:
        pattern = words["end_of_day"]
        return pattern.format(day=_day(due.last_day_on, words))
    pattern = words["end_at"]
    return pattern.format(moment=_moment(due.due_at, words))


def length(span: timedelta, due: Due, words: Patterns) -> str:
    """A span in the unit that the limit counts: whole days, or hours and minutes."""
    if due.limit.unit in DAY_UNITS:
        working = due.limit.unit is Unit.WORKING_DAYS
        return amount(span.days, Unit.WORKING_DAYS if working else Unit.DAYS, words)
    elapsed = due.limit.unit in ELAPSED_UNITS
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    said = []
    if hours:
        said.append(amount(hours, Unit.HOURS if elapsed else Unit.OFFICE_HOURS, words))
    if minutes or not hours:
        said.append(amount(minutes, Unit.MINUTES if elapsed else Unit.OFFICE_MINUTES, words))
    joiner: str = words["between_hours_and_minutes"]
    return joiner.join(said)


def _named(codes: list[str], words: Patterns, reasons: Mapping[str, str]) -> str:
    separator: str = words["between_reasons"]
    return separator.join(dict.fromkeys(reasons.get(code, code) for code in codes if code))


def _day(day: date, words: Patterns) -> str:
    pattern: str = words["day"]
    month = words["months"][day.month - 1]
    return pattern.format(year=day.year, month=month, day=day.day)


def _moment(at: datetime, words: Patterns) -> str:
    pattern: str = words["moment"]
    return pattern.format(day=_day(at, words), hour=at.hour, minute=at.minute)

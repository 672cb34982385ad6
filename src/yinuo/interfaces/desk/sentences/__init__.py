"""One sentence for each line of a timeline, and what kind of line it is.

The tables name every type of event, one table for each kind of case. A sentence may use the plain
values of the event's data, and the words that `_plain` and `_amounts` make of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Money
from yinuo.interfaces.desk.sentences import call_backs, claims, complaints, concerns, shared
from yinuo.interfaces.desk.sentences.table import Sentence

__all__ = ["SENTENCES", "Sentence", "sentence_of", "title_of"]

SENTENCES: Mapping[str, Sentence] = {
    **shared.SENTENCES,
    **call_backs.SENTENCES,
    **claims.SENTENCES,
    **complaints.SENTENCES,
    **concerns.SENTENCES,
}
_UNKNOWN = Sentence("%(type)s")
_NONE = "—"


def sentence_of(type_: str) -> Sentence:
    """The sentence of an event type; one from a later version shows its own name."""
    return SENTENCES.get(type_, _UNKNOWN)


def title_of(
    type_: str,
    data: Mapping[str, Any],
    *,
    names: Mapping[str, str],
    papers: Mapping[int, str],
    currency: str,
    language: str,
    now: datetime,
) -> str:
    """What happened, in the reader's language."""
    params: dict[str, str] = _Params(type=type_)
    sentence = sentence_of(type_)
    params.update(_scalars(data))
    params.update(_plain(data, now))
    params.update(_amounts(data, currency))
    for name, table in sentence.words.items():
        if name in data:
            params[name] = labels.word(table, str(data[name]))
    if isinstance(data.get("rule"), str):
        params["promise"] = rulebook.promise_title(data["rule"], language).title
    if "document" in data:
        params["paper"] = papers.get(data["document"], str(data.get("kind", "")))
    for key, param in (("surveyor", "surveyor"), ("to", "handler")):
        if key in data:
            params[param] = names.get(f"staff:{data[key]}", _NONE)
    return _(sentence.text) % params


class _Params(dict[str, str]):
    """A word that the event does not hold is a dash, never a broken page."""

    def __missing__(self, key: str) -> str:
        return _NONE


def _scalars(data: Mapping[str, Any]) -> dict[str, str]:
    """Codes and numbers as they stand in the event."""
    return {
        key: str(value)
        for key, value in data.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    }


def _plain(data: Mapping[str, Any], now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    if "loss" in data:
        found["loss"] = str(data["loss"])
    if "reason" in data:
        found["reason"] = str(data["reason"])
        found["stop"] = labels.word(labels.STOPS, str(data["reason"]))
    if "door" in data:
        found["door"] = labels.word(labels.DOORS, str(data["door"]))
    if "outcome" in data:
        found["outcome"] = labels.word(labels.OUTCOMES, str(data["outcome"]))
    if "documents" in data:
        found["count"] = str(len(data["documents"]))
    if isinstance(data.get("to"), str):
        found["level"] = labels.word(labels.ROLES, data["to"])
    for key, param in (("due", "due"), ("new_at", "new_time")):
        if isinstance(data.get(key), str):
            found[param] = _time(data[key], now)
    return found


def _time(text: str, now: datetime) -> str:
    try:
        return wording.near_time(datetime.fromisoformat(text), now)
    except ValueError:
        return text


def _amounts(data: Mapping[str, Any], currency: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in ("amount", "asked", "approved", "from", "to"):
        try:
            found[key] = str(Money(Decimal(str(data[key])), currency))
        except (KeyError, InvalidOperation):
            continue
    return found

"""Find the phrases of a lexicon in a text, the longest at each place.

A phrase may hold choices, ``{快|顺利}``, and gaps, ``~``: up to six characters of one clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, TypeVar

from yinuo.perception.folding import fold

T = TypeVar("T")
CHOICE = re.compile(r"\{([^{}]*)\}")
GAP = r"[^,。!?;:、\n]{0,6}?"
STOPS = frozenset(",。!?;:、\n.…~")


class PhraseError(ValueError):
    """A phrase that cannot be used; the message holds the phrase."""


def split_words(words: str) -> Iterator[str]:
    """The phrases of a lexicon entry, which stand between 、 and line ends."""
    return (word.strip() for word in re.split(r"[、\n]", words) if word.strip())


def spell_out(phrase: str) -> Iterator[str]:
    """Every spelling of a phrase with choices."""
    parts = CHOICE.split(phrase)
    if any(mark in part for part in parts[::2] for mark in "{}|"):
        raise PhraseError(f"{phrase!r}: a choice is written {{a|b}} and holds no other choice")
    ways = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    return ("".join(way) for way in product(*ways))


def _as_pattern(rest: str) -> re.Pattern[str]:
    parts = CHOICE.split(rest)
    built = []
    for place, part in enumerate(parts):
        if place % 2:
            ways = sorted(part.split("|"), key=len, reverse=True)
            built.append("(?:" + "|".join(map(re.escape, ways)) + ")")
        else:
            built.append(GAP.join(map(re.escape, part.split("~"))))
    return re.compile("".join(built))


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


@dataclass(slots=True)
class _Entry(Generic[T]):
    values: list[T] = field(default_factory=list)
    tails: list[tuple[re.Pattern[str], T]] = field(default_factory=list)


class Phrases(Generic[T]):
    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._entries: dict[str, _Entry[T]] = {}
        lengths: dict[str, set[int]] = {}
        for phrase, value in entries:
            start, gap, rest = fold(phrase).partition("~")
            tail = _as_pattern(f"~{rest}") if gap else None
            for spelling in spell_out(start):
                if not spelling.strip():
                    raise PhraseError(f"{phrase!r}: one of its spellings is empty")
                entry = self._entries.setdefault(spelling, _Entry())
                if tail is None:
                    entry.values.append(value)
                else:
                    entry.tails.append((tail, value))
                lengths.setdefault(spelling[0], set()).add(len(spelling))
        self._lengths = {
            first: tuple(sorted(all_, reverse=True)) for first, all_ in lengths.items()
        }

    def at(self, text: str, start: int) -> tuple[int, list[T]] | None:
        """Where the longest phrase that starts here ends, and what it stands for.

        The text is folded already. An English phrase is found only between word ends.
        """
        lengths = self._lengths.get(text[start])
        if lengths is None or (start and _is_word(text[start]) and _is_word(text[start - 1])):
            return None
        best = start
        values: list[T] = []
        for length in lengths:
            end = start + length
            entry = self._entries.get(text[start:end]) if end <= len(text) else None
            if entry is None:
                continue
            if entry.values and end >= best and _ends_here(text, end):
                values = entry.values if end > best else values + entry.values
                best = end
            for tail, value in entry.tails:
                found = tail.match(text, end)
                if found is None or found.end() < best or not _ends_here(text, found.end()):
                    continue
                values = [value] if found.end() > best else [*values, value]
                best = found.end()
        return (best, values) if values else None


def _ends_here(text: str, end: int) -> bool:
    return end == len(text) or not (_is_word(text[end]) and _is_word(text[end - 1]))

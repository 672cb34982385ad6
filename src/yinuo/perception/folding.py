"""One spelling for every way to write a text, character by character.

Width, case and Traditional script are folded without changing the length, so that a place in the
folded text is the same place in what the customer wrote. Phrases that differ between regions
(保險桿, 個資) stand in the lexicons in their own right.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from opencc import OpenCC


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Folded(dict[int, str]):
    """Filled as characters are met, so that a text costs one look-up a character."""

    def __missing__(self, code: int) -> str:
        folded = _fold_one(chr(code))
        self[code] = folded
        return folded


def _fold_one(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    plain = plain if len(plain) == 1 else char
    if "\ud800" <= plain <= "\udfff":
        return " "
    if plain > "\u2e7f":
        simple = _simplifier().convert(plain)
        plain = simple if len(simple) == 1 else plain
    lower = plain.lower()
    lower = lower if len(lower) == 1 else plain
    return "'" if lower in "\u2019\u2018`" else lower


_FOLDED = _Folded()


def fold(text: str) -> str:
    """The text in lower case, narrow and Simplified; as many characters as before."""
    return text.translate(_FOLDED)

"""The trained part: weights of short character runs, read from one small file.

It adds what the lexicons have no word for. The file holds whole numbers between -127 and 127, one
column for each tone and each cause and one for what cannot wait, and how it was made.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from yinuo.perception.lexicon import CAUSES, TONES

SHIPPED = Path(__file__).with_name("weights.json")
ALARM = "alarm"
COLUMNS = (*TONES, *CAUSES, ALARM)
LONGEST = 3
UNIT = re.compile(
    r"[a-z']+|(?P<number>[0-9]+(?:\.[0-9]+)?|[二三四五六七八九两俩仨百千][一二三四五六七八九十百千几]*"
    r"|十[一二三四五六七八九几来多]|几(?=[天个周次趟月年回遍十百千])[十百千]*)"
    r"|[\u2e80-\U0003ffff]|[!?]"
)
NUMBER = "0"
END = "$"


class WeightsError(Exception):
    """A file of weights that cannot be used; the message says why."""


def units(text: str) -> list[tuple[str, int, int]]:
    """Characters, English words and numbers of a folded text, each with its place."""
    found = []
    for match in UNIT.finditer(text):
        word = match.group()
        start, end = match.span()
        if match.lastgroup:
            word = NUMBER
        elif word[0].isascii() and word[0].isalpha():
            word = f" {word}"
        found.append((word, start, end))
    found.append((END, len(text), len(text)))
    return found


def runs(text: str) -> dict[str, tuple[int, int]]:
    """Every run of up to three units of a folded text, with the first place where it stands."""
    found: dict[str, tuple[int, int]] = {}
    line = units(text)
    for first in range(len(line)):
        run, start = "", line[first][1]
        for word, _start, end in line[first : first + LONGEST]:
            run += word
            if run not in found:
                found[run] = (start, end)
    return found


@dataclass(frozen=True, slots=True)
class Opinion:
    """Points for each column, and the places that gave them."""

    points: tuple[float, ...]
    places: Mapping[str, tuple[int, int]]

    @property
    def tones(self) -> tuple[float, ...]:
        return self.points[: len(TONES)]

    @property
    def causes(self) -> tuple[float, ...]:
        return self.points[len(TONES) : -1]

    @property
    def alarm(self) -> float:
        """The share of what cannot wait."""
        return 1 / (1 + math.exp(-self.points[-1]))


@dataclass(frozen=True, slots=True)
class Weights:
    grams: Mapping[str, tuple[tuple[int, int], ...]]
    bias: tuple[float, ...]
    scale: float
    made_of: Mapping[str, Any]

    def opinion(self, text: str) -> Opinion:
        """Points of a folded text, on the scale of natural logarithms."""
        places = runs(text)
        sums = [0] * len(COLUMNS)
        grams = self.grams
        for run in places:
            for column, weight in grams.get(run, ()):
                sums[column] += weight
        share = self.scale / math.sqrt(len(places))
        points = tuple(start + share * total for start, total in zip(self.bias, sums, strict=True))
        return Opinion(points, places)

    def relied_on(self, opinion: Opinion, column: int, most: int) -> list[tuple[int, int]]:
        """The places that spoke most for this column, the strongest first."""
        ranked = sorted(
            (
                (-weight, place)
                for run, place in opinion.places.items()
                for at, weight in self.grams.get(run, ())
                if at == column and weight > 0 and place[0] < place[1]
            ),
        )
        return [place for _weight, place in ranked[:most]]


def shares(points: Sequence[float]) -> list[float]:
    """Points as probabilities that add up to one."""
    top = max(points)
    raw = [math.exp(point - top) for point in points]
    total = sum(raw)
    return [value / total for value in raw]


@cache
def read_weights(path: Path = SHIPPED) -> Weights:
    """The weights of a file.

    Raises WeightsError when it is no such file.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if tuple(raw["columns"]) != COLUMNS:
            raise WeightsError(f"{path}: these weights are for other tones or causes; train again")
        return Weights(
            {gram: _pairs(row) for gram, row in raw["grams"].items()},
            tuple(map(float, raw["bias"])),
            float(raw["scale"]),
            raw["made_of"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{path}: not a file of weights ({error!r})") from error


def _pairs(row: Iterable[int]) -> tuple[tuple[int, int], ...]:
    flat = iter(row)
    return tuple((int(column), int(weight)) for column, weight in zip(flat, flat, strict=True))

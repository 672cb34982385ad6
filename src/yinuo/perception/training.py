"""Fit the trained part on our own sentences and on a person's corrections. Seconds, one core.

Three logistic models over the same character runs, for the tone, the cause and what cannot wait,
by AdaGrad in a fixed order of fixed shuffles: the same sentences give the same file.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yinuo.perception.folding import fold
from yinuo.perception.learned import COLUMNS, Weights, runs, shares
from yinuo.perception.lexicon import CAUSES, TONES, Alarm, lexicon

SENTENCES = Path(__file__).with_name("sentences")
ROUNDS = 6
STEP = 0.3
SETTLED = 0.02
"""A sentence whose share is this near to what it should be moves nothing any more."""
SEED = 20260101
BESIDE = 0.6
"""What a sentence written for its cause counts for the tone: nearly all of them are blame."""
CALM, HIGH = "calm", "high"
LARGEST = 127
SMALLEST = 3


class SentencesError(Exception):
    """A file of sentences that cannot be used; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with what it should be read as; an empty field teaches nothing of it.

    urgency is "high", or "calm" for words of a threat that threaten nobody.
    """

    tone: str
    cause: str
    text: str
    urgency: str = ""


def read_examples(path: Path) -> list[Example]:
    """The sentences of a TSV with the columns tone, cause and text, and urgency where it is told.

    Raises SentencesError.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if set(rows.fieldnames or ()) < {"tone", "cause", "text"}:
        raise SentencesError(f"{path}: the columns are tone, cause and text")
    found = []
    for number, row in enumerate(rows, start=1):
        tone, cause, text = row["tone"] or "", row["cause"] or "", row["text"] or ""
        urgency = row.get("urgency") or ""
        known = tone in {"", *TONES} and cause in {"", *CAUSES} and urgency in {"", CALM, HIGH}
        if not known or not text.strip():
            raise SentencesError(f"{path}: row {number}: {tone!r} {cause!r} {urgency!r} {text!r}")
        found.append(Example(tone, cause, text, urgency))
    return found


def own_sentences(folder: Path = SENTENCES) -> list[Example]:
    return [one for path in sorted(folder.glob("*.tsv")) for one in read_examples(path)]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A sentence as a model learns it: its runs, the value of each, its class, what it counts."""

    runs: Sequence[str]
    value: float
    label: int
    worth: float


def fit(examples: Sequence[Example]) -> Weights:
    """Weights learned from these examples, rounded as they are in the file."""
    texts = [list(runs(fold(example.text))) for example in examples]
    tones, causes, alarms = [], [], []
    for text, example in zip(texts, examples, strict=True):
        value = 1 / math.sqrt(len(text))
        if example.tone:
            worth = BESIDE if example.cause else 1.0
            tones.append(_Lesson(text, value, TONES.index(example.tone), worth))
        if example.cause:
            causes.append(_Lesson(text, value, CAUSES.index(example.cause), 1.0))
        if example.urgency or not _alarms(example):
            alarms.append(_Lesson(text, value, int(example.urgency == HIGH), 1.0))
    models = _fit_one(tones, len(TONES)), _fit_one(causes, len(CAUSES)), _fit_one(alarms, 2)
    return _rounded(*models, examples)


def _alarms(example: Example) -> bool:
    """Whether a sentence that nobody marked may be one that cannot wait."""
    if example.cause == "misconduct":
        return True
    text, signs = fold(example.text), lexicon().signs
    hits = (signs.at(text, start) for start in range(len(text)))
    return any(
        isinstance(sign, Alarm) and sign.level == HIGH for hit in hits if hit for sign in hit[1]
    )


@dataclass(slots=True)
class _Fit:
    table: dict[str, list[float]]
    bias: list[float]


def _fit_one(lessons: Sequence[_Lesson], classes: int) -> _Fit:
    """Each class weighs alike, however many sentences it has."""
    made = _Fit(
        {run: [0.0] * classes for one in lessons for run in one.runs},
        [0.0] * classes,
    )
    memory = {run: [1e-2] * classes for run in made.table}
    counts: dict[int, float] = {}
    for one in lessons:
        counts[one.label] = counts.get(one.label, 0.0) + one.worth
    total = sum(counts.values())
    fair = {label: total / (len(counts) * count) for label, count in counts.items()}
    order = list(lessons)
    shuffle = random.Random(SEED).shuffle  # noqa: S311  only the order of the sentences
    for _ in range(ROUNDS):
        shuffle(order)
        for one in order:
            _learn(made, memory, one, one.worth * fair[one.label])
    return made


def _learn(made: _Fit, memory: Mapping[str, list[float]], one: _Lesson, worth: float) -> None:
    rows = [made.table[run] for run in one.runs]
    value = one.value
    sums = [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(made.bias)
    shared = shares([start + value * total for start, total in zip(made.bias, sums, strict=True)])
    for place, share in enumerate(shared):
        off = share - (place == one.label)
        if -SETTLED < off < SETTLED:
            continue
        made.bias[place] -= 0.02 * worth * off
        pull = worth * off * value
        square = pull * pull
        for run, row in zip(one.runs, rows, strict=True):
            past = memory[run]
            past[place] += square
            row[place] -= STEP * pull / math.sqrt(past[place])


def _rounded(tones: _Fit, causes: _Fit, alarms: _Fit, examples: Sequence[Example]) -> Weights:
    none_t, none_c, none_a = [0.0] * len(TONES), [0.0] * len(CAUSES), [0.0] * 2
    joined = {}
    for run in sorted({*tones.table, *causes.table, *alarms.table}):
        calm, high = alarms.table.get(run, none_a)
        joined[run] = [
            *tones.table.get(run, none_t),
            *causes.table.get(run, none_c),
            high - calm,
        ]
    scale = max((abs(weight) for row in joined.values() for weight in row), default=1.0) / LARGEST
    grams = {}
    for run, row in joined.items():
        whole = [(place, round(weight / scale)) for place, weight in enumerate(row)]
        kept = tuple(pair for pair in whole if abs(pair[1]) >= SMALLEST)
        if kept:
            grams[run] = kept
    bias = (*tones.bias, *causes.bias, alarms.bias[1] - alarms.bias[0])
    return Weights(grams, tuple(round(b, 4) for b in bias), scale, _made_of(examples))


def _made_of(examples: Sequence[Example]) -> Mapping[str, Any]:
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.tone}\t{one.cause}\t{one.urgency}\t{one.text}\n".encode())
    return {"by": "yinuo train-words", "sentences": len(examples), "sha256": digest.hexdigest()}


def write_weights(weights: Weights, path: Path) -> None:
    raw = {
        "made_of": weights.made_of,
        "columns": COLUMNS,
        "scale": weights.scale,
        "bias": weights.bias,
        "grams": {
            gram: [number for pair in pairs for number in pair]
            for gram, pairs in weights.grams.items()
        },
    }
    path.write_text(
        json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )

"""Fit the trained part on our own sentences and on a person's corrections. Seconds, one core.

Two logistic models over the same character runs, one for the tone and one for the cause, by
AdaGrad in a fixed order of fixed shuffles: the same sentences give the same file.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yinuo.perception.folding import fold
from yinuo.perception.learned import COLUMNS, Weights, runs
from yinuo.perception.lexicon import CAUSES, TONES

SENTENCES = Path(__file__).with_name("sentences")
ROUNDS = 8
STEP = 0.3
DECAY = 1e-4
SEED = 20260101
FEWEST = 2
"""Texts in which a run must stand: what only one person said teaches nothing."""
BESIDE = 0.15
"""What a sentence written for its cause counts for the tone: nearly all of them are blame."""
LARGEST = 127
SMALLEST = 2


class SentencesError(Exception):
    """A file of sentences that cannot be used; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with what it should be read as; an empty tone or cause teaches nothing of it."""

    tone: str
    cause: str
    text: str


def read_examples(path: Path) -> list[Example]:
    """The sentences of a TSV with the columns tone, cause and text. Raises SentencesError."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if set(rows.fieldnames or ()) < {"tone", "cause", "text"}:
        raise SentencesError(f"{path}: the columns are tone, cause and text")
    found = []
    for number, row in enumerate(rows, start=1):
        tone, cause, text = row["tone"] or "", row["cause"] or "", row["text"] or ""
        if tone not in {"", *TONES} or cause not in {"", *CAUSES} or not text.strip():
            raise SentencesError(f"{path}: row {number}: {tone!r} {cause!r} {text!r}")
        found.append(Example(tone, cause, text))
    return found


def own_sentences() -> list[Example]:
    return [one for path in sorted(SENTENCES.glob("*.tsv")) for one in read_examples(path)]


def fit(examples: Sequence[Example]) -> Weights:
    """Weights learned from these examples, rounded as they are in the file."""
    texts = [list(runs(fold(example.text))) for example in examples]
    seen = Counter(run for text in texts for run in text)
    texts = [[run for run in text if seen[run] >= FEWEST] for text in texts]
    lengths = [len(runs(fold(example.text))) for example in examples]
    tones = _fit_one(
        [
            (text, length, TONES.index(example.tone))
            for text, length, example in zip(texts, lengths, examples, strict=True)
            if example.tone
        ],
        len(TONES),
        [BESIDE if example.cause else 1.0 for example in examples if example.tone],
    )
    causes = _fit_one(
        [
            (text, length, CAUSES.index(example.cause))
            for text, length, example in zip(texts, lengths, examples, strict=True)
            if example.cause
        ],
        len(CAUSES),
        [1.0 for example in examples if example.cause],
    )
    return _rounded(tones, causes, examples)


@dataclass(slots=True)
class _Fit:
    table: dict[str, list[float]]
    bias: list[float]


def _fit_one(
    work: Sequence[tuple[list[str], int, int]], classes: int, worth: Sequence[float]
) -> _Fit:
    """Each class weighs alike, however many sentences it has."""
    table = {run: [0.0] * classes for text, _length, _label in work for run in text}
    steps = {run: [1e-2] * classes for run in table}
    counts: dict[int, float] = {}
    for (_text, _length, label), amount in zip(work, worth, strict=True):
        counts[label] = counts.get(label, 0.0) + amount
    fair = {label: sum(worth) / (len(counts) * count) for label, count in counts.items()}
    bias = [0.0] * classes
    order = list(range(len(work)))
    shuffle = random.Random(SEED).shuffle  # noqa: S311  only the order of the sentences
    for _ in range(ROUNDS):
        shuffle(order)
        for at in order:
            text, length, label = work[at]
            value = 1 / math.sqrt(length)
            rows = [table[run] for run in text]
            points = [
                start + value * sum(col)
                for start, col in zip(bias, _columns(rows, classes), strict=True)
            ]
            top = max(points)
            raw = [math.exp(point - top) for point in points]
            total = sum(raw)
            slope = [
                worth[at] * fair[label] * (part / total - (place == label))
                for place, part in enumerate(raw)
            ]
            for place, amount in enumerate(slope):
                bias[place] -= 0.02 * amount
            for run, row in zip(text, rows, strict=True):
                memory = steps[run]
                for place, amount in enumerate(slope):
                    pull = amount * value + DECAY * row[place]
                    memory[place] += pull * pull
                    row[place] -= STEP * pull / math.sqrt(memory[place])
    return _Fit(table, bias)


def _columns(rows: Sequence[Sequence[float]], classes: int) -> Iterable[tuple[float, ...]]:
    return zip(*rows, strict=True) if rows else [() for _ in range(classes)]


def _rounded(tones: _Fit, causes: _Fit, examples: Sequence[Example]) -> Weights:
    none_t, none_c = [0.0] * len(TONES), [0.0] * len(CAUSES)
    joined = {
        run: [*tones.table.get(run, none_t), *causes.table.get(run, none_c)]
        for run in sorted({*tones.table, *causes.table})
    }
    scale = max((abs(weight) for row in joined.values() for weight in row), default=1.0) / LARGEST
    grams = {}
    for run, row in joined.items():
        whole = [(place, round(weight / scale)) for place, weight in enumerate(row)]
        kept = tuple(pair for pair in whole if abs(pair[1]) >= SMALLEST)
        if kept:
            grams[run] = kept
    return Weights(
        grams, tuple(round(b, 4) for b in (*tones.bias, *causes.bias)), scale, _made_of(examples)
    )


def _made_of(examples: Sequence[Example]) -> Mapping[str, Any]:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.tone}\t{example.cause}\t{example.text}\n".encode())
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

"""What the reading of customers' words gets right and how fast. Run: python bench/words.py

Right: the labelled examples of the public data beside the checkout (task, label, text). Who wrote
the lexicons had seen these; `tests/perception/examples.tsv` was written afterwards.
Fast: processor time on one core over the sentences that the trained part learned from, best of
several rounds, because another program on the machine can only make a round slower.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.measured import Measured, tell  # noqa: E402  found only with the path above
from tests.paths import shared  # noqa: E402
from yinuo.perception import learned, lexicon, training  # noqa: E402
from yinuo.perception.reading import read  # noqa: E402

ROUNDS = 4
RATE = 2_000
LARGEST = 5 * 1024 * 1024
SHARE_LOST = 0.02
BARS = {"sentiment": 0.85, "cause": 0.80}
NONE = "none"

Pairs = Sequence[tuple[str, str]]


def macro_f1(pairs: Pairs, labels: Iterable[str]) -> float:
    """The mean of the labels' F1; pairs are what it is and what it was read as."""
    found = []
    for label in labels:
        right = sum(is_ == read_ == label for is_, read_ in pairs)
        either = sum(is_ == label for is_, _ in pairs) + sum(read_ == label for _, read_ in pairs)
        found.append(2 * right / either if either else 0.0)
    return sum(found) / len(found)


def labelled() -> dict[str, list[tuple[str, str]]]:
    """Label and text of each task."""
    tasks: dict[str, list[tuple[str, str]]] = {"sentiment": [], "cause": []}
    with shared("cases/customer_words.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            tasks[row["task"]].append((row["label"], row["text"]))
    return tasks


def rightness() -> list[Measured]:
    tasks = labelled()
    tones = [(label, read(text).sentiment) for label, text in tasks["sentiment"]]
    causes = [(label, (*read(text).causes, NONE)[0]) for label, text in tasks["cause"]]
    for name, pairs in (("sentiment", tones), ("cause", causes)):
        wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
        print(f"{name}: {len(pairs)} examples, read otherwise: {dict(wrong) or 'none'}")
    tone, cause = macro_f1(tones, lexicon.TONES), macro_f1(causes, lexicon.CAUSES)
    blamed = [read_ for is_, read_ in tones if is_ == "neg"]
    lost = sum(read_ == "pos" for read_ in blamed) / len(blamed)
    return [
        _at_least("Tone of customers' words, macro-F1", tone, BARS["sentiment"]),
        _at_least("First cause in customers' words, macro-F1", cause, BARS["cause"]),
        Measured("Blame read as praise", f"≤ {SHARE_LOST:.0%}", f"{lost:.1%}", lost <= SHARE_LOST),
    ]


def _at_least(figure: str, value: float, bar: float) -> Measured:
    return Measured(figure, f"≥ {bar:.2f}", f"{value:.3f}", value >= bar)


def speed() -> Measured:
    texts = [example.text for example in training.own_sentences()]
    read(texts[0])
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for text in texts:
            read(text)
        best = min(best, time.process_time() - began)
    rate = len(texts) / best
    return Measured(
        "Sentences read a second, one core", f"≥ {RATE:,}", f"{rate:,.0f}", rate >= RATE
    )


def size() -> Measured:
    files = [learned.SHIPPED, *lexicon.FOLDER.glob("*.toml")]
    total = sum(path.stat().st_size for path in files)
    return Measured("Weights and lexicons, bytes", f"≤ {LARGEST:,}", f"{total:,}", total <= LARGEST)


def main() -> int:
    return tell([*rightness(), speed(), size()])


if __name__ == "__main__":
    sys.exit(main())

"""Weigh the words of the lexicons and the trained part against each other: decision.toml [points].

Run: python -m yinuo.perception.weighing. It prints the table; a person puts it in its place. Each
sentence is read with weights that never saw it, and only sentences are used that were written
after the lexicons, because those before fit the lexicons too well.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from yinuo.perception.folding import fold
from yinuo.perception.learned import shares
from yinuo.perception.lexicon import SIGNALS, TONES
from yinuo.perception.reading import tone_signals
from yinuo.perception.training import BESIDE, SENTENCES, Example, fit, own_sentences, read_examples

BEFORE = ("causes.tsv", "more.tsv", "tones.tsv")
FOLDS = 5
ROUNDS = 600
STEP = 3.0
LEAN = 0.0005
"""How much a weight is drawn to nothing."""

Case = tuple[list[float], int, float]


def cases(examples: Sequence[Example], judged: frozenset[str]) -> list[Case]:
    """Signals, tone and worth of each judged sentence, read by weights that never saw it."""
    found = []
    for fold_ in range(FOLDS):
        weights = fit([one for at, one in enumerate(examples) if at % FOLDS != fold_])
        for one in examples[fold_::FOLDS]:
            if one.tone and one.text in judged:
                signals = tone_signals(fold(one.text), weights)
                worth = BESIDE if one.cause else 1.0
                row = [signals[name] for name in SIGNALS]
                found.append((row, TONES.index(one.tone), worth))
    return found


def weigh(work: Sequence[Case]) -> list[list[float]]:
    """A row of weights for each tone, by plain descent; each tone counts alike."""
    counts = [sum(worth for _row, tone, worth in work if tone == place) for place in range(3)]
    table = [[0.0] * len(SIGNALS) for _ in TONES]
    for _ in range(ROUNDS):
        slope = [[0.0] * len(SIGNALS) for _ in TONES]
        for row, tone, worth in work:
            points = [sum(w * x for w, x in zip(line, row, strict=True)) for line in table]
            for place, share in enumerate(shares(points)):
                pull = worth / (3 * counts[tone]) * (share - (place == tone))
                line = slope[place]
                for at, value in enumerate(row):
                    line[at] += pull * value
        for line, pulls in zip(table, slope, strict=True):
            for at, pull in enumerate(pulls):
                line[at] -= STEP * (pull + LEAN * line[at])
    return table


def main() -> None:
    before = {one.text for name in BEFORE for one in read_examples(SENTENCES / name)}
    examples = own_sentences()
    judged = frozenset(one.text for one in examples) - before
    table = weigh(cases(examples, judged))
    for at, name in enumerate(SIGNALS):
        click.echo(f"{name} = [{', '.join(f'{line[at]:.2f}' for line in table)}]")


if __name__ == "__main__":
    main()

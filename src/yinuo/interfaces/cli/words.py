"""``yinuo read-words FILE|-`` and ``yinuo train-words``: what customers' words say, in bulk.

Neither needs a database. read-words takes a text a line and prints a JSON object a line, in the
same order; its fields are described in `yinuo.perception.reading`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from yinuo.core.knowledge import queries as knowledge
from yinuo.interfaces.cli.main import start_embedded_database
from yinuo.perception.learned import Weights, WeightsError, read_weights
from yinuo.perception.reading import read
from yinuo.perception.training import (
    SENTENCES,
    Example,
    SentencesError,
    fit,
    own_sentences,
    read_examples,
    write_weights,
)

EVERY = 5
"""Each fifth correction is kept aside to see whether learning the others helps."""


@click.command("read-words")
@click.argument(
    "texts", metavar="FILE|-", type=click.File("r", encoding="utf-8-sig", errors="replace")
)
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Weights that train-words wrote, in place of the shipped ones.",
)
def read_words(texts: TextIO, weights: Path | None) -> None:
    """Read a text a line; print its tone, causes, urgency and the words they rest on as JSON."""
    learned = _weights(weights)
    for line in texts:
        reading = read(line.rstrip("\r\n"), learned).as_json()
        click.echo(json.dumps(reading, ensure_ascii=False))


@click.command("train-words")
@click.argument(
    "corrections",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--kept", is_flag=True, help="Learn from the corrections kept in the database too.")
@click.option(
    "--to",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the weights are written.",
)
@click.option(
    "--own",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SENTENCES,
    help="A folder of sentences in place of ours.",
)
@click.option("--even-if-worse", is_flag=True, help="Write the weights though they read worse.")
def train_words(
    corrections: Path | None, kept: bool, to: Path, own: Path, even_if_worse: bool
) -> None:
    """Fit the trained part on our own sentences and on CORRECTIONS.

    CORRECTIONS is a table with tabs and the columns tone, cause and text; a tone or a cause may be
    empty. Without it, and without --kept, the shipped weights are made anew. To use the weights,
    name the file in YINUO_WORD_WEIGHTS.

    Each fifth correction is kept aside: weights that read fewer of them right than those shipped,
    or more of their blame as praise, are refused.
    """
    try:
        ours = own_sentences(own)
        corrected = read_examples(corrections) if corrections else []
    except SentencesError as error:
        raise click.ClickException(str(error)) from error
    if kept:
        start_embedded_database()
        corrected += [Example(*one) for one in knowledge.corrections()]
    if not even_if_worse:
        _refuse_worse(ours, corrected)
    weights = fit([*ours, *corrected])
    write_weights(weights, to)
    click.echo(f"{len(ours) + len(corrected)} sentences, {len(weights.grams)} runs: {to}")


def _refuse_worse(ours: Sequence[Example], corrected: Sequence[Example]) -> None:
    aside = corrected[::EVERY]
    if not aside:
        return
    rest = [one for place, one in enumerate(corrected) if place % EVERY]
    before, lost_before = _right(aside, read_weights())
    after, lost_after = _right(aside, fit([*ours, *rest]))
    click.echo(f"Kept aside: {len(aside)}. Right before: {before}, after learning: {after}.")
    if after < before or lost_after > lost_before:
        raise click.ClickException(
            "These weights read worse than the shipped ones; nothing was written. "
            "Look through the corrections, or add --even-if-worse."
        )


def _weights(path: Path | None) -> Weights:
    try:
        return read_weights(path) if path else read_weights()
    except WeightsError as error:
        raise click.ClickException(str(error)) from error


def _right(examples: Sequence[Example], weights: Weights) -> tuple[int, int]:
    """How many have the tone and first cause a person gave them; how much blame reads as praise."""
    right = lost = 0
    for example in examples:
        reading = read(example.text, weights)
        tone = not example.tone or reading.sentiment == example.tone
        cause = not example.cause or reading.causes[:1] == (example.cause,)
        right += tone and cause
        lost += example.tone == "neg" and reading.sentiment == "pos"
    return right, lost

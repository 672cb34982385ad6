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
def train_words(corrections: Path | None, kept: bool, to: Path) -> None:
    """Fit the trained part on our own sentences and on CORRECTIONS.

    CORRECTIONS is a table with tabs and the columns tone, cause and text; a tone or a cause may be
    empty. Without it, and without --kept, the shipped weights are made anew. To use the weights,
    name the file in YINUO_WORD_WEIGHTS.
    """
    own = own_sentences()
    try:
        corrected = read_examples(corrections) if corrections else []
    except SentencesError as error:
        raise click.ClickException(str(error)) from error
    if kept:
        start_embedded_database()
        corrected += [Example(*one) for one in knowledge.corrections()]
    aside = corrected[::EVERY]
    if aside:
        before = _right(aside, read_weights())
        rest = [one for place, one in enumerate(corrected) if place % EVERY]
        after = _right(aside, fit([*own, *rest]))
        click.echo(f"Kept aside: {len(aside)}. Right before: {before}, after learning: {after}.")
    weights = fit([*own, *corrected])
    write_weights(weights, to)
    click.echo(f"{len(own) + len(corrected)} sentences, {len(weights.grams)} runs: {to}")


def _weights(path: Path | None) -> Weights:
    try:
        return read_weights(path) if path else read_weights()
    except WeightsError as error:
        raise click.ClickException(str(error)) from error


def _right(examples: Sequence[Example], weights: Weights) -> int:
    """How many have both the tone and the first cause that a person gave them."""
    right = 0
    for example in examples:
        reading = read(example.text, weights)
        tone = not example.tone or reading.sentiment == example.tone
        cause = not example.cause or reading.causes[:1] == (example.cause,)
        right += tone and cause
    return right

"""The trained part is made of our own sentences, by the code that is beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yinuo.perception.learned import SHIPPED, WeightsError, read_weights
from yinuo.perception.lexicon import CAUSES, TONES
from yinuo.perception.training import (
    Example,
    SentencesError,
    fit,
    own_sentences,
    read_examples,
    write_weights,
)

LARGEST = 5 * 1024 * 1024


@pytest.mark.soak
def test_the_shipped_weights_are_what_training_on_our_sentences_gives(tmp_path: Path) -> None:
    write_weights(fit(own_sentences()), tmp_path / "weights.json")
    assert (tmp_path / "weights.json").read_bytes() == SHIPPED.read_bytes()
    assert SHIPPED.stat().st_size <= LARGEST


def test_our_sentences_cover_every_tone_and_every_cause() -> None:
    examples = own_sentences()
    assert {example.tone for example in examples} == set(TONES)
    assert {example.cause for example in examples} - {""} == set(CAUSES)
    assert len({example.text for example in examples}) == len(examples)


def test_a_correction_that_is_said_often_is_learned() -> None:
    corrected = [Example("neg", "repair", f"锣{word}没弄利索") for word in "甲乙丙丁戊己庚辛"]
    opinion = fit([*own_sentences()[::8], *corrected]).opinion("锣没弄利索")
    assert opinion.causes.index(max(opinion.causes)) == CAUSES.index("repair")


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ("text\n慢\n", "columns"),
        ("tone\tcause\ttext\nbad\t\t慢\n", "row 1"),
        ("tone\tcause\ttext\nneg\tdelay\t \n", "row 1"),
        ("tone\tcause\ttext\nneg\n", "row 1"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_row(
    tmp_path: Path, table: str, match: str
) -> None:
    path = tmp_path / "corrections.tsv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(SentencesError, match=match):
        read_examples(path)


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"columns": ["good"]})])
def test_a_file_that_holds_no_weights_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"weights\.json"):
        read_weights(path)

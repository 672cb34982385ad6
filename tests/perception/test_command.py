"""`yinuo read-words` and `yinuo train-words`, as a program that knows no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from yinuo.interfaces.cli.words import read_words, train_words
from yinuo.perception.learned import SHIPPED
from yinuo.perception.training import SENTENCES


def yinuo(*args: str | Path, said: str = "") -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"}
    return subprocess.run(
        [sys.executable, "-m", "yinuo.interfaces.cli.main", *args],
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=surroundings,
    )


def test_a_text_a_line_gives_an_answer_a_line_without_a_database() -> None:
    done = yinuo("read-words", "-", said="理賠太慢,我要找律師\n\nThank you, very satisfied\n")
    assert done.returncode == 0, done.stderr
    blame, nothing, praise = map(json.loads, done.stdout.splitlines())
    assert (blame["sentiment"], blame["causes"][0], blame["urgency"]) == ("neg", "delay", "high")
    assert (nothing["sentiment"], nothing["spans"]) == ("neu", [])
    assert praise["sentiment"] == "pos"


def here(command: str, *args: str | Path, said: str = "") -> Result:
    """The same commands in this process, which has its lexicons and may open no database."""
    commands = {"read-words": read_words, "train-words": train_words}
    return CliRunner().invoke(commands[command], [str(arg) for arg in args], input=said)


def few_sentences(folder: Path) -> Path:
    """Enough of our own sentences to learn from in a moment."""
    folder.mkdir()
    lines = (SENTENCES / "tones.tsv").read_text(encoding="utf-8").splitlines()
    told = (SENTENCES / "causes.tsv").read_text(encoding="utf-8").splitlines()
    kept = [*lines[:3], *lines[3::24], *told[3::24]]
    (folder / "few.tsv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def test_training_with_corrections_writes_weights_that_reading_takes(tmp_path: Path) -> None:
    corrections, weights = tmp_path / "corrections.tsv", tmp_path / "weights.json"
    own = few_sentences(tmp_path / "own")
    corrections.write_text("tone\tcause\ttext\nneg\trepair\t维修质量太差\n", encoding="utf-8")
    trained = here("train-words", corrections, "--own", own, "--to", weights)
    assert trained.exit_code == 0, trained.output
    assert "Kept aside: 1." in trained.stdout
    assert weights.read_bytes() != SHIPPED.read_bytes()
    done = here("read-words", "--weights", weights, "-", said="满意\n")
    assert json.loads(done.stdout)["sentiment"] == "pos"


def test_weights_that_read_worse_than_ours_are_refused(tmp_path: Path) -> None:
    corrections, weights = tmp_path / "corrections.tsv", tmp_path / "weights.json"
    own = few_sentences(tmp_path / "own")
    rows = ["neg\tdelay\t等了三个星期", *["pos\t\t等了三个星期呀"] * 4] * 8
    corrections.write_text("\n".join(["tone\tcause\ttext", *rows]) + "\n", encoding="utf-8")
    trained = here("train-words", corrections, "--own", own, "--to", weights)
    assert trained.exit_code == 1
    assert "read worse" in trained.output
    assert not weights.exists()


def test_a_file_that_is_no_weights_ends_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text("{}", encoding="utf-8")
    done = here("read-words", "--weights", path, "-", said="满意\n")
    assert done.exit_code == 1
    assert "not a file of weights" in done.stderr
    assert isinstance(done.exception, SystemExit)

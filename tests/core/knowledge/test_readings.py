"""How words were read, and how a person read them better."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Note
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge import queries
from yinuo.core.knowledge.readings import Place, apart
from yinuo.core.people.actors import SYSTEM
from yinuo.perception.learned import read_weights
from yinuo.perception.reading import read


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


@pytest.fixture
def note(insurer: World) -> Note:
    case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
    return cases.write_note(
        case=case, body="赔得太慢,但是态度很好", kind="words", by=insurer["customer"], at=NOW
    )


def test_words_are_read_once_and_the_places_point_into_them(note: Note) -> None:
    knowledge.read_note(note=note, by=SYSTEM, at=NOW)
    knowledge.read_note(note=note, by=SYSTEM, at=NOW)
    reading = queries.reading_of(note.pk)
    assert reading is not None
    assert "太慢" in [note.body[one.start : one.end][-2:] for one in reading.places]
    assert not reading.by_person


def test_a_persons_correction_wins_and_teaches(note: Note, insurer: World) -> None:
    knowledge.read_note(note=note, by=SYSTEM, at=NOW)
    knowledge.correct_reading(
        note=note, sentiment="neu", causes=["delay"], urgency="normal", by=insurer["agent"], at=NOW
    )
    reading = queries.reading_of(note.pk)
    assert reading is not None
    assert (reading.sentiment, reading.causes, reading.by_person) == ("neu", ("delay",), True)
    assert not reading.person
    assert queries.corrections() == [("neu", "delay", note.body)]


def test_erased_words_teach_nothing(note: Note, insurer: World) -> None:
    knowledge.read_note(note=note, by=SYSTEM, at=NOW)
    knowledge.correct_reading(
        note=note, sentiment="neu", causes=[], urgency="low", by=insurer["agent"], at=NOW
    )
    cases.erase_note(note=note, by=insurer["agent"], at=NOW)
    assert queries.corrections() == []


def test_only_people_correct_and_only_in_known_words(note: Note, insurer: World) -> None:
    good = {"sentiment": "neg", "causes": ["delay"], "urgency": "normal"}
    with pytest.raises(knowledge.NotReadYet):
        knowledge.correct_reading(note=note, by=insurer["agent"], at=NOW, **good)  # type: ignore[arg-type]
    knowledge.read_note(note=note, by=SYSTEM, at=NOW)
    for by in (SYSTEM, insurer["customer"]):
        with pytest.raises(knowledge.OnlyPeopleCorrect):
            knowledge.correct_reading(note=note, by=by, at=NOW, **good)  # type: ignore[arg-type]
    for wrong in ({"sentiment": "sad"}, {"causes": ["weather"]}, {"urgency": "now"}):
        with pytest.raises(knowledge.ReadingUnknown):
            knowledge.correct_reading(
                note=note,
                by=insurer["agent"],
                at=NOW,
                **{**good, **wrong},  # type: ignore[arg-type]
            )


def test_places_are_shown_without_overlap_and_never_outside_the_words() -> None:
    places = [Place(0, 2, "bad"), Place(1, 4, "delay"), Place(0, 3, "delay"), Place(4, 9, "bad")]
    assert apart(places, 6) == [Place(0, 3, "delay")]
    assert apart(places, 9) == [Place(0, 3, "delay"), Place(4, 9, "bad")]


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_corrections_that_are_kept_teach_the_next_weights(
    database_url: str, tmp_path: Path
) -> None:
    """The terminal reads them from the database; the note itself stays where it is."""
    insurer = world.build()
    case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
    for word in "甲乙丙丁戊己庚辛":
        note = cases.write_note(
            case=case, body=f"锣{word}没弄利索", kind="words", by=insurer["customer"], at=NOW
        )
        knowledge.read_note(note=note, by=SYSTEM, at=NOW)
        knowledge.correct_reading(
            note=note, sentiment="neg", causes=["repair"], urgency="normal",
            by=insurer["agent"], at=NOW,
        )  # fmt: skip
    weights = tmp_path / "weights.json"
    done = subprocess.run(
        [sys.executable, "-m", "yinuo.interfaces.cli.main",
         "train-words", "--kept", "--to", weights],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Kept aside: 2." in done.stdout
    assert read("锣没弄利索", read_weights(weights)).causes[:1] == ("repair",)

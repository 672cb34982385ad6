from __future__ import annotations

import hashlib

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands.notes import NoteIsEmpty
from yinuo.core.cases.models import Event, Note


def test_a_note_is_kept_beside_the_timeline_which_holds_only_its_salted_hash(
    office: Office,
) -> None:
    case = office.open()

    note = cases.write_note(
        case=case, body=" He is very upset. ", kind="internal", by=office.by_agent, at=START
    )

    line = trial.last(case)
    assert (line.type, line.data["note"]) == ("note.added", note.pk)
    assert "upset" not in str(line.data)
    digest = hashlib.sha256(bytes(note.salt) + b"He is very upset.").hexdigest()
    assert line.data["digest"] == digest
    assert trial.chain_holds(case)


def test_two_notes_of_the_same_words_cannot_be_told_from_the_timeline(office: Office) -> None:
    case = office.open()
    for _ in range(2):
        cases.write_note(case=case, body="same", kind="internal", by=office.by_agent, at=START)

    digests = Event.objects.filter(type="note.added").values_list("data__digest", flat=True)
    assert len(set(digests)) == 2


def test_an_empty_note_is_refused(office: Office) -> None:
    case = office.open()

    with pytest.raises(NoteIsEmpty) as refusal:
        cases.write_note(case=case, body=" \n ", kind="internal", by=office.by_agent, at=START)

    assert refusal.value.field == "body"
    assert not Note.objects.exists()


def test_an_erased_note_leaves_no_words_and_the_chain_whole(office: Office) -> None:
    case = office.open()
    note = cases.write_note(case=case, body="secret", kind="q", by=office.by_agent, at=START)

    cases.erase_note(note=note, by=office.by_lead, at=later("1 day"))

    note.refresh_from_db()
    assert (note.body, bytes(note.salt), note.erased_at) == ("", b"", later("1 day"))
    assert trial.last(case).type == "note.erased"
    assert trial.chain_holds(case)

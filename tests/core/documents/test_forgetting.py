"""Files of reports that were never sent go; what a row names stays, however old."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from tests.core.cases.trial import START, Office
from tests.core.documents import samples
from tests.core.documents.test_receive import files_in, receive, upload
from yinuo.core.documents import commands, storage
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import AccessRecord
from yinuo.core.rulebook import queries as rulebook


def arrived(office: Office, content: bytes) -> None:
    """A picture of a report that is being written: in the store, and in no row."""
    commands.look_at(uploads=[upload(content)], by=office.by_customer, at=START)


def age(store: Path, by: timedelta) -> None:
    moment = (START - by).timestamp()
    for path in files_in(store):
        os.utime(path, (moment, moment))


def kept_for() -> timedelta:
    return rulebook.rules(DocumentsRules, at=START).upload.unused_kept_for.value.elapsed()


def test_pictures_of_an_abandoned_report_go_and_how_many_is_on_record(
    office: Office, store: Path
) -> None:
    case = office.open()
    mine = receive(office, case, samples.picture())
    arrived(office, samples.picture())
    arrived(office, samples.picture())
    with storage.staged([b"half a pict"], most=100) as half:
        age(store, kept_for() + timedelta(minutes=1))
        assert commands.forget_unused_files(by=SYSTEM, at=START) == 3
        assert not half.path.exists()

    assert mine.file is not None
    assert files_in(store) == [storage.path_of(bytes(mine.file.sha256))]
    record = AccessRecord.objects.get()
    assert (record.what, record.count, record.actor) == ("forgotten:unused_files", 3, SYSTEM.id)


def test_a_report_that_is_still_being_written_keeps_its_pictures(
    office: Office, store: Path
) -> None:
    arrived(office, samples.picture())
    age(store, kept_for() - timedelta(minutes=1))
    assert commands.forget_unused_files(by=SYSTEM, at=START) == 0
    assert len(files_in(store)) == 1
    assert not AccessRecord.objects.exists()


def test_who_sends_the_same_picture_again_finds_it_later(office: Office, store: Path) -> None:
    content = samples.picture()
    arrived(office, content)
    age(store, kept_for() + timedelta(days=1))
    arrived(office, content)
    assert commands.forget_unused_files(by=SYSTEM, at=START) == 0
    assert len(files_in(store)) == 1


def test_a_picture_that_is_thrown_away_leaves_no_small_one_behind(
    office: Office, store: Path
) -> None:
    content = samples.picture()
    arrived(office, content)
    [path] = files_in(store)
    with storage.open_preview(bytes.fromhex(path.name), side=100, quality=50):
        pass
    age(store, kept_for() + timedelta(minutes=1))
    assert commands.forget_unused_files(by=SYSTEM, at=START) == 1
    assert files_in(store) == []

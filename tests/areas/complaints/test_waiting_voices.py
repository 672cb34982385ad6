"""Voices that belong to no case: their promises are watched, told of and counted again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from tests.world import World
from yinuo import automation
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import Landing, NewVoice, waiting_voices
from yinuo.areas.complaints.models import Inbound, VoicePromise
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases.commands.work import stamp
from yinuo.core.messages import commands as messages
from yinuo.core.messages.models import Message
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.models import RuleRevision
from yinuo.kit import queue

# Tuesday 27 April 2032, a year that no notice covers.
BEFORE = datetime(2032, 4, 27, 2, 0, tzinfo=UTC)
PUBLISHED = BEFORE + timedelta(hours=1)
YEAR = {"rest": [{"name": "劳动节", "first": "2032-04-28", "last": "2032-05-05"}], "work": []}


@pytest.fixture
def clean() -> Iterator[None]:
    yield
    rulebook.forget()


def publish() -> None:
    RuleRevision.objects.create(
        key="calendar.years.2032", number=1, value=YEAR, why="the notice for 2032", by="staff:1",
        made_at=PUBLISHED, in_force_from=PUBLISHED,
    )  # fmt: skip


def question(insurer: World, words: str = "请问怎么买车险") -> Inbound:
    new = NewVoice("phone", words, insurer.east)
    voice = complaints.take_in(voice=new, by=insurer["agent"], at=BEFORE)
    complaints.sort(voice=voice, landing=Landing("question"), by=insurer["agent"], at=BEFORE)
    return voice


def open_promise(voice: Inbound) -> VoicePromise:
    return voice.promises.get(kept_at__isnull=True)


@pytest.mark.usefixtures("clean")
def test_a_published_year_counts_the_promises_of_voices_again_and_keeps_what_was(
    insurer: World,
) -> None:
    voice = question(insurer)
    before = open_promise(voice)
    assert before.provisional
    assert complaints.recount_voices(at=PUBLISHED) == 0
    publish()
    automation.rule_came_into_force(key="calendar.years.2032", at=PUBLISHED)

    settled = open_promise(voice)
    assert not settled.provisional
    assert settled.due_at - before.due_at == timedelta(days=8)
    assert settled.recounted == [[stamp(PUBLISHED), stamp(before.due_at), stamp(settled.due_at)]]
    voice.refresh_from_db()
    assert (voice.due_at, voice.due_provisional) == (settled.due_at, False)
    assert complaints.watch_voices(at=before.due_at + timedelta(hours=1)) == 0
    assert complaints.recount_voices(at=PUBLISHED) == 0


@pytest.mark.usefixtures("clean")
def test_a_miss_that_the_publication_shows_to_be_none_leaves_the_leads_day(insurer: World) -> None:
    voice = question(insurer)
    late = datetime(2032, 5, 2, 2, 0, tzinfo=UTC)
    with queue.capture():
        complaints.watch_voices(at=late)
    assert open_promise(voice).missed_at is not None
    publish()
    complaints.recount_voices(at=late)
    row = open_promise(voice)
    assert (row.missed_at, row.told_staff) == (None, [])
    assert [level for _at, level, _staff in row.told] == ["handler", "team_lead"]
    with queue.capture():
        complaints.watch_voices(at=late + timedelta(days=20))
    assert open_promise(voice).missed_at == row.due_at


@pytest.mark.usefixtures("clean")
def test_what_a_killed_recount_left_is_counted_by_the_next_and_nothing_twice(
    insurer: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices = [question(insurer, f"请问怎么买车险 {number}") for number in range(3)]
    publish()
    monkeypatch.setattr(waiting_voices, "BATCH", 1)
    with connection.cursor() as cursor:
        cursor.execute(_DIES_AT % open_promise(voices[1]).pk)
    with pytest.raises(DatabaseError):
        complaints.recount_voices(at=PUBLISHED)
    assert [open_promise(one).provisional for one in voices] == [False, True, True]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER dies ON complaints_voicepromise")
    assert complaints.recount_voices(at=PUBLISHED) == 2
    assert [len(open_promise(one).recounted or ()) for one in voices] == [1, 1, 1]


_DIES_AT = """
CREATE FUNCTION pg_temp.dies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.id = %s THEN RAISE EXCEPTION 'killed'; END IF; RETURN NEW; END $$;
CREATE TRIGGER dies BEFORE UPDATE ON complaints_voicepromise
FOR EACH ROW EXECUTE FUNCTION pg_temp.dies()
"""


@pytest.mark.covers("CMP-1")
def test_whom_a_late_voice_goes_up_to_gets_a_message_as_for_a_case(insurer: World) -> None:
    voice = question(insurer)
    late = open_promise(voice).due_at + timedelta(days=20)
    with queue.capture() as jobs:
        complaints.watch_voices(at=late)
        complaints.watch_voices(at=late)
    [job] = [one for one in jobs.take() if one.task == "send_messages"]
    told = Message.objects.filter(case__isnull=True, reason="voice_escalated")
    assert {one.staff for one in told} == {insurer.staff["team_lead"]}
    assert {one.channel for one in told} == {"inbox", "email"}
    letter = told.get(channel="email")
    assert list(job.arguments["message_ids"]) == [letter.pk]
    assert voice_number(voice.pk, voice.received_at) in letter.subject
    assert voice.words not in letter.subject + letter.body
    assert messages.send_due([letter.pk], at=late).sent == 1
    letter.refresh_from_db()
    assert letter.status == "sent"

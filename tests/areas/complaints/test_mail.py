"""E-mail intake against real servers on loopback: IMAP for what comes in, SMTP for what leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from tests.core.documents import samples
from tests.core.messages import mailroom, post
from tests.core.messages.mailroom import Mailroom
from tests.core.messages.post import MailServer
from tests.core.messages.test_incoming import letter
from tests.world import NOW, World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import Landing
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases.models import Case, Note
from yinuo.core.documents.models import Document
from yinuo.core.messages import mailbox
from yinuo.core.messages.incoming import own_words
from yinuo.core.messages.models import Message
from yinuo.core.people.actors import SYSTEM
from yinuo.interfaces.cli import checks
from yinuo.interfaces.cli.checks import Level
from yinuo.interfaces.cli.main import yinuo
from yinuo.kit import queue

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def room(settings: Settings) -> Iterator[Mailroom]:
    with mailroom.running() as room:
        settings.IMAP_HOST, settings.IMAP_PORT, settings.IMAP_SSL = "127.0.0.1", room.port, False
        settings.IMAP_USER, settings.IMAP_PASSWORD = "claims", room.password
        yield room


@pytest.fixture
def smtp(settings: Settings) -> Iterator[MailServer]:
    with post.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        settings.MAIL_INTAKE = "claims@insurer.example"
        yield server


def fetch(at: datetime = NOW) -> dict[str, int]:
    """One run of the worker: what waits is taken in, and what follows is done."""
    with queue.capture() as jobs:
        done = complaints.empty_mailbox(by=SYSTEM, at=at)
    for job in jobs.take():
        if job.task == "acknowledge_voice":
            complaints.acknowledge_voice(voice_id=job.arguments["voice"], at=at)
    return dict(done)


def pipe(raw: bytes) -> Result:
    return CliRunner().invoke(yinuo, ["receive-mail"], input=raw)


@pytest.mark.covers("CMP-1")
def test_a_letter_becomes_a_voice_and_its_number_goes_back(
    insurer: World, room: Mailroom, smtp: MailServer
) -> None:
    room.deliver(letter("修理厂让我等了三周，我要投诉").as_bytes())
    assert fetch() == {"taken": 1}
    voice = Inbound.objects.get()
    assert voice.words == "等了三周\n\n修理厂让我等了三周，我要投诉"
    assert (voice.channel, voice.suggested, voice.email) == (
        "email",
        "complaint",
        "wang@example.com",
    )
    assert voice.acknowledged_at == NOW
    (answer,) = smtp.letters
    assert smtp.recipients == ["wang@example.com"]
    assert voice_number(voice.pk, voice.received_at) in answer["Subject"]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<one@example.com>"
    assert answer["Reply-To"] == "claims@insurer.example"
    assert fetch() == {}
    complaints.acknowledge_voice(voice_id=voice.pk, at=LATER)
    assert len(smtp.letters) == 1


@pytest.mark.parametrize("keywords", [True, False])
def test_a_letter_is_kept_once_when_the_line_breaks_before_it_is_marked(
    insurer: World, room: Mailroom, smtp: MailServer, keywords: bool
) -> None:
    room.keywords = keywords
    room.deliver(letter().as_bytes())
    room.drop_at = "STORE"
    with pytest.raises(mailbox.MailboxClosed):
        fetch()
    assert Inbound.objects.count() == 1
    assert fetch() == {"known": 1}
    assert fetch() == {}
    assert Inbound.objects.count() == 1


def test_a_mailbox_that_is_shut_is_asked_again_later(insurer: World, room: Mailroom) -> None:
    room.deliver(letter().as_bytes())
    room.drop_at = "FETCH"
    with pytest.raises(mailbox.MailboxClosed):
        fetch()
    assert not Inbound.objects.exists()
    assert fetch() == {"taken": 1}


def test_one_letter_that_makes_us_stumble_does_not_hold_up_the_others(
    insurer: World, room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.deliver(letter("\x01" * 3).as_bytes())
    room.deliver(letter(Message_ID="<two@example.com>").as_bytes())

    def stumble(words: str, marks: tuple[str, ...]) -> str:
        if "\x01" in words:
            raise KeyError
        return own_words(words, marks)

    monkeypatch.setattr("yinuo.areas.complaints.commands.strangers.own_words", stumble)
    assert fetch() == {"failed": 1, "taken": 1}
    assert room.flags[1] == {mailbox.FAILED}
    assert fetch() == {}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"Precedence": "bulk"}, True),
        ({"From": "claims@insurer.example"}, False),
    ],
)
def test_no_machine_answers_a_machine(
    insurer: World, room: Mailroom, smtp: MailServer, headers: dict[str, str], kept: bool
) -> None:
    room.deliver(letter(**headers).as_bytes())
    fetch()
    assert Inbound.objects.exists() == kept
    assert not smtp.letters


def test_two_machines_that_answer_each_other_come_to_an_end(
    insurer: World, room: Mailroom, smtp: MailServer
) -> None:
    for number in range(9):
        room.deliver(letter(Message_ID=f"<{number}@example.com>").as_bytes())
    fetch()
    assert Inbound.objects.count() == 9
    assert len(smtp.letters) == 5


def sent_to_customer(case: Case) -> Message:
    return Message.objects.filter(case=case, channel="email").earliest("pk")


def test_an_answer_to_a_letter_of_ours_comes_to_its_case(
    insurer: World, claim: Case, room: Mailroom, smtp: MailServer
) -> None:
    ours = sent_to_customer(claim).message_id
    answer = letter("还没有人联系我", In_Reply_To=ours, From="customer@example.com")
    room.deliver(answer.as_bytes())
    stranger = letter("我也是", In_Reply_To=ours, Message_ID="<three@example.com>")
    room.deliver(stranger.as_bytes())
    fetch()
    mine, other = Inbound.objects.order_by("pk")
    assert mine.about == other.about == claim
    assert mine.person == insurer.holder
    assert other.person is None
    assert mine.branch_path == claim.branch_path
    complaints.sort(voice=mine, landing=Landing(kind="concern"), by=insurer["agent"], at=LATER)
    assert Note.objects.filter(case=claim, body="还没有人联系我", kind="words").exists()


def test_a_letter_that_came_back_marks_what_was_sent(insurer: World, claim: Case) -> None:
    ours = sent_to_customer(claim)
    Message.objects.filter(pk=ours.pk).update(status="sent")
    raw = (
        "From: MAILER-DAEMON@example.com\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {ours.message_id}\r\n--b--\r\n"
    )
    assert complaints.hear_mail(raw=raw.encode(), by=SYSTEM, at=LATER).outcome == "bounce"
    ours.refresh_from_db()
    assert (ours.status, ours.why_not) == ("failed", "came_back")
    assert not Inbound.objects.exists()


def with_files(*files: tuple[str, bytes]) -> EmailMessage:
    mail = letter()
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail


def test_what_came_along_is_looked_at_and_goes_to_the_case(insurer: World, claim: Case) -> None:
    mail = with_files(
        ("照片.jpg", samples.picture()),
        ("发票.pdf", samples.paper()),
        ("run.exe", b"MZ\x90\x00" * 9),
    )
    heard = complaints.hear_mail(raw=mail.as_bytes(), by=SYSTEM, at=NOW)
    voice = heard.voice
    assert voice is not None
    assert sorted(voice.papers.values_list("file_name", flat=True)) == ["发票.pdf", "照片.jpg"]
    assert [one["name"] for one in voice.left_out or []] == ["run.exe"]
    landing = Landing(kind="concern", about=claim, person=insurer.holder)
    complaints.sort(voice=voice, landing=landing, by=insurer["agent"], at=LATER)
    assert Document.objects.filter(case=claim, kind="other", status="received").count() == 2
    assert not voice.papers.exists()


def test_a_mail_server_hands_a_letter_over_through_a_pipe(insurer: World) -> None:
    first = pipe(letter().as_bytes())
    assert first.exit_code == 0
    voice = Inbound.objects.get()
    number = voice_number(voice.pk, voice.received_at)
    assert first.output.strip() == f"taken {number}"
    assert pipe(letter().as_bytes()).output.strip() == f"known {number}"
    assert pipe(b"  ").exit_code == 2


def test_the_operator_is_told_how_the_mailbox_stands(
    db: None, room: Mailroom, settings: Settings
) -> None:
    room.deliver(letter().as_bytes())
    (found,) = checks.mailbox()
    assert found.level is Level.GOOD
    assert "1" in found.says
    settings.IMAP_PASSWORD = "wrong"
    (found,) = checks.mailbox()
    assert found.level is Level.WRONG
    empty = CliRunner().invoke(yinuo, ["receive-mail", "--mailbox"])
    assert empty.exit_code == 1
    settings.IMAP_HOST = ""
    (found,) = checks.mailbox()
    assert found.level is Level.NOTE


def test_the_number_of_a_voice_can_be_read_out_and_found() -> None:
    number = voice_number(12, datetime(2026, 3, 2, tzinfo=UTC))
    assert number.startswith("V26-0000012-")


@pytest.mark.covers("COM-22", "COM-23")
def test_the_answer_to_a_question_without_a_case_leaves_as_an_answer_to_its_letter(
    insurer: World, room: Mailroom, smtp: MailServer
) -> None:
    room.deliver(letter("请问怎么买车险").as_bytes())
    fetch()
    voice = Inbound.objects.get()
    lead = insurer["manager"]
    complaints.sort(voice=voice, landing=Landing("question"), by=lead, at=NOW)
    with queue.capture() as jobs:
        complaints.answer_question(voice=voice, words="在网上就能买。", by=lead, at=LATER)
    job = next(one for one in jobs.take() if one.task == "tell_voice_answer")
    complaints.tell_voice_answer(voice_id=job.arguments["voice"], at=LATER)
    complaints.tell_voice_answer(voice_id=job.arguments["voice"], at=LATER)
    received, answer = smtp.letters
    body = answer.get_body(("plain",))
    assert body is not None
    assert "在网上就能买。" in body.get_content()
    assert answer["In-Reply-To"] == "<one@example.com>"
    voice.refresh_from_db()
    assert (voice.told_how, voice.told_at) == ("email", LATER)
    assert received["Subject"] != answer["Subject"]

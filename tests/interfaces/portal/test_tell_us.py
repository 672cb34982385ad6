"""The public form: anybody may say anything, and learns nothing but a number and the times."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.documents import samples
from tests.interfaces.portal.visitors import CHINESE, ENGLISH, Answer, reported
from tests.world import World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import Landing
from yinuo.areas.complaints.models import Complaint, Inbound
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.documents.models import Document
from yinuo.interfaces.portal.door import now
from yinuo.kit import queue

FORM, DONE = "/tell-us/", "/tell-us/done"
SAID = {"name": "样例客户甲", "phone": "13900000001", "words": "修理厂拖了三周，我要投诉"}


def send(visitor: Client, **changes: object) -> Answer:
    return visitor.post(FORM, {**SAID, **changes})


def read(visitor: Client, path: str = DONE) -> str:
    return unescape(visitor.get(path).content.decode())


@pytest.mark.covers("CMP-1", "COM-22")
def test_anybody_may_say_something_and_gets_a_number_with_its_times(
    insurer: World, visitor: Client
) -> None:
    assert "Tell us" in read(visitor, "/")
    answer = send(visitor)
    assert (answer.status_code, answer["location"]) == (303, DONE)
    voice = Inbound.objects.get()
    assert (voice.channel, voice.suggested, voice.name) == ("web_form", "complaint", "样例客户甲")
    assert voice.words == SAID["words"]
    assert voice.branch == insurer.east
    page = read(visitor)
    assert voice_number(voice.pk, voice.received_at) in page
    assert "Is it a complaint, somebody calls you by" in page
    assert "data-draft-done" in page


def test_what_is_said_lands_on_the_case_with_its_files_and_the_time_of_the_form(
    insurer: World, visitor: Client
) -> None:
    claim = reported(insurer)
    picture = SimpleUploadedFile("a.jpg", samples.picture(), "image/jpeg")
    send(visitor, files=[picture], named=claim.number)
    voice = Inbound.objects.get()
    assert voice.papers.count() == 1
    landing = Landing(kind="complaint", about=claim, person=insurer.holder)
    with queue.capture():
        case = complaints.sort(voice=voice, landing=landing, by=insurer["agent"], at=now())
    complaint = Complaint.objects.get()
    assert complaint.received_at == voice.received_at
    assert complaint.channel == "web_form"
    assert Document.objects.filter(case=case, kind="other").count() == 1


def test_the_answer_is_the_same_whether_there_is_such_a_case_or_not(insurer: World) -> None:
    claim = reported(insurer)
    pages: list[str] = []
    for named in (claim.number, "C26-9999999-9", "沪A12345", "沪Z99999", ""):
        stranger = Client(headers=ENGLISH)
        send(stranger, named=named, words=f"请问 {len(pages)}", phone=f"1390000000{len(pages)}")
        number = voice_number(*Inbound.objects.values_list("pk", "received_at").latest("pk"))
        pages.append(read(stranger).replace(number, "NUMBER"))
    assert len({page.split("csrf")[0] for page in pages}) == 1


def test_the_same_words_again_keep_their_number(insurer: World, visitor: Client) -> None:
    send(visitor)
    send(visitor, words=f"  {SAID['words']} ")
    assert Inbound.objects.count() == 1
    assert "We have this from you already" in read(visitor)
    send(visitor, words="另外一件事")
    assert Inbound.objects.count() == 2
    assert "We have your message" in read(visitor)


def test_what_was_typed_and_sent_along_stays_until_it_is_sent(
    insurer: World, visitor: Client
) -> None:
    files = [SimpleUploadedFile("a.jpg", samples.picture(), "image/jpeg")]
    more = visitor.post(FORM, {"words": "还没写完", "then": "more", "files": files})
    assert more.status_code == 303
    page = read(visitor, FORM)
    assert "还没写完" in page
    assert "1 file is with us" in page
    assert "a.jpg" in page
    missing = visitor.post(FORM, {"words": "还没写完"})
    assert missing.status_code == 422
    assert "a.jpg" in missing.content.decode()
    visitor.post(FORM, {"words": "写完了", "remove": "0"})
    assert "a.jpg" not in read(visitor, FORM)
    assert not Inbound.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": ""}, "words"),
        ({"phone": "call me"}, "with its digits"),
        ({"name": "x" * 81}, "80"),
        ({"words": "x" * 4001}, "4"),
    ],
)
def test_what_is_missing_or_odd_is_said_at_its_field(
    insurer: World, visitor: Client, changes: dict[str, str], said: str
) -> None:
    answer = send(visitor, **changes)
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    assert not Inbound.objects.exists()


def test_a_hostile_file_is_refused_and_the_words_stay(insurer: World, visitor: Client) -> None:
    evil = SimpleUploadedFile("a.jpg", b"MZ\x90\x00" * 9, "image/jpeg")
    answer = send(visitor, files=[evil])
    assert answer.status_code == 422
    assert SAID["words"] in answer.content.decode()
    assert not Inbound.objects.exists()


def test_one_phone_and_one_address_may_send_so_much_and_no_more(insurer: World) -> None:
    for number in range(6):
        send(Client(headers=ENGLISH), words=f"第 {number} 件事")
    refused = send(Client(headers=ENGLISH), words="又一件事")
    assert refused.status_code == 422
    assert "A lot has come from this number" in unescape(refused.content.decode())
    for number in range(14):
        send(Client(headers=ENGLISH), words=f"别的 {number}", phone=f"1380000{number:04d}")
    busy = send(Client(headers=ENGLISH), phone="13811112222")
    assert busy.status_code == 429
    assert int(busy["Retry-After"]) > 0


def test_a_form_from_another_page_is_refused(insurer: World) -> None:
    strict = Client(headers=ENGLISH, enforce_csrf_checks=True)
    assert strict.post(FORM, SAID).status_code == 403
    assert not Inbound.objects.exists()


def test_the_page_of_the_number_is_for_who_sent_it(insurer: World, visitor: Client) -> None:
    send(visitor)
    assert Client().get(DONE).status_code == 303


def test_the_form_speaks_chinese(insurer: World) -> None:
    page = Client(headers=CHINESE).get(FORM).content.decode()
    assert "告诉我们" in page

"""Papers and photos: sent by the customer, seen by nobody else, hostile ones refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.documents.samples import paper, picture
from tests.interfaces.portal.visitors import ENGLISH, Answer, now, page_of, reported, visit
from tests.world import World, take_policy
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.documents.commands import Upload, Wanted
from yinuo.core.documents.links import token_for
from yinuo.core.documents.models import Document
from yinuo.core.people.actors import customer_actor
from yinuo.core.people.models import AccessRecord


@pytest.fixture
def case(insurer: World) -> Case:
    case = reported(insurer)
    claims.register(case=case, by=insurer["agent"], at=now() - timedelta(minutes=3))
    wanted = [Wanted("driving_licence", "To see that the driver may drive")]
    at = now() - timedelta(minutes=2)
    claims.request_papers(case=case, wanted=wanted, by=insurer["agent"], at=at)
    return Case.objects.get(pk=case.pk)


def send(visitor: Client, case: Case, kind: str, *files: tuple[str, bytes], **more: str) -> Answer:
    named = [SimpleUploadedFile(name, content) for name, content in files]
    form = {"kind": kind, f"files-{kind}": named, **more}
    return visitor.post(page_of(case, "/papers"), form)


def a_paper(case: Case, kind: str = "driving_licence") -> Document:
    actor = customer_actor(person_id=case.customer_id)
    upload = Upload(kind, "a.jpg", [picture()])
    (row,) = claims.receive_papers(case=case, uploads=[upload], by=actor, at=now())
    return row


def link_to(case: Case, row: Document, **options: object) -> str:
    reader = customer_actor(person_id=case.customer_id)
    token = token_for(row, "original", reader=reader, at=now(), **options)
    return page_of(case, f"/files/{token}")


@pytest.mark.covers("FNOL-12", "SUR-9")
def test_a_wanted_paper_is_sent_and_counts_as_received(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    place = {"latitude": "31.2", "longitude": "121.4"}
    assert send(visitor, case, "driving_licence", ("a.jpg", picture()), **place).status_code == 303
    row = Document.objects.get(kind="driving_licence")
    assert (row.status, row.latitude) == ("received", 31.2)
    assert row.uploaded_by == f"customer:{case.customer_id}"
    text = visitor.get(page_of(case, "/papers")).content.decode()
    assert "1 file received, thank you." in text
    assert "Received, being checked" in text


def test_several_photos_go_at_once_and_twice_is_once(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    photos = [(f"{n}.jpg", picture(shade=20 + n)) for n in range(3)]
    for _ in range(2):
        assert send(visitor, case, "scene_photos", *photos).status_code == 303
    assert Document.objects.filter(kind="scene_photos").count() == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b""),
        ("a.jpg", b"<html><script>alert(1)</script></html>"),
        ("a.jpg", b"MZ\x90" + bytes(500)),
        ("a.jpg", b"\xff\xd8\xff" + bytes(500)),
        ("../../etc/passwd", b"root:x:0:0"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.jpg", picture(size=(20, 20))),
        ("a.pdf", b"%PDF-1.7 /JavaScript"),
    ],
)
def test_hostile_and_useless_files_are_refused_with_a_reason(
    case: Case, visitor: Client, name: str, content: bytes
) -> None:
    visit(visitor, case)
    answer = send(visitor, case, "driving_licence", (name, content))
    assert answer.status_code == 422
    assert 'id="error-summary"' in answer.content.decode()
    assert not Document.objects.filter(file__isnull=False).exists()


def test_one_bad_file_among_good_ones_takes_none(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    answer = send(visitor, case, "scene_photos", ("a.jpg", picture()), ("b.jpg", b"no picture"))
    assert answer.status_code == 422
    assert "b.jpg" in answer.content.decode()
    assert not Document.objects.filter(kind="scene_photos").exists()


def test_too_many_files_and_no_file_are_told(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    assert send(visitor, case, "scene_photos").status_code == 422
    many = [(f"{n}.jpg", b"x") for n in range(21)]
    answer = send(visitor, case, "scene_photos", *many)
    assert answer.status_code == 422
    assert "at most 20 files" in answer.content.decode()


@pytest.mark.parametrize("kind", ["decision_letter", "survey_report", "nonsense", ""])
def test_a_customer_cannot_send_what_only_we_write(case: Case, visitor: Client, kind: str) -> None:
    visit(visitor, case)
    form = {"kind": kind, f"files-{kind}": [SimpleUploadedFile("a.pdf", paper())]}
    assert visitor.post(page_of(case, "/papers"), form).status_code == 422
    assert not Document.objects.filter(file__isnull=False).exists()


def test_a_photo_is_wanted_where_a_document_says_nothing(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    assert send(visitor, case, "scene_photos", ("a.pdf", paper())).status_code == 422


def test_a_place_that_cannot_be_does_not_lose_the_photo(case: Case, visitor: Client) -> None:
    visit(visitor, case)
    place = {"latitude": "900", "longitude": "here"}
    assert send(visitor, case, "scene_photos", ("a.jpg", picture()), **place).status_code == 303
    assert Document.objects.get(kind="scene_photos").latitude is None


def test_the_reader_opens_a_file_and_that_is_on_record(case: Case, visitor: Client) -> None:
    row = a_paper(case)
    visit(visitor, case)
    answer = visitor.get(link_to(case, row))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.getvalue().startswith(b"\xff\xd8")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert AccessRecord.objects.filter(what=f"document:{row.pk}").count() == 1


def test_the_small_picture_beside_a_paper_is_private_too(case: Case, visitor: Client) -> None:
    row = a_paper(case)
    visit(visitor, case)
    text = visitor.get(page_of(case, "/papers")).content.decode()
    (address,) = re.findall(r'<img src="([^"]+)"', text)
    shown = visitor.get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert len(shown.getvalue()) > 1000
    assert AccessRecord.objects.filter(what=f"document:{row.pk}").count() == 1
    assert Client().get(address).status_code == 303


def test_a_file_link_dies_and_opens_nothing_for_others(
    insurer: World, case: Case, visitor: Client
) -> None:
    row = a_paper(case)
    reader = customer_actor(person_id=case.customer_id)
    old = token_for(row, "original", reader=reader, at=now() - timedelta(hours=1))
    fresh = link_to(case, row)
    assert Client().get(fresh).status_code == 303
    take_policy(number="P-200", plate="沪B22222", at=now())
    theirs = reported(insurer, policy_number="P-200")
    stranger = Client(headers=ENGLISH)
    visit(stranger, theirs)
    token = fresh.rpartition("/")[2]
    assert stranger.get(fresh).status_code == 404
    assert stranger.get(page_of(theirs, f"/files/{token}")).status_code == 404
    visit(visitor, case)
    gone = visitor.get(page_of(case, f"/files/{old}"))
    assert gone.status_code == 410
    assert "no longer valid" in gone.content.decode()
    assert visitor.get(page_of(case, f"/files/{token[:-3]}xyz")).status_code == 404


def test_a_paper_that_we_keep_among_us_is_not_shown(
    insurer: World, case: Case, visitor: Client
) -> None:
    upload = Upload("survey_report", "report.pdf", [paper()])
    claims.receive_papers(case=case, uploads=[upload], by=insurer["agent"], at=now())
    row = Document.objects.get(kind="survey_report")
    visit(visitor, case)
    assert "Survey report" not in visitor.get(page_of(case, "/papers")).content.decode()
    assert visitor.get(link_to(case, row)).status_code == 404


def test_nothing_is_sent_to_a_closed_claim(insurer: World, case: Case, visitor: Client) -> None:
    claims.withdraw(case=case, reason="对方已赔", by=insurer["customer"], at=now())
    visit(visitor, case)
    assert send(visitor, case, "other", ("a.jpg", picture())).status_code == 422
    assert "nothing more can be sent" in visitor.get(page_of(case, "/papers")).content.decode()

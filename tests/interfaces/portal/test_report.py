"""Reporting an accident on the web: four short steps, nothing lost, nothing revealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.core.documents.samples import picture
from tests.interfaces.portal.visitors import PHONE, Answer, now, page_of, reported
from tests.world import World
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.models import Case
from yinuo.core.documents.models import Document

PLATE = "沪A12345"


def local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def identify(visitor: Client, car: str = PLATE, phone: str = PHONE) -> Answer:
    return visitor.post("/report/", {"car": car, "phone": phone})


def what(**changes: str) -> dict[str, str]:
    return {
        "cause": "collision",
        "accident_at": local(now() - timedelta(hours=2)),
        "place": "东大路 1 号",
        "in_town": "yes",
        "said-at_scene": "on",
        "circumstances": "对方追尾",
        **changes,
    }


WHO: Mapping[str, str] = {
    "own_car": "on",
    "severity": "light",
    "title": "后保险杠",
    "drivable": "yes",
    "other_vehicles": "1",
    "injured": "0",
    "seriously_injured": "0",
    "dead": "0",
}


def to_the_last_step(visitor: Client, **changes: str) -> None:
    identify(visitor)
    assert visitor.post("/report/what", what(**changes)).status_code == 303
    assert visitor.post("/report/who", WHO).status_code == 303
    assert visitor.post("/report/photos", {"then": "next"}).status_code == 303


@pytest.mark.covers("FNOL-3", "FNOL-6", "FNOL-7")
def test_a_customer_reports_in_four_steps_and_is_told_number_guidance_and_times(
    insurer: World, visitor: Client
) -> None:
    assert identify(visitor).headers["Location"] == "/report/what"
    assert visitor.post("/report/what", what()).headers["Location"] == "/report/who"
    assert visitor.post("/report/who", WHO).headers["Location"] == "/report/photos"
    photo = SimpleUploadedFile("scene.jpg", picture())
    sent = visitor.post("/report/photos", {"files": [photo], "then": "next"})
    assert sent.headers["Location"] == "/report/check"
    read_again = visitor.get("/report/check").content.decode()
    assert "东大路 1 号" in read_again
    assert "对方追尾" in read_again
    assert visitor.post("/report/check").headers["Location"] == "/report/done"
    claim = Claim.objects.select_related("case").get()
    end = visitor.get("/report/done").content.decode()
    assert claim.case.number in end
    assert "Please do this now" in end
    assert "Confirm your report and name your contact" in end
    assert "agent 员工" in end
    assert (claim.door, claim.reporter_phone) == ("web", PHONE)
    assert sorted(Loss.objects.values_list("kind", flat=True)) == ["other_vehicle", "own_vehicle"]
    assert Document.objects.get(kind="scene_photos").uploaded_by.startswith("customer:")


@pytest.mark.covers("FNOL-14")
def test_only_what_the_policy_does_not_tell_is_asked(insurer: World, visitor: Client) -> None:
    to_the_last_step(visitor)
    visitor.post("/report/check")
    claim = Claim.objects.get()
    assert claim.policy_id == insurer.policy.pk
    assert claim.reporter_name == insurer.holder.name


@pytest.mark.parametrize(
    ("car", "phone"), [(PLATE, "13900000002"), ("沪B99999", PHONE), ("P-999", PHONE), ("%", "1")]
)
def test_a_stranger_learns_neither_car_nor_phone(
    insurer: World, visitor: Client, car: str, phone: str
) -> None:
    answer = identify(visitor, car, phone)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "We could not find this car together with this phone number" in text
    assert insurer.holder.name not in text
    assert visitor.get("/report/what").status_code == 303


def test_the_policy_number_is_as_good_as_the_plate(insurer: World, visitor: Client) -> None:
    assert identify(visitor, "p-100").headers["Location"] == "/report/what"


def test_nobody_jumps_over_a_step(insurer: World, visitor: Client) -> None:
    identify(visitor)
    assert visitor.get("/report/check").headers["Location"] == "/report/what"
    assert visitor.post("/report/check").headers["Location"] == "/report/what"
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accident_at": "2099-01-01T10:00"}, "cannot lie in the future"),
        ({"accident_at": "1999-01-01T10:00"}, "not insured with us yet"),
        ({"accident_at": "0206-01-01T10:00"}, "Write date and time"),
        ({"accident_at": "0001-01-01T00:00"}, "Write date and time"),
        ({"accident_at": "yesterday"}, "Write date and time"),
        ({"accident_at": ""}, "Please fill in this field"),
        ({"cause": "volcano"}, "Choose one of"),
        ({"place": "x" * 201}, "At most 200 characters"),
        ({"latitude": "200"}, "at most 90"),
        ({"latitude": "nan"}, "at most 90"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    insurer: World, visitor: Client, changes: dict[str, str], said: str
) -> None:
    identify(visitor)
    answer = visitor.post("/report/what", what(**changes))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "对方追尾" in text


def test_a_report_without_any_harm_is_asked_again(insurer: World, visitor: Client) -> None:
    identify(visitor)
    visitor.post("/report/what", what())
    nothing = {"injured": "0", "other_vehicles": "0", "title": "只是问问"}
    answer = visitor.post("/report/who", nothing)
    assert answer.status_code == 422
    assert "Say what was harmed" in answer.content.decode()
    assert "只是问问" in answer.content.decode()


@pytest.mark.parametrize("count", ["-1", "21", "1.5", "many", "9" * 30])
def test_absurd_numbers_of_people_are_refused(insurer: World, visitor: Client, count: str) -> None:
    identify(visitor)
    visitor.post("/report/what", what())
    assert visitor.post("/report/who", {**WHO, "injured": count}).status_code == 422


def test_steps_keep_what_was_typed_and_can_be_changed(insurer: World, visitor: Client) -> None:
    to_the_last_step(visitor)
    assert "对方追尾" in visitor.get("/report/what").content.decode()
    assert "后保险杠" in visitor.get("/report/who").content.decode()
    visitor.post("/report/what", what(place="西大路 2 号"))
    assert "西大路 2 号" in visitor.get("/report/check").content.decode()


def test_the_draft_is_not_readable_in_the_session(insurer: World, visitor: Client) -> None:
    to_the_last_step(visitor)
    assert "东大路" not in str(dict(visitor.session))
    assert PHONE not in str(dict(visitor.session))


@pytest.mark.covers("FNOL-3")
def test_the_same_accident_is_told_with_its_number_and_another_one_can_be_reported(
    insurer: World, visitor: Client
) -> None:
    first = reported(insurer, accident_at=now() - timedelta(hours=2))
    to_the_last_step(visitor)
    assert first.number in visitor.get("/report/check").content.decode()
    refused = visitor.post("/report/check")
    assert refused.status_code == 422
    assert page_of(first) in refused.content.decode()
    assert Case.objects.count() == 1
    assert visitor.post("/report/check", {"confirmed_new": "on"}).status_code == 303
    assert Case.objects.count() == 2


def test_pressing_twice_reports_once(insurer: World, visitor: Client) -> None:
    to_the_last_step(visitor)
    assert visitor.post("/report/check").headers["Location"] == "/report/done"
    assert visitor.post("/report/check").headers["Location"] == "/report/done"
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", b"<script>alert(1)</script>"),
        ("photo.jpg", b"MZ" + bytes(400)),
        ("photo.jpg", b""),
        ("paper.pdf", b"%PDF-1.7\n%%EOF"),
        ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_hostile_files_are_refused_and_the_report_goes_on(
    insurer: World, visitor: Client, name: str, content: bytes
) -> None:
    identify(visitor)
    visitor.post("/report/what", what())
    visitor.post("/report/who", WHO)
    bad = SimpleUploadedFile(name, content)
    assert visitor.post("/report/photos", {"files": [bad], "then": "next"}).status_code == 422
    assert visitor.post("/report/photos", {"then": "next"}).status_code == 303
    visitor.post("/report/check")
    assert not Document.objects.exists()


def test_the_report_opens_no_other_page_of_the_claim(insurer: World, visitor: Client) -> None:
    to_the_last_step(visitor)
    visitor.post("/report/check")
    number = Case.objects.get().number
    assert visitor.get(f"/claims/{number}").headers["Location"].startswith("/track/")

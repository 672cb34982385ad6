"""What the API refuses: who may not, what cannot be, and in whose language it says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.interfaces.api.callers import Caller, House, accident, done, refused
from yinuo.core.cases.models import Case, Event
from yinuo.core.people.models import AccessRecord
from yinuo.interfaces.common import actions

MOST_STATEMENTS = 20
"""From the published figures: what one report may ask of the database."""


@pytest.mark.parametrize("key", ["", "not-a-key", "\x7f", "x" * 4000])
def test_without_a_good_key_nothing_opens(house: House, key: str) -> None:
    stranger = Caller(key)
    for path in ("/claims", "/policies", "/bank/batches", "/claims/duplicates"):
        answer = stranger.get(path)
        refused(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    refused(stranger.post("/claims", accident()), 401)


def test_a_member_of_staff_who_is_signed_in_opens_nothing_without_a_key(house: House) -> None:
    browser = Client()
    browser.force_login(house.world.staff["agent"])
    assert browser.get("/api/claims").status_code == 401


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "请填写"), ("zh-TW", "請填寫"), ("en", "Please fill in this field.")],
)
def test_a_missing_field_is_named_in_the_callers_language(
    house: House, language: str, words: str
) -> None:
    caller = house["agent"]
    caller.language = language
    problem = refused(caller.post("/claims", accident(place="")), 422, "input_not_valid")
    assert [one["field"] for one in problem["errors"]] == ["place"]
    assert words in problem["errors"][0]["message"]
    assert not Case.objects.exists()


ABSURD: tuple[tuple[str, Any], ...] = (
    ("accident_at", "not a time"),
    ("accident_at", "2026-03-02T10:00:00"),
    ("accident_at", "0001-01-01T00:00:00+08:00"),
    ("accident_at", "9999-12-31T23:59:59-12:00"),
    ("accident_at", 1e300),
    ("accident_at", "2199-01-01T00:00:00Z"),
    ("place", "x" * 201),
    ("place", "\x00"),
    ("place", "东\x00大路"),
    ("place", ["list"]),
    ("cause", "meteor"),
    ("latitude", 91),
    ("latitude", "nan"),
    ("longitude", "Infinity"),
    ("losses", []),
    ("losses", [{"kind": "own_vehicle"}] * 51),
    ("losses", [{"kind": "spaceship"}]),
    ("losses", [{"kind": "own_vehicle", "estimate": "-1"}]),
    ("losses", [{"kind": "own_vehicle", "estimate": "1e400"}]),
    ("losses", [{"kind": "own_vehicle", "estimate": "1.005"}]),
    ("losses", [{"kind": "own_vehicle", "estimate": "NaN"}]),
    ("losses", [{"kind": "own_vehicle", "surprise": 1}]),
    ("losses", [{"kind": "own_vehicle", "title": "\x00"}]),
    ("injured", -1),
    ("injured", 1e9),
    ("injured", 10**400),
    ("reporter_phone", "\x00139"),
    ("reporter_name", "名\x00"),
    ("circumstances", "x" * 4001),
    ("circumstances", "\x00"),
    ("policy_number", "P-\x00"),
    ("plate", "\x00"),
    ("said", {"guilty": True}),
    ("unknown_field", 1),
)


@pytest.mark.covers("FNOL-3")
@pytest.mark.parametrize(("field", "value"), ABSURD, ids=lambda value: repr(value)[:40])
def test_an_absurd_report_is_refused_with_its_field_and_changes_nothing(
    house: House, field: str, value: Any
) -> None:
    problem = refused(house["agent"].post("/claims", accident(**{field: value})), 422)
    assert any(one["field"].split(".")[0] == field for one in problem["errors"]), problem
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{" * 5000, b'{"a": "\\ud800"}']
)
def test_what_is_no_json_object_is_refused(house: House, body: bytes) -> None:
    answer = Client().post(
        "/api/claims",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {house['agent'].key}"},
    )
    assert answer.status_code in (400, 422), answer.content


@pytest.mark.parametrize(
    "number", ["0", "C-", "C-999999999999999999999", "%00", "C%2F1", "理赔", "x" * 500]
)
def test_an_absurd_number_is_no_claim(house: House, number: str) -> None:
    for path in (f"/claims/{number}", f"/claims/{number}/timeline", f"/claims/{number}/documents"):
        answer = house["agent"].get(path)
        assert answer.status_code in (404, 422), (path, answer.content)
    answer = house["agent"].post(f"/claims/{number}/registration", {})
    assert answer.status_code in (404, 422), answer.content


@pytest.mark.covers("FNOL-4")
def test_another_branchs_claim_looks_like_no_claim(house: House) -> None:
    number = house.report()
    west = house.hire("west", house.world.west, "agent", "team_lead")
    theirs = refused(west.get(f"/claims/{number}"), 404, "case_not_found")
    assert theirs["title"] == f"There is no case {number}."
    for path in (f"/claims/{number}/timeline", f"/claims/{number}/documents"):
        refused(west.get(path), 404, "case_not_found")
    refused(west.get(f"/claims/{number}/documents/1/file"), 404, "case_not_found")
    assert done(west.get("/claims"))["items"] == []
    assert done(west.get("/policies", number="P-100"))["items"] == []
    for noun in ("registration", "no-interest", "contact", "arrival", "closing"):
        refused(west.post(f"/claims/{number}/{noun}", {}), 404, "case_not_found")
    assert Event.objects.exclude(actor__startswith="client:").filter(seq__gt=1).count() == 0


def test_an_operators_program_sees_no_customer(house: House) -> None:
    number = house.report()
    refused(house["operator"].get(f"/claims/{number}"), 404)
    assert done(house["operator"].get("/claims"))["items"] == []


def test_only_who_handles_money_talks_with_the_bank(house: House) -> None:
    refused(house["agent"].get("/bank/batches"), 403)
    refused(house["agent"].post("/bank/batches"), 403)
    file = SimpleUploadedFile("a.xml", b"<x/>", "application/xml")
    refused(house["agent"].send("/bank/answers", {"file": file}), 403)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<x/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
        b"\x00" * 64,
    ],
)
def test_a_hostile_answer_of_the_bank_becomes_a_finding_for_a_person(
    house: House, content: bytes
) -> None:
    file = SimpleUploadedFile("answer.xml", content, "application/xml")
    answer = house["cashier"].send("/bank/answers", {"file": file})
    assert done(answer)["findings"][0]["kind"] == "bank_answer_unreadable"


@pytest.mark.parametrize(
    "name", ["virus.exe", "../../etc/passwd", "a\x00b.jpg", "x" * 300 + ".jpg", ""]
)
def test_a_file_that_is_no_paper_is_refused_whatever_its_name(house: House, name: str) -> None:
    number = house.report()
    file = SimpleUploadedFile(name or "-", b"MZ\x90\x00 this is a program", "image/jpeg")
    answer = house["agent"].send(
        f"/claims/{number}/documents", {"file": file, "kind": "scene_photo"}
    )
    assert answer.status_code in (400, 422), answer.content.decode()


def test_the_same_request_with_the_same_key_reports_once(house: House) -> None:
    given = accident()
    first = house["agent"].post("/claims", given, Idempotency_Key="report-1")
    again = house["agent"].post("/claims", given, Idempotency_Key="report-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Case.objects.count() == 1
    number = first.json()["number"]
    for _ in range(2):
        moved = house["agent"].post(
            f"/claims/{number}/registration", {}, Idempotency_Key="register-1"
        )
        assert done(moved)["state"] == "registered"
    assert Event.objects.filter(type="claim.registered").count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 121, "a\tb"])
def test_a_strange_idempotency_key_never_breaks_anything(house: House, key: str) -> None:
    answer = house["agent"].post("/claims", accident(), Idempotency_Key=key)
    assert answer.status_code in (201, 422), answer.content


def test_a_used_key_cannot_carry_another_request(house: House) -> None:
    done(house["agent"].post("/claims", accident(), Idempotency_Key="k-1"), 201)
    other = house["agent"].post("/claims", accident(place="西大路"), Idempotency_Key="k-1")
    refused(other, 422, "idempotency_key_reused")


def test_a_refused_request_does_not_use_up_its_key(house: House) -> None:
    refused(house["agent"].post("/claims", accident(place=""), Idempotency_Key="k-2"), 422)
    done(house["agent"].post("/claims", accident(), Idempotency_Key="k-2"), 201)


def test_who_saw_an_old_revision_is_told_so(house: House) -> None:
    number = house.report()
    seen = done(house["agent"].get(f"/claims/{number}"))["revision"]
    done(house["agent"].post(f"/claims/{number}/registration", {"seen": seen}))
    late = house["agent"].post(f"/claims/{number}/dispatch", {"seen": seen})
    refused(late, 409, "changed_meanwhile")


def test_a_step_that_is_not_possible_now_says_where_the_claim_is(house: House) -> None:
    number = house.report()
    answer = refused(house["reviewer"].post(f"/claims/{number}/review", {"loss": 1}), 409)
    assert answer["title"]
    refused(house["agent"].post(f"/claims/{number}/reserve", {"loss": 9, "reserve": "1"}), 404)


def test_reading_a_claim_is_on_record(house: House) -> None:
    number = house.report()
    before = AccessRecord.objects.count()
    done(house["agent"].get(f"/claims/{number}"))
    done(house["agent"].get(f"/claims/{number}/timeline"))
    assert AccessRecord.objects.count() == before + 2


def test_a_report_asks_little_of_the_database(house: House) -> None:
    house.report()
    given = accident(confirmed_new=True)
    with CaptureQueriesContext(connection) as statements:
        done(house["agent"].post("/claims", given), 201)
    said = [one["sql"] for one in statements.captured_queries]
    counted = [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]
    assert len(counted) <= MOST_STATEMENTS, "\n".join(sql[:120] for sql in counted)


def test_every_action_refuses_an_unknown_field_by_name(house: House) -> None:
    number = house.report()
    for noun in actions.CLAIM_ACTIONS:
        problem = refused(house["agent"].post(f"/claims/{number}/{noun}", {"surprise": 1}), 422)
        assert "surprise" in {one["field"] for one in problem["errors"]}, noun

"""Complaints and voices over HTTP: what a program may do, and what only a person may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.interfaces.api.callers import House, done, refused
from yinuo.areas.complaints.models import Complaint, Inbound
from yinuo.core.cases.models import Promise

WORDS = "赔款拖了两个月还没有到账，我要投诉"


def complaint(house: House, **more: Any) -> dict[str, Any]:
    given = {"about": house.report(), "words": WORDS, "channel": "web_form", **more}
    answer: dict[str, Any] = done(house["agent"].post("/complaints", given), 201)
    return answer


@pytest.mark.covers("CMP-1", "CMP-17")
def test_a_web_form_becomes_a_complaint_with_its_clocks(house: House) -> None:
    at = datetime.now(UTC) - timedelta(days=1)
    made = complaint(house, received_at=at.isoformat(), external_key="form-1")
    assert made["state"] == "received"
    promises = {one["rule"]: one for one in made["promises"]}
    assert promises["complaints.answer"]["statutory"] is True
    assert "complaints.acknowledge" in promises
    assert made["received_at"].startswith(at.strftime("%Y-%m-%dT%H:%M"))
    again = house["agent"].post(
        "/complaints",
        {"about": made["about"], "words": WORDS, "channel": "email", "confirmed_new": True,
         "external_key": "form-1"},
    )  # fmt: skip
    assert done(again, 201)["number"] == made["number"]
    assert Complaint.objects.count() == 1


def test_the_same_matter_again_is_asked_about(house: House) -> None:
    made = complaint(house)
    given = {"about": made["about"], "words": "还没有回音", "channel": "phone"}
    problem = refused(house["agent"].post("/complaints", given), 409, "already_complained")
    assert made["number"] in str(problem)
    given["confirmed_new"] = True
    assert done(house["agent"].post("/complaints", given), 201)["number"] != made["number"]


def test_nothing_without_words_and_nothing_from_the_future(house: House) -> None:
    about = house.report()
    empty = {"about": about, "words": "  ", "channel": "phone"}
    refused(house["agent"].post("/complaints", empty), 422)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    future = {"about": about, "words": WORDS, "channel": "phone", "received_at": later}
    refused(house["agent"].post("/complaints", future), 422, "not_yet_received")
    nobody = {"words": WORDS, "channel": "phone"}
    refused(house["agent"].post("/complaints", nobody), 422, "voice_needs_a_person")


@pytest.mark.covers("CMP-14")
def test_a_program_decides_nothing_and_a_suspicion_stands_on_no_interface(house: House) -> None:
    made = complaint(house)
    number = made["number"]
    assert "suspicion" not in str(made)
    officer = house.hire("officers", house.world.east, "complaint_officer", "team_lead")
    done(officer.post(f"/complaints/{number}/acknowledgement", {"how": "phone"}))
    done(officer.post(f"/complaints/{number}/acceptance", {}))
    tagged = {"kind": "fraud", "evidence": "x"}
    refused(officer.post(f"/complaints/{number}/suspicion", tagged), 403, "only_a_person")
    refused(officer.post(f"/complaints/{number}/no-interest", {}), 409, "handler_missing")


def test_another_branch_finds_no_complaint_and_no_voice(house: House) -> None:
    made = complaint(house)
    stranger = house.hire("strangers", house.world.west, "agent")
    refused(stranger.get(f"/complaints/{made['number']}"), 404)
    voice = done(house["agent"].post("/voices", {"words": WORDS, "channel": "phone"}), 201)
    refused(stranger.get(f"/voices/{voice['id']}"), 404, "voice_not_found")


@pytest.mark.covers("CMP-1", "COM-14")
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("请问理赔需要什么材料", "question"),
        ("我在高架上追尾了，要报案", "report"),
        ("定损太低，不够修车", "concern"),
        ("我要投诉你们的查勘员", "complaint"),
        ("我要举报你们公司违法，请处罚", "violation"),
        ("我要去信访办反映", "petition"),
        ("问题解决了，我要撤回投诉", "withdrawal"),
        ("你们再不赔我就起诉，找记者曝光", "complaint"),
        ("How do I send my papers?", "question"),
    ],
)
def test_every_voice_is_kept_word_for_word_and_suggested_what_it_is(
    house: House, words: str, kind: str
) -> None:
    given = {"words": words, "channel": "wechat", "restated": "您是说……"}
    voice = done(house["agent"].post("/voices", given), 201)
    assert voice["suggested"] == kind
    row = Inbound.objects.get(pk=voice["id"])
    assert row.words == words
    for sign in voice["suggested_why"]:
        assert 0 <= sign["start"] <= sign["end"] <= len(words)


def test_what_the_regulator_forwards_is_a_complaint_whatever_it_says(house: House) -> None:
    given = {"words": "转办件", "channel": "regulator"}
    assert done(house["agent"].post("/voices", given), 201)["suggested"] == "complaint"


def test_an_e_mail_that_comes_twice_is_kept_once(house: House) -> None:
    given = {"words": WORDS, "channel": "email", "external_key": "<1@mail.example>"}
    first = done(house["agent"].post("/voices", given), 201)
    assert done(house["agent"].post("/voices", given), 201)["id"] == first["id"]


@pytest.mark.parametrize("noun", ["sorting", "answer"])
def test_only_a_person_says_what_a_voice_is(house: House, noun: str) -> None:
    voice = done(house["agent"].post("/voices", {"words": WORDS, "channel": "phone"}), 201)
    path = f"/voices/{voice['id']}/{noun}"
    assert house["agent"].post(path, {"kind": "complaint"}).status_code == 404
    assert Inbound.objects.get(pk=voice["id"]).sorted_at is None


def promised(house: House, number: str) -> dict[str, Any]:
    shown = done(house["agent"].get(f"/complaints/{number}"))
    return next(one for one in shown["promises"] if one["rule"] == "complaints.answer")


@pytest.mark.covers("CMP-23")
def test_time_is_left_out_when_the_words_for_the_complainant_are_there(house: House) -> None:
    made = complaint(house)
    number = made["number"]
    officer = house.hire("officers", house.world.east, "complaint_officer")
    for noun, given in (("acknowledgement", {"how": "phone"}), ("acceptance", {})):
        done(officer.post(f"/complaints/{number}/{noun}", given))
    untold = {"reason": "appraisal", "words": " "}
    refused(officer.post(f"/complaints/{number}/excluded-time", untold), 422)
    told = {"reason": "appraisal", "words": "鉴定约需五天，这段时间不计入。"}
    done(officer.post(f"/complaints/{number}/excluded-time", told))
    assert Promise.objects.get(case__number=number, rule="complaints.answer").paused_at
    again = officer.post(f"/complaints/{number}/excluded-time", told)
    refused(again, 409, "nothing_stops")
    done(officer.post(f"/complaints/{number}/included-time", {"reason": "appraisal"}))
    assert promised(house, number)["kept_at"] is None


@pytest.mark.covers("CMP-23")
def test_the_same_matter_is_joined_to_the_older_complaint(house: House) -> None:
    first = complaint(house)
    given = {"about": first["about"], "words": "再说一次", "channel": "email"}
    second = done(house["agent"].post("/complaints", {**given, "confirmed_new": True}), 201)
    officer = house.hire("officers", house.world.east, "complaint_officer")
    younger = {"into": second["number"]}
    path = f"/complaints/{first['number']}/merger"
    refused(officer.post(path, younger), 422, "not_the_same_matter")
    own = f"/complaints/{second['number']}/merger"
    joined = done(officer.post(own, {"into": first["number"]}))
    assert joined["state"] == "merged"
    refused(officer.post(own, {"into": first["number"]}), 409)

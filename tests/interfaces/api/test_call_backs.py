"""Call-backs on the API: opened by themselves, moved on, left out, and proved complete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.interfaces.api.callers import House, done, refused
from yinuo import automation
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages.models import Message
from yinuo.kit import queue


def ended(house: House, *, reacts: bool = True) -> str:
    """A claim that its customer took back, and what follows from that by itself."""
    with queue.capture() as jobs:
        number = house.report()
        done(house["customer_desk"].post(f"/claims/{number}/withdrawal", {"reason": "自行修复"}))
        for _ in range(5):
            for job in jobs.take() if reacts else []:
                if job.task == "react":
                    queue.run(job, at=datetime.now(UTC))
    return number


@pytest.fixture
def asked(house: House) -> str:
    """The number of the call-back of an ended claim."""
    house.callers["customer_desk"] = house.hire("desk", house.world.east, "agent", "team_lead")
    number = ended(house)
    return Case.objects.get(about__number=number, kind="call_back").number


@pytest.mark.covers("CB-2", "CB-6", "CB-13", "CB-14")
def test_the_end_of_a_claim_opens_its_call_back_by_itself(house: House, asked: str) -> None:
    shown = done(house["agent"].get(f"/call-backs/{asked}"))
    assert (shown["state"], shown["occasion"], shown["round"]) == ("opened", "withdrawn", 1)
    claim = done(house["agent"].get(f"/claims/{shown['followed']}"))
    assert claim["state"] == "withdrawn"
    rules = {promise["rule"] for promise in shown["promises"]}
    assert rules == {"call_backs.first_contact", "call_backs.completion"}
    note = Event.objects.get(type="claim.follow_up_noted", case__number=shown["followed"])
    assert note.data == {"follow_up": "call_back"}


@pytest.mark.covers("CB-8", "CB-11", "CB-17")
def test_the_letter_goes_out_and_every_contact_stays_on_record(house: House, asked: str) -> None:
    with queue.capture():
        shown = done(house["agent"].post(f"/call-backs/{asked}/invitation"))
    assert shown["state"] == "invited"
    [contact] = shown["attempts"]
    assert (contact["channel"], contact["outcome"], contact["number"]) == ("message", "sent", 1)
    found = Message.objects.filter(case__number=asked, reason="call_back_invited")
    assert set(found.values_list("channel", flat=True)) == {"inbox", "email"}
    refused(house["agent"].get(f"/call-backs/{shown['followed']}"), 404)


@pytest.mark.covers("CB-10")
def test_a_program_makes_no_calls(house: House, asked: str) -> None:
    refused(house["agent"].post(f"/call-backs/{asked}/call"), 403, "not_trained")
    refused(house["surveyor"].post(f"/call-backs/{asked}/call"), 403, "not_your_role")
    refused(
        house["agent"].post(f"/call-backs/{asked}/attempt", {"outcome": "no_answer"}),
        409,
        "no_running_call",
    )
    refused(house["agent"].post(f"/call-backs/{asked}/attempt", {"outcome": "shouted"}), 422)
    refused(house["agent"].post(f"/call-backs/{asked}/answers", {"answers": {}}), 409)


def test_who_says_stop_is_not_asked_about_this_case_any_more(house: House, asked: str) -> None:
    shown = done(house["agent"].post(f"/call-backs/{asked}/stop"))
    assert (shown["state"], shown["next_contact"]) == ("stopped", "")
    refused(house["agent"].post(f"/call-backs/{asked}/invitation"), 409, "step_not_allowed")


@pytest.mark.covers("CB-24")
def test_who_opts_out_is_left_out_of_the_next_one(house: House, asked: str) -> None:
    done(house["agent"].post(f"/call-backs/{asked}/opt-out"))
    with queue.capture() as jobs:
        number = house.report(
            place="西大路 2 号",
            accident_at=(datetime.now(UTC) - timedelta(days=3)).isoformat(),
        )
        done(house["customer_desk"].post(f"/claims/{number}/withdrawal", {"reason": "自行修复"}))
        for job in jobs.take():
            if job.task == "react":
                queue.run(job, at=datetime.now(UTC))
    line = Event.objects.get(type="call_back.excluded", case__number=number)
    assert line.data["reason"] == "opted_out"
    assert not Case.objects.filter(kind="call_back", about__number=number).exists()


def test_a_claim_that_still_runs_cannot_be_left_out(house: House) -> None:
    number = house.report()
    given = {"number": number, "reason": "litigation"}
    said = refused(house["team_lead"].post("/call-backs/exclusions", given), 409)
    assert said["code"] == "not_over"
    assert not Event.objects.filter(type="call_back.excluded").exists()


def test_only_leaders_leave_somebody_out_and_only_with_a_reason_of_the_programme(
    house: House, asked: str
) -> None:
    given = {"reason": "litigation"}
    refused(house["agent"].post(f"/call-backs/{asked}/exclusion", given), 403)
    refused(house["team_lead"].post(f"/call-backs/{asked}/exclusion", {"reason": "lazy"}), 422)
    shown = done(house["team_lead"].post(f"/call-backs/{asked}/exclusion", given))
    assert shown["state"] == "excluded"


@pytest.mark.covers("CB-13", "CB-21")
def test_what_nobody_follows_up_is_found_and_a_reason_settles_it(house: House) -> None:
    house.callers["customer_desk"] = house.hire("desk", house.world.east, "agent", "team_lead")
    number = ended(house, reacts=False)
    Case.objects.filter(number=number).update(state_since_at=datetime.now(UTC) - timedelta(hours=3))
    found = done(house["agent"].get("/call-backs/coverage"))
    assert (found["ended"], found["missing"], found["numbers"]) == (1, 1, [number])
    away = house.hire("far", house.world.west, "agent")
    assert done(away.get("/call-backs/coverage"))["ended"] == 0
    given = {"number": number, "reason": "litigation"}
    refused(house["agent"].post("/call-backs/exclusions", given), 403)
    refused(away.post("/call-backs/exclusions", given), 404)
    with queue.capture():
        made = done(house["team_lead"].post("/call-backs/exclusions", given), 201)
    assert (made["followed"], made["reason"]) == (number, "litigation")
    refused(house["team_lead"].post("/call-backs/exclusions", given), 409, "already_followed_up")
    assert done(house["agent"].get("/call-backs/coverage"))["missing"] == 0


@pytest.mark.covers("CB-26")
def test_a_campaign_begins_in_the_callers_branch(house: House) -> None:
    given = {
        "name": "季度回访",
        "kind": "periodic",
        "closed_from_on": "2026-01-01",
        "closed_until_on": "2026-03-31",
    }
    refused(house["agent"].post("/call-backs/campaigns", given), 403)
    turned = {**given, "closed_until_on": "2025-12-01"}
    refused(house["team_lead"].post("/call-backs/campaigns", turned), 422, "span_turned")
    with queue.capture() as jobs:
        made = done(house["team_lead"].post("/call-backs/campaigns", given), 201)
        assert [job.task for job in jobs.take()] == ["run_campaign"]
    assert (made["kind"], made["strategy"]) == ("periodic", "periodic")
    automation.run_campaign(campaign_id=made["id"], at=datetime.now(UTC))

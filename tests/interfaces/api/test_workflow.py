"""The workflow as a program sees it: its views, its versions, its first promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.interfaces.api.callers import House, done, sheet
from tests.interfaces.api.test_journey import (
    act,
    by_hand,
    carry_to_assessment,
    carry_to_survey,
)
from yinuo import automation
from yinuo.areas.claims.workflow import CLAIM
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.cases.workflow import WORKFLOWS, State, Step, Table
from yinuo.core.messages.models import Message
from yinuo.core.people.models import Staff
from yinuo.kit import queue


@pytest.mark.covers("WF-1", "WF-2", "WF-3")
def test_one_claim_stands_in_six_stages_in_five_and_in_a_phase_of_care(house: House) -> None:
    number = carry_to_assessment(house)
    where = done(house["agent"].get(f"/claims/{number}"))["where"]
    assert where == {
        "customer": "Papers",
        "six_stages": "Papers received and checked",
        "five_stages": "Repair and claim papers",
        "care": "Handling",
    }


@pytest.fixture
def with_a_price_check() -> Iterator[None]:
    """Version 2: between assessment and papers somebody checks the prices."""
    assert CLAIM.parts is not None
    check = Step(
        name="check_prices",
        label="Check the prices",
        source=("assessed",),
        target="checked",
        who=("assessor",),
        event="claim.assessed",
    )
    states = list(CLAIM.parts.states)
    states.insert(5, State("checked", "Prices checked", care="handling"))
    steps = [
        replace(step, source=("checked",)) if step.name == "complete_papers" else step
        for step in CLAIM.parts.steps
    ]
    case_states = list(CLAIM.case.states)
    case_states.insert(5, State("checked", "Prices checked", care="handling"))
    newer = replace(
        CLAIM,
        version=2,
        parts=Table(CLAIM.parts.initial, tuple(states), (*steps, check)),
        case=Table(CLAIM.case.initial, tuple(case_states), CLAIM.case.steps),
    )
    WORKFLOWS.register(newer, prefix="C")
    yield
    WORKFLOWS.unregister("claim", 2)


@pytest.mark.covers("WF-5")
def test_a_running_claim_goes_on_under_the_version_that_it_began_under(
    house: House, request: pytest.FixtureRequest
) -> None:
    old = carry_to_assessment(house)
    request.getfixturevalue("with_a_price_check")
    new = carry_to_assessment(house, place="西大路 9 号", confirmed_new=True)
    versions = dict(Case.objects.values_list("number", "workflow_version"))
    assert (versions[old], versions[new]) == (1, 2)
    assert act(house, old, "papers-completion", "agent")["state"] == "documented"
    refused = house["agent"].post(f"/claims/{new}/papers-completion", {})
    assert refused.status_code == 409


@pytest.mark.covers("FNOL-11")
def test_the_first_talk_is_promised_with_the_dispatch_and_kept_by_the_call(house: House) -> None:
    number = carry_to_survey(house)
    promises = done(house["agent"].get(f"/claims/{number}"))["promises"]
    (first,) = [one for one in promises if one["rule"] == "claims.first_contact"]
    started = datetime.fromisoformat(first["started_at"])
    assert datetime.fromisoformat(first["due_at"]) - started == timedelta(minutes=10)
    act(house, number, "contact", "agent")
    promises = done(house["agent"].get(f"/claims/{number}"))["promises"]
    (first,) = [one for one in promises if one["rule"] == "claims.first_contact"]
    assert first["kept_at"] is not None


@pytest.mark.covers("SUR-11")
def test_who_may_do_both_surveys_and_assesses_in_one_stage(house: House) -> None:
    number = carry_to_survey(house)
    surveyor = house.world.staff["surveyor"]
    Staff.objects.filter(pk=surveyor.pk).update(roles=["surveyor", "assessor"])
    by_hand(house, number, "no-interest", "surveyor", {})
    line = {"kind": "part", "name": "前保险杠", "asked": "3000", "approved": "3000"}
    both = {**sheet(), "assessments": [{"loss": 1, "lines": [line]}]}
    by_hand(house, number, "survey-and-assessment", "surveyor", both)
    assert Case.objects.get(number=number).state == "assessed"
    types = list(Event.objects.filter(case__number=number).values_list("type", flat=True))
    assert types[-2:] == ["claim.surveyed", "claim.assessed"]


@pytest.mark.covers("ADJ-5", "ADJ-14")
def test_before_a_promise_breaks_a_delay_notice_is_owed_and_the_customer_is_told(
    house: House,
) -> None:
    number = carry_to_assessment(house)
    act(house, number, "papers-completion", "agent")
    decision = Promise.objects.get(rule="claims.decision")
    last = [datetime.fromisoformat(row[0]) for row in decision.checks if row[1] == "warn"][-1]
    with queue.capture():
        while cases.sweep(at=last + timedelta(minutes=1)).promises:
            pass
        warned = Event.objects.filter(type="promise.warned").values_list("pk", flat=True)
        automation.react(event_ids=list(warned), at=last + timedelta(minutes=1))
    owed = Promise.objects.filter(rule="claims.delay_notice")
    assert owed.get().kept_at is None
    act(house, number, "delay-notice", "agent", reason="等待配件", new_at="2100-01-01T00:00:00Z")
    assert owed.get().kept_at is not None
    told = Message.objects.filter(reason="claim_delayed", person__isnull=False)
    assert "等待配件" in told[0].body

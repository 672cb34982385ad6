"""Web and worker are killed while complaints are handled: none is lost, nothing happens twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import world
from tests.areas.complaints.office import LETTER, WORDS, handler_of, hire_officers
from tests.interfaces.api.callers import ACCOUNT, accident
from tests.soak.household import Household, running
from tests.soak.killing import (
    SEED,
    Killer,
    all_letters_left,
    by_hand,
    check_payments,
    check_stories,
    figures,
    happened,
    settle,
    until,
)
from yinuo.areas.complaints.models import Complaint, Inbound, Measure
from yinuo.core.cases.models import Case, Promise

KILLS = 30
COMPLAINTS_PER_KILL = 1 / 3
STEPS = 15
ONCE = (
    "complaint.received",
    "complaint.acknowledged",
    "complaint.accepted",
    "complaint.no_interest_declared",
    "complaint.investigated",
    "complaint.causes_named",
    "complaint.decided",
    "complaint.compensation_approved",
    "complaint.told",
    "account.proposed",
    "complaint.payment_instructed",
    "complaint.money_arrived",
    "complaint.rated",
    "complaint.closed",
)
ANSWER = {
    "facts": LETTER.facts,
    "decision": LETTER.decision,
    "basis": LETTER.basis,
    "upheld": "yes",
    "measures-0-kind": "compensation",
    "measures-0-what": "补偿等候损失",
    "measures-0-amount": "200.00",
}


def hear(house: Household, killer: Killer, index: int) -> Case:
    """A customer writes about a claim; an agent reads it and says that it is a complaint."""
    killer.meanwhile()
    at = datetime.now(UTC)
    policy = world.take_policy(number=f"P-K{index}", plate=f"沪K{index:05}", at=at)
    given = accident(policy_number=policy.number)
    claim = house.api("agent", "/claims", given, key=f"report-{index}")["number"]
    killer.meanwhile()
    letter = {"words": WORDS, "channel": "email", "about": claim, "external_key": f"<{index}@c>"}
    voice = house.api("agent", "/voices", letter, key=f"voice-{index}")["id"]
    killer.meanwhile()
    sorted_out = Complaint.objects.filter(case__about__number=claim)
    by_hand(
        lambda: house.desk("agent", f"/voices/{voice}", {"kind": "complaint", "about": claim}),
        sorted_out.exists,
        f"voice {voice} becomes a complaint",
    )
    return Case.objects.get(complaint=sorted_out.get())


def carry(house: Household, killer: Killer, index: int) -> str:
    """One complaint to its answer and its money, by people who are cut off in the middle."""
    case = hear(house, killer, index)
    officer = handler_of(house.house.world, case)

    def desk(who: str, noun: str, left: str, **form: str) -> None:
        killer.meanwhile()
        by_hand(
            lambda: house.desk(who, f"/complaints/{case.number}/{noun}", form),
            lambda: happened(case.number, left),
            f"{noun} of {case.number}",
        )

    desk(officer, "acknowledgement", "complaint.acknowledged", how="phone")
    desk(officer, "acceptance", "complaint.accepted")
    desk(officer, "no-interest", "complaint.no_interest_declared")
    desk(officer, "inquiry", "complaint.investigated")
    desk(officer, "causes", "complaint.causes_named", main="delay_survey")
    desk(officer, "answer", "complaint.decided", **ANSWER)
    measure = Measure.objects.get(complaint=case.pk).pk
    desk("team_lead", "compensation", "complaint.compensation_approved", measure=str(measure))
    desk(officer, "telling", "complaint.told", how="letter")
    for who, noun, given in (
        ("agent", "account", ACCOUNT),
        ("cashier", "payment-instruction", {"measure": measure}),
    ):
        killer.meanwhile()
        house.api(who, f"/complaints/{case.number}/{noun}", given, key=f"{noun}-{index}")
    killer.meanwhile()
    by_hand(
        lambda: house.portal(case, f"/complaints/{case.number}/rating", {"rating": "4"}),
        lambda: happened(case.number, "complaint.rated"),
        f"rating of {case.number}",
    )
    return case.number


def close(house: Household, killer: Killer, number: str) -> None:
    killer.meanwhile()
    case = Case.objects.get(number=number)
    officer = handler_of(house.house.world, case)
    by_hand(
        lambda: house.desk(officer, f"/complaints/{number}/closing", {"agreed": "on"}),
        lambda: happened(number, "complaint.closed"),
        f"closing of {number}",
    )


def check(house: Household, numbers: list[str]) -> dict[str, int]:
    check_stories(numbers, ONCE)
    cases = Case.objects.filter(kind="complaint")
    assert set(cases.values_list("number", "state")) == {(number, "closed") for number in numbers}
    assert Inbound.objects.count() == len(numbers)
    assert not Inbound.objects.filter(sorted_at=None).exists()
    owed = Promise.objects.filter(case__kind="complaint", kept_at=None, withdrawn_at=None)
    assert set(owed.values_list("rule", flat=True)) <= {"complaints.check"}
    check_payments(house, len(numbers))
    return {"complaints": len(numbers), **figures(house)}


@pytest.mark.soak(minutes=4)
@pytest.mark.covers("CMP-23")
@pytest.mark.django_db(transaction=True)
def test_thirty_kills_lose_no_complaint_and_no_promise_is_made_or_paid_twice(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    count = round(KILLS * COMPLAINTS_PER_KILL)
    with running(database_url, tmp_path) as house:
        hire_officers(house.house.world, at=datetime.now(UTC) - timedelta(days=300))
        killer = Killer(house, KILLS, steps_left=count * STEPS, chance=random.Random(SEED))
        numbers = [carry(house, killer, index) for index in range(count)]
        arrived = Measure.objects.exclude(done_at=None)
        settle(house, killer, lambda: arrived.count() == count, "all the money arrives")
        for number in numbers:
            close(house, killer, number)
        killer.wait()
        until(all_letters_left, "letters leave")
        found = check(house, numbers)
    assert found["web killed"] + found["worker killed"] == KILLS
    for name, value in {**found, "seconds": round(time.monotonic() - began)}.items():
        record_property(name, value)

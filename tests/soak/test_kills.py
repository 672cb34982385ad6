"""Web and worker are killed at random points: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import world
from tests.interfaces.api.callers import ACCOUNT, LINES, accident
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
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases.models import Case, Promise
from yinuo.core.policies.models import Policy

FEW, ALL = 2, 30
CLAIMS_PER_KILL = 1 / 3
ONCE = (
    "claim.reported",
    "claim.registered",
    "claim.dispatched",
    "claim.surveyed",
    "claim.assessed",
    "claim.papers_completed",
    "claim.calculated",
    "claim.reviewed",
    "claim.approved",
    "claim.decided",
    "claim.payment_instructed",
    "claim.paid_arrived",
    "claim.closed",
)
SURVEY = {
    "authenticity": "consistent",
    "liability": "full",
    "findings": "前保险杠碰撞",
    "damages-0-loss": "1",
    "damages-0-part": "前保险杠",
    "damages-0-degree": "medium",
}


def by_desk(house: Household, who: str, number: str, noun: str, form: dict[str, str]) -> None:
    left = {
        "no-interest": "claim.no_interest_declared",
        "survey": "claim.surveyed",
        "decision": "claim.decided",
    }[noun]
    by_hand(
        lambda: house.desk(who, f"/claims/{number}/{noun}", form),
        lambda: happened(number, left),
        f"{noun} of {number}",
    )


def carry(house: Household, killer: Killer, index: int, policy: Policy) -> str:
    """One claim, by people and programs who are cut off in the middle."""

    def api(role: str, noun: str, given: object) -> None:
        killer.meanwhile()
        house.api(role, f"/claims/{number}/{noun}", given, key=f"{noun}-{index}")

    killer.meanwhile()
    given = accident(policy_number=policy.number)
    number = str(house.api("agent", "/claims", given, key=f"report-{index}")["number"])
    api("agent", "registration", {})
    killer.meanwhile()
    until(lambda: happened(number, "claim.dispatched"), f"{number} is dispatched by itself")
    for noun, form in (("no-interest", {}), ("survey", SURVEY)):
        killer.meanwhile()
        by_desk(house, "surveyor", number, noun, form)
    api("assessor", "assessment", {"loss": 1, "lines": LINES})
    api("agent", "account", ACCOUNT)
    api("agent", "papers-completion", {})
    for role, noun in (
        ("calculator", "calculation"),
        ("reviewer", "review"),
        ("approver", "approval"),
    ):
        api(role, noun, {"loss": 1})
    killer.meanwhile()
    by_desk(house, "approver", number, "decision", {"loss": "1"})
    api("cashier", "payment-instruction", {"loss": 1})
    killer.meanwhile()
    return number


def check(house: Household, numbers: list[str]) -> dict[str, int]:
    """Everything is there, once; the figures are for the report."""
    check_stories(numbers, ONCE)
    assert Case.objects.filter(kind="claim").count() == len(numbers)
    assert sorted(CallBack.objects.values_list("followed__number", flat=True)) == sorted(numbers)
    owed = Promise.objects.filter(case__kind="claim", kept_at=None, withdrawn_at=None)
    assert not owed.exists()
    check_payments(house, len(numbers))
    return {"claims": len(numbers), **figures(house)}


def kill_and_carry(database_url: str, directory: Path, kills: int) -> dict[str, int]:
    claims = max(1, round(kills * CLAIMS_PER_KILL))
    began = time.monotonic()
    with running(database_url, directory) as house:
        killer = Killer(house, kills, steps_left=claims * 14, chance=random.Random(SEED))
        policies = [_policy(index) for index in range(claims)]
        numbers = [carry(house, killer, index, one) for index, one in enumerate(policies)]
        claims_open = Case.objects.filter(kind="claim").exclude(state="closed")
        settle(house, killer, lambda: not claims_open.exists(), "all claims close")
        until(all_letters_left, "letters leave")
        found = check(house, numbers)
    assert found["web killed"] + found["worker killed"] == kills
    return {**found, "seconds": round(time.monotonic() - began)}


def _policy(index: int) -> Policy:
    return world.take_policy(
        number=f"P-K{index}", plate=f"沪K{index:05}", at=datetime.now(UTC)
    )  # fmt: skip


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_two_kills_lose_nothing_and_pay_nothing_twice(database_url: str, tmp_path: Path) -> None:
    kill_and_carry(database_url, tmp_path, FEW)


@pytest.mark.soak(minutes=3)
@pytest.mark.django_db(transaction=True)
def test_thirty_kills_lose_nothing_and_pay_nothing_twice(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for name, value in kill_and_carry(database_url, tmp_path, ALL).items():
        record_property(name, value)

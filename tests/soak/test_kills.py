"""Web and worker are killed at random points: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from tests import world
from tests.interfaces.api.callers import ACCOUNT, LINES, accident
from tests.soak.household import WAIT_SECONDS, Household, NoAnswer, Program, running
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment
from yinuo.core.policies.models import Policy
from yinuo.kit import queue

SEED = 20_260_513
FEW, ALL = 2, 30
CLAIMS_PER_KILL = 1 / 3
LONGEST_DELAY_SECONDS = 0.25
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


@dataclass(slots=True)
class Killer:
    """Kills so many times, each at a random step, a random moment after the step began."""

    household: Household
    kills_left: int
    steps_left: int
    chance: random.Random
    running: threading.Thread | None = None

    def meanwhile(self) -> None:
        """Called as each step begins."""
        self.wait()
        share = self.kills_left / max(self.steps_left, 1)
        self.steps_left -= 1
        if self.kills_left and self.chance.random() < share:
            self.kills_left -= 1
            victim = self.chance.choice((self.household.web, self.household.worker))
            delay = self.chance.uniform(0, LONGEST_DELAY_SECONDS)
            self.running = threading.Thread(target=_kill, args=(victim, delay))
            self.running.start()

    def wait(self) -> None:
        if self.running is not None:
            self.running.join()


def _kill(victim: Program, delay: float) -> None:
    time.sleep(delay)
    victim.kill()
    victim.start()


def until(
    is_so: Callable[[], bool], what: str, meanwhile: Callable[[], None] | None = None
) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"never came true: {what}\n{picture()}"
        if meanwhile is not None:
            meanwhile()
        time.sleep(0.3)


def picture() -> str:
    """How things stand, for who has to find out why they stand still."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, status, count(*), max(attempts) from procrastinate_jobs"
            " where status <> 'succeeded' group by 1, 2 order by 1, 2"
        )
        jobs = cursor.fetchall()
    states = list(Case.objects.values_list("number", "state"))
    payments = list(Payment.objects.values_list("case__number", "status"))
    return f"jobs {jobs}\ncases {states}\npayments {payments}"


def happened(number: str, event_type: str) -> bool:
    return Event.objects.filter(case__number=number, type=event_type).exists()


def by_hand(house: Household, who: str, number: str, noun: str, form: dict[str, str]) -> None:
    """A person fills in a sheet, and when the page breaks looks whether it was taken."""
    left = {
        "no-interest": "claim.no_interest_declared",
        "survey": "claim.surveyed",
        "decision": "claim.decided",
    }[noun]

    def fill_in() -> None:
        try:
            status = house.desk(who, f"/claims/{number}/{noun}", form)
        except NoAnswer:
            return
        assert status in (303, 409), (noun, status)

    until(lambda: happened(number, left), f"{noun} of {number}", fill_in)


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
        by_hand(house, "surveyor", number, noun, form)
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
    by_hand(house, "approver", number, "decision", {"loss": "1"})
    api("cashier", "payment-instruction", {"loss": 1})
    killer.meanwhile()
    return number


def settle(house: Household, killer: Killer) -> None:
    """Let the bank and the worker go on until every claim is closed."""

    def a_round() -> None:
        killer.meanwhile()
        queue.defer("exchange_with_bank", queue="bank", once="soak-bank")
        house.bank_works()

    claims = Case.objects.filter(kind="claim")
    until(lambda: not claims.exclude(state="closed").exists(), "all claims close", a_round)
    killer.wait()


def check(house: Household, numbers: list[str]) -> dict[str, int]:
    """Everything is there, once; the figures are for the report."""
    for number in numbers:
        case = Case.objects.get(number=number)
        types = list(Event.objects.filter(case=case).values_list("type", flat=True))
        assert {name: types.count(name) for name in ONCE} == dict.fromkeys(ONCE, 1), number
        assert len(types) == case.head_seq
    assert Case.objects.filter(kind="claim").count() == len(numbers)
    assert sorted(CallBack.objects.values_list("followed__number", flat=True)) == sorted(numbers)
    owed = Promise.objects.filter(case__kind="claim", kept_at=None, withdrawn_at=None)
    assert not owed.exists()
    assert Payment.objects.filter(status="arrived").count() == len(numbers)
    assert Payment.objects.count() == len(numbers)
    assert len(house.left) == len(numbers)
    assert [sent for sent in house.left.values() if len(sent) != 1] == []
    findings: list[object] = []
    verifying.verify(report=findings.append)
    assert findings == []
    return {
        "claims": len(numbers),
        "web killed": house.web.kills,
        "worker killed": house.worker.kills,
        "lines of timelines": Event.objects.count(),
        "payments out": len(house.left),
        "letters": len(house.mail.letters),
        "letters twice": len(house.mail.ids) - len(set(house.mail.ids)),
        "messages": Message.objects.count(),
    }


def kill_and_carry(database_url: str, directory: Path, kills: int) -> dict[str, int]:
    claims = max(1, round(kills * CLAIMS_PER_KILL))
    began = time.monotonic()
    with running(database_url, directory) as house:
        killer = Killer(house, kills, steps_left=claims * 14, chance=random.Random(SEED))
        policies = [_policy(index) for index in range(claims)]
        numbers = [carry(house, killer, index, one) for index, one in enumerate(policies)]
        settle(house, killer)
        until(_all_letters_left, "letters leave")
        figures = check(house, numbers)
    assert figures["web killed"] + figures["worker killed"] == kills
    return {**figures, "seconds": round(time.monotonic() - began)}


def _policy(index: int) -> Policy:
    return world.take_policy(
        number=f"P-K{index}", plate=f"沪K{index:05}", at=datetime.now(UTC)
    )  # fmt: skip


def _all_letters_left() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select from procrastinate_jobs where task_name = 'send_messages'"
            " and status in ('todo', 'doing'))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_two_kills_lose_nothing_and_pay_nothing_twice(database_url: str, tmp_path: Path) -> None:
    kill_and_carry(database_url, tmp_path, FEW)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_thirty_kills_lose_nothing_and_pay_nothing_twice(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for name, value in kill_and_carry(database_url, tmp_path, ALL).items():
        record_property(name, value)

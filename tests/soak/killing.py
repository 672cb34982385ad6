"""Killing web and worker in the middle of what people do, and looking what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from tests.soak.household import WAIT_SECONDS, Household, NoAnswer, Program
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment
from yinuo.kit import queue

SEED = 20_260_513
LONGEST_DELAY_SECONDS = 0.25


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


def by_hand(ask: Callable[[], int], is_so: Callable[[], bool], what: str) -> None:
    """A person sends a form, and when the page breaks looks whether it was taken."""

    def fill_in() -> None:
        try:
            status = ask()
        except NoAnswer:
            return
        assert status in (302, 303, 409) or is_so(), (what, status)

    until(is_so, what, fill_in)


def settle(house: Household, killer: Killer, is_so: Callable[[], bool], what: str) -> None:
    """Let the bank and the worker go on until it is so."""

    def a_round() -> None:
        killer.meanwhile()
        queue.defer("exchange_with_bank", queue="bank", once="soak-bank")
        house.bank_works()

    until(is_so, what, a_round)
    killer.wait()


def all_letters_left() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select not exists (select from procrastinate_jobs where task_name = 'send_messages'"
            " and status in ('todo', 'doing'))"
        )
        return bool(cursor.fetchone()[0])


def check_stories(numbers: Sequence[str], once: Sequence[str], again: Sequence[str] = ()) -> None:
    """Each of these happened once to each case, and no line and no promise is there twice, but for
    those that are made `again`."""
    for number in numbers:
        case = Case.objects.get(number=number)
        types = list(Event.objects.filter(case=case).values_list("type", flat=True))
        assert {name: types.count(name) for name in once} == dict.fromkeys(once, 1), number
        assert len(types) == case.head_seq
        promises = Promise.objects.filter(case=case).values_list("rule", "subject")
        promised = Counter(promises)
        promised.subtract({(rule, ""): 1 for rule in again})
        assert [each for each, times in promised.items() if times > 1] == [], number
    findings: list[object] = []
    verifying.verify(report=findings.append)
    assert findings == []


def check_payments(house: Household, count: int) -> None:
    """So many payments were made, each left in one order, and each arrived."""
    assert Payment.objects.filter(status="arrived").count() == count
    assert Payment.objects.count() == count
    assert len(house.left) == count
    assert [sent for sent in house.left.values() if len(sent) != 1] == []


def figures(house: Household) -> dict[str, int]:
    return {
        "web killed": house.web.kills,
        "worker killed": house.worker.kills,
        "lines of timelines": Event.objects.count(),
        "promises": Promise.objects.count(),
        "payments out": len(house.left),
        "letters": len(house.mail.letters),
        "letters twice": len(house.mail.ids) - len(set(house.mail.ids)),
        "messages": Message.objects.count(),
    }

"""Invitations go out by a mail server while their senders are killed: each arrives, once.

What a crash hides cannot be known: at most one letter a kill arrives twice, under the same
Message-ID, and is shown as possibly sent twice.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.core.messages import post
from tests.core.messages.post import MailServer
from tests.world import NOW, World
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import Ended
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages.models import Message
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson

SEED = 20_260_513
FEW, FEW_KILLS = 240, 2
ALL, ALL_KILLS = 10_000, 30
SET = 1_000
AFTER_A_KILL = timedelta(minutes=11)
"""Longer than a letter may be in sending before another worker takes it over."""
WAIT_SECONDS = 900.0


def open_all(insurer: World, count: int) -> None:
    """So many customers, each with an ended case and its call-back."""
    for start in range(0, count, SET):
        numbers = range(start, min(start + SET, count))
        new = [
            NewPerson(
                f"样例{n}",
                home_branch_id=insurer.east.pk,
                phone=f"138{n:08d}",
                email=f"c{n}@example.com",
            )
            for n in numbers
        ]
        ids = people.register_many(new, by=SYSTEM, at=NOW)
        known = Person.objects.in_bulk(ids)
        openings = [
            Opening(kind="claim", step="take_over", customer=known[pk], branch=insurer.east)
            for pk in ids
        ]
        ended = cases.open_many(openings, by=SYSTEM, at=NOW)
        call_backs.open_many([Ended(case, "paid") for case in ended], by=SYSTEM, at=NOW)


def send_until_killed(
    mail: MailServer, at: str, kill: str, chance: random.Random, *, letters: int
) -> bool:
    """Start a sender; kill it at one of the next letters or at a moment. Whether it died of it."""
    environment = {
        **os.environ,
        "YINUO_SMTP_HOST": "127.0.0.1",
        "YINUO_SMTP_PORT": str(mail.port),
        "YINUO_SMTP_TLS": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soak.inviting", at],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    mail.victim = process.pid
    timer = None
    if kill == "letter":
        mail.answers = ["250 OK"] * chance.randrange(1, letters) + ["kill"]
    elif kill == "moment":
        timer = threading.Timer(chance.uniform(1.0, 5.0), process.kill)
        timer.start()
    try:
        _out, said = process.communicate(timeout=WAIT_SECONDS)
    finally:
        process.kill()
    mail.answers = []
    if timer is not None:
        timer.cancel()
    assert process.returncode in (0, -signal.SIGKILL), said[-2000:]
    return process.returncode != 0


def invite_and_kill(count: int, kills: int) -> dict[str, int]:
    chance = random.Random(SEED)
    began = time.monotonic()
    insurer = world.build()
    open_all(insurer, count)
    at, killed = NOW, 0
    with post.running() as mail:
        for turn in range(kills):
            how = "letter" if turn % 3 != 2 else "moment"
            share = max(count // kills, 2)
            killed += send_until_killed(mail, at.isoformat(), how, chance, letters=share)
            at += AFTER_A_KILL
        for _ in range(3):
            assert not send_until_killed(mail, at.isoformat(), "", chance, letters=0)
            at += AFTER_A_KILL
        check(mail, count, killed)
        arrived = len(mail.letters)
    return {
        "invitations": count,
        "senders killed": killed,
        "letters twice": arrived - count,
        "possibly sent twice": Message.objects.filter(possibly_sent_twice=True).count(),
        "seconds": round(time.monotonic() - began),
    }


def check(mail: MailServer, count: int, killed: int) -> None:
    found = Counter(mail.ids)
    assert len(found) == count
    twice = {message_id for message_id, times in found.items() if times > 1}
    assert sum(found.values()) - count <= killed
    shown = Message.objects.filter(possibly_sent_twice=True).values_list("message_id", flat=True)
    assert twice <= set(shown)
    letters = Message.objects.filter(channel="email", reason="call_back_invited")
    assert (letters.count(), letters.filter(status="sent").count()) == (count, count)
    assert set(found) == set(letters.values_list("message_id", flat=True))
    # Nobody was invited twice, whatever arrived twice.
    assert Attempt.objects.count() == count
    assert Event.objects.filter(type="call_back.invited").count() == count
    assert CallBack.objects.filter(channel="call").count() == count
    assert set(Case.objects.filter(kind="call_back").values_list("state", flat=True)) == {"invited"}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_two_kills_lose_no_invitation_and_invite_nobody_twice(database_url: str) -> None:
    figures = invite_and_kill(FEW, FEW_KILLS)
    assert figures["senders killed"] == FEW_KILLS


@pytest.mark.soak(minutes=7)
@pytest.mark.covers("CB-13")
@pytest.mark.django_db(transaction=True)
def test_thirty_kills_lose_no_invitation_and_invite_nobody_twice(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    figures = invite_and_kill(ALL, ALL_KILLS)
    for name, value in figures.items():
        record_property(name, value)
    assert figures["senders killed"] == ALL_KILLS

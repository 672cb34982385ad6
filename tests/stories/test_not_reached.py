"""Nobody answers, and somebody wants to be left alone: told through the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from tests.interfaces.desk.house import report
from yinuo import automation
from yinuo.areas.call_backs.models import Attempt, CallBack, Exclusion
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.links import answer_link
from yinuo.core.messages.models import Message
from yinuo.core.people.models import Person
from yinuo.core.rulebook import commands as rulebook
from yinuo.kit import queue
from yinuo.kit.queue import Captured

ENGLISH = {"Accept-Language": "en"}
NOW = datetime.now(UTC)
MORNING_AFTER = NOW - timedelta(hours=17)
"""Thirteen hours after the claim ended: past any quiet hours, whenever this is run."""
# The doors' clock is the real one: five days of calls are told in a minute, at any hour.
SQUEEZED = {
    "call_backs.calling.hours": [["00:00", "24:00"]],
    "call_backs.calling.holidays": True,
    "call_backs.calling.most_a_day": 5,
    "call_backs.calling.most_a_round": 5,
    "call_backs.calling.between": "0 minutes",
}


@pytest.fixture
def ask(db: None) -> Asking:
    ask = asking.build(at=NOW - timedelta(hours=30))
    for key, value in SQUEEZED.items():
        rulebook.revise_rule(
            key=key, value=value, why="A story told in a minute.", source="test",
            in_force_from=ask.at, by=ask.world["manager"], at=ask.at,
        )  # fmt: skip
    return ask


def desk(ask: Asking, role: str) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(ask.world.staff[role])
    return client


def work(jobs: Captured) -> None:
    for _ in range(10):
        taken = [job for job in jobs.take() if job.task == "react"]
        if not taken:
            return
        for job in taken:
            queue.run(job, at=datetime.now(UTC))


@pytest.mark.covers("CB-8", "CB-14", "CB-17", "CB-24")
def test_five_calls_without_an_answer_end_in_peace(ask: Asking) -> None:
    with queue.capture():
        automation.sweep_call_backs(at=MORNING_AFTER)
    assert Message.objects.filter(case=ask.case, reason="call_back_invited").count() == 2
    agent, page = desk(ask, "agent"), f"/desk/call-backs/{ask.case.number}"
    with queue.capture():
        for outcome in ("no_answer", "busy", "no_answer", "no_answer", "busy"):
            assert agent.post(f"{page}/call", {}).status_code == 303
            assert agent.post(f"{page}/attempt", {"outcome": outcome}).status_code == 303
    assert Attempt.objects.filter(channel="call").count() == 5

    # The sixth call is refused, and the page says what happens instead.
    sixth = agent.post(f"{page}/call", {})
    assert sixth.status_code == 409
    assert Attempt.objects.filter(channel="call").count() == 5
    shown = agent.get(page).content.decode()
    assert shown.count("No answer") >= 3
    assert "Nothing more is tried" in shown

    # The link is open for another half day; then the round is given up.
    with queue.capture():
        automation.sweep_call_backs(at=NOW + timedelta(hours=11))
        assert Case.objects.get(pk=ask.case.pk).closed_at is None
        automation.sweep_call_backs(at=NOW + timedelta(hours=13))
    ended = Case.objects.get(pk=ask.case.pk)
    assert ended.state == "exhausted"
    assert not Promise.objects.filter(case=ended, kept_at=None, withdrawn_at=None).exists()
    assert "Not reached" in agent.get(page).content.decode()
    visitor = Client(headers=ENGLISH)
    link = answer_link(case_id=ended.pk, person_id=ended.customer_id, at=NOW)
    assert visitor.get(link[link.index("/track/") :]).status_code == 410


@pytest.mark.covers("CB-22", "CB-24")
def test_who_opts_out_by_the_link_is_neither_called_nor_ever_asked_again(ask: Asking) -> None:
    with queue.capture() as jobs:
        automation.sweep_call_backs(at=MORNING_AFTER)
        visitor = Client(headers=ENGLISH)
        link = answer_link(case_id=ask.case.pk, person_id=ask.case.customer_id, at=NOW)
        visitor.get(link[link.index("/track/") :])
        done = visitor.post(f"/call-backs/{ask.case.number}/opt-out", {})
        assert done.status_code == 303
        work(jobs)
    assert Case.objects.get(pk=ask.case.pk).state == "opted_out"
    assert Person.objects.get(pk=ask.case.customer_id).opted_out == ["surveys"]
    assert Message.objects.filter(reason="call_back_opted_out", channel="email").exists()

    # Nobody can call any more, and the bench does not offer it.
    agent = desk(ask, "agent")
    assert agent.post(f"/desk/call-backs/{ask.case.number}/call", {}).status_code == 409
    assert ask.case.number not in agent.get("/desk/bench").content.decode()

    # A year later another claim ends: on its timeline stands why nobody asks.
    with queue.capture() as jobs:
        other = report(ask.world, place="西大路 9 号").case
        claims.withdraw(case=other, reason="自行修复", by=ask.customer, at=datetime.now(UTC))
        later = [event.pk for event in Event.objects.filter(case=other, type="claim.withdrawn")]
        automation.react(event_ids=later, at=NOW + timedelta(days=365))
        work(jobs)
    assert Exclusion.objects.get(followed=other).reason == "opted_out"
    assert CallBack.objects.count() == 1
    page = agent.get(f"/desk/claims/{other.number}").content.decode()
    assert "No call-back: Does not want to be asked" in page

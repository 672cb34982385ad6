"""Paid in part, unhappy, heard, solved in time, asked again, satisfied: told through the doors."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.concerns import queries as concern_queries
from yinuo.areas.concerns.models import Concern, Finding
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages.links import answer_link, case_link
from yinuo.core.people.actors import SYSTEM
from yinuo.kit import queue
from yinuo.kit.queue import Captured

ENGLISH = {"Accept-Language": "en"}
UNHAPPY = {
    "satisfied": "2",
    "sum_explained": "1",
    "easy": "3",
    "respect": "4",
    "problem": "open",
    "problem_words": "定损太低,修车还要自己贴三千",
    "recommend": "2",
    "suggestion": "建议把计算过程讲清楚",
}
HAPPY = {"solved": "yes", "satisfied": "5", "respect": "5", "recommend": "9", "suggestion": ""}


def now() -> datetime:
    return datetime.now(UTC)


def work(jobs: Captured) -> None:
    """What the worker does: reactions, and reactions to those."""
    for _ in range(10):
        taken = [job for job in jobs.take() if job.task == "react"]
        if not taken:
            return
        for job in taken:
            queue.run(job, at=now())


def answer_all(visitor: Client, ask: Asking, answers: dict[str, str]) -> None:
    """One question a screen, by the link of the letter."""
    link = answer_link(case_id=ask.case.pk, person_id=ask.case.customer_id, at=now())
    visitor.get(link[link.index("/track/") :])
    page = f"/call-backs/{ask.case.number}/questions"
    for _ in range(20):
        found = re.search(r'name="question" value="(\w+)"', visitor.get(page).content.decode())
        if found is None:
            return
        given = {"question": found[1], "answer": answers.get(found[1], "4")}
        assert visitor.post(page, given).status_code == 303, found[1]


def desk(ask: Asking, role: str) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(ask.world.staff[role])
    return client


@pytest.mark.covers("CB-3", "CB-4", "CB-25", "FB-2", "FB-5", "FB-6")
@pytest.mark.django_db
def test_who_was_paid_in_part_and_said_so_is_satisfied_in_the_second_round() -> None:
    ask = asking.build(at=now() - timedelta(minutes=5), part_paid=True)
    with queue.capture() as jobs:
        call_backs.invite(case=ask.case, by=SYSTEM, at=ask.at)
        answer_all(Client(headers=ENGLISH), ask, UNHAPPY)
        work(jobs)

        # The answer opened a concern by itself, with an owner, the words and two days.
        concern = Concern.objects.select_related("case__about", "words").get()
        case = concern.case
        assert concern.door == "call_back"
        assert {"low_score", "named_problem"} <= set(concern.reasons)
        assert concern.words is not None
        assert concern.words.body == UNHAPPY["problem_words"]
        assert case.handler is not None
        assert case.about == ask.case.about
        # The suggestion is kept beside it, with what it was about.
        assert Finding.objects.get().note.body == UNHAPPY["suggestion"]  # type: ignore[union-attr]

        # The agent sees it, answers and solves; the customer reads it and says yes by the link.
        agent = desk(ask, "agent")
        assert case.number in agent.get("/desk/concerns").content.decode()
        page = f"/desk/concerns/{case.number}"
        assert agent.post(f"{page}/taking", {}).status_code == 303
        assert agent.post(f"{page}/solution", {"words": "重新算了价格,今天补付"}).status_code == 303
        visitor = Client(headers=ENGLISH)
        link = case_link(case_id=case.pk, person_id=case.customer_id, at=now())
        opened = visitor.get(link[link.index("/track/") :], follow=True)
        assert "重新算了价格,今天补付" in opened.content.decode()
        yes = visitor.post(f"/concerns/{case.number}/confirmation", {"words": ""})
        assert yes.status_code == 303
        work(jobs)

        # That brings the second round forward, which asks only whether it is mended.
        assert ask.row.round == 2
        call_backs.invite(case=ask.case, by=SYSTEM, at=now())
        answer_all(Client(headers=ENGLISH), ask, HAPPY)
        work(jobs)

    ended = Case.objects.get(pk=ask.case.pk)
    assert (ended.state, ask.row.satisfied) == ("completed", True)
    assert not Case.objects.filter(kind="concern", closed_at=None).exists()
    closed = Event.objects.get(case=case, type="concern.closed")
    assert (closed.data["how"], closed.data["in_time"]) == ("confirmed", True)
    figures = concern_queries.figures(ask.world["manager"], now() - timedelta(days=1), now())
    assert (figures.found, figures.solved, figures.solved_in_time) == (1, 1, 1)

"""Web and worker are killed while agents call: nobody is rung twice, no answer is lost."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.areas.call_backs.asking import HAPPY, at_any_hour
from tests.soak.household import Browser, Household, NoAnswer, running
from tests.soak.killing import SEED, check_stories, until
from tests.world import PASSWORD, World
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import Ended
from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Event
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson

AGENTS = ("agent", "team_lead", "agent2", "agent3")
FEW, FEW_KILLS = 16, 2
ALL, ALL_KILLS = 60, 30
ASKED_TWICE_EVERY = 8
"""So many customers have one who is asked about a complaint besides."""
WORK_SECONDS = 900.0
"""Longer than all the calls take on a busy machine."""
BETWEEN_KILLS_SECONDS = (0.1, 1.2)
FORMS_OF_A_CALL = 6
"""On average; a call without an answer takes two, another about ten."""
QUALITIES = ("was_professional", "was_efficient", "was_transparent", "was_warm")
ANSWERS = {**HAPPY, **dict.fromkeys(QUALITIES, "4"), "answer_satisfied": "5", "solved": "yes"}
UNHAPPY = {
    "satisfied": "1",
    "answer_satisfied": "1",
    "problem": "open",
    "solved": "no",
    "problem_words": "到现在也没有人回电话",
}
_ROW = re.compile(r'href="/desk/bench/(B[\d-]+)"')
_BACK = re.compile(r'class="button primary" href="/desk/bench/(B[\d-]+)"')
_FORM = re.compile(r'action="/desk/bench/B[\d-]+/(\w+)"')
_QUESTION = re.compile(r'name="question" value="(\w+)"')
_PHONE = re.compile(r'class="dial">.*?(\d{11})<', re.DOTALL)


# Who is called, and what each says ---------------------------------------------------------------


def is_out(phone: str) -> bool:
    """Who never picks up."""
    return int(phone) % 5 == 0


def is_unhappy(phone: str) -> bool:
    return int(phone) % 5 == 1


def answer_of(phone: str, question: str) -> str:
    said = {**ANSWERS, **UNHAPPY} if is_unhappy(phone) else ANSWERS
    return said.get(question, "")


def hire_and_train(insurer: World, *, at: datetime) -> None:
    for name in AGENTS[2:]:
        insurer.staff[name] = people.hire_staff(
            username=name, name=f"{name} 员工", branch=insurer.east, roles=("agent",),
            password=PASSWORD, by=SYSTEM, at=at,
        )  # fmt: skip
    for name in AGENTS:
        for kind in ("call_back", "call_back_complex"):
            people.grant_competence(
                staff=insurer.staff[name], kind=kind, valid_from_on=date(2020, 1, 1),
                by=SYSTEM, at=at,
            )  # fmt: skip


def open_all(insurer: World, count: int, *, at: datetime) -> None:
    """So many customers whose calls are due; some of them on two occasions."""
    new = [
        NewPerson(f"样例{n}", home_branch_id=insurer.east.pk, phone=f"138{n:08d}")
        for n in range(count)
    ]
    ids = people.register_many(new, by=SYSTEM, at=at)
    known = Person.objects.in_bulk(ids)
    for occasion, chosen in (("paid", ids), ("after_complaint", ids[::ASKED_TWICE_EVERY])):
        openings = [
            Opening(kind="claim", step="take_over", customer=known[pk], branch=insurer.east)
            for pk in chosen
        ]
        ended = cases.open_many(openings, by=SYSTEM, at=at)
        call_backs.open_many([Ended(case, occasion) for case in ended], by=SYSTEM, at=at)
    CallBack.objects.update(channel="call", next_contact_at=at)


# Agents, each with a browser ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody was shown the number to dial."""

    number: str
    phone: str
    who: str


@dataclass(slots=True)
class Agent:
    """Takes calls until none is left. What became of a form is only known from the next page."""

    who: str
    browser: Browser
    chance: random.Random
    talks: list[Talk] = field(default_factory=list)
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    sent: int = 0

    def work(self) -> None:
        deadline = time.monotonic() + WORK_SECONDS
        while time.monotonic() < deadline:
            try:
                number = self._next()
            except NoAnswer:
                time.sleep(0.2)
                continue
            if number is None:
                return
            self._call(number, deadline)
        raise AssertionError(f"{self.who} never got to the end of the calls")

    def _next(self) -> str | None:
        """The call that runs, or one of the first of the list, which all the others see too."""
        shown = self.browser.read("/desk/bench")
        back = _BACK.search(shown)
        if back:
            return back[1]
        left = [one for one in dict.fromkeys(_ROW.findall(shown)) if one not in self.refused]
        if not left:
            return None
        number: str = self.chance.choice(left[:3])
        self._send(number, "start", {})
        return number

    def _call(self, number: str, deadline: float) -> None:
        """Do what the page asks for until the call is over."""
        phone = ""
        while time.monotonic() < deadline:
            try:
                shown = self.browser.read(f"/desk/bench/{number}")
                dialled = _PHONE.search(shown)
                if dialled is None:
                    break
                phone = dialled[1]
                self._go_on(number, phone, shown)
            except NoAnswer:
                time.sleep(0.2)
        if phone:
            self.talks.append(Talk(number, phone, self.who))
        else:
            self.refused.add(number)

    def _go_on(self, number: str, phone: str, shown: str) -> None:
        forms, question = set(_FORM.findall(shown)), _QUESTION.search(shown)
        if "identity" in forms and is_out(phone):
            self._send(number, "outcome", {"outcome": "no_answer", "number": "1"})
        elif "identity" in forms:
            self._send(number, "identity", {"said": phone[-4:]})
        elif question:
            raw = answer_of(phone, question[1])
            given = {"answer": raw} if raw else {"skip": "1"}
            self._send(number, "answer", {"question": question[1], **given})
            if raw:
                self.kept[number, question[1]] = raw
        else:
            self._send(number, "finish", {})

    def _send(self, number: str, noun: str, form: dict[str, str]) -> None:
        status = self.browser.send(f"/desk/bench/{number}/{noun}", form)
        if status != 303:
            raise NoAnswer(f"{noun} of {number}: {status}")
        self.sent += 1


def kill_meanwhile(
    house: Household, agents: Sequence[Agent], kills: int, forms: int, chance: random.Random
) -> int:
    """Kill one of the two at random moments, spread over the forms that are to be sent."""
    done, deadline = 0, time.monotonic() + WORK_SECONDS
    while done < kills and time.monotonic() < deadline:
        if sum(one.sent for one in agents) * (kills + 1) < forms * done:
            time.sleep(0.02)
            continue
        time.sleep(chance.uniform(*BETWEEN_KILLS_SECONDS) if done else 0.1)
        victim = chance.choice((house.web, house.worker))
        victim.kill()
        victim.start()
        done += 1
    return done


# What has come of it -----------------------------------------------------------------------------


def check_calls(talks: Sequence[Talk], people_called: int) -> None:
    """Each customer was rung by one person, once, whatever was killed and how often we asked."""
    rung = Counter(one.phone for one in talks)
    assert [phone for phone, times in rung.items() if times > 1] == []
    assert len(rung) == people_called
    calls = Attempt.objects.filter(channel="call")
    rows = calls.values_list("call_back__case__number", "staff__username", "outcome")
    assert {(number, who) for number, who, _outcome in rows} == {(t.number, t.who) for t in talks}
    assert calls.count() == len(talks)
    assert not calls.filter(outcome__in=("", "abandoned")).exists()
    for one in talks:
        ended = calls.get(call_back__case__number=one.number).outcome
        assert ended == ("no_answer" if is_out(one.phone) else "reached"), one


def check_answers(agents: Sequence[Agent], talks: Sequence[Talk]) -> int:
    """Every answer that was taken is there, and every talk has all of its answers."""
    kept = {key: raw for agent in agents for key, raw in agent.kept.items()}
    found = {
        one.call_back.case.number: one
        for one in Response.objects.select_related("call_back__case").exclude(finished_at=None)
    }
    assert Response.objects.count() == len(found)
    assert set(found) == {one.number for one in talks if not is_out(one.phone)}
    for (number, question), raw in kept.items():
        there = found[number].answers.get(question, found[number].notes.get(question))
        assert there is not None, (number, question)
        if question != "problem_words":
            assert str(there) == raw, (number, question)
    return len(kept)


def check(agents: Sequence[Agent], count: int) -> dict[str, int]:
    talks = [talk for agent in agents for talk in agent.talks]
    check_calls(talks, count)
    answers = check_answers(agents, talks)
    answered = [one for one in talks if not is_out(one.phone)]
    unhappy = [one.number for one in answered if is_unhappy(one.phone)]
    content = [one.number for one in answered if not is_unhappy(one.phone)]
    in_vain = [one.number for one in talks if is_out(one.phone)]
    once = ("call_back.opened", "call_back.call_started")
    check_stories(in_vain, (*once, "call_back.attempted"))
    whole = (*once, "call_back.identified", "call_back.answered")
    check_stories(content, (*whole, "call_back.completed"))
    # Whoever was not content is to be asked again, which is promised with an end of its own.
    check_stories(unhappy, (*whole, "call_back.round_planned"), ("call_backs.completion",))
    until(lambda: Concern.objects.count() == len(unhappy), "the worker opens every concern")
    heard = Event.objects.filter(type="call_back.answered", case__number__in=unhappy)
    assert set(Concern.objects.values_list("source_event", flat=True)) == set(
        heard.values_list("pk", flat=True)
    )
    return {
        "calls": len(talks),
        "answers": answers,
        "concerns": len(unhappy),
        "times somebody else had it": sum(len(agent.refused) for agent in agents),
    }


def kill_and_call(database_url: str, directory: Path, count: int, kills: int) -> dict[str, int]:
    began, at = time.monotonic(), datetime.now(UTC) - timedelta(hours=1)
    with running(database_url, directory) as house:
        insurer = house.house.world
        hire_and_train(insurer, at=at)
        at_any_hour(insurer, at=at)
        open_all(insurer, count, at=at)
        agents = [
            Agent(who, house.signed_in(who), random.Random(f"{SEED} {who}")) for who in AGENTS
        ]
        with ThreadPoolExecutor(len(agents)) as hands:
            working = [hands.submit(one.work) for one in agents]
            chance = random.Random(SEED)
            kill_meanwhile(house, agents, kills, count * FORMS_OF_A_CALL, chance)
            for one in working:
                one.result()
        found = check(agents, count)
        killed = {"web killed": house.web.kills, "worker killed": house.worker.kills}
    assert sum(killed.values()) == kills
    return {**killed, **found, "seconds": round(time.monotonic() - began)}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_two_kills_ring_nobody_twice_and_lose_no_answer(database_url: str, tmp_path: Path) -> None:
    kill_and_call(database_url, tmp_path, FEW, FEW_KILLS)


@pytest.mark.soak(minutes=3)
@pytest.mark.covers("CB-14")
@pytest.mark.django_db(transaction=True)
def test_thirty_kills_ring_nobody_twice_and_lose_no_answer(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    for name, value in kill_and_call(database_url, tmp_path, ALL, ALL_KILLS).items():
        record_property(name, value)

"""What the house hears by itself: urgent words, bad answers, suggestions."""

from __future__ import annotations

import pytest

from tests.areas.concerns.conftest import after
from tests.world import World
from yinuo import automation
from yinuo.areas.concerns.models import Concern, Finding
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.models import Reading
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.kit import queue

URGENT = "一个月了还不赔,我明天就去银保监局投诉你们"


def write(claim: Case, words: str, by: Actor, kind: str = "question") -> None:
    cases.write_note(case=claim, body=words, kind=kind, by=by, at=after(30), for_customer=True)


def react(jobs: queue.Captured, minutes: float = 31) -> None:
    for _ in range(5):
        for job in [one for one in jobs.take() if one.task == "react"]:
            queue.run(job, at=after(minutes))


def answered(case: Case, **data: object) -> Event:
    """The line that an answered call-back leaves."""
    values = {"reasons": [], "suggestion": False, "complaint": False, **data}
    cases.record(case=case, type="call_back.answered", data=values, by=SYSTEM, at=after(50))
    found = Event.objects.filter(case=case, type="call_back.answered").order_by("-seq").first()
    assert found is not None
    return found


def test_urgent_words_of_the_customer_open_a_concern_with_an_owner(
    claim: Case, insurer: World
) -> None:
    with queue.capture() as jobs:
        write(claim, URGENT, insurer["customer"])
        react(jobs)
    concern = Concern.objects.select_related("case").get()
    assert (concern.door, concern.reasons, concern.urgency) == ("words", ["urgent_words"], "high")
    assert concern.case.handler_id == claim.handler_id
    assert concern.first_spoken_at == after(30)


def test_a_calm_question_is_read_and_opens_nothing(claim: Case, insurer: World) -> None:
    with queue.capture() as jobs:
        write(claim, "请问还需要交什么材料吗", insurer["customer"])
        react(jobs)
    assert not Concern.objects.exists()
    assert Reading.objects.get().sentiment == "neu"


def test_what_colleagues_write_to_each_other_is_not_read(claim: Case, insurer: World) -> None:
    with queue.capture() as jobs:
        write(claim, URGENT, insurer["agent"], kind="internal")
        react(jobs)
    assert not Reading.objects.exists()
    assert not Concern.objects.exists()


def test_the_reaction_that_runs_twice_opens_one_concern(claim: Case, insurer: World) -> None:
    with queue.capture() as jobs:
        write(claim, URGENT, insurer["customer"])
        taken = [job for job in jobs.take() if job.task == "react"]
        for job in [*taken, *taken]:
            queue.run(job, at=after(31))
    assert Concern.objects.count() == 1
    assert Event.objects.filter(type="concern.heard_again").count() == 0


def test_words_that_were_erased_before_the_job_ran_are_not_read(
    claim: Case, insurer: World
) -> None:
    with queue.capture() as jobs:
        write(claim, URGENT, insurer["customer"])
        cases.erase_note(note=claim.notes.get(), by=insurer["agent"], at=after(31))
        react(jobs, 32)
    assert not Reading.objects.exists()
    assert not Concern.objects.exists()


def test_what_is_said_on_a_concern_opens_no_second_one(claim: Case, insurer: World) -> None:
    with queue.capture() as jobs:
        write(claim, URGENT, insurer["customer"])
        react(jobs)
        write(Concern.objects.get().case, URGENT, insurer["customer"])
        react(jobs, 40)
    assert Concern.objects.count() == 1
    assert Reading.objects.count() == 2


def test_a_bad_answer_opens_a_concern_with_the_words_of_the_answer(
    claim: Case, insurer: World
) -> None:
    write(claim, "赔得太少,修车自己贴了三千", insurer["customer"], kind="words")
    automation._hear_answers(answered(claim, reasons=["low_score", "named_problem"]), after(51))
    concern = Concern.objects.get()
    assert concern.reasons == ["low_score", "named_problem"]
    assert concern.words == claim.notes.get()
    assert (concern.causes[0], concern.first_spoken_at) == ("amount", after(30))
    assert knowledge.reading_of(claim.notes.get().pk) is not None


def test_an_answer_that_is_a_complaint_opens_no_concern_beside_it(claim: Case) -> None:
    automation._hear_answers(answered(claim, reasons=["threat"], complaint=True), after(51))
    assert not Concern.objects.exists()


def test_a_good_answer_opens_nothing(claim: Case) -> None:
    automation._hear_answers(answered(claim), after(51))
    assert not Concern.objects.exists()


@pytest.mark.parametrize("named", [True, False])
def test_a_suggestion_is_kept_once_with_what_it_was_about(
    claim: Case, insurer: World, named: bool
) -> None:
    write(claim, "建议材料清单一次说清楚", insurer["customer"], kind="words")
    note = claim.notes.get().pk if named else None
    event = answered(claim, suggestion=True, suggestion_note=note)
    automation._keep_suggestion(event, after(51))
    automation._keep_suggestion(event, after(52))
    finding = Finding.objects.get()
    assert finding.note == claim.notes.get()
    assert (finding.standing, finding.branch_id) == ("new", claim.branch_id)

"""Several people and workers at the same time, each with a connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.people.actors import SYSTEM
from yinuo.kit.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def busy(transactional_db: None) -> Office:
    return Office()


def together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at the same moment; what they return, or the refusal they raise."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait()
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def test_of_two_people_on_one_case_one_wins_and_the_other_is_told(busy: Office) -> None:
    case = busy.open()
    seen = Case.objects.get(pk=case.pk).revision

    def act() -> str:
        with cases.transaction():
            fresh = cases.lock(case, seen=seen)
            cases.advance(cases.Move(fresh, "begin"), by=busy.by_agent, at=START)
        return "won"

    outcomes = together(act, act)

    refusals = [one for one in outcomes if isinstance(one, cases.ChangedMeanwhile)]
    assert outcomes.count("won") == 1
    assert len(refusals) == 1
    assert case.number in str(refusals[0])
    assert trial.types(case) == ["trial.opened", "trial.begun"]
    assert trial.chain_holds(case)


def test_of_two_who_take_the_same_step_without_having_looked_the_second_is_refused(
    busy: Office,
) -> None:
    case = busy.open()

    def act() -> str:
        cases.advance(cases.Move(case, "begin"), by=busy.by_agent, at=START)
        return "won"

    outcomes = together(act, act)

    assert outcomes.count("won") == 1
    assert any(isinstance(one, cases.StepNotAllowed) for one in outcomes)


def test_twenty_lines_at_once_make_one_chain(busy: Office) -> None:
    case = busy.open()

    def write() -> None:
        for number in range(5):
            cases.record(case=case, type="trial.seen", data={"n": number}, by=SYSTEM, at=START)

    together(*[write] * 4)

    assert trial.types(case).count("trial.seen") == 20
    assert trial.chain_holds(case)


def test_eight_sweepers_mark_each_promise_once(busy: Office) -> None:
    opened = busy.open_many(60)

    def sweep() -> int:
        done = 0
        while swept := cases.sweep(at=later("1 hour"), limit=7).promises:
            done += swept
        return done

    done = together(*[sweep] * 8)

    assert sum(one for one in done if isinstance(one, int)) == 60
    assert cases.sweep(at=later("1 hour")).promises == 0
    per_case = Counter(Event.objects.values_list("case_id", "type"))
    for case in opened:
        assert per_case[case.pk, "promise.missed"] == 1
        assert per_case[case.pk, "promise.escalated"] == 2
    assert all(trial.chain_holds(case) for case in opened)
    assert Promise.objects.filter(missed_at__isnull=True).count() == 0


def test_a_sweeper_does_not_wait_for_a_person_and_comes_back_later(busy: Office) -> None:
    held, free = busy.open_many(2)

    with cases.transaction():
        cases.lock(held)
        [swept] = together(lambda: cases.sweep(at=later("1 hour")))

    assert isinstance(swept, type(cases.sweep(at=START)))
    assert swept.promises == 1
    assert trial.types(free).count("promise.missed") == 1
    assert trial.types(held).count("promise.missed") == 0
    assert cases.sweep(at=later("1 hour")).promises == 1


def test_two_sets_in_opposite_order_do_not_block_each_other_for_good(busy: Office) -> None:
    opened = busy.open_many(12)

    def note(some: Iterable[Case]) -> Callable[[], int]:
        def write() -> int:
            for _ in range(8):
                lines = [(case, "trial.seen", {"n": 0}) for case in some]
                cases.record_many(lines, by=SYSTEM, at=START)
            return 8

        return write

    done = together(note(opened), note(opened[::-1]), note(opened[::2]), note(opened[::-3]))

    assert done == [8, 8, 8, 8]
    assert all(trial.chain_holds(case) for case in opened)


def test_a_sweeper_and_people_work_side_by_side_on_the_same_cases(busy: Office) -> None:
    opened = busy.open_many(20)

    def begin(some: list[Case]) -> Callable[[], int]:
        def work() -> int:
            for case in some:
                cases.advance(cases.Move(case, "begin"), by=busy.by_agent, at=later("1 hour"))
            return len(some)

        return work

    def sweep() -> int:
        return sum(cases.sweep(at=later("1 hour"), limit=3).promises for _ in range(10))

    together(begin(opened[:10]), begin(opened[10:]), sweep, sweep)

    assert all(trial.chain_holds(case) for case in opened)
    for case in opened:
        late = Event.objects.get(case=case, type="trial.begun").data["kept"]
        assert late == [{"rule": trial.DISPATCH, "subject": "", "late": True}]
        assert trial.types(case).count("promise.missed") <= 1

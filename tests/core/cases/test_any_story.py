"""Whatever people try, in whatever order: only allowed moves happen, and the chain verifies."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.cases import trial
from tests.core.cases.trial import DECISION, STEPS, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries
from yinuo.core.cases.models import Case, Promise, PromisePause
from yinuo.core.cases.verifying import verify
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

SUPPLEMENT = "supplement"
NAMES = [step.name for step in STEPS if step.source]
ATTEMPTS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(NAMES), st.sampled_from(["agent", "lead", "owner"])),
    st.tuples(st.just("pause"), st.just(SUPPLEMENT), st.just("agent")),
    st.tuples(st.just("resume"), st.just(SUPPLEMENT), st.just("agent")),
    st.tuples(st.just("extend"), st.sampled_from(["1 day", "2 working days"]), st.just("agent")),
    st.tuples(st.just("sweep"), st.just(""), st.just("agent")),
    st.tuples(st.just("withdraw"), st.just(DECISION), st.just("agent")),
)
GAPS = st.sampled_from(["0 minutes", "2 minutes", "5 minutes", "7 hours", "3 days", "29 days"])


Told = list[tuple[tuple[str, str, str], str]]
TOLD = st.lists(st.tuples(ATTEMPTS, GAPS), max_size=14)
few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(story=TOLD)
def test_any_story_keeps_to_the_table_and_its_chain_verifies(office: Office, story: Told) -> None:
    _tell(office, story)


@pytest.mark.soak(minutes=1)
@settings(few, max_examples=200)
@given(story=TOLD)
def test_hundreds_of_stories_keep_to_the_table(office: Office, story: Told) -> None:
    _tell(office, story)


def _tell(office: Office, story: Told) -> None:
    case = office.open()
    at = trial.START
    for (what, word, who), gap in story:
        at = later(gap, at)
        _attempt(office, case, what, word, who, at)
        case.refresh_from_db()
        _check(case, at)
    assert trial.chain_holds(case)
    assert not verify(report=lambda finding: None).faults


def _attempt(office: Office, case: Case, what: str, word: str, who: str, at: datetime) -> None:
    by = {"agent": office.by_agent, "lead": office.by_lead, "owner": office.by_customer}[who]
    if what == "step":
        _try_step(case, word, by, at)
    elif what == "pause":
        cases.pause(case=case, reason=word, by=by, at=at)
    elif what == "resume":
        cases.resume(case=case, reason=word, by=by, at=at)
    elif what == "withdraw":
        cases.withdraw(case=case, rules=[word], why="trial", by=by, at=at)
    elif what == "sweep":
        cases.sweep(at=at)
    else:
        for row in Promise.objects.filter(queries.OPEN, case=case):
            cases.extend(
                promise=row, limit=word, reason="", by=by, approved_by=office.by_lead, at=at
            )


def _try_step(case: Case, name: str, by: Actor, at: datetime) -> None:
    """A step happens exactly when the page would have shown its button."""
    offered = {action.name for action in queries.actions_for(by, case)}
    lines = case.head_seq
    try:
        cases.advance(cases.Move(case=case, step=name), by=by, at=at)
    except DomainError:
        assert name not in offered
        assert trial.last(case).seq == lines
    else:
        assert name in offered


def _check(case: Case, at: datetime) -> None:
    open_ones = list(Promise.objects.filter(queries.OPEN, case=case))
    running = [row.due_at for row in open_ones if row.paused_at is None]
    assert case.next_due_at == min(running, default=None)
    if case.closed_at is not None:
        assert open_ones == []
    for row in open_ones:
        assert (row.paused_at is None) or row.next_check_at is None
        if row.missed_at is not None and row.next_check_at is not None:
            assert row.next_check_at > row.missed_at
    for row in Promise.objects.filter(case=case, kept_at__isnull=False, missed_at__isnull=False):
        assert row.missed_at is not None
        assert row.missed_at <= at
    ended = Promise.objects.filter(case=case).exclude(queries.OPEN)
    assert not PromisePause.objects.filter(promise__in=ended, ended_at__isnull=True).exists()
    seen = trial.types(case)
    assert seen[0] == "trial.opened"

"""A set of 1,000 cases costs as many statements as one case, or hardly more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case

MANY = 1_000
READ_APART = 3
"""Customers, handlers and branches of a large set have a statement each."""


def statements(work: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        work()
    return [query["sql"].split(" (")[0][:60] for query in captured.captured_queries]


@pytest.fixture
def opened(office: Office) -> list[Case]:
    cases.open_case(office.opening(), by=office.by_agent, at=START)
    return office.open_many(MANY)


def test_opening_a_thousand_cases_takes_as_many_statements_as_one(
    office: Office,
) -> None:
    cases.open_case(office.opening(), by=office.by_agent, at=START)

    one = statements(lambda: office.open_many(1))
    many = statements(lambda: office.open_many(MANY))

    assert len(many) == len(one), many
    assert len(one) <= 12, one


def test_a_step_of_a_thousand_cases_takes_as_many_statements_as_one(
    office: Office, opened: list[Case]
) -> None:
    def begin(some: list[Case]) -> None:
        moves = [cases.Move(case=case, step="begin") for case in some]
        cases.advance_many(moves, by=office.by_agent, at=START)

    single = office.open()
    one = statements(lambda: begin([single]))
    many = statements(lambda: begin(opened))

    assert len(many) <= len(one) + READ_APART, many
    assert len(one) <= 12, one
    assert all(trial.chain_holds(case) for case in opened[::100])


def test_a_line_for_a_thousand_cases_takes_as_many_statements_as_one(
    office: Office, opened: list[Case]
) -> None:
    def note(some: list[Case]) -> None:
        lines = [(case, "trial.seen", {"n": 1}) for case in some]
        cases.record_many(lines, by=office.by_agent, at=START)

    one = statements(lambda: note(opened[:1]))
    many = statements(lambda: note(opened))

    assert len(many) <= len(one) + READ_APART, many
    assert len(one) <= 7, one


def test_a_sweep_of_a_thousand_promises_takes_as_many_statements_as_one(
    office: Office, opened: list[Case]
) -> None:
    one = statements(lambda: cases.sweep(at=later("3 minutes"), limit=1))
    many = statements(lambda: cases.sweep(at=later("3 minutes"), limit=MANY))

    assert len(many) == len(one), many
    assert len(one) <= 10, one

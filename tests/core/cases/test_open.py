from __future__ import annotations

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START, Office
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event
from yinuo.kit.ids import CaseNumber


def test_a_case_opens_with_number_first_line_and_first_promise(office: Office) -> None:
    case = office.open()

    case.refresh_from_db()
    assert str(CaseNumber.parse(case.number)) == case.number
    assert case.number.startswith("T26-")
    assert (case.state, case.workflow_version, case.head_seq) == ("new", 1, 1)
    assert case.next_due_at == trial.later("5 minutes")
    line = trial.last(case)
    assert (line.type, line.actor, line.at) == ("trial.opened", office.by_agent.id, START)
    assert line.data["made"][0]["rule"] == trial.DISPATCH
    assert trial.chain_holds(case)


def test_who_may_not_open_is_refused_and_nothing_is_written(office: Office) -> None:
    surveyor = trial.actor(trial.staff(office.branch, "surveyor"))

    with pytest.raises(cases.NotYourRole) as refusal:
        cases.open_case(office.opening(), by=surveyor, at=START)

    assert refusal.value.http == 403
    assert not Case.objects.exists()
    assert not Event.objects.exists()


def test_more_than_a_thousand_at_once_are_refused(office: Office) -> None:
    with pytest.raises(cases.TooManyAtOnce) as refusal:
        cases.open_many([office.opening()] * 1_001, by=office.by_agent, at=START)

    assert refusal.value.http == 422


def test_a_case_is_opened_only_by_a_step_that_opens(office: Office) -> None:
    opening = cases.Opening("trial", "begin", office.customer, office.branch)

    with pytest.raises(ValueError, match="not opened by begin"):
        cases.open_case(opening, by=office.by_agent, at=START)

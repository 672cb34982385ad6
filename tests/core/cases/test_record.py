from __future__ import annotations

from decimal import Decimal

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event
from yinuo.core.people.actors import SYSTEM


def test_a_line_is_added_to_the_end_of_the_chain(office: Office) -> None:
    case = office.open()

    cases.record(case=case, type="trial.seen", data={"by": 7}, by=office.by_agent, at=START)

    line = trial.last(case)
    assert (line.seq, line.type, line.data) == (2, "trial.seen", {"by": 7})
    assert trial.chain_holds(case)


def test_a_set_of_cases_gets_one_line_each(office: Office) -> None:
    opened = office.open_many(3)

    lines = [(case, "trial.seen", {"n": n}) for n, case in enumerate(opened)]
    cases.record_many(lines, by=SYSTEM, at=START)

    assert [trial.last(case).data for case in opened] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert all(trial.chain_holds(case) for case in opened)


def test_several_lines_of_one_transaction_follow_each_other(office: Office) -> None:
    case = office.open()

    with cases.transaction():
        cases.record(case=case, type="trial.seen", data={}, by=SYSTEM, at=START)
        cases.record(
            case=case, type="trial.heard", data={}, by=office.by_agent, at=later("1 minute")
        )

    assert trial.types(case) == ["trial.opened", "trial.seen", "trial.heard"]
    assert trial.chain_holds(case)


def test_what_the_house_does_by_itself_leaves_a_persons_page_valid(office: Office) -> None:
    case = office.open()
    before = Case.objects.get(pk=case.pk).revision

    cases.record(case=case, type="trial.seen", data={}, by=SYSTEM, at=START)
    assert Case.objects.get(pk=case.pk).revision == before

    cases.record(case=case, type="trial.seen", data={}, by=office.by_customer, at=START)
    assert Case.objects.get(pk=case.pk).revision == before + 1


@pytest.mark.parametrize("value", [1.5, Decimal(2), {1: "x"}, START])
def test_data_that_the_database_would_write_differently_is_refused(
    office: Office, value: object
) -> None:
    case = office.open()

    with pytest.raises(TypeError, match="the data of an event"):
        cases.record(case=case, type="t.x", data={"v": value}, by=SYSTEM, at=START)

    assert Event.objects.filter(case=case).count() == 1


def test_awkward_but_plain_data_hashes_the_same_when_read_back(office: Office) -> None:
    case = office.open()
    data = {"z": [1, {"b": None, "a": True}], "文": "“é” \n", "big": 10**18, "t": ("x", "y")}

    cases.record(case=case, type="trial.seen", data=data, by=SYSTEM, at=START)

    assert trial.chain_holds(case)


def test_a_refusal_leaves_no_trace_of_the_whole_transaction(office: Office) -> None:
    case = office.open()

    @cases.transaction()
    def see_and_finish() -> None:
        cases.record(case=case, type="trial.seen", data={}, by=SYSTEM, at=START)
        cases.advance(cases.Move(case=case, step="finish"), by=office.by_agent, at=START)

    with pytest.raises(cases.StepNotAllowed):
        see_and_finish()

    assert trial.types(case) == ["trial.opened"]
    assert trial.chain_holds(case)

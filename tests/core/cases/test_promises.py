from __future__ import annotations

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import CONTACT, DECISION, DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Promise, PromisePause
from yinuo.core.people.actors import SYSTEM

NOTICE = "supplement"


def test_a_promise_outside_a_step_leaves_its_own_line(office: Office) -> None:
    case = office.at_work()

    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START)

    line = trial.last(case)
    assert (line.type, line.data["rule"]) == ("promise.made", CONTACT)
    assert line.data["due"] == "2026-03-02T02:10:00+00:00"


def test_a_promise_that_is_open_is_not_made_again_and_leaves_no_line(office: Office) -> None:
    case = office.at_work()
    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START)

    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=later("1 minute"))

    assert trial.types(case).count("promise.made") == 1


def test_a_kept_promise_says_when_and_whether_late(office: Office) -> None:
    case = office.at_work()
    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START)

    assert cases.keep(case=case, rule=CONTACT, by=office.by_agent, at=later("9 minutes"))

    assert trial.last(case).data == {"rule": CONTACT, "subject": "", "late": False}
    assert trial.promise(case, CONTACT).missed_at is None
    assert not cases.keep(case=case, rule=CONTACT, by=office.by_agent, at=later("10 minutes"))


def test_the_due_time_itself_is_too_late(office: Office) -> None:
    case = office.at_work()
    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START)

    cases.keep(case=case, rule=CONTACT, by=office.by_agent, at=later("10 minutes"))

    assert trial.last(case).data["late"] is True
    assert trial.promise(case, CONTACT).missed_at == later("10 minutes")


def test_the_owner_is_who_was_named_for_the_role_of_the_rule_or_else_the_handler(
    office: Office,
) -> None:
    case = office.at_work()
    owners = {"surveyor": office.lead.pk}

    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START, owners=owners)

    assert trial.promise(case, CONTACT).owner_id == office.lead.pk
    assert trial.promise(case, DECISION).owner_id == office.agent.pk


def test_a_withdrawn_promise_says_why_and_its_pause_ends(office: Office) -> None:
    case = office.at_work()
    cases.pause(case=case, reason=NOTICE, by=SYSTEM, at=later("1 day"))

    gone = cases.withdraw(
        case=case, rules=[DECISION], why="agreed", by=office.by_agent, at=later("2 days")
    )

    assert gone == 1
    assert trial.last(case).data == {"rule": DECISION, "subject": "", "why": "agreed"}
    assert trial.promise(case, DECISION).withdrawn_why == "agreed"
    assert PromisePause.objects.get().ended_at == later("2 days")


def test_the_earliest_open_promise_stands_on_the_case(office: Office) -> None:
    case = office.at_work()
    decision = trial.promise(case, DECISION).due_at
    assert case.next_due_at == decision

    cases.promise(case=case, rule=CONTACT, by=SYSTEM, at=START)
    case.refresh_from_db()
    assert case.next_due_at == later("10 minutes")

    cases.keep(case=case, rule=CONTACT, by=SYSTEM, at=later("1 minute"))
    case.refresh_from_db()
    assert case.next_due_at == decision

    cases.pause(case=case, reason=NOTICE, by=SYSTEM, at=later("1 day"))
    case.refresh_from_db()
    assert case.next_due_at is None


def test_a_promise_keeps_the_revision_of_the_rule_that_it_was_made_under(office: Office) -> None:
    case = office.open()

    made = trial.promise(case, DISPATCH)
    assert (made.rule_revision, made.limit, made.owner_role) == (0, "5 minutes", "agent")


@pytest.mark.parametrize("ended", ["keep", "withdraw"])
def test_an_ended_promise_is_never_swept(office: Office, ended: str) -> None:
    case = office.open()
    if ended == "keep":
        cases.keep(case=case, rule=DISPATCH, by=SYSTEM, at=later("1 minute"))
    else:
        cases.withdraw(case=case, rules=[DISPATCH], why="x", by=SYSTEM, at=later("1 minute"))

    assert cases.sweep(at=later("9 days")).promises == 0
    assert Promise.objects.filter(next_check_at__isnull=False).count() == 0

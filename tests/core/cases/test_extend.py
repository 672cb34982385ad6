from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.core.cases import trial
from tests.core.cases.trial import DECISION, DISPATCH, START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import PromiseExtension
from yinuo.kit.clock import ClockError


def test_an_extension_moves_the_due_time_and_names_who_approved(office: Office) -> None:
    case = office.open()

    cases.extend(
        promise=trial.promise(case, DISPATCH),
        limit="10 minutes",
        reason="snow",
        by=office.by_agent,
        approved_by=office.by_lead,
        at=later("4 minutes"),
    )

    case.refresh_from_db()
    assert trial.promise(case, DISPATCH).due_at == case.next_due_at == later("15 minutes")
    line = trial.last(case)
    assert (line.type, line.data["approved_by"]) == ("promise.extended", office.by_lead.id)
    assert "snow" not in str(line.data)
    assert PromiseExtension.objects.get().reason == "snow"


def test_nobody_extends_alone(office: Office) -> None:
    case = office.open()
    alone = {"by": office.by_agent, "approved_by": office.by_agent}

    with pytest.raises(cases.SamePersonApproves) as refusal:
        cases.extend(
            promise=trial.promise(case, DISPATCH), limit="1 hour", reason="", at=START, **alone
        )

    assert refusal.value.field == "approved_by"
    assert not PromiseExtension.objects.exists()


def test_the_database_too_refuses_one_person_for_both(office: Office) -> None:
    case = office.open()
    who = office.by_agent.id

    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        PromiseExtension.objects.create(
            promise=trial.promise(case, DISPATCH),
            limit="1 hour",
            reason="",
            by=who,
            approved_by=who,
            at=START,
        )


def test_a_promise_that_has_ended_is_not_extended(office: Office) -> None:
    case = office.at_work()

    with pytest.raises(cases.PromiseEnded):
        cases.extend(
            promise=trial.promise(case, DISPATCH),
            limit="1 hour",
            reason="",
            by=office.by_agent,
            approved_by=office.by_lead,
            at=START,
        )


def test_a_limit_that_is_none_is_refused_and_changes_nothing(office: Office) -> None:
    case = office.open()

    with pytest.raises(ClockError):
        cases.extend(
            promise=trial.promise(case, DISPATCH),
            limit="soon",
            reason="",
            by=office.by_agent,
            approved_by=office.by_lead,
            at=START,
        )

    assert trial.promise(case, DISPATCH).due_at == later("5 minutes")


def test_more_time_after_the_miss_does_not_wipe_it_out_and_the_new_time_is_watched(
    office: Office,
) -> None:
    case = office.open()
    cases.sweep(at=later("6 minutes"))

    cases.extend(
        promise=trial.promise(case, DISPATCH),
        limit="1 hour",
        reason="",
        by=office.by_agent,
        approved_by=office.by_lead,
        at=later("10 minutes"),
    )

    held = trial.promise(case, DISPATCH)
    assert (held.missed_at, held.due_at) == (later("5 minutes"), later("65 minutes"))
    assert cases.sweep(at=later("60 minutes")).warned == 2
    assert cases.sweep(at=later("65 minutes")).missed == 1
    assert trial.promise(case, DISPATCH).missed_at == later("5 minutes")


def test_more_time_that_is_still_too_little_repeats_neither_miss_nor_escalation(
    office: Office,
) -> None:
    case = office.open()
    cases.sweep(at=later("36 minutes"))
    before = trial.types(case)
    assert before.count("promise.escalated") == 2

    cases.extend(
        promise=trial.promise(case, DISPATCH),
        limit="1 minute",
        reason="",
        by=office.by_agent,
        approved_by=office.by_lead,
        at=later("40 minutes"),
    )

    while cases.sweep(at=later("3 days")).promises:
        pass
    assert trial.types(case) == [*before, "promise.extended"]


def test_an_extension_of_a_standing_clock_leaves_it_standing(office: Office) -> None:
    case = office.at_work()
    cases.pause(case=case, reason="supplement", by=office.by_agent, at=later("1 day"))

    cases.extend(
        promise=trial.promise(case, DECISION),
        limit="5 days",
        reason="",
        by=office.by_agent,
        approved_by=office.by_lead,
        at=later("2 days"),
    )

    held = trial.promise(case, DECISION)
    assert (held.paused_at, held.next_check_at) == (later("1 day"), None)

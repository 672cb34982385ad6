"""`yinuo call-backs`: the proof from a terminal, and its exit code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from tests import world
from tests.world import World, report_of
from yinuo.areas.call_backs.models import CallBack, Campaign, Exclusion
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.interfaces.cli.call_backs import call_backs
from yinuo.kit import queue

NOW = datetime.now(UTC)


@pytest.fixture
def insurer(db: None) -> World:
    return world.build(at=NOW)


@pytest.fixture
def forgotten(insurer: World) -> Case:
    """A claim that ended three hours ago, and nothing followed."""
    report = report_of(accident_at=NOW - timedelta(hours=6))
    with queue.capture():
        case = claims.report(report=report, door="phone", by=insurer["agent"], at=NOW).case
        claims.withdraw(case=case, reason="自行修复", by=insurer["customer"], at=NOW)
    Case.objects.filter(pk=case.pk).update(state_since_at=NOW - timedelta(hours=3))
    return case


def call(*words: str) -> Result:
    return CliRunner().invoke(call_backs, [*words])


@pytest.mark.covers("CB-13")
def test_the_check_names_what_is_missing_and_opens_it(forgotten: Case) -> None:
    with queue.capture() as jobs:
        said = call("check", "--as", "agent", "--open")
        assert said.exit_code == 1
        assert forgotten.number in said.output
        for job in jobs.take():
            queue.run(job, at=NOW)
    assert CallBack.objects.get().followed == forgotten
    assert call("check", "--as", "agent").exit_code == 0
    assert call("check", "--as", "nobody").exit_code == 2


def test_a_reason_is_recorded_by_a_leader_and_an_unknown_one_refused(forgotten: Case) -> None:
    with queue.capture():
        assert (
            call("leave-out", forgotten.number, "--as", "agent", "--reason", "death").exit_code == 2
        )
        wrong = call("leave-out", forgotten.number, "--as", "team_lead", "--reason", "lazy")
        assert wrong.exit_code == 2
        assert not Exclusion.objects.exists()
        done = call("leave-out", forgotten.number, "--as", "team_lead", "--reason", "death")
    assert done.exit_code == 0, done.output
    assert Exclusion.objects.get().reason == "death"


def test_what_is_due_is_listed(insurer: World) -> None:
    assert call("due", "--as", "agent").output == ""


def test_a_campaign_is_begun(insurer: World) -> None:
    words = ("--name", "季度回访", "--kind", "periodic", "--from", "2026-01-01", "--until")
    with queue.capture():
        assert call("campaign", "--as", "team_lead", *words, "2025-01-01").exit_code == 2
        assert call("campaign", "--as", "team_lead", *words, "2026-03-31").exit_code == 0
    assert Campaign.objects.get().kind == "periodic"

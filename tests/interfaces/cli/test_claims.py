"""`yinuo claim`: the journey from a terminal, and its refusals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import world
from tests.world import World
from yinuo.core.cases.models import Case
from yinuo.interfaces.cli.cases import case
from yinuo.interfaces.cli.claims import claim
from yinuo.kit import queue


@pytest.fixture
def insurer(db: None) -> World:
    return world.build(at=datetime.now(UTC))


def call(*words: str, given: dict[str, Any] | None = None) -> Result:
    with queue.capture():
        return CliRunner().invoke(claim, [*words], input=json.dumps(given) if given else None)


def accident(**changes: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(hours=1)
    return {
        "accident_at": at.isoformat(),
        "place": "东大路 1 号",
        "cause": "collision",
        "policy_number": "P-100",
        "losses": [{"kind": "own_vehicle", "estimate": "3000.00"}],
        **changes,
    }


@pytest.mark.covers("FNOL-5", "FNOL-13")
def test_a_claim_is_reported_registered_and_shown(insurer: World) -> None:
    reported = call("report", "--as", "agent", "--json", "-", given=accident())
    assert reported.exit_code == 0, reported.output
    number = reported.output.split()[0]
    moved = call("do", number, "registration", "--as", "agent")
    assert (moved.exit_code, Case.objects.get().state) == (0, "registered"), moved.output
    shown = call("show", number, "--as", "agent")
    assert "registered" in shown.output
    assert "dispatch" in shown.output
    assert number in call("list", "--as", "agent").output


def test_a_refused_input_names_the_field_and_changes_nothing(insurer: World) -> None:
    wrong = accident(cause="meteor", losses=[{"kind": "own_vehicle", "estimate": "-1"}])
    refused = call("report", "--as", "agent", "--json", "-", given=wrong)
    assert refused.exit_code == 2
    assert "cause" in refused.output
    assert "losses.0.estimate" in refused.output
    assert not Case.objects.exists()


def test_a_step_that_is_not_possible_is_refused_with_where_the_claim_is(insurer: World) -> None:
    number = call("report", "--as", "agent", "--json", "-", given=accident()).output.split()[0]
    refused = call("do", number, "review", "--as", "reviewer", "--json", "-", given={"loss": 1})
    assert refused.exit_code == 2
    assert number in refused.output


def test_another_branch_finds_no_such_claim(insurer: World) -> None:
    number = call("report", "--as", "agent", "--json", "-", given=accident()).output.split()[0]
    assert call("show", number, "--as", "west").exit_code == 2


def test_a_file_that_is_no_json_is_refused(insurer: World, tmp_path: Path) -> None:
    file = tmp_path / "claim.json"
    file.write_text("{not json")
    refused = CliRunner().invoke(claim, ["report", "--as", "agent", "--json", str(file)])
    assert refused.exit_code == 2
    assert not Case.objects.exists()


@pytest.mark.covers("FB-5")
def test_a_case_that_follows_a_claim_up_is_moved_by_its_number_alone(insurer: World) -> None:
    number = call("report", "--as", "agent", "--json", "-", given=accident()).output.split()[0]
    told = {"words": "定损太低,不够修车"}
    raised = on_cases("do", number, "concern", "--as", "agent", "--json", "-", given=told)
    assert raised.exit_code == 0, raised.output
    listed = on_cases("list", "--kind", "concern", "--as", "agent").output
    concern = Case.objects.get(kind="concern")
    assert listed.split()[0] == concern.number
    assert f"→ {number}" in listed
    shown = on_cases("show", concern.number, "--as", "agent").output
    assert "→ answer" in shown
    refused = on_cases("do", concern.number, "registration", "--as", "agent")
    assert refused.exit_code == 2
    assert "answer" in refused.output


def on_cases(*words: str, given: dict[str, Any] | None = None) -> Result:
    with queue.capture():
        return CliRunner().invoke(case, [*words], input=json.dumps(given) if given else None)

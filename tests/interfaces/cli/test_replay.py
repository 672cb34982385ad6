"""`yinuo replay`: claims of others run from report to their end."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import LazySettings
from django.utils import translation

from tests.paths import shared
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment
from yinuo.core.people.models import Staff
from yinuo.core.people.queries import actor_of_staff
from yinuo.interfaces.cli import hands
from yinuo.interfaces.cli.replaying import MapCannotReplay, OnlyInSandbox, PlayedBefore, replay
from yinuo.interfaces.common import mapping, tables

FILE = shared("data/auto_claims_2015.csv")


@pytest.fixture
def sandbox(db: None, settings: LazySettings) -> None:
    settings.YINUO_SANDBOX = True


def play(*words: str, file: Path = FILE, using: str = "auto_claims_2015") -> Result:
    with translation.override("en"):
        return CliRunner().invoke(replay, [str(file), "--map", using, "--quiet", *words])


def test_outside_a_sandbox_nobody_sets_the_clock(db: None) -> None:
    refused = play("--rows", "1")
    assert isinstance(refused.exception, OnlyInSandbox)
    assert not Case.objects.exists()


def test_a_map_without_a_story_cannot_be_replayed(sandbox: None) -> None:
    assert isinstance(play(using="policies").exception, MapCannotReplay)


@pytest.mark.covers("PAY-3", "WF-1")
def test_rows_run_from_report_to_their_end(sandbox: None, tmp_path: Path) -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    # Paid, cut, refused, withdrawn, and the one accident before the policy began.
    wanted = ("521585", "342868", "227811", "794731", *_withdrawn(lines))
    chosen = [line for line in lines if line.split(",")[2] in wanted]
    path = tmp_path / "claims.csv"
    path.write_text("".join([lines[0], *chosen]), encoding="utf-8")

    done = play(file=path)

    assert done.exit_code == 0, done.output
    assert len(chosen) == 5
    carried = Case.objects.filter(kind="claim")
    states = dict(carried.values_list("claim__external_key", "state"))
    assert states["us-2015-794731"] == "refused"
    assert set(states.values()) == {"closed", "refused", "withdrawn"}
    assert not carried.filter(closed_at=None).exists()
    assert not Promise.objects.filter(case__kind="claim", kept_at=None, withdrawn_at=None).exists()
    assert set(Event.objects.values_list("source", flat=True)) == {"replay"}
    assert set(Payment.objects.values_list("currency", "status")) == {("USD", "arrived")}
    assert not Message.objects.filter(status="queued").exists()
    assert "verified: 0 wrong" in done.output


def _withdrawn(lines: list[str]) -> list[str]:
    """The number of a row that the map lets the customer take back."""
    using = mapping.load("auto_claims_2015")
    assert using.replay
    for number, cells in enumerate(csv.DictReader(lines), start=2):
        row, _problems = mapping.read(tables.Row(number, cells), using)
        if row.fits(using.replay.endings[0].when):
            return [cells["policy_number"]]
    raise AssertionError("the map's first story fits no row")


def test_a_file_is_played_once(sandbox: None) -> None:
    assert play("--rows", "1").exit_code == 0
    assert isinstance(play("--rows", "1").exception, PlayedBefore)


@pytest.mark.django_db(transaction=True)
def test_two_hands_share_a_file_and_neither_works_in_the_cases_of_the_other(
    settings: LazySettings,
) -> None:
    settings.YINUO_SANDBOX = True

    done = play("--rows", "4", "--hands", "2")

    assert done.exit_code == 0, done.output
    told = Case.objects.filter(kind="claim")
    assert not told.filter(closed_at=None).exists()
    homes = dict(told.values_list("pk", "branch__code"))
    assert sorted(homes.values()) == ["REPLAY-1", "REPLAY-1", "REPLAY-2", "REPLAY-2"]
    staff = {actor_of_staff(one).id: one.branch.code for one in Staff.objects.all()}
    lines = Event.objects.filter(case__in=told, actor__startswith="staff:")
    assert lines.exists()
    for case_id, actor in lines.values_list("case_id", "actor"):
        assert staff[actor] == homes[case_id]
    assert set(Payment.objects.values_list("status", flat=True)) == {"arrived"}


@pytest.mark.django_db(transaction=True)
def test_a_hand_that_fails_is_said_and_the_other_ends_its_work() -> None:
    done: list[int] = []

    def part(hand: int, ended: hands.Ended) -> list[int]:
        if hand == 0:
            os._exit(3)
        ended(2)
        return [7]

    with pytest.raises(hands.HandFailed, match="1 of 2"):
        hands.share(part, 2, done.append)

    assert done == [2]


@pytest.mark.soak(minutes=2)
@pytest.mark.django_db(transaction=True)
def test_every_row_runs_to_the_end_that_the_map_expects(
    settings: LazySettings,
) -> None:
    settings.YINUO_SANDBOX = True
    done = play()
    assert done.exit_code == 0, done.output
    assert not Case.objects.filter(kind="claim", closed_at=None).exists()

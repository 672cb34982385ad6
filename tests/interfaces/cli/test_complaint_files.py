"""Complaints that another house recorded: taken over as history, or carried through our clocks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import LazySettings

from tests import world
from tests.paths import shared
from tests.world import World
from yinuo.areas.complaints.models import Complaint, NamedCause
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.interfaces.cli import replaying
from yinuo.interfaces.cli.importing import import_group
from yinuo.interfaces.cli.replay_complaints import ClosedBeforeReceived
from yinuo.interfaces.common import mapping
from yinuo.kit.errors import DomainError

MAP = "texas_complaints_2012_2025"
ALL = 11_173
COLUMNS = (
    "Complaint number", "Reason complaint filed", "Confirmed complaint", "How resolved",
    "Received date", "Closed date", "Coverage type", "Respondent ID", "Complainant type",
)  # fmt: skip
LATE = (
    "1", "Delays (Claims Handling); Unsatisfactory Settle/Offer", "Yes",
    "Additional Payment Expected; Corrective Action Taken", "3/4/2019", "5/20/2019",
    "Automobile", "1510", "INDV",
)  # fmt: skip
IN_TIME = (
    "2", "Denial Of Claim", "No", "Contract Language/Legal Issue", "3/4/2019", "3/15/2019",
    "Automobile", "1510", "ORG",
)  # fmt: skip
WITHDRAWN = (
    "3", "Other", "No", "Question of Fact; Complaint Withdrawn", "3/5/2019", "3/8/2019",
    "Homeowners", "1510", "INDV",
)  # fmt: skip
NOT_OURS = (
    "4", "A reason that nobody foresaw", "", "No Jurisdiction", "3/5/2019", "3/5/2019",
    "Life & Annuity", "75391", "INDV",
)  # fmt: skip


@pytest.fixture
def insurer(db: None) -> World:
    return world.build(at=datetime(2018, 1, 1, tzinfo=UTC))


def filed(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "complaints.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def play(path: Path, settings: LazySettings) -> replaying.Result:
    settings.YINUO_SANDBOX = True
    return replaying.play_complaints(path, mapping.load(MAP))


@pytest.mark.django_db(transaction=True)
def test_complaints_run_from_receipt_to_closing_at_their_own_dates(
    insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    result = play(filed(tmp_path, LATE, IN_TIME, WITHDRAWN, NOT_OURS), settings)
    assert result.states == {"closed": 2, "withdrawn": 1, "transferred": 1}

    late = Complaint.objects.get(external_key="tdi-1-1510")
    assert late.upheld == "yes"
    assert late.response == "closed_with_non_monetary_relief"
    assert late.case.closed_at is not None
    assert late.case.closed_at.date() == date(2019, 5, 20)
    answer = Promise.objects.get(case=late.case, rule="complaints.answer")
    assert answer.missed_at is not None
    assert answer.due_at.astimezone(UTC).date() == date(2019, 3, 19)
    mains = NamedCause.objects.filter(complaint=late, main=True).values_list("code", flat=True)
    assert list(mains) == ["delay"]

    kept = Promise.objects.get(case__complaint__external_key="tdi-2-1510", rule="complaints.answer")
    assert kept.kept_at is not None
    assert kept.missed_at is None
    assert not Promise.objects.filter(rule="claims.delay_notice").exists()

    found: list[object] = []
    verifying.verify(report=found.append)
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_a_file_is_not_played_twice(insurer: World, settings: LazySettings, tmp_path: Path) -> None:
    path = filed(tmp_path, IN_TIME)
    play(path, settings)
    with pytest.raises(replaying.PlayedBefore):
        play(path, settings)


@pytest.mark.soak(minutes=5)
@pytest.mark.django_db(transaction=True)
def test_every_complaint_of_the_public_record_runs_to_its_end(
    settings: LazySettings, record_property: Callable[[str, object], None]
) -> None:
    result = play(shared("data/texas_complaints_2012_2025.csv.gz"), settings)
    assert set(result.states) <= {"closed", "withdrawn", "transferred"}
    told = Case.objects.filter(kind="complaint")
    assert sum(result.states.values()) == told.count() == ALL
    assert not told.filter(closed_at=None).exists()
    owed = Promise.objects.filter(case__in=told, kept_at=None, withdrawn_at=None)
    assert not owed.exists()
    found: list[object] = []
    verifying.verify(report=found.append)
    assert found == []
    for state, count in result.states.items():
        record_property(f"complaints {state}", count)
    record_property("lines of timelines", result.events)


def test_outside_a_sandbox_nothing_is_played(insurer: World, tmp_path: Path) -> None:
    with pytest.raises(replaying.OnlyInSandbox):
        replaying.play_complaints(filed(tmp_path, IN_TIME), mapping.load(MAP))
    assert not Case.objects.filter(kind="complaint").exists()


def test_what_was_closed_before_it_came_is_refused_by_name(
    insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    backwards = (*IN_TIME[:4], "3/15/2019", "3/4/2019", *IN_TIME[6:])
    with pytest.raises(ClosedBeforeReceived) as refusal:
        play(filed(tmp_path, backwards), settings)
    assert refusal.value.field == "closed_on"
    assert not Case.objects.filter(kind="complaint").exists()


def test_an_unknown_line_of_business_is_refused_with_the_known_ones(
    insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    strange = (*IN_TIME[:6], "Pets", *IN_TIME[7:])
    with pytest.raises(DomainError) as refusal:
        play(filed(tmp_path, strange), settings)
    assert "Automobile" in str(refusal.value)


def taken_over(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(
        import_group, ["complaints", str(path), "--map", MAP, "--quiet"], catch_exceptions=False
    )
    return result.exit_code, result.output


def test_finished_complaints_are_taken_over_as_history_once(insurer: World, tmp_path: Path) -> None:
    path = filed(tmp_path, LATE, IN_TIME, WITHDRAWN)
    code, _output = taken_over(path)
    assert code == 0
    assert Case.objects.filter(kind="complaint", state="closed").count() == 3
    assert not Promise.objects.filter(case__kind="complaint").exists()
    assert set(Event.objects.filter(case__kind="complaint").values_list("type", flat=True)) == {
        "complaint.taken_over"
    }
    code, _output = taken_over(path)
    assert code == 0
    assert Case.objects.filter(kind="complaint").count() == 3


def test_a_bad_row_goes_to_the_file_of_errors_and_the_others_come_in(
    insurer: World, tmp_path: Path
) -> None:
    bad = (*IN_TIME[:4], "31.12.2019", *IN_TIME[5:])
    path = filed(tmp_path, LATE, bad)
    code, _output = taken_over(path)
    assert code == 1
    assert Case.objects.filter(kind="complaint").count() == 1
    errors = path.with_name(f"{path.name}.errors.csv").read_text("utf-8-sig")
    assert "Received date" in errors

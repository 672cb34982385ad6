"""The figures of complaints: what they are made of, the baseline, and what can be taken along."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from python_calamine import CalamineWorkbook

from tests import world
from tests.interfaces.cli.test_complaint_files import IN_TIME, LATE, WITHDRAWN, filed, play
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands.baselines import NothingToMeasure, PeriodStillRuns
from yinuo.areas.complaints.models import Baseline
from yinuo.core.cases.models import Case
from yinuo.core.people.models import AccessRecord
from yinuo.core.people.rules import NotForYou
from yinuo.core.policies.models import Policy
from yinuo.interfaces.common import spreadsheets
from yinuo.interfaces.common.spreadsheets import Sheet
from yinuo.kit import queue
from yinuo.overview.complaint_figures import newest_baseline

FIGURES = "/desk/complaints/figures"


@pytest.fixture
def insurer(db: None, settings: LazySettings, tmp_path: Path) -> World:
    house = world.build(at=datetime(2018, 6, 1, tzinfo=UTC))
    play(filed(tmp_path, LATE, IN_TIME, WITHDRAWN), settings)
    return house


def signed_in(insurer: World, role: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(insurer.staff[role])
    return client


def closed_in(insurer: World, year: int) -> None:
    """A claim of the house that ended in this year."""
    with queue.capture():
        case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
    Case.objects.filter(pk=case.pk).update(closed_at=datetime(year, 3, 1, tzinfo=UTC))


@pytest.mark.covers("G-2")
def test_the_page_says_what_each_figure_is_made_of(insurer: World) -> None:
    page = signed_in(insurer, "manager").get(f"{FIGURES}?year=2019").content.decode()
    assert "3 complaints, 0 closed claims" in page
    assert "1 of 2: too few for a figure" in page
    assert "Most often:" in page
    assert "Rated 4 of 5 or better" in page
    closed_in(insurer, 2019)
    page = signed_in(insurer, "manager").get(f"{FIGURES}?year=2019").content.decode()
    assert "3 complaints, 1 closed claims" in page
    assert "3000.00" in page


def test_what_was_passed_on_is_no_complaint_of_ours(insurer: World) -> None:
    Case.objects.filter(complaint__external_key="tdi-1-1510").update(state="transferred")
    page = signed_in(insurer, "manager").get(f"{FIGURES}?year=2019").content.decode()
    assert "2 complaints, 0 closed claims" in page


def test_a_baseline_of_a_branch_is_not_that_of_the_house(insurer: World) -> None:
    Baseline.objects.create(
        measure="per_ten_thousand",
        from_on=date(2018, 1, 1),
        until_on=date(2019, 1, 1),
        branch_path=insurer.east.path,
        numerator=Decimal(1),
        denominator=Decimal(10),
        stored_by=insurer["manager"].id,
        stored_at=datetime(2019, 1, 2, tzinfo=UTC),
    )
    assert newest_baseline(insurer["manager"], "per_ten_thousand") is None
    assert newest_baseline(insurer["team_lead"], "per_ten_thousand") is not None


@pytest.mark.covers("G-10")
def test_a_past_year_becomes_the_baseline_and_says_who_stored_it(insurer: World) -> None:
    Policy.objects.update(ends_at=datetime(2021, 1, 1, tzinfo=UTC))
    client = signed_in(insurer, "manager")
    answer = client.post(f"{FIGURES}/baseline", {"year": "2019"})
    assert answer.status_code == 302
    stored = Baseline.objects.get(measure="per_ten_thousand")
    # One policy was in force at the end of the year; no claim was closed in it.
    assert stored.numerator == 3
    assert stored.denominator == 1
    assert stored.stored_by == insurer["manager"].id
    assert not Baseline.objects.filter(measure="per_thousand_claims").exists()
    page = client.get(f"{FIGURES}?year=2019").content.decode()
    assert "baseline 30000.00 of 2019" in page
    assert "+0.0 % against it, target -15 %" in page


def test_only_a_manager_stores_a_baseline_and_only_of_a_year_that_is_over(
    insurer: World,
) -> None:
    given: dict[str, Any] = {
        "measure": "per_ten_thousand",
        "from_on": datetime(2019, 1, 1, tzinfo=UTC).date(),
        "until_on": datetime(2020, 1, 1, tzinfo=UTC).date(),
        "numerator": Decimal(3),
        "denominator": Decimal(100),
    }
    later, then = datetime(2020, 6, 1, tzinfo=UTC), datetime(2019, 6, 1, tzinfo=UTC)
    with pytest.raises(NotForYou):
        complaints.store_baseline(**given, by=insurer["team_lead"], at=later)
    with pytest.raises(PeriodStillRuns):
        complaints.store_baseline(**given, by=insurer["manager"], at=then)
    with pytest.raises(NothingToMeasure):
        complaints.store_baseline(
            **{**given, "denominator": Decimal(0)}, by=insurer["manager"], at=later
        )
    assert signed_in(insurer, "team_lead").post(f"{FIGURES}/baseline").status_code == 403
    assert not Baseline.objects.exists()


def test_figures_go_out_as_csv_and_excel_and_each_export_is_on_record(insurer: World) -> None:
    client = signed_in(insurer, "manager")
    text = client.get(f"{FIGURES}?year=2019&as=csv").content.decode("utf-8-sig")
    assert ["Received", "3"] not in list(csv.reader(io.StringIO(text)))
    assert "Complaints per 1,000 closed claims" in text
    answer = client.get(f"{FIGURES}?year=2019&as=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names[:2] == ["Figures", "Cause and stage"]
    exported = AccessRecord.objects.filter(what="desk.export:/desk/complaints/figures")
    assert exported.count() == 2


def test_the_regulators_table_counts_by_cause_product_and_channel(insurer: World) -> None:
    client = signed_in(insurer, "complaint_officer" if "complaint_officer" in insurer.staff
                       else "manager")  # fmt: skip
    text = client.get("/desk/complaints/regulator?year=2019&as=csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0][4] == "Received"
    assert sum(int(line[4]) for line in lines[1:]) == 3


def test_a_cell_that_looks_like_a_formula_is_shown_as_text() -> None:
    sheet = Sheet("=1+1", ("=A1", "n"), (("=HYPERLINK(1)", Decimal(-3)), ("@x", 2)))
    text = spreadsheets.csv_of([sheet]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["'=A1", "n"], ["'=HYPERLINK(1)", "-3"], ["'@x", "2"],
    ]  # fmt: skip
    book = CalamineWorkbook.from_filelike(io.BytesIO(spreadsheets.excel_of([sheet])))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1] == ["=HYPERLINK(1)", -3.0]


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=1999", "year=999999999999", "year=020261234", "year=00000", "as=exe"],
)
def test_nonsense_in_the_address_shows_the_page_of_this_year(insurer: World, query: str) -> None:
    assert signed_in(insurer, "manager").get(f"{FIGURES}?{query}").status_code == 200

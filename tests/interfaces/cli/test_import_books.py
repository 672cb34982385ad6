"""Workbooks come in like text files: dates, numbers kept as text, Chinese names, several sheets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from tests import world
from tests.interfaces.cli import books
from tests.interfaces.cli.books import Cell, Sheets
from tests.interfaces.cli.test_import import HEADER, errors_of, take
from tests.world import World
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.policies.models import Policy
from yinuo.interfaces.cli.importing import policies_job, run
from yinuo.interfaces.common import mapping, tables

COLUMNS = HEADER.split(",")
# A cell knows no zone.
AT_MIDNIGHT = datetime(2027, 1, 1)  # noqa: DTZ001
IN_THE_MORNING = datetime(2026, 2, 4, 9, 30)  # noqa: DTZ001
# One row as a program writes it, one as people type: numbers and days kept as text.
TYPED: list[Cell] = [
    "P-1", "EAST", "样例甲", 13900000011, "沪B00001", None, "样例牌",
    date(2026, 1, 1), AT_MIDNIGHT, 3200.5, 200000, 150000.0, 500, 0,
]  # fmt: skip
AS_TEXT: list[Cell] = [
    "0002", "EAST", "样例乙", "13900000012", "沪B00002", "", "样例牌",
    "2026-01-01", "2027-01-01", "3,200.50", "200000", "150000.00", "500", "",
]  # fmt: skip
CLAIMS = """
title = "Claims of the old system"
source = "a test"
sheet = "赔案"
time_zone = "Asia/Shanghai"
key = "赔案号"
[columns."赔案号"]
reading = "Number of the old system."
required = true
[columns."保单号"]
reading = "Policy."
required = true
[columns."出险日期"]
reading = "Day of the accident."
type = "date"
required = true
[columns."报案日期"]
reading = "Day of the report."
type = "date"
required = true
[columns."出险地点"]
reading = "Place."
required = true
[columns."车辆数"]
reading = "Cars in the accident."
type = "integer"
choices = ["1", "2"]
[claim.fields]
external_key = { text = "old-{赔案号}" }
policy_number = { column = "保单号" }
accident_at = { day = "出险日期" }
reported_at = { day = "报案日期" }
place = { column = "出险地点" }
cause = { fixed = "collision" }
vehicles = { column = "车辆数", words = { "1" = 1, "2" = 2 } }
[[claim.losses]]
kind = "own_vehicle"
title = { fixed = "自己的车" }
"""
CLAIM_SHEET: list[list[Cell]] = [
    ["赔案号", "保单号", "出险日期", "报案日期", "出险地点", "车辆数", "备注"],
    [20260001, "P-1", date(2026, 2, 3), IN_THE_MORNING, "东大路 1 号", 2, "追尾"],
    ["20260002", "P-1", "2026-03-05", "2026-03-05", "南京路", "1", None],
]
both = pytest.mark.parametrize("form", [".xlsx", ".ods"])


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def book(folder: Path, form: str, *rows: list[Cell], **more: list[list[Cell]]) -> Path:
    sheets: Sheets = {"保单": [list(COLUMNS), *rows], **more}
    return books.write(folder / f"old-system{form}", sheets)


@both
@pytest.mark.covers("COM-7")
def test_policies_come_in_from_a_workbook_whatever_the_cells_are(
    insurer: World, tmp_path: Path, form: str
) -> None:
    path = book(tmp_path, form, TYPED, AS_TEXT)
    done = take(path)
    assert (done.exit_code, done.output) == (0, "2 added, 0 changed, 0 unchanged.\n")
    policies = Policy.objects.select_related("holder", "vehicle").in_bulk(field_name="number")
    for number, phone in (("P-1", "13900000011"), ("0002", "13900000012")):
        policy = policies[number]
        assert policy.holder.phone == phone
        assert policy.premium == Decimal("3200.50")
        days = [timezone.localtime(at).date() for at in (policy.starts_at, policy.ends_at)]
        assert days == [date(2026, 1, 1), date(2027, 1, 1)]
        kinds = policy.covers.values_list("kind", flat=True)
        assert sorted(kinds) == ["ctpli", "own_damage"]
    assert "0 added, 0 changed, 2 unchanged" in take(path).output


@pytest.mark.parametrize("form", [".xlsx", ".ods", ".csv"])
def test_the_progress_bar_grows_to_the_end_of_the_file(
    insurer: World, tmp_path: Path, form: str
) -> None:
    if form == ".csv":
        path = tmp_path / "old-system.csv"
        path.write_text("\n".join([HEADER, *["P-1,EAST"] * 3000]), encoding="utf-8")
    else:
        path = book(tmp_path, form, TYPED, AS_TEXT)
    using, seen = mapping.load("policies"), list[int]()
    run(path, using, policies_job(using, "EAST", datetime.now(UTC)), progress=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] <= seen[-1] == path.stat().st_size


@both
def test_bad_cells_of_a_workbook_are_named_and_good_rows_come_in(
    insurer: World, tmp_path: Path, form: str
) -> None:
    no_day = ["P-3", *TYPED[1:7], "去年", *TYPED[8:]]
    no_number = ["P-4", *TYPED[1:9], "三千二", *TYPED[10:]]
    formula = ["P-5", "EAST", "=1+1", *TYPED[3:]]
    nothing: list[Cell] = [None] * len(COLUMNS)
    path = book(tmp_path, form, no_day, nothing, TYPED, no_number, formula)
    assert "1 added" in take(path).output
    assert set(errors_of(path)) == {("2", "起保日期"), ("5", "保费"), ("6", "投保人")}
    assert list(Policy.objects.filter(number__in=["P-3", "P-4", "P-5"])) == []


@both
@pytest.mark.covers("COM-7")
def test_claims_come_in_from_the_sheet_that_the_map_names(
    insurer: World, tmp_path: Path, form: str
) -> None:
    path = book(tmp_path, form, TYPED, 说明=[["这一页不读"]], 赔案=CLAIM_SHEET)
    assert take(path).exit_code == 0
    using = tmp_path / "claims.toml"
    using.write_text(CLAIMS, encoding="utf-8")

    done = take(path, what="claims", using=str(using))

    assert (done.exit_code, done.output) == (0, "2 added, 0 changed, 0 unchanged.\n")
    found = Claim.objects.order_by("external_key")
    assert [one.external_key for one in found] == ["old-20260001", "old-20260002"]
    assert [one.accident_on for one in found] == [date(2026, 2, 3), date(2026, 3, 5)]
    assert [one.other_vehicles for one in found] == [1, 0]
    assert set(Case.objects.values_list("state", flat=True)) == {"closed"}
    assert "2 unchanged" in take(path, what="claims", using=str(using)).output


@both
def test_a_sheet_that_is_not_there_is_missed_by_name(tmp_path: Path, form: str) -> None:
    path = book(tmp_path, form, TYPED, 说明=[["这一页不读"]])
    with (
        pytest.raises(tables.SheetMissing) as refused,
        tables.opened(path, needed=["赔案号"], sheet="赔案"),
    ):
        pass
    assert refused.value.params["found"] == "保单, 说明"


@both
def test_a_workbook_whose_columns_are_others_says_what_it_has(
    insurer: World, tmp_path: Path, form: str
) -> None:
    path = books.write(tmp_path / f"other{form}", {"Sheet1": [["保单号", "机构"], ["P-1", "EAST"]]})
    done = take(path)
    assert isinstance(done.exception, tables.ColumnsMissing)
    assert "保单号, 机构" in str(done.exception)
    assert mapping.load("policies").sheet == ""

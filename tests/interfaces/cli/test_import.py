"""`yinuo import`: good rows come in, bad ones are named, and a second time changes nothing."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from tests import world
from tests.paths import shared
from tests.world import World
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.messages.models import Message
from yinuo.core.policies.models import Cover, Policy
from yinuo.interfaces.cli.importing import import_group
from yinuo.interfaces.common import mapping, tables
from yinuo.interfaces.common.mapping import MapNotValid

HEADER = (
    "保单号,机构,投保人,电话,车牌号,车架号,厂牌,起保日期,终保日期,保费,"
    "交强险限额,车损险限额,车损险免赔额,三者险限额"
)
GOOD = (
    "P-1,EAST,样例甲,13900000011,沪B00001,,样例牌,2026-01-01,2027-01-01,3200.50,200000,150000,500,0"
)
OTHER = "P-2,EAST,样例乙,,沪B00002,,样例牌,2026-01-01,2027-01-01,950,200000,,,"


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def file_of(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "policies.csv"
    path.write_bytes("\n".join((HEADER, *lines, "")).encode(encoding))
    return path


def take(path: Path, *, what: str = "policies", using: str = "policies") -> Result:
    with translation.override("en"):
        words = [what, str(path), "--map", using, "--quiet", "--branch", "EAST"]
        return CliRunner().invoke(import_group, words)


def errors_of(path: Path) -> list[tuple[str, str]]:
    with path.with_name(f"{path.name}.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["row"], row["column"]) for row in csv.DictReader(file)]


@pytest.mark.covers("COM-7")
def test_policies_come_in_and_a_second_time_nothing_changes(insurer: World, tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD, OTHER)
    first = take(path)
    assert (first.exit_code, first.output) == (0, "2 added, 0 changed, 0 unchanged.\n")
    policy = Policy.objects.select_related("holder", "vehicle").get(number="P-1")
    assert (policy.holder.name, policy.vehicle.plate) == ("样例甲", "沪B00001")
    assert sorted(policy.covers.values_list("kind", flat=True)) == ["ctpli", "own_damage"]
    before = Cover.objects.count()
    again = take(path)
    assert "0 added, 0 changed, 2 unchanged" in again.output
    assert "already" in again.output
    assert Cover.objects.count() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(insurer: World, tmp_path: Path, encoding: str) -> None:
    assert take(file_of(tmp_path, GOOD, encoding=encoding)).exit_code == 0
    assert Policy.objects.get(number="P-1").holder.name == "样例甲"


def test_bad_rows_are_named_with_column_and_reason_and_good_ones_come_in(
    insurer: World, tmp_path: Path
) -> None:
    path = file_of(
        tmp_path,
        GOOD,
        OTHER.replace("2026-01-01", "01.13.2026").replace("950", "many"),
        OTHER.replace("样例乙", "=HYPERLINK(1)"),
        OTHER.replace("样例乙", "长" * 5000),
        OTHER.replace("EAST", "NOWHERE"),
        OTHER.replace("样例乙", ""),
        GOOD.replace("3200.50", "3300"),
        "P-9,EAST",
    )
    done = take(path)
    assert done.exit_code == 1
    assert "1 added" in done.output
    assert errors_of(path) == [
        ("3", "起保日期"),
        ("3", "保费"),
        ("4", "投保人"),
        ("5", "投保人"),
        ("7", "投保人"),
        ("9", ""),
        ("6", "branch"),
        ("8", "policy_number"),
    ]


def test_the_file_of_errors_holds_no_formula_and_goes_away_when_all_is_well(
    insurer: World, tmp_path: Path
) -> None:
    path = file_of(tmp_path, OTHER.replace("950", "@SUM(A1)"))
    assert take(path).exit_code == 1
    written = path.with_name("policies.csv.errors.csv")
    cells = [
        cell for line in written.read_text("utf-8-sig").splitlines() for cell in line.split(",")
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    path = file_of(tmp_path, OTHER)
    assert take(path).exit_code == 0
    assert not written.exists()


def test_a_quotation_mark_that_is_never_closed_does_not_take_the_file_down(
    insurer: World, tmp_path: Path
) -> None:
    path = file_of(tmp_path, GOOD, OTHER.replace("样例乙", '"样例乙'), *[OTHER] * 3000)
    done = take(path)
    assert done.exit_code == 1, done.output
    assert Policy.objects.filter(number="P-1").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", tables.TableIsEmpty),
        (b"a,b\n1,2\n", tables.ColumnsMissing),
        (HEADER.encode() + "，".encode("big5") + b"\xff\xff\xff", tables.EncodingUnknown),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    insurer: World, tmp_path: Path, content: bytes, code: type[Exception]
) -> None:
    path = tmp_path / "policies.csv"
    path.write_bytes(content)
    done = take(path)
    assert isinstance(done.exception, code)
    assert "policies.csv" in str(done.exception)


def test_a_spoilt_archive_or_workbook_is_refused(insurer: World, tmp_path: Path) -> None:
    for name in ("policies.csv.gz", "policies.xlsx"):
        path = tmp_path / name
        path.write_bytes(b"nothing of the kind")
        assert isinstance(take(path).exception, tables.FileNotReadable), name


def test_a_map_with_a_wrong_key_or_column_says_where(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    text = (mapping.SHIPPED / "policies.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('column = "厂牌"', 'column = "品牌"'), encoding="utf-8")
    with pytest.raises(MapNotValid, match="品牌"):
        mapping.load(str(path))
    path.write_text(text.replace("reading =", "meaning =", 1), encoding="utf-8")
    with pytest.raises(MapNotValid, match=r"columns\.保单号"):
        mapping.load(str(path))


def test_every_shipped_map_is_valid_and_explains_every_column() -> None:
    names = sorted(path.stem for path in mapping.SHIPPED.glob("*.toml"))
    assert names == [
        "auto_claims_2015",
        "policies",
        "texas_complaints_2012_2025",
        "vehicle_claims_1994_1996",
    ]
    for name in names:
        assert all(column.reading for column in mapping.load(name).columns.values())


def test_claims_of_another_system_come_in_closed_and_promise_nothing(
    insurer: World, tmp_path: Path
) -> None:
    path = tmp_path / "vehicles.csv"
    with gzip.open(shared("data/vehicle_claims_1994_1996.csv.gz"), "rt", encoding="utf-8-sig") as f:
        path.write_text("".join(f.readline() for _ in range(41)), encoding="utf-8")
    done = take(path, what="claims", using="vehicle_claims_1994_1996")
    assert (done.exit_code, done.output) == (0, "40 added, 0 changed, 0 unchanged.\n")
    first = Claim.objects.get(external_key="us-1994-1")
    # December, week 5, Wednesday; reported in January, week 1, Tuesday: the year after.
    assert str(first.accident_on) == "1994-12-28"
    assert first.reported_at.astimezone(mapping.load("policies").zone).date().isoformat() == (
        "1995-01-03"
    )
    assert first.door == "import"
    assert set(Case.objects.values_list("state", flat=True)) == {"closed"}
    assert not Case.objects.filter(closed_at=None).exists()
    assert not Loss.objects.filter(ended_at=None).exists()
    assert not Promise.objects.exists()
    assert not Message.objects.exists()
    assert Event.objects.count() == 40
    again = take(path, what="claims", using="vehicle_claims_1994_1996")
    assert "0 added, 0 changed, 40 unchanged" in again.output
    assert Case.objects.count() == 40


@pytest.mark.soak
def test_all_old_claims_come_in_but_the_one_without_a_day(insurer: World, tmp_path: Path) -> None:
    path = tmp_path / "vehicles.csv.gz"
    path.write_bytes(shared("data/vehicle_claims_1994_1996.csv.gz").read_bytes())
    done = take(path, what="claims", using="vehicle_claims_1994_1996")
    assert "15419 added" in done.output
    assert "1 rows left out" in done.output

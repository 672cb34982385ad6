"""Every figure of complaints opens its cases, and the list is as long as the figure."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from django.conf import LazySettings
from python_calamine import CalamineWorkbook

from tests import world
from tests.interfaces.cli.test_complaint_files import IN_TIME, LATE, WITHDRAWN, filed, play
from tests.interfaces.desk.test_complaint_figures import FIGURES, closed_in, signed_in
from tests.world import World
from yinuo.areas.complaints.models import Complaint, NamedCause
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import AccessRecord
from yinuo.core.policies.models import Policy
from yinuo.overview import complaint_figures
from yinuo.overview.complaint_figures import Behind

SINCE, UNTIL = datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
BEHIND = f"{FIGURES}/cases"
LINK = re.compile(r'<a href="([^"]*/figures/cases\?[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
BASE = re.compile(r'<a href="([^"]*/figures/base\?[^"]*)".*?class="value">([^<]+)<', re.DOTALL)
CASE = re.compile(r'href="/desk/complaints/(P[0-9-]+)"')


@pytest.fixture
def insurer(db: None, settings: LazySettings, tmp_path: Path) -> World:
    house = world.build(at=datetime(2018, 6, 1, tzinfo=UTC))
    play(filed(tmp_path, LATE, IN_TIME, WITHDRAWN), settings)
    closed_in(house, 2019)
    first, second, third = Complaint.objects.order_by("pk")
    Complaint.objects.filter(pk=first.pk).update(
        stage="surveying", upheld="partly", rating=5, product="commercial"
    )
    Complaint.objects.filter(pk=second.pk).update(upheld="yes", rating=2)
    Complaint.objects.filter(pk=third.pk).update(channel="email")
    NamedCause.objects.filter(complaint=second.pk).update(main=False)
    return house


def opened(page: str) -> list[tuple[str, int]]:
    """Each address behind a figure, and how many it says there are."""
    found = []
    for url, _more, inside in LINK.findall(page):
        value = re.search(r'class="value">\s*([\d.,—]+)', inside)
        text = value[1] if value else re.sub(r"<[^>]+>", "", inside).strip()
        hits = re.search(r'class="note">(\d+) (?:of \d+|complaints,)', inside)
        found.append((unescape(url), int(hits[1]) if hits else int(text) if text.isdigit() else -1))
    return found


@pytest.mark.covers("G-2", "CMP-25")
def test_every_figure_on_the_page_opens_as_many_cases_as_it_says(insurer: World) -> None:
    client = signed_in(insurer, "manager")
    figures = opened(client.get(f"{FIGURES}?year=2019").content.decode())
    assert len(figures) > 25
    sums = 0
    for url, count in figures:
        page = unescape(client.get(url).content.decode())
        listed = len(set(CASE.findall(page)))
        assert f"{listed} complaints:" in page, url
        if count < 0:
            sums += 1
            assert "which=paid" in url
            continue
        assert listed == count, url
    assert sums == 1


@pytest.mark.covers("G-2", "CMP-25")
def test_what_a_rate_is_divided_by_opens_as_many_claims_and_policies_as_it_says(
    insurer: World,
) -> None:
    Policy.objects.update(starts_at=SINCE, ends_at=datetime(2021, 1, 1, tzinfo=UTC))
    client = signed_in(insurer, "manager")
    figures = BASE.findall(client.get(f"{FIGURES}?year=2019").content.decode())
    assert len(figures) == 3
    policies = Policy.objects.count()
    for url, value in figures:
        page = client.get(unescape(url)).content.decode()
        rows = page.count("<tr") - page.count("<thead")
        if "which=premium" in url:
            assert f"{policies} policies that began" in page
            assert value in page
        else:
            assert rows == int(value) > 0, url
        assert "/figures?year=2019" in page
    west = insurer.staff["west"].branch
    Case.objects.update(branch_path=west.path)
    Policy.objects.update(branch=west)
    lead = signed_in(insurer, "team_lead")
    for url, _value in figures:
        assert ": 0 " in lead.get(unescape(url)).content.decode()
    assert signed_in(insurer, "agent").get(unescape(figures[0][0])).status_code == 403
    assert client.get(f"{FIGURES}/base?which=%00&page=99999").status_code == 200


def test_what_was_paid_adds_up_to_its_figure(insurer: World) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    found = complaint_figures.cases_of(
        insurer["manager"], Behind(which="paid"), since=SINCE, until=UNTIL, at=at
    )
    assert found.count == len(found.cases)
    assert found.cost == sum((cost or Decimal(0) for _case, cost in found.cases), Decimal(0))
    assert (
        found.cost
        == complaint_figures.ends(insurer["manager"], since=SINCE, until=UNTIL, at=at).cost
    )


def test_the_list_goes_out_as_csv_and_excel_with_the_same_cases(insurer: World) -> None:
    client = signed_in(insurer, "manager")
    for url, count in opened(client.get(f"{FIGURES}?year=2019").content.decode())[:8]:
        text = client.get(f"{url}&as=csv").content.decode("utf-8-sig")
        numbers = [line[0] for line in csv.reader(io.StringIO(text)) if line and line[0][0] == "P"]
        book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{url}&as=xlsx").content))
        rows = book.get_sheet_by_index(0).to_python()[1:]
        assert [row[0] for row in rows] == numbers
        assert count in (-1, len(numbers))
    assert AccessRecord.objects.filter(what=f"desk.export:{BEHIND}").count() == 16


def test_only_the_cases_of_the_own_branch_are_behind_a_figure(insurer: World) -> None:
    Case.objects.filter(kind="complaint").update(branch_path=insurer.staff["west"].branch.path)
    page = signed_in(insurer, "team_lead").get(f"{BEHIND}?year=2019").content.decode()
    assert "0 complaints:" in page
    assert signed_in(insurer, "agent").get(BEHIND).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "which=odd",
        "cause=nothing",
        "stage=%00",
        "by=branch",
        "by=odd&name=x",
        "page=99999",
        "as=exe",
    ],
)
def test_nonsense_in_the_address_opens_a_list_all_the_same(insurer: World, query: str) -> None:
    assert signed_in(insurer, "manager").get(f"{BEHIND}?{query}").status_code == 200


def test_a_machine_may_ask_as_well_as_a_manager(insurer: World) -> None:
    found = complaint_figures.cases_of(
        SYSTEM,
        Behind(),
        since=SINCE,
        until=UNTIL,
        start=1,
        most=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert (found.count, len(found.cases)) == (3, 1)

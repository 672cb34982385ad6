"""The page that says how many complaints were answered within the limits of the law."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from tests import world
from tests.interfaces.cli.test_complaint_files import (
    IN_TIME,
    LATE,
    NOT_OURS,
    WITHDRAWN,
    filed,
    play,
)
from tests.world import World
from yinuo.areas.complaints.models import Complaint


@pytest.fixture
def insurer(db: None, settings: LazySettings, tmp_path: Path) -> World:
    house = world.build(at=datetime(2018, 1, 1, tzinfo=UTC))
    play(filed(tmp_path, LATE, IN_TIME, WITHDRAWN, NOT_OURS), settings)
    return house


def signed_in(insurer: World, role: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(insurer.staff[role])
    return client


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_limits_are_counted_by_cause_and_open_their_cases(insurer: World) -> None:
    client = signed_in(insurer, "manager")
    page = client.get("/desk/complaints/limits?year=2019").content.decode()
    assert "Within 15 days" in page
    assert "Within 30 days" in page
    assert "Within 60 days" in page
    # Two were answered, one of them after 77 days; withdrawn and passed on are not asked about.
    assert "50.0 %" in text_of(page)
    links = re.findall(r'href="(/desk/complaints/limits/cases\?[^"]*which=late[^"]*)"', page)
    assert links
    behind = client.get(links[0].replace("&amp;", "&")).content.decode()
    assert "Complainant 1" in behind
    assert "Complainant 2" not in behind


def test_another_year_and_another_product_are_empty(insurer: World) -> None:
    client = signed_in(insurer, "manager")
    assert (
        "No complaint was received"
        in client.get("/desk/complaints/limits?year=2018").content.decode()
    )
    assert (
        "No complaint was received"
        in client.get("/desk/complaints/limits?year=2019&product=liability").content.decode()
    )


def test_what_still_runs_makes_no_share_of_more_than_all(insurer: World) -> None:
    running = Complaint.objects.filter(told_at__isnull=False).first()
    assert running is not None
    Complaint.objects.filter(pk=running.pk).update(told_at=None)
    page = signed_in(insurer, "manager").get("/desk/complaints/limits?year=2019").content.decode()
    shares = [float(one) for one in re.findall(r"([\d.]+) %", page)]
    assert shares
    assert max(shares) <= 100


def test_a_branch_sees_its_own_complaints_only(insurer: World) -> None:
    page = signed_in(insurer, "team_lead").get("/desk/complaints/limits?year=2019")
    assert "No complaint was received" in page.content.decode()
    assert signed_in(insurer, "surveyor").get("/desk/complaints/limits").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=99999", "product=x", "page=-1", "page=99999999", "days=x", "cause=x"],
)
def test_nonsense_in_the_address_is_passed_over(insurer: World, query: str) -> None:
    client = signed_in(insurer, "manager")
    assert client.get(f"/desk/complaints/limits?{query}").status_code == 200
    assert client.get(f"/desk/complaints/limits/cases?{query}").status_code == 200

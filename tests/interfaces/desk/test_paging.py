"""A list that is longer than its page goes on where the page ended, with whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import Desks
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.payments.models import PaymentBatch
from yinuo.interfaces.desk.views import payments
from yinuo.kit import queue
from yinuo.overview import worklists

NEXT = re.compile(r'rel="next" href="([^"]+)"')
NUMBER = re.compile(r"C\d\d-\d{7}-\d")


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def few_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklists, "PAGE", 2)
    monkeypatch.setattr(payments, "SHOWN", 2)


def to_the_surveyor(desks: Desks) -> Case:
    insurer, at = desks.world, datetime.now(UTC)
    case = house.report(insurer).case
    claims.register(case=case, by=insurer["agent"], at=at)
    claims.dispatch(case=case, surveyor=insurer.staff["surveyor"], by=insurer["agent"], at=at)
    return case


def numbers(page: str) -> list[str]:
    main = page[page.index('<main id="main"') :]
    return list(dict.fromkeys(NUMBER.findall(main)))


@pytest.mark.usefixtures("few_a_page")
def test_a_work_list_goes_on_with_its_filter_until_every_claim_was_shown(desks: Desks) -> None:
    waiting = {to_the_surveyor(desks).number for _ in range(5)}
    client, address, seen = desks["team_lead"], "/desk/survey?whose=branch", []
    for _page in range(3):
        page = text(client.get(address))
        seen += numbers(page)
        following = NEXT.search(page)
        if following is None:
            break
        address = unescape(following[1])
        assert "whose=branch" in address
    assert sorted(seen) == sorted(waiting)
    assert following is None
    assert 'rel="prev"' in page


@pytest.mark.usefixtures("few_a_page")
@pytest.mark.parametrize("asked", ["-1", "x", "٣", "99999999999999999999", ""])
def test_a_page_that_nobody_can_mean_breaks_nothing(desks: Desks, asked: str) -> None:
    to_the_surveyor(desks)
    assert desks["surveyor"].get("/desk/survey", {"page": asked}).status_code == 200


@pytest.mark.usefixtures("few_a_page")
@pytest.mark.django_db
def test_files_for_the_bank_are_shown_a_page_at_a_time(desks: Desks) -> None:
    for serial in range(3):
        PaymentBatch.objects.create(
            message_id=f"FILE-{serial}",
            made_at=datetime(2026, 5, 1 + serial, tzinfo=UTC),
            made_by="system:0",
            content=b"",
            sha256=bytes(32),
            count=1,
            total=1,
            currency="CNY",
        )
    client = desks["cashier"]
    first = text(client.get("/desk/payments?show=arrived"))
    assert ("FILE-2" in first, "FILE-0" in first) == (True, False)
    following = NEXT.search(first)
    assert following is not None
    address = unescape(following[1])
    assert "show=arrived" in address
    assert "FILE-0" in text(client.get(address))

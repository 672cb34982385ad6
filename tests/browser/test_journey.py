"""The journey walked in a browser: a report on the phone, a survey in the rain, money at the end.

Every page on the way is held against the width of the screen, some against axe.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from tests import world
from tests.browser.checks import WIDER, shut_out
from tests.browser.conftest import Visitor
from tests.world import World
from yinuo import automation
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages import links
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox

PHONE, DESK = 390, 1440
# Every page of a case shares its parts: this one, the longest, and the customer's at the end stand
# for the others; `make soak` sees all of them in every width, theme and language.
HELD_AGAINST_AXE = ("/survey",)


@pytest.fixture
def insurer(transactional_db: None) -> World:
    return world.build(at=datetime.now(UTC))


def look(page: Page) -> None:
    """Nothing sticks out of the screen, and nobody is shut out."""
    assert page.evaluate(WIDER) == 0, page.url
    if page.url.endswith(HELD_AGAINST_AXE):
        assert shut_out(page) == [], page.url


def press(page: Page, address: str, fill: dict[str, str] | None = None) -> None:
    """Open a sheet, look at it, fill it in and send it; a grave step is confirmed."""
    page.goto(address)
    look(page)
    for name, value in (fill or {}).items():
        field = page.locator(f"[name='{name}']").first
        kind = field.evaluate("one => one.tagName + ':' + (one.type || '')")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith(("radio", "checkbox")):
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            field.fill(value)
    send = page.locator("main form button.primary[type=submit]").last
    send.click()
    confirm = page.locator("#confirm-dialog[open] button.grave, #confirm-dialog[open] .primary")
    if confirm.count():
        confirm.first.click()
    page.wait_for_load_state()
    assert "/accounts/" not in page.url


def react() -> None:
    """What the worker would do now: about everything that happened, and about what that made."""
    seen: set[int] = set()
    while new := [pk for pk in Event.objects.values_list("pk", flat=True) if pk not in seen]:
        automation.react(event_ids=new, at=datetime.now(UTC))
        seen.update(new)


def take_report(page: Page) -> str:
    page.goto("/desk/claims/new?policy=P-100")
    look(page)
    happened = (datetime.now(UTC) + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M")
    page.locator("[name=accident_at]").fill(happened)
    page.locator("[name=place]").fill("东大路 1 号")
    cause = page.locator("[name=cause]").first
    if cause.evaluate("one => one.tagName") == "SELECT":
        cause.select_option("collision")
    else:
        page.locator("[name=cause][value=collision]").check()
    page.locator("[name='losses-0-estimate']").fill("8000")
    page.locator("main form button.primary[type=submit]").last.click()
    page.wait_for_url("**/read-out")
    look(page)
    return Case.objects.get().number


@pytest.mark.covers("FNOL-3", "FNOL-6", "SUR-1", "ADJ-16", "PAY-4", "COM-3")
def test_a_claim_walks_from_the_telephone_to_the_account(
    visitor: Visitor, insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE = tmp_path

    def as_(role: str, width: int = DESK) -> Page:
        return visitor.become(insurer.staff[role], width=width)

    number = take_report(as_("agent"))
    case = f"/desk/claims/{number}"
    press(as_("agent"), f"{case}/registration")
    react()
    surveyor = as_("surveyor", PHONE)
    surveyor.goto(case)
    look(surveyor)
    for noun in ("no-interest", "contact", "arrival"):
        press(surveyor, f"{case}/{noun}")
    found = {
        "authenticity": "consistent",
        "liability": "full",
        "findings": "前保险杠碰撞",
        "damages-0-part": "前保险杠",
    }
    press(surveyor, f"{case}/survey", found)
    lines = {"lines-0-name": "前保险杠", "lines-0-asked": "3000", "lines-0-approved": "3000"}
    press(as_("assessor"), f"{case}/assessment", lines)
    account = {
        "holder_name": "样例客户甲",
        "number": "6222020000000000000",
        "bank_name": "示例银行",
    }
    press(as_("agent"), f"{case}/account", account)
    press(as_("agent"), f"{case}/papers-completion")
    press(as_("calculator"), f"{case}/calculation")
    press(as_("reviewer"), f"{case}/review")
    press(as_("approver"), f"{case}/approval")
    press(as_("approver"), f"{case}/decision")
    assert Case.objects.get(number=number).state == "decided"
    press(as_("cashier"), f"{case}/payment-instruction")
    for _ in range(2):
        automation.exchange_with_bank(at=datetime.now(UTC))
        answer_outbox(ExchangeDirectory(tmp_path), at=datetime.now(UTC))
    react()
    ended = Case.objects.get(number=number)
    assert ended.state == "closed"
    customer = visitor.at(PHONE)
    customer.context.clear_cookies()
    link = links.case_link(case_id=ended.pk, person_id=ended.customer_id, at=datetime.now(UTC))
    customer.goto("/" + link.split("/", 3)[3])
    expect(customer.locator("main")).to_contain_text("2,500.00")
    look(customer)
    assert shut_out(customer) == []

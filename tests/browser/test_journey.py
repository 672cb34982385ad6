"""The journey walked in a browser: a report on the phone, a survey in the rain, money at the end.

Every page on the way is held against axe and against the width of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import LazySettings, settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import world
from tests.world import World
from yinuo import automation
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages import links
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox

PHONE, DESK = 390, 1440
SignIn = Callable[[str, int], Page]


@pytest.fixture
def insurer(live_server: LiveServer) -> World:
    return world.build(at=datetime.now(UTC))


@pytest.fixture
def sign_in(live_server: LiveServer, browser: Browser, insurer: World) -> Iterator[SignIn]:
    """A page for a role at a width; it has to stay quiet on the console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def start(role: str, width: int) -> Page:
        context = browser.new_context(
            base_url=live_server.url, locale="en-GB", viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        if role != "customer":
            client = Client()
            client.force_login(insurer.staff[role])
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield start
    for context in contexts:
        context.close()
    assert not complaints


def look(page: Page) -> None:
    """Nobody is shut out, and nothing sticks out of the screen."""
    found = Axe().run(page).response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"]) for one in found], page.url
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider == 0, page.url


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
    """What the worker would do now."""
    for _ in range(5):
        automation.react(
            event_ids=list(Event.objects.values_list("pk", flat=True)), at=datetime.now(UTC)
        )


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
    sign_in: SignIn, insurer: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE = tmp_path
    agent = sign_in("agent", DESK)
    number = take_report(agent)
    case = f"/desk/claims/{number}"
    press(agent, f"{case}/registration")
    react()
    surveyor = sign_in("surveyor", PHONE)
    surveyor.goto(case)
    look(surveyor)
    press(surveyor, f"{case}/no-interest")
    press(surveyor, f"{case}/contact")
    press(surveyor, f"{case}/arrival")
    found = {
        "authenticity": "consistent",
        "liability": "full",
        "findings": "前保险杠碰撞",
        "damages-0-part": "前保险杠",
    }
    press(surveyor, f"{case}/survey", found)
    lines = {"lines-0-name": "前保险杠", "lines-0-asked": "3000", "lines-0-approved": "3000"}
    press(sign_in("assessor", DESK), f"{case}/assessment", lines)
    account = {
        "holder_name": "样例客户甲",
        "number": "6222020000000000000",
        "bank_name": "示例银行",
    }
    press(agent, f"{case}/account", account)
    press(agent, f"{case}/papers-completion")
    press(sign_in("calculator", DESK), f"{case}/calculation")
    press(sign_in("reviewer", DESK), f"{case}/review")
    approver = sign_in("approver", DESK)
    press(approver, f"{case}/approval")
    press(approver, f"{case}/decision")
    assert Case.objects.get().state == "decided"
    press(sign_in("cashier", DESK), f"{case}/payment-instruction")
    for _ in range(2):
        automation.exchange_with_bank(at=datetime.now(UTC))
        answer_outbox(ExchangeDirectory(tmp_path), at=datetime.now(UTC))
    react()
    ended = Case.objects.get()
    assert ended.state == "closed"
    customer = sign_in("customer", PHONE)
    link = links.case_link(case_id=ended.pk, person_id=ended.customer_id, at=datetime.now(UTC))
    customer.goto("/" + link.split("/", 3)[3])
    expect(customer.locator("main")).to_contain_text("2,500.00")
    look(customer)

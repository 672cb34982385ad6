"""The gallery in a browser: nobody is shut out, keys work, and so do pages without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.checks import WIDER, shut_out
from tests.browser.patience import context_of

PAGES = ("/desk/parts", "/desk/parts/case", "/desk/parts/today", "/desk/parts/portal")


@pytest.mark.soak
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    staff_page: Page, theme: str, width: int
) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    for address in PAGES:
        staff_page.goto(f"{address}?theme={theme}")
        assert shut_out(staff_page) == [], address
        assert staff_page.evaluate(WIDER) == 0, address


@pytest.mark.parametrize(
    ("address", "width", "least"),
    [("/desk/parts/today", 1440, 24), ("/desk/parts/portal", 390, 44)],
)
def test_what_can_be_pressed_is_large_enough(
    staff_page: Page, address: str, width: int, least: int
) -> None:
    staff_page.set_viewport_size({"width": width, "height": 900})
    staff_page.goto(address)
    small = staff_page.evaluate(
        """least => [...document.querySelectorAll("button, summary, main a, .rail a, .brand")]
          .filter((one) => one.offsetParent && !one.closest("dialog, p, td, .cell, h2"))
          .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
          .filter(([, height]) => height < least)""",
        least,
    )
    assert small == []


def test_the_list_is_worked_with_keys_alone(staff_page: Page) -> None:
    staff_page.goto("/desk/parts/today?language=en")
    staff_page.keyboard.press("j")
    staff_page.keyboard.press("j")
    expect(staff_page.locator(".number-link:focus")).to_have_text("C26-0304-0142-3")
    staff_page.keyboard.press("k")
    expect(staff_page.locator(".number-link:focus")).to_have_text("C26-0304-0117-5")
    staff_page.keyboard.press("?")
    expect(staff_page.locator("#keys-dialog")).to_be_visible()
    staff_page.keyboard.press("Escape")
    staff_page.keyboard.press("/")
    expect(staff_page.locator("[data-search]")).to_be_focused()


def test_a_chip_tells_its_rule_on_hover_and_on_a_press(staff_page: Page) -> None:
    staff_page.goto("/desk/parts/today?language=en")
    chip = staff_page.locator(".promise").nth(1)
    told = chip.locator(".told")
    expect(told).to_be_hidden()
    chip.locator("summary").hover()
    expect(told).to_be_visible()
    staff_page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    chip.locator("summary").focus()
    staff_page.keyboard.press("Enter")
    expect(told).to_contain_text("30 minutes from 4 March 2026")


def test_a_grave_step_asks_first(staff_page: Page) -> None:
    staff_page.goto("/desk/parts/case?language=en")
    staff_page.locator(".others summary").click()
    staff_page.get_by_role("button", name="Refuse").click()
    expect(staff_page.locator("#confirm-dialog")).to_contain_text("a letter with the reasons")
    staff_page.locator("#confirm-dialog [data-closes]").click()
    expect(staff_page.locator("#confirm-dialog")).to_be_hidden()


def test_a_new_line_is_copied_and_the_total_follows(staff_page: Page) -> None:
    staff_page.goto("/desk/parts")
    sheet = staff_page.locator("#line-sheet-editable")
    sheet.locator("[data-add-line]").click()
    sheet.locator("input[name=lines-1-asked]").fill("1,000.5")
    expect(sheet.locator("[data-total=asked]")).to_have_text("¥3,680.50")


def test_the_theme_and_a_chip_work_without_scripts(
    staff_page: Page, live_server: LiveServer, browser: Browser
) -> None:
    plain = context_of(
        browser,
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=staff_page.context.storage_state(),
    )
    page = plain.new_page()
    page.goto("/desk/parts/case?language=en")
    page.locator("#promises summary").first.click()
    expect(page.locator("#promises .told").first).to_be_visible()
    page.goto("/desk/parts/case")
    page.locator("#theme-switch summary").click()
    page.locator("#theme-switch button[value=dark]").click()
    expect(page.locator("meta[name=color-scheme]")).to_have_attribute("content", "dark")
    plain.close()

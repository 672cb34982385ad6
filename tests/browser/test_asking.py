"""The questions on a phone: by thumb, by keyboard, without scripts, and read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from tests.browser.patience import context_of
from tests.interfaces.portal.test_asking import invited, link_of
from tests.interfaces.portal.visitors import now
from yinuo.areas.call_backs.models import Response

SMALL = """() => [...document.querySelectorAll("main a, main button, main summary, main textarea")]
  .filter((one) => one.offsetParent && !one.closest("dialog"))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 24)
  .map(([html, box]) => [html, box.height])"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A screen is read and answered in five seconds, as people do who know what they want to say.
SECONDS_A_SCREEN = 5
A_MINUTE = 60


@pytest.fixture
def ask(transactional_db: None) -> Asking:
    return invited(asking.build(at=now() - timedelta(minutes=5), late=True))


def _phone(
    live_server: LiveServer, browser: Browser, *, scripts: bool, scheme: str = "light"
) -> Iterator[Page]:
    context = context_of(
        browser,
        base_url=live_server.url,
        locale="zh-CN",
        viewport={"width": 390, "height": 844},
        java_script_enabled=scripts,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    yield from _phone(live_server, browser, scripts=True)


@pytest.fixture
def dark_phone(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    yield from _phone(live_server, browser, scripts=True, scheme="dark")


@pytest.fixture
def bare_phone(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    yield from _phone(live_server, browser, scripts=False)


def _looks_right(page: Page, *, aloud: bool = True) -> None:
    assert page.evaluate(WIDER) <= 0
    assert page.evaluate(SMALL) == []
    if not aloud:
        return
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"][:120]) for one in found]


def _answer_first(page: Page) -> None:
    """The best answer of a scale, the first of a choice; words are passed over."""
    if page.locator("#asked textarea").count():
        page.locator("[name=skip]").click()
    elif page.locator("#asked .scale").count():
        page.locator("#asked button").last.click()
    else:
        page.locator("#asked button").first.click()
    page.wait_for_load_state()


# The first screen and the last read aloud; in `make soak` every one between them does.
@pytest.mark.covers("CB-8", "CB-11")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_every_screen_fits_a_phone_has_targets_for_a_thumb_and_reads_aloud(
    ask: Asking, phone: Page, every: bool
) -> None:
    phone.goto(link_of(ask))
    for screen in range(12):
        if not phone.locator("#asked").count():
            break
        _looks_right(phone, aloud=every or screen == 0)
        _answer_first(phone)
    expect(phone.locator("h1")).to_have_text("谢谢您")
    _looks_right(phone)


@pytest.mark.django_db(transaction=True)
def test_the_questions_read_in_the_dark(ask: Asking, dark_phone: Page) -> None:
    dark_phone.goto(link_of(ask))
    _looks_right(dark_phone)
    dark_phone.locator("details.enough summary").click()
    _looks_right(dark_phone)


@pytest.mark.covers("CB-8")
@pytest.mark.django_db(transaction=True)
def test_without_scripts_it_takes_less_than_a_minute(ask: Asking, bare_phone: Page) -> None:
    bare_phone.goto(link_of(ask))
    screens = 0
    while bare_phone.locator("#asked").count():
        # One touch answers a screen and opens the next.
        _answer_first(bare_phone)
        screens += 1
        assert screens * SECONDS_A_SCREEN < A_MINUTE
    kept = Response.objects.get()
    assert (kept.csat, kept.ces, kept.nps) == (5, 7, 10)
    assert kept.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_keyboard_alone_answers_and_stops(ask: Asking, phone: Page) -> None:
    phone.goto(link_of(ask))
    phone.locator("#asked button").first.focus()
    phone.keyboard.press("Tab")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    assert Response.objects.get().answers["satisfied"] == 2
    phone.locator("details.enough summary").focus()
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    expect(phone.locator("main")).to_contain_text("就到这里")

"""Every page, three widths, two themes, three languages, and on paper: nobody is shut out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import pages
from tests.browser.checks import WIDER, cut_on_paper, shut_out
from tests.browser.pages import Found
from tests.browser.patience import context_of
from yinuo.interfaces.common import appearance

WIDTHS = (1440, 820, 390)
LANGUAGES = ("zh-hans", "zh-hant", "en")
# What axe finds depends on colours and on what a narrow screen hides, not on the words.
AXE_READS = "zh-hans"
AXE_WIDTHS = (1440, 390)
Visit = Callable[[Found, str, str], Page]


@pytest.fixture
def found(live_server: LiveServer) -> list[Found]:
    return pages.all_pages()


@pytest.fixture
def visit(live_server: LiveServer, browser: Browser) -> Iterator[Visit]:
    context = context_of(browser, base_url=live_server.url)
    page = context.new_page()

    def open_page(one: Found, theme: str, language: str) -> Page:
        context.clear_cookies()
        cookies = {
            settings.SESSION_COOKIE_NAME: one.session,
            settings.LANGUAGE_COOKIE_NAME: language,
            appearance.COOKIE: theme,
        }
        context.add_cookies(
            [{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items() if v]
        )
        answer = page.goto(one.address)
        assert answer is not None
        assert answer.status == 200, one
        return page

    yield open_page
    context.close()


def amiss(page: Page, *, axe: bool) -> Iterator[object]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(WIDER):
            yield width, "wider than the screen"
        if axe and width in AXE_WIDTHS:
            for fault in shut_out(page):
                yield width, fault


# A theme changes colours, and neither words nor widths nor what is printed.
SEEN_IN = {"light": LANGUAGES, "dark": (AXE_READS,)}
PARTS = 2


@pytest.mark.soak(minutes=8)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("theme", SEEN_IN)
def test_no_page_shuts_anybody_out_sticks_out_of_the_screen_or_is_cut_on_paper(
    found: list[Found],
    visit: Visit,
    theme: str,
    part: int,
    record_property: Callable[[str, object], None],
) -> None:
    faults: list[object] = []
    looked_at = found[part::PARTS]
    for one in looked_at:
        for language in SEEN_IN[theme]:
            page = visit(one, theme, language)
            faults += [
                (one.address, language, fault) for fault in amiss(page, axe=language == AXE_READS)
            ]
        if theme == "light":
            faults += [(one.address, "paper", fault) for fault in cut_on_paper(page)]
    record_property(f"pages, {theme}, part {part + 1}", len(looked_at))
    assert not faults, "\n".join(map(str, faults))

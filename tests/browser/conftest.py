"""A real browser on a real server, signed in as a member of staff."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import world
from tests.browser.patience import context_of
from yinuo.core.people.models import Staff
from yinuo.kit.machine import find_chromium


@dataclass(slots=True)
class Visitor:
    """Whoever sits before the browser: at first a stranger, then one member of staff or another."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def become(self, member: Staff, *, width: int | None = None) -> Page:
        client = Client()
        client.force_login(member)
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.url}]
        )
        return self.at(width)

    def at(self, width: int | None) -> Page:
        if width is not None:
            self.page.set_viewport_size({"width": width, "height": 900})
        return self.page

    def hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)


@pytest.fixture(scope="package", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, and Django would refuse the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for the tests beside each other; what runs later would not bear its event loop."""
    program = find_chromium()
    if program is None:
        pytest.fail("No Chromium was found. Run: make test, which says how to get one.")
    # Beside an event loop Django looks for its connections elsewhere. One that was open before
    # would be lost when the first test renews the database, and be found dead after the last.
    connections.close_all()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(program), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="package")
def shared_context(live_server: LiveServer, browser: Browser) -> Iterator[BrowserContext]:
    """One context for all: what a page loads with each visit is loaded once."""
    context = context_of(browser, base_url=live_server.url, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def visitor(live_server: LiveServer, shared_context: BrowserContext) -> Iterator[Visitor]:
    """A page of nobody yet; a message on the console fails the test."""
    shared_context.clear_cookies()
    page = shared_context.new_page()
    visitor = Visitor(page, live_server.url)
    page.on("console", lambda said: visitor.hear(said.type, said.text))
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    yield visitor
    if page.url.startswith(live_server.url):
        page.evaluate("localStorage.clear()")
    page.close()
    assert not visitor.complaints


@pytest.fixture
def staff_page(transactional_db: None, visitor: Visitor) -> Page:
    """A page signed in as the agent of the East."""
    visitor.become(world.build().staff["agent"])
    return visitor.page

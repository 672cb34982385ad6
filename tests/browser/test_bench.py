"""The bench by keyboard alone, and as the eye and the screen reader meet it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking, at_any_hour
from tests.browser.patience import context_of
from tests.interfaces.desk.house import NOW
from tests.interfaces.desk.test_bench import due
from yinuo.areas.call_backs.models import Attempt, Response
from yinuo.core.cases.models import Case

MOST_KEYS = 20


@pytest.fixture
def ask(transactional_db: None) -> Asking:
    ask = asking.build(at=NOW - timedelta(hours=30))
    at_any_hour(ask.world, at=ask.at)
    due(ask.case)
    due(asking.open_one(ask.world, at=ask.at, policy="P-200"))
    return ask


@pytest.fixture
def agent(live_server: LiveServer, browser: Browser, ask: Asking) -> Iterator[Page]:
    client = Client()
    client.force_login(ask.world.staff["agent"])
    name = settings.SESSION_COOKIE_NAME
    context = context_of(
        browser, base_url=live_server.url, locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints


class Keys:
    """The keys that were pressed, those of the answers themselves counted apart."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        self.answers = 0

    def press(self, key: str, *, answers: bool = False) -> None:
        """One key that leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        if answers:
            self.answers += 1
        else:
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)


@pytest.mark.covers("CB-9", "CB-12", "CB-14")
@pytest.mark.django_db(transaction=True)
def test_one_call_takes_fewer_than_twenty_keys_beside_the_answers(ask: Asking, agent: Page) -> None:
    keys = Keys(agent)
    agent.goto("/desk/bench")
    keys.press("Enter")
    number = agent.url.rsplit("/", 1)[1]
    case = Case.objects.get(number=number)
    plate = "A12345" if case == ask.case else "B20000"
    keys.type(plate)
    keys.press("Enter")
    for answer in ("5", "7", "5", "4", "1", "t"):
        keys.press(answer, answers=True)
    keys.press("Control+Enter")
    expect(agent.get_by_role("button", name="完成")).to_be_focused()
    keys.press("Enter")
    assert agent.url.endswith("/desk/bench")
    kept = Response.objects.get(call_back=case.pk)
    assert (kept.csat, kept.ces, kept.nps) == (5, 7, 10)
    assert kept.finished_at is not None
    assert keys.answers == 6
    assert keys.pressed < MOST_KEYS, f"{keys.pressed} keys"
    # The next customer is one key away.
    keys.press("Enter")
    assert agent.url.rsplit("/", 1)[1] != number


@pytest.mark.django_db(transaction=True)
def test_nobody_answers_twice_by_holding_a_key(ask: Asking, agent: Page) -> None:
    agent.goto("/desk/bench")
    Keys(agent).press("Enter")
    agent.keyboard.type("n")
    assert Attempt.objects.filter(outcome="").count() == 1
    agent.keyboard.press("Escape")
    agent.locator("h1").click()
    Keys(agent).press("n")
    assert Attempt.objects.filter(outcome="no_answer").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.soak
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_every_page_of_the_bench_fits_and_reads_aloud(ask: Asking, agent: Page, width: int) -> None:
    agent.set_viewport_size({"width": width, "height": 900})
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    def looks_right() -> None:
        assert agent.evaluate(wider) <= 0
        found = Axe().run(agent).response["violations"]
        assert not found, [(one["id"], one["nodes"][0]["html"][:120]) for one in found]

    agent.goto("/desk/bench")
    looks_right()
    agent.locator(".calls button").first.click()
    looks_right()
    agent.locator("[name=said]").fill("A12345")
    agent.locator("[name=said]").press("Enter")
    if agent.locator("[name=said]").count():
        agent.locator("[name=said]").fill("B20000")
        agent.locator("[name=said]").press("Enter")
    agent.wait_for_selector("#asked")
    looks_right()
    agent.locator("button[value='1']").first.click()
    agent.wait_for_selector(".listen")
    looks_right()

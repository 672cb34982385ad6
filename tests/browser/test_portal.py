"""The customers' pages in a browser: on a phone, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.checks import WIDER, shut_out
from tests.browser.patience import context_of
from tests.interfaces.portal.visitors import PHONE, insurer_today, now, reported
from tests.world import World
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.messages.links import case_link

SMALL = """() => [...document.querySelectorAll("main a, main button, main summary, footer a")]
  .filter((one) => one.offsetParent && !one.closest("dialog, p, li.notice, .notice, .letter"))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""


@pytest.fixture
def insurer(transactional_db: None) -> World:
    return insurer_today()


@pytest.fixture
def case(insurer: World) -> Case:
    return reported(insurer)


@pytest.fixture
def phone(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    context = context_of(
        browser, base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def bare_phone(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
    """The same, with scripts switched off."""
    context = context_of(
        browser,
        base_url=live_server.url,
        locale="en-GB",
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()


def path_to(case: Case) -> str:
    link = case_link(case_id=case.pk, person_id=case.customer_id, at=now())
    return link[link.index("/track/") :]


def check(page: Page, where: str, *, aloud: bool = True) -> None:
    if aloud:
        assert shut_out(page) == [], where
    assert page.evaluate(WIDER) == 0, where
    assert page.evaluate(SMALL) == [], where


# These stand for the pages that show and for those that ask; `make soak` reads all of them.
READ_ALOUD = ("/report/", "", "/account")


@pytest.mark.parametrize(
    ("theme", "width", "every"),
    [
        pytest.param("light", 390, False),
        pytest.param("light", 390, True, marks=pytest.mark.soak),
        pytest.param("dark", 390, True, marks=pytest.mark.soak),
        pytest.param("dark", 820, True, marks=pytest.mark.soak),
        pytest.param("light", 1440, True, marks=pytest.mark.soak),
    ],
)
def test_nobody_is_shut_out_and_every_target_fits_a_thumb(
    case: Case, phone: Page, theme: str, width: int, every: bool
) -> None:
    phone.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    phone.set_viewport_size({"width": width, "height": 844})
    for address in ("/", "/track/", "/report/"):
        phone.goto(address)
        check(phone, address, aloud=every or address in READ_ALOUD)
    phone.goto(path_to(case))
    page = f"/claims/{case.number}"
    assert phone.url.endswith(page)
    for address in ("", "/papers", "/account", "/question", "/withdrawal"):
        phone.goto(page + address)
        check(phone, address, aloud=every or address in READ_ALOUD)


@pytest.mark.covers("FNOL-3", "COM-4")
def test_a_report_and_a_look_at_it_need_no_scripts(insurer: World, bare_phone: Page) -> None:
    page = bare_phone
    page.goto("/")
    page.get_by_role("link", name="Report an accident").click()
    page.get_by_label("Number plate or policy number").fill("沪A12345")
    page.get_by_label("Phone number in the policy").fill(PHONE)
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("My car alone hit something").check()
    at = timezone.localtime(now() - timedelta(hours=1))
    page.locator("#id_accident_at").fill(at.strftime("%Y-%m-%dT%H:%M"))
    page.locator("#id_place").fill("东大路 1 号")
    page.get_by_label("In town", exact=True).check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Slight: scratches and dents").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send the report").click()
    number = Claim.objects.select_related("case").get().case.number
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    page.goto(path_to(Case.objects.get()))
    page.get_by_text("Confirm your report and name your contact").first.click()
    expect(page.get_by_text("Right after the report you know").first).to_be_visible()


@pytest.mark.soak
def test_each_step_of_the_report_is_open_to_all(insurer: World, phone: Page) -> None:
    phone.goto("/report/")
    phone.locator("#id_car").fill("沪A12345")
    phone.locator("#id_phone").fill(PHONE)
    phone.locator("main form button").click()
    check(phone, "what")
    phone.locator("input[name=cause][value=collision]").check()
    at = timezone.localtime(now() - timedelta(hours=1))
    phone.locator("#id_accident_at").fill(at.strftime("%Y-%m-%dT%H:%M"))
    phone.locator("#id_place").fill("东大路 1 号")
    phone.locator("input[name=in_town][value=yes]").check()
    phone.locator("main form button[type=submit]").click()
    check(phone, "who")
    phone.locator("main form button[type=submit]").click()
    check(phone, "photos")
    phone.locator("button[value=next]").click()
    check(phone, "check")
    phone.locator("main form button[type=submit]").click()
    check(phone, "done")

"""On paper a page is content alone; `make soak` prints every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.checks import cut_on_paper


@pytest.mark.parametrize(
    "address", ["/desk/parts/case", "/desk/parts/portal", "/desk/parts/today", "/desk/parts"]
)
def test_paper_has_no_navigation_and_cuts_nothing_off(staff_page: Page, address: str) -> None:
    staff_page.goto(address)
    assert cut_on_paper(staff_page) == []


def test_what_is_folded_on_a_screen_is_read_on_paper(staff_page: Page) -> None:
    staff_page.goto("/desk/parts")
    folded = "details:not([open], .promise) > summary + *"
    staff_page.emulate_media(media="print")
    heights = staff_page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
          .filter((one) => !one.closest(".timeline, .actions, .rail, .bar, nav"))
          .map((one) => one.getBoundingClientRect().height)""",
        folded,
    )
    assert heights
    assert min(heights) > 0

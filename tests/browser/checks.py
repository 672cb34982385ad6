"""What a page is held against in a browser."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The inner width of an A4 page between its margins, in CSS pixels.
PAPER = ViewportSize(width=672, height=971)
# A printer takes a page that is wider by less as it is.
HAIR = 4
NOT_ON_PAPER = "nav, .bar, .rail, .skip, .toasts, .searchbox, dialog, button, [role=navigation]"
SEEN = """selector => [...document.querySelectorAll(selector)]
  .filter((one) => one.getClientRects().length)
  .map((one) => one.outerHTML.slice(0, 90))"""
# A box that scrolls or clips on a screen cuts off what nobody can scroll to on paper.
CUT = """() => [...document.querySelectorAll("main, main *")]
  .filter((one) => one.getClientRects().length && !one.closest("svg, select, .visually-hidden"))
  .filter((one) => getComputedStyle(one).overflowX !== "visible"
                   && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
  .map((one) => one.outerHTML.slice(0, 90))"""


def shut_out(page: Page) -> list[tuple[str, str]]:
    """What axe finds, each with the first element that it concerns."""
    violations = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in violations]


def cut_on_paper(page: Page) -> list[str]:
    """Navigation that would be printed, and whatever would be cut off, as a printer sees it."""
    page.emulate_media(media="print")
    before = page.viewport_size
    page.set_viewport_size(PAPER)
    faults = [f"printed: {one}" for one in page.evaluate(SEEN, NOT_ON_PAPER)]
    faults += [f"cut: {one}" for one in page.evaluate(CUT)]
    if page.evaluate(WIDER) > HAIR:
        faults.append("wider than the paper")
    page.emulate_media(media="null")
    if before is not None:
        page.set_viewport_size(before)
    return faults

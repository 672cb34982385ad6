"""A machine with other work is slow: a page may take its time, as long as it comes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect

PAGE_MILLISECONDS = 120_000
WORDS_MILLISECONDS = 30_000


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    """A fresh visitor who waits patiently; the options are Playwright's own."""
    expect.set_options(timeout=WORDS_MILLISECONDS)
    context = browser.new_context(**options)
    context.set_default_timeout(PAGE_MILLISECONDS)
    return context

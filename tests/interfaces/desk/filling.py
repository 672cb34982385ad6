"""Filling in a sheet as a browser does: open the page, keep its hidden fields, send the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from yinuo.kit import queue
from yinuo.kit.queue import Captured

HIDDEN = re.compile(r'<input type="hidden" name="(\w[\w-]*)" value="([^"]*)"')


def text(answer: Any) -> str:
    return str(answer.content.decode())


def sheet(number: str, noun: str) -> str:
    return f"/desk/claims/{number}/{noun}"


def send(
    client: Client, path: str, data: Mapping[str, object] | None = None, *, status: int = 303
) -> HttpResponse:
    """Send the sheet at this address; it answers with this status."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    form = text(page).split('class="sheet stack wide"')[-1]
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
    hidden.pop("csrfmiddlewaretoken", None)
    answer: Any = client.post(path, {**hidden, **(data or {})})
    assert answer.status_code == status, (path, answer.status_code, _said(answer))
    return answer  # type: ignore[no-any-return]


def _said(answer: HttpResponse) -> str:
    found = re.search(r'id="error-summary".*?</div>', text(answer), re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[0]) if found else ""


def run_jobs(jobs: Captured, *, at: datetime | None = None) -> None:
    """What the worker would do now, or at another time: reactions, and reactions to those."""
    for _ in range(10):
        taken = [job for job in jobs.take() if job.task == "react"]
        if not taken:
            return
        for job in taken:
            queue.run(job, at=at or datetime.now(UTC))

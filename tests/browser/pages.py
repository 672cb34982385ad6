"""Every page that somebody can come to by following links, found by following them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.test import Client

from tests.upgrade import freeze
from yinuo.core.cases.models import Case
from yinuo.core.people.models import Staff

LINK = re.compile(r'href="(/[^"#]*)')
NUMBER = re.compile(r"/[A-Z]\d{2}-[\d-]+")
CASE_PAGE = re.compile(r"(/desk)?/[a-z-]+/[A-Z]\d{2}-[\d-]+")
# Whoever leaves sees nothing more, and files are not pages.
NOT_FOLLOWED = re.compile(r"/(static|language|theme)|/logout|/leave|/files/|/documents/")
STAFF = (
    "agent", "surveyor", "assessor", "calculator", "reviewer", "approver", "cashier", "team_lead",
    "manager", "auditor", "operator",
)  # fmt: skip
BEGINNINGS = ("/desk/", "/desk/parts")
STRANGERS = ("/", "/report/", "/track/", "/accounts/login/")
MOST_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """An address and the session of the first visitor who may see it."""

    who: str
    address: str
    session: str


def all_pages() -> list[Found]:
    """One address of every shape, and the page of every case; needs a database that may commit."""
    freeze.tell(began_at=datetime.now(UTC) - timedelta(days=1))
    seen: set[str] = set()
    found = [Found("stranger", address, "") for address in STRANGERS]
    numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))
    for who in STAFF:
        client = Client()
        client.force_login(Staff.objects.get(username=who))
        # What is read out at the end of a report is seen once: no link leads back to it.
        beginnings = [*BEGINNINGS, f"/desk/claims/{numbers[0]}/read-out"]
        beginnings += [f"/desk/claims/{number}" for number in numbers]
        found += _crawl(who, client, beginnings, seen)
    for case in Case.objects.order_by("pk"):
        found += _crawl("customer", _visitor(case), [f"/claims/{case.number}"], seen)
    return found


def _crawl(who: str, client: Client, beginnings: list[str], seen: set[str]) -> Iterator[Found]:
    """Follow the links of one visitor, each shape once; what another saw leads on all the same."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    waiting, met = list(beginnings), {shape(address) for address in beginnings}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code != 200 or not kind.startswith("text/html"):
            continue
        if shape(address) not in seen:
            seen.add(shape(address))
            yield Found(who, address, cookie)
        for link in LINK.findall(answer.content.decode()):
            to = html.unescape(link)
            if not NOT_FOLLOWED.search(to) and shape(to) not in met:
                met.add(shape(to))
                waiting.append(to)
        assert len(met) < MOST_PAGES, "pages that lead to ever new ones"


def shape(address: str) -> str:
    """What the addresses of one kind of page share; the page of a case stands for itself."""
    path, _, query = address.partition("?")
    if CASE_PAGE.fullmatch(path):
        return path
    names = "&".join(sorted(part.partition("=")[0] for part in query.split("&")))
    return re.sub(r"\d+", "#", NUMBER.sub("/case", path)) + (f"?{names}" if query else "")


def _visitor(case: Case) -> Client:
    client = Client()
    session = client.session
    until = datetime.now(UTC) + timedelta(hours=2)
    session["portal_visit"] = [case.customer_id, case.pk, until.isoformat()]
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client

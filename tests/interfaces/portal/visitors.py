"""How a test comes in at the customers' door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from tests import world
from tests.world import World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.messages.links import case_link

# What the test client answers with; the stubs have no public name for it.
Answer = Any

PHONE = "13900000001"
CHINESE, ENGLISH = {"Accept-Language": "zh-Hans"}, {"Accept-Language": "en"}


def now() -> datetime:
    return datetime.now(UTC)


def insurer_today() -> World:
    """The portal's clock is the real one, so the insurer lives today."""
    return world.build(at=world.THIS_RUN)


def reported(insurer: World, **changes: object) -> Case:
    at = now() - timedelta(minutes=5)
    accident_at = at - timedelta(hours=1)
    report = report_of(**{"accident_at": accident_at, **changes})
    return claims.report(report=report, door="phone", by=insurer["agent"], at=at).case


def visit(client: Client, case: Case, person_id: int | None = None) -> None:
    """In by the link of a message."""
    person_id = person_id or case.customer_id
    link = case_link(case_id=case.pk, person_id=person_id, at=now())
    client.get(link[link.index("/track/") :])


def page_of(case: Case, tail: str = "") -> str:
    return f"/claims/{case.number}{tail}"

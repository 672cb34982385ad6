"""Programs that call the API: one key per role, each request over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests import world
from tests.world import World
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Branch


@dataclass(slots=True)
class Caller:
    """A program with a key; `language` is what it asks to be answered in."""

    key: str
    language: str = "en"
    http: Client = field(default_factory=Client)

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(f"/api{path}", query, headers=self._headers())

    def post(self, path: str, given: object = None, **headers: str) -> Any:
        """Send JSON; header names are written with underscores."""
        body = json.dumps({} if given is None else given)
        return self.http.post(
            f"/api{path}", body, content_type="application/json", headers=self._headers(headers)
        )

    def send(self, path: str, form: dict[str, Any]) -> Any:
        """Send a form with files."""
        return self.http.post(f"/api{path}", form, headers=self._headers())

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in (more or {}).items()}
        bearer = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return {**bearer, "Accept-Language": self.language, **named}


@dataclass(slots=True)
class House:
    """The insurer of `tests.world` as it is now, and programs that may do what its roles may."""

    world: World
    callers: dict[str, Caller] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Caller:
        if role not in self.callers:
            self.callers[role] = self.hire(role, self.world.east, role)
        return self.callers[role]

    def hire(self, name: str, branch: Branch, *roles: str) -> Caller:
        at = datetime.now(UTC)
        _, key = people.create_api_client(name=name, roles=roles, branch=branch, by=SYSTEM, at=at)
        return Caller(key)

    def report(self, **changes: Any) -> str:
        """Report an accident through the API and give back the number of the claim."""
        answer = self["agent"].post("/claims", accident(**changes))
        assert answer.status_code == 201, answer.content.decode()
        number: str = answer.json()["number"]
        return number


def build() -> House:
    return House(world.build(at=world.THIS_RUN))


def accident(**changes: Any) -> dict[str, Any]:
    """A plain report as a program would send it."""
    at = datetime.now(UTC) - timedelta(hours=2)
    return {
        "accident_at": at.isoformat(),
        "place": "东大路 1 号",
        "cause": "collision",
        "policy_number": "P-100",
        "latitude": 31.24,
        "longitude": 121.47,
        "drivable": True,
        "losses": [{"kind": "own_vehicle", "estimate": "8000.00"}],
        "said": {"at_scene": True},
        **changes,
    }


def sheet(**changes: Any) -> dict[str, Any]:
    return {
        "authenticity": "consistent",
        "liability": "full",
        "findings": "前保险杠碰撞",
        "damages": [{"loss": 1, "part": "前保险杠", "degree": "medium"}],
        **changes,
    }


LINES = [
    {
        "kind": "part", "name": "前保险杠", "asked": "3000.00", "approved": "2800.00",
        "reason": "按市场价",
    },
    {"kind": "labour", "name": "喷漆", "asked": "1200.00", "approved": "1200.00"},
]  # fmt: skip
ACCOUNT = {
    "holder_name": "样例客户甲",
    "number": "6222020000000000000",
    "bank_name": "示例银行",
}


def done(answer: HttpResponse, status: int = 200) -> Any:
    """The body of an answer that must have succeeded."""
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


def refused(answer: HttpResponse, status: int, code: str = "") -> Any:
    """The problem of an answer that must have been refused."""
    assert answer.status_code == status, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == status
    if code:
        assert problem["code"] == code, problem
    return problem


Step = Callable[[House, str], None]

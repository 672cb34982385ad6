"""Every address of every door, asked by everybody: what answers whom.

routes.txt holds the answers that somebody has judged. A line with one status is for an address
that treats all alike: it is asked by three people only, or by one where the method is refused.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import world
from tests.architecture.examples import example_of
from tests.core.documents import samples
from tests.interfaces.api.callers import ACCOUNT, LINES, accident, sheet
from tests.world import World, report_of
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.claims import commands as claims
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import NewComplaint
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case, Note
from yinuo.core.documents.commands import Upload, Wanted
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.interfaces.common.actions import actions_of
from yinuo.interfaces.common.kinds import BY_PLURAL, known

TABLE = Path(__file__).with_name("routes.txt")
WHO = (
    "stranger", "customer", "agent", "surveyor", "assessor", "calculator", "reviewer", "approver",
    "cashier", "team_lead", "west", "manager", "auditor", "operator",
)  # fmt: skip
# A sheet's address is a noun. Of a claim these four stand for: open to all, possible now, not
# possible now, and possible later for few; of another kind the first and the last of its table.
CLAIM_NOUNS = ("note", "contact", "dispatch", "decision")
OF_A_KIND = "<plural:kind>"
METHODS = ("GET", "POST")
ALIKE = ("stranger", "customer", "agent")
METHOD_REFUSED = 405
# Django's and allauth's own pages: their views are theirs to prove, who is let in is ours.
FOREIGN = ("accounts/",)
# Inputs that are in order, so that the answer says who may and whether it is time.
ONE_LOSS = {"loss": 1}
RETURNED = {"loss": 1, "reason": "工时偏高"}
BODIES: dict[str, dict[str, Any]] = {
    "claims": accident(place="另一处", policy_number="P-none"),
    "survey": sheet(),
    "survey-and-assessment": {**sheet(), "assessments": [{"loss": 1, "lines": LINES}]},
    "assessment": {"loss": 1, "lines": LINES},
    "reassessment": {"loss": 1, "lines": LINES},
    "papers-request": {"wanted": [{"kind": "vehicle_licence", "why": "核对"}]},
    "calculation": ONE_LOSS,
    "refusal-proposal": {"loss": 1, "reasons": [{"reason": "免责", "clause": "law_family"}]},
    "review": ONE_LOSS,
    "review-return": RETURNED,
    "approval": ONE_LOSS,
    "approval-return": RETURNED,
    "decision": ONE_LOSS,
    "account": ACCOUNT,
    "account-confirmation": {"account": 1},
    "payment-instruction": ONE_LOSS,
    "withdrawal": {"reason": "自行修复"},
    "papers-waiver": {"kinds": ["repair_invoice"], "reason": "修理厂直接寄来"},
    "delay-notice": {"reason": "配件未到", "new_at": "2100-01-01T00:00:00Z"},
    "reserve": {"loss": 1, "reserve": "100.00"},
    "note": {"body": "客户来电"},
}
NEVER_ASKED = re.compile(r"static|__debug__")


@dataclass(frozen=True, slots=True)
class Scene:
    """A claim of the East on its survey, reported by the customer who is signed in to it."""

    insurer: World
    case: Case
    document: int
    followers: Mapping[str, Case]

    def number(self, path: str) -> str:
        """The case that an address is about: one of the kind that it names, else the claim."""
        for word in path.split("/"):
            if word in BY_PLURAL:
                return self.followers.get(BY_PLURAL[word].name, self.case).number
        return self.case.number

    def ids(self, path: str) -> dict[str, Any]:
        """What an input says about rows that only this scene has."""
        if path.endswith("/handler"):
            return {"staff": self.insurer.staff["team_lead"].pk}
        if path.endswith("/papers-judgement"):
            return {"judgements": [{"document": self.document, "accepted": True}]}
        return {}

    @property
    def training(self) -> int:
        """The first record of what the surveyor was trained in."""
        return self.insurer.staff["surveyor"].competences.earliest("pk").pk

    @property
    def note(self) -> int:
        """The first thing that the customer said about the claim."""
        said = Note.objects.filter(case__about=self.case).order_by("pk").first()
        return said.pk if said else 0

    def path(self, route: str, noun: str = "") -> str:
        values: dict[str, object] = {
            "number": self.number(route),
            "noun": noun,
            "document": self.document,
            "note": self.note,
            "person": self.insurer.holder.pk,
            "record": self.training,
            "token": "no-such-token",
            "message_id": "no-such-batch",
            "name": "today",
        }

        def value(found: re.Match[str]) -> str:
            return str(values.get(found[2], "1"))

        return "/" + re.sub(r"<(\w+:)?(\w+)>", value, route)


def all_routes() -> list[str]:
    """The addresses of the URL configuration, as they are written there."""
    return sorted(set(_routes(get_resolver().url_patterns, "")))


def _routes(patterns: Any, before: str) -> Iterator[str]:
    for entry in patterns:
        here = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, here)
        elif isinstance(entry, URLPattern) and not NEVER_ASKED.search(here):
            yield from _of_every_kind(here)


def _of_every_kind(route: str) -> Iterator[str]:
    """An address that fits every kind of case, once for each."""
    if OF_A_KIND not in route:
        yield route
        return
    for kind in known():
        yield route.replace(OF_A_KIND, kind.plural)


def questions() -> Iterator[tuple[str, str, str]]:
    """Method, route and noun of everything that is asked."""
    for route in all_routes():
        if route.startswith(FOREIGN):
            continue
        nouns = _nouns(route) if "<slug:noun>" in route else ("",)
        for noun in nouns:
            for method in METHODS:
                yield method, route, noun


def _nouns(route: str) -> tuple[str, ...]:
    kind = next(BY_PLURAL[word].name for word in route.split("/") if word in BY_PLURAL)
    if kind == "claim":
        return CLAIM_NOUNS
    nouns = tuple(actions_of(kind))
    return tuple(dict.fromkeys((*nouns[:1], *nouns[-1:])))


def body_of(path: str) -> dict[str, Any]:
    """What is sent to an address of the API: an input in order, so that the answer says who may
    and whether it is time.
    """
    *_rest, plural, _number, noun = ("", "", "", *path.strip("/").split("/"))
    known = BODIES.get(f"{plural}/{noun}", BODIES.get(noun) if plural == "claims" else None)
    action = actions_of(BY_PLURAL[plural].name).get(noun) if plural in BY_PLURAL else None
    if known is not None:
        return known
    if action is not None:
        return example_of(action.schema)
    return BODIES.get(noun, {})


def set_the_scene() -> Scene:
    insurer = world.build(at=datetime.now(UTC))
    at = datetime.now(UTC)
    agent = insurer["agent"]
    report = report_of(accident_at=at - timedelta(hours=1))
    case = claims.report(report=report, door="phone", by=agent, at=at).case
    claims.register(case=case, by=agent, at=at)
    claims.dispatch(case=case, surveyor=insurer.staff["surveyor"], by=agent, at=at)
    claims.declare_no_interest(case=case, by=insurer["surveyor"], at=at)
    wanted = [Wanted("driving_licence", "核对驾驶资格")]
    claims.request_papers(case=case, wanted=wanted, by=agent, at=at)
    upload = Upload("driving_licence", "licence.jpg", [samples.picture()])
    (paper,) = claims.receive_papers(case=case, uploads=[upload], by=agent, at=at)
    return Scene(insurer, Case.objects.get(pk=case.pk), paper.pk, _followers(insurer, case, at))


def _followers(insurer: World, claim: Case, at: datetime) -> dict[str, Case]:
    """A case of every other kind about this claim."""
    agent = insurer["agent"]
    words = "定损太低，不够修车"
    complaint = NewComplaint(insurer.holder, "phone", about=claim, words=words)
    (asked,) = call_backs.open_call_back(case=claim, occasion="paid", by=SYSTEM, at=at).opened
    return {
        "call_back": asked.case,
        "concern": concerns.open_concern(
            about=claim, reasons=["said_to_us"], words=words, by=agent, at=at
        ),
        "complaint": complaints.receive(new=complaint, by=agent, at=at),
    }


def ask_as(who: str, scene: Scene, keys: Collection[str] | None = None) -> dict[str, int]:
    """The status of these questions, each asked in a transaction that is undone."""
    visitor = _client(who, scene)
    return {
        key(*question): _status(visitor, scene, question)
        for question in questions()
        if keys is None or key(*question) in keys
    }


def key(method: str, route: str, noun: str) -> str:
    return f"{method} /{route.replace('<slug:noun>', noun)}"


def _status(visitor: Client, scene: Scene, question: tuple[str, str, str]) -> int:
    method, route, noun = question
    # A visit of its own, since an answer may sign the visitor out.
    client = Client()
    client.defaults.update(visitor.defaults)
    client.cookies = SimpleCookie(visitor.cookies.output(header="", sep=";"))
    path = "/" + scene.path(route, noun).lstrip("/")
    answer: Any
    with transaction.atomic():
        if method == "GET":
            answer = client.get(path)
        elif route.startswith("api/"):
            given = {**body_of(path), **scene.ids(path)}
            answer = client.post(path, json.dumps(given), content_type="application/json")
        else:
            answer = client.post(path)
        if answer.streaming:
            # A file is open until it was read to its end.
            deque(answer.streaming_content, maxlen=0)
        transaction.set_rollback(True)
    return int(answer.status_code)


def _client(who: str, scene: Scene) -> Client:
    client = Client()
    if who == "customer":
        session = client.session
        until = datetime.now(UTC) + timedelta(hours=1)
        session["portal_visit"] = [scene.insurer.holder.pk, scene.case.pk, until.isoformat()]
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    elif who != "stranger":
        client.force_login(scene.insurer.staff[who])
        staff = scene.insurer.staff[who]
        _, api_key = people.create_api_client(
            name=who, roles=staff.roles, branch=staff.branch, by=SYSTEM, at=datetime.now(UTC)
        )
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {api_key}"
    return client


def expected() -> dict[str, dict[str, int]]:
    """routes.txt: one line per question, one column per person."""
    rows: dict[str, dict[str, int]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        question, _, cells = line.partition("|")
        statuses = [int(cell) for cell in cells.split()]
        people: tuple[str, ...] = WHO
        if len(statuses) == 1:
            people = ("agent",) if statuses == [METHOD_REFUSED] else ALIKE
            statuses *= len(people)
        if len(statuses) != len(people):
            raise ValueError(f"routes.txt: {question.strip()} has {len(statuses)} cells")
        rows[question.strip()] = dict(zip(people, statuses, strict=True))
    return rows


def written(rows: dict[str, dict[str, int]]) -> str:
    width = max(len(question) for question in rows)
    short = [who[:4] for who in WHO]
    lines = [f"# {'':{width - 2}} | {' '.join(f'{name:>4}' for name in short)}"]
    for question, row in rows.items():
        one = len(set(row.values())) == 1
        cells = " ".join(f"{row[who]:>4}" for who in (WHO[:1] if one else WHO))
        lines.append(f"{question:{width}} | {cells}")
    return "\n".join(lines) + "\n"

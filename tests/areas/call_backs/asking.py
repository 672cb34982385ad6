"""A call-back that waits to be called, and people who may and may not call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.models import CallBack, Response
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import commands as rulebook
from yinuo.kit import queue

HAPPY = {
    "satisfied": "5",
    "easy": "7",
    "respect": "5",
    "problem": "none",
    "recommend": "10",
    "suggestion": "",
}
AT_ANY_HOUR: Mapping[str, object] = {
    "call_backs.calling.hours": [["00:00", "24:00"]],
    "call_backs.calling.weekends": True,
    "call_backs.calling.holidays": True,
}


@dataclass(slots=True)
class Asking:
    """A finished claim whose call-back is open; `facts` are what happened to it."""

    world: World
    case: Case
    at: datetime

    @property
    def row(self) -> CallBack:
        return CallBack.objects.select_related("case", "person", "followed").get(pk=self.case.pk)

    @property
    def agent(self) -> Actor:
        return self.world["agent"]

    @property
    def customer(self) -> Actor:
        return self.world["customer"]

    def answer(self, question: str, raw: str, **changes: object) -> Response:
        values: dict[str, object] = {
            "channel": "portal",
            "by": self.customer,
            "at": self.at,
            **changes,
        }
        with queue.capture():
            return call_backs.keep_answer(
                case=self.case, question=question, raw=raw, **values  # type: ignore[arg-type]
            )  # fmt: skip

    def call(self, *, by: Actor | None = None, identify: bool = True) -> None:
        """Dial, and make sure who is there."""
        by = by or self.agent
        with queue.capture():
            call_backs.start_call(case=self.case, by=by, at=self.at)
            if identify:
                call_backs.identify(case=self.case, said="A12345", by=by, at=self.at)


def train(insurer: World, *roles: str, kind: str = "call_back", at: datetime = NOW) -> None:
    for role in roles:
        people.grant_competence(
            staff=insurer.staff[role], kind=kind, valid_from_on=date(2020, 1, 1), by=SYSTEM, at=at
        )


def build(
    *,
    at: datetime = NOW,
    occasion: str = "paid",
    care: str = "",
    facts: Mapping[str, object] | None = None,
    **happened: bool,
) -> Asking:
    """`happened` are facts too, such as late=True."""
    insurer = world.build(at=at)
    train(insurer, "agent", at=at)
    case = open_one(
        insurer, at=at, occasion=occasion, care=care, facts={**(facts or {}), **happened}
    )
    return Asking(insurer, case, at)


def open_one(
    insurer: World,
    *,
    at: datetime,
    occasion: str = "paid",
    care: str = "",
    policy: str = "P-100",
    facts: Mapping[str, object] | None = None,
) -> Case:
    """A claim that was reported long ago, with its call-back as it is opened at the end."""
    long_ago = at - timedelta(days=20)
    if policy != "P-100":
        # Another policy has another holder: the same person is not asked twice in a month.
        world.take_policy(number=policy, plate=f"沪B{policy[-3:]}00", at=at)
    with queue.capture():
        reported = claims.report(
            report=report_of(accident_at=long_ago - timedelta(hours=2), policy_number=policy),
            door="phone",
            confirmed_new=True,
            by=insurer["agent"],
            at=long_ago,
        )
        if care:
            Case.objects.filter(pk=reported.case.pk).update(care=care)
        done = call_backs.open_call_back(
            case=Case.objects.get(pk=reported.case.pk),
            occasion=occasion,
            facts=facts or {},
            by=SYSTEM,
            at=at,
        )
    return done.opened[0].case


def finish(ask: Asking, **changes: object) -> Response:
    values: dict[str, object] = {"channel": "portal", "by": ask.customer, "at": ask.at, **changes}
    with queue.capture():
        return call_backs.finish(case=ask.case, **values)  # type: ignore[arg-type]


def at_any_hour(insurer: World, *, at: datetime) -> None:
    """The desk's clock is the real one, and these tests also run at night and on Sundays."""
    for key, value in AT_ANY_HOUR.items():
        rulebook.revise_rule(
            key=key, value=value, why="Tests run at any hour.", source="test",
            in_force_from=at, by=insurer["manager"], at=at,
        )  # fmt: skip

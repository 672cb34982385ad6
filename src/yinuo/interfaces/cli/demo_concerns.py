"""How the demo insurer's colleagues take care of what customers were not content with."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta

from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.actors import customer_actor
from yinuo.interfaces.cli.engine import Steps
from yinuo.kit.errors import DomainError

ANSWER = "我们查看了案件记录：您说得对，中间两天没有人告诉您进度。"
SOLUTION = "我们向您道歉。从今天起由同一个人跟进您的事，有变化当天告诉您。"
NOT_YET = "还是没有人给我打电话。"


def solve(at: datetime, claim: Case, dice: random.Random) -> Steps:
    """Answer and solve the concern about a claim; the customer mostly agrees, some not at once."""
    at = yield at + timedelta(hours=dice.randint(2, 30))
    case = Case.objects.filter(kind="concern", about=claim, closed_at=None).first()
    if case is None or case.handler is None:
        return at
    owner, customer = (
        people.actor_of_staff(case.handler),
        customer_actor(person_id=case.customer_id),
    )
    with suppress(DomainError):
        concerns.take(case=case, by=owner, at=at)
        concerns.answer(case=case, words=ANSWER, by=owner, at=at)
        for content in (dice.random() < 0.7, True):
            at = yield at + timedelta(hours=dice.randint(3, 14))
            concerns.solve(case=case, words=SOLUTION, by=owner, at=at)
            at = yield at + timedelta(hours=dice.randint(1, 40))
            if content:
                concerns.confirm(case=case, by=customer, at=at)
                break
            concerns.reopen(case=case, words=NOT_YET, by=customer, at=at)
    return at

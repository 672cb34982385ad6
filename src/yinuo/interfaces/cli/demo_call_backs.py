"""How the demo insurer's customers answer: most are content, some say what was wrong, some are
not at home.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries, questionnaire
from yinuo.areas.call_backs.models import CallBack
from yinuo.areas.call_backs.questionnaire_rulefile import Question
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.cli import demo_concerns
from yinuo.interfaces.cli.demo_cast import Cast
from yinuo.interfaces.cli.engine import Steps
from yinuo.kit.errors import DomainError

LOOKS_AFTER = (timedelta(hours=20), timedelta(hours=30), timedelta(hours=60))
"""So long a story waits for the letter to the customer; the money may take days."""
RINGS = 5
LISTENED_DAYS = 30
HEARD = (
    "听客户说完再回应，很好；结束前再重复一遍下一步。",
    "身份核对完整，语速可以再慢一点。",
    "解释清楚，没有打断客户。",
)
GOOD = {"csat": (4, 5, 5), "nps": (8, 9, 10), "ces": (6, 7)}
BAD = {"csat": (1, 2, 2), "nps": (0, 3, 5), "ces": (1, 3)}
COMPLAINTS = (
    "定损价格比修理厂报价低，差价没有人解释。",
    "等了很久才有人联系，中间没有告诉我进度。",
    "发票要我交了两次，第一次没有说清楚。",
)
WISHES = ("希望进度有变化时主动发条消息。", "希望一次说清需要哪些材料。", "")


def follow(at: datetime, case: Case, branch: str, cast: Cast, dice: random.Random) -> Steps:
    """What becomes of the call-back of an ended claim, and of what the customer says in it."""
    row: CallBack | None = None
    for wait in LOOKS_AFTER:
        at = yield at + wait
        row = _asked(case)
        if row is not None:
            break
    if row is None:
        return at
    content = dice.random() < 0.8
    # The demo must not stop because somebody was faster: a refusal ends this story alone.
    with suppress(DomainError):
        if dice.random() < 0.55:
            _answer(row, customer_actor(person_id=row.person_id), "portal", content, dice, at)
        else:
            at = yield from _ring(at, case, cast.actor(branch, "agent"), content, dice)
    if not content:
        at = yield from demo_concerns.solve(at, case, dice)
    return at


def listen(cast: Cast, dice: random.Random, now: datetime) -> None:
    """Draw each day's calls by lot, as the clock does, and let the team leads hear most of them."""
    for days in range(LISTENED_DAYS, -1, -1):
        at = now - timedelta(days=days)
        draw = call_backs.draw_checks(by=SYSTEM, at=at, seed=f"demo {days}")
        heard = draw.checks.select_related("branch") if draw and days else ()
        for check in heard:
            points = {
                line.code: max(1, line.most - dice.choice((0, 0, 0, 2, 5)))
                for line in rulebook.rules(CallBacksRules, at=at).quality.sheet.value.lines
            }
            lead = cast.actor(check.branch.code.lower(), "lead")
            # Who has called in person is heard by somebody else, another day.
            with suppress(DomainError):
                words = dice.choice(HEARD)
                call_backs.score_call(check=check, points=points, words=words, by=lead, at=at)


def _asked(case: Case) -> CallBack | None:
    asked = CallBack.objects.select_related("case__customer")
    return asked.filter(followed=case, case__state="invited").first()


def _ring(at: datetime, case: Case, agent: Actor, content: bool, dice: random.Random) -> Steps:
    """Call until somebody answers or nobody is to be called any more."""
    for _turn in range(RINGS):
        row = _asked(case)
        if row is None:
            break
        at = yield max(at, row.next_contact_at or at) + timedelta(minutes=5)
        call_backs.start_call(case=row.case, by=agent, at=at)
        if dice.random() < 0.6:
            plate = next(iter(queries.proofs_of(row.case.customer).plates), "")
            call_backs.identify(case=row.case, said=plate, by=agent, at=at)
            _answer(row, agent, "call", content, dice, at)
            break
        outcome = dice.choice(("no_answer", "busy"))
        call_backs.record_attempt(case=row.case, outcome=outcome, by=agent, at=at)
    return at


def _answer(
    row: CallBack, by: Actor, channel: str, content: bool, dice: random.Random, at: datetime
) -> None:
    asking, facts = queries.questionnaire_of(row, at=at), queries.question_facts(row)
    given: dict[str, questionnaire.Answer] = {}
    while (question := questionnaire.next_question(asking, given, facts)) is not None:
        raw = _raw(question, content, dice)
        call_backs.keep_answer(
            case=row.case, question=question.id, raw=raw, channel=channel, by=by, at=at
        )
        given[question.id] = questionnaire.check(question, raw)
    call_backs.finish(case=row.case, channel=channel, by=by, at=at)


def _raw(question: Question, content: bool, dice: random.Random) -> int | str | list[str] | None:
    if question.kind in GOOD:
        return dice.choice((GOOD if content else BAD)[question.kind])
    if question.kind == "text":
        told = dice.choice(WISHES) if question.sign == "suggestion" else dice.choice(COMPLAINTS)
        return told or None
    quiet = [option.code for option in question.options if option.sign is None]
    loud = [option.code for option in question.options if option.sign == "named_problem"]
    code = dice.choice(quiet if content or not loud else loud)
    return [code] if question.kind == "many" else code

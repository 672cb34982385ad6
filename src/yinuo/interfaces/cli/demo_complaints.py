"""How the demo insurer's customers complain, and how far each complaint has come."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands import Landing, Letter, NewMeasure, NewVoice
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor, customer_actor
from yinuo.interfaces.cli.demo_cast import Cast
from yinuo.interfaces.cli.engine import Steps
from yinuo.kit.errors import DomainError

SHARE = 0.18
"""So many of the claims bring a voice from outside."""
# Words, the main cause that they turn out to have, and how they came in.
VOICES = (
    ("查勘员让我在路边等了三个小时，态度还很差，我要投诉！", "delay_survey", "phone"),
    ("定损价比修理厂报价低两千，没有人解释是怎么算的，我要投诉。", "amount_assessment", "wechat"),
    ("发票已经交了两次，又打电话来要，请你们给个说法，我要投诉。", "docs_again", "letter"),
    ("赔款说好三天到账，到现在没有消息，电话也打不通，我要投诉。", "delay_payment", "email"),
    ("免赔额买保险的时候没人跟我说过，我要投诉。", "amount_deductible", "visit"),
)
QUESTIONS = ("请问理赔款什么时候到账？", "请问还需要交什么材料？")
ANSWER = "到哪一步了、还差什么材料，都写在您的案件页面上。有变化我们马上告诉您。"
LETTER = Letter(
    facts="我们查看了案件记录和通话录音：您反映的情况属实，我们没有提前告诉您。",
    decision="投诉成立。我们向您道歉，并做到下面列出的事。",
    basis="我们的服务承诺写明：来不及的要提前告诉客户，因为让客户空等会耽误您的安排。",
    upheld="yes",
)


def voice(at: datetime, claim: Case, branch: str, cast: Cast, dice: random.Random) -> Steps:
    """Perhaps a question, perhaps a complaint; nothing for most of the claims."""
    if dice.random() > SHARE:
        return at
    at = yield at + timedelta(hours=dice.randint(5, 60))
    claim.refresh_from_db()
    agent = cast.actor(branch, "agent")
    with suppress(DomainError):
        if dice.random() < 0.3:
            words = dice.choice(QUESTIONS)
            row = complaints.take_in(voice=_said(words, "phone", claim, at), by=agent, at=at)
            at = yield at + timedelta(minutes=dice.randint(20, 600))
            landing = Landing(kind="question", about=claim)
            complaints.sort(voice=row, landing=landing, by=agent, at=at)
            at = yield at + timedelta(hours=dice.randint(1, 20))
            complaints.answer_question(voice=row, words=ANSWER, by=agent, at=at)
            return at
        words, cause, channel = dice.choice(VOICES)
        row = complaints.take_in(voice=_said(words, channel, claim, at), by=agent, at=at)
        at = yield at + timedelta(minutes=dice.randint(20, 600))
        landing = Landing(kind="complaint", about=claim, wanted="说明原因并改正")
        case = complaints.sort(voice=row, landing=landing, by=agent, at=at)
        if case is not None:
            at = yield from _handle(at, case, cause, cast, branch, dice)
    return at


def _said(words: str, channel: str, claim: Case, at: datetime) -> NewVoice:
    return NewVoice(
        channel=channel, words=words, branch=claim.branch, person=claim.customer, about=claim
    )


def _handle(
    at: datetime, case: Case, cause: str, cast: Cast, branch: str, dice: random.Random
) -> Steps:
    """From the first call to the end, or to where it is today."""
    case.refresh_from_db()
    if case.handler is None:
        return at
    officer = people.actor_of_staff(case.handler)
    at = yield at + timedelta(hours=dice.randint(2, 30))
    complaints.acknowledge(case=case, how="phone", by=officer, at=at)
    complaints.accept(case=case, by=officer, at=at)
    complaints.declare_no_interest(case=case, by=officer, at=at)
    complaints.investigate(case=case, by=officer, at=at)
    at = yield at + timedelta(days=dice.randint(1, 3))
    complaints.name_causes(case=case, main=cause, by=officer, at=at)
    if dice.random() < 0.4:
        at = yield from _agree(at, case, officer, cast.actor(branch, "lead"))
    at = yield at + timedelta(days=dice.randint(2, 8))
    complaints.decide(case=case, letter=LETTER, by=officer, at=at)
    complaints.tell_many([case], how="phone", by=officer, at=at + timedelta(minutes=20))
    at = yield at + timedelta(days=1)
    if dice.random() < 0.6:
        rating = dice.choice((2, 4, 5))
        customer = customer_actor(person_id=case.customer_id)
        complaints.rate(case=case, rating=rating, by=customer, at=at)
    return at


def _agree(at: datetime, case: Case, officer: Actor, lead: Actor) -> Steps:
    """An apology and a little money, approved by the lead and accepted by the customer."""
    measures = [
        NewMeasure("apology", "书面道歉"),
        NewMeasure("compensation", "补偿交通费", Decimal(200)),
    ]
    words = "我们向您道歉，并补偿您的交通费。"
    complaints.propose(case=case, words=words, measures=measures, by=officer, at=at)
    complaint = queries.of_case(case)
    for one in queries.open_measures(complaint):
        if one.kind == "compensation":
            complaints.approve_compensation(case=case, measure=one.pk, by=lead, at=at)
    at = yield at + timedelta(days=1)
    complaints.agree(case=case, by=customer_actor(person_id=case.customer_id), at=at)
    for one in queries.open_measures(complaint):
        if one.kind == "apology":
            complaints.carry_out(case=case, measure=one.pk, by=officer, at=at)
    return at

"""What follows when a voice has come in: who does what by when, counted from its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock


@dataclass(frozen=True, slots=True)
class Arrival:
    """Read by a colleague; then, as it turns out: a question answered, or a complainant called and
    told what was decided.
    """

    number: str
    received_at: datetime
    read_by: datetime
    question_by: datetime
    call_by: datetime
    answer_by: datetime


def arrival_of(voice: Inbound, *, at: datetime) -> Arrival:
    """By the rules of `at`."""
    promises = rulebook.rules(ComplaintsRules, at=at).promises
    calendar, begun = calendar_at(at), voice.received_at
    limits = (promises.answer_question, promises.acknowledge, promises.answer)
    question, call, answer = (
        clock.due(rule.value.limit, begun, calendar).due_at for rule in limits
    )
    return Arrival(
        number=voice_number(voice.pk, begun),
        received_at=begun,
        read_by=voice.due_at,
        question_by=question,
        call_by=call,
        answer_by=answer,
    )

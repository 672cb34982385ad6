"""Concerns on the API: taking one up about a case, and what is known about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yinuo.areas.concerns import queries as concerns
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.people.actors import Actor
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.api.showing import PROBLEMS, Extra, Fields, shown
from yinuo.interfaces.common.actions.concerns import take_up
from yinuo.interfaces.common.inputs.concerns import AboutInput

router = Router(tags=["concerns"])


class ReadingOut(Schema):
    """How one text of the customer was read; a place ends after its last character."""

    note: int
    sentiment: str
    causes: list[str]
    urgency: str
    confidence: float
    person: bool
    by_person: bool
    spans: list[tuple[int, int, str]]


class ConcernOut(shapes.CaseOut):
    door: str
    reasons: list[str]
    causes: list[str]
    urgency: str
    rounds: int
    source: str | None
    first_spoken_at: datetime
    answered_at: datetime | None
    solved_at: datetime | None
    confirmed_at: datetime | None
    outcome: str
    readings: list[ReadingOut]


def _fields(actor: Actor, case: Case, at: datetime) -> Fields:
    row = concerns.of_case(case)
    read = knowledge.readings_of(note.pk for note in concerns.words_of(row))
    return Fields(
        {
            "door": row.door,
            "reasons": row.reasons,
            "causes": row.causes,
            "urgency": row.urgency,
            "rounds": row.round,
            "source": row.source_case.number if row.source_case else None,
            "first_spoken_at": row.first_spoken_at,
            "answered_at": row.answered_at,
            "solved_at": row.solved_at,
            "confirmed_at": row.confirmed_at,
            "outcome": row.outcome,
            "readings": [
                {
                    "note": one.note_id,
                    "sentiment": one.sentiment,
                    "causes": one.causes,
                    "urgency": one.urgency,
                    "confidence": one.certain,
                    "person": one.person,
                    "by_person": one.by_person,
                    "spans": [(place.start, place.end, place.says) for place in one.places],
                }
                for one in read.values()
            ],
        }
    )


EXTRA = Extra(out=ConcernOut, read=_fields)


@router.post(
    "",
    response={201: ConcernOut, **PROBLEMS},
    operation_id="concern_open",
    summary="Take up a concern",
)
def opened(request: HttpRequest, given: AboutInput) -> Status[Any]:
    """About any case that the caller sees; a concern that is open already takes the words in."""
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        about = cases.get_for(actor, given.about)
        case = take_up(actor, about, given, door="api", at=at)
        fresh = cases.get_for(actor, case.number, kind="concern")
        return ConcernOut(**shown(actor, fresh, EXTRA, now())).model_dump(mode="json")

    return once(request, 201, command, at=at)

"""Complaints and voices on the API: taking them in, and what is known.

What a voice is, and what is answered to it, only a person says: that is done at the desk.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Inbound
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.api.showing import PROBLEMS, Extra, Fields, shown
from yinuo.interfaces.common.actions import complaints as acts
from yinuo.interfaces.common.inputs.complaints import (
    ComplaintInput,
    VoiceInput,
)

router = Router(tags=["complaints"])
voices = Router(tags=["voices"])


class CauseOut(Schema):
    """`law` is the regulator's class, `standard_code` that of GB/T 43568, empty until known."""

    code: str
    main: bool


class MeasureOut(Schema):
    id: int
    kind: str
    what: str
    amount: str | None
    done_at: datetime | None
    checked_at: datetime | None


class ComplaintAnswerOut(Schema):
    version: int
    of_review: bool
    facts: str
    decision: str
    basis: str
    remedies: list[str]
    upheld: str
    told_at: datetime | None


class ComplaintOut(shapes.CaseOut):
    """A suspicion is internal and stands on no interface."""

    channel: str
    first_spoken_at: datetime
    received_at: datetime
    complexity: str
    response: str
    upheld: str
    group_size: int
    follows: str | None
    source: str | None
    causes: list[CauseOut]
    measures: list[MeasureOut]
    answers: list[ComplaintAnswerOut]
    told_at: datetime | None
    review_until: datetime | None
    rating: int | None


def _fields(actor: Actor, case: Case, at: datetime) -> Fields:
    row = complaints.of_case(case)
    return Fields(
        {
            "channel": row.channel,
            "first_spoken_at": row.first_spoken_at,
            "received_at": row.received_at,
            "complexity": row.complexity,
            "response": row.response,
            "upheld": row.upheld,
            "group_size": row.group_size,
            "follows": row.follows.case.number if row.follows else None,
            "source": row.source.number if row.source else None,
            "causes": [
                {"code": one.code, "main": one.main} for one in row.causes.order_by("-main", "pk")
            ],
            "measures": [
                {
                    "id": one.pk,
                    "kind": one.kind,
                    "what": one.what,
                    "amount": str(one.amount) if one.amount is not None else None,
                    "done_at": one.done_at,
                    "checked_at": one.checked_at,
                }
                for one in row.measures.filter(dropped_at__isnull=True).order_by("pk")
            ],
            "answers": [
                {
                    "version": one.version,
                    "of_review": one.of_review,
                    "facts": one.facts,
                    "decision": one.decision,
                    "basis": one.basis,
                    "remedies": one.remedies,
                    "upheld": one.upheld,
                    "told_at": one.told_at,
                }
                for one in row.answers.order_by("version")
            ],
            "told_at": row.told_at,
            "review_until": complaints.review_until(row, at),
            "rating": row.rating,
        }
    )


EXTRA = Extra(out=ComplaintOut, read=_fields)


@router.post(
    "",
    response={201: ComplaintOut, **PROBLEMS},
    operation_id="complaint_receive",
    summary="Receive a complaint",
)
def received(request: HttpRequest, given: ComplaintInput) -> Status[Any]:
    """The clocks of the law run from `received_at`, or from now."""
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        case = acts.receive(actor, given, at)
        fresh = cases.get_for(actor, case.number, kind="complaint")
        return ComplaintOut(**shown(actor, fresh, EXTRA, now())).model_dump(mode="json")

    return once(request, 201, command, at=at)


class VoiceOut(Schema):
    id: int
    channel: str
    received_at: datetime
    first_spoken_at: datetime
    due_at: datetime
    suggested: str
    suggested_why: list[dict[str, Any]]
    heated: bool
    kind: str
    about: str | None
    case: str | None
    answered_at: datetime | None


def _voice(row: Inbound) -> dict[str, Any]:
    return VoiceOut(
        id=row.pk,
        channel=row.channel,
        received_at=row.received_at,
        first_spoken_at=row.first_spoken_at,
        due_at=row.due_at,
        suggested=row.suggested,
        suggested_why=row.suggested_why,
        heated=row.heated,
        kind=row.kind,
        about=row.about.number if row.about else None,
        case=row.case.number if row.case else None,
        answered_at=row.answered_at,
    ).model_dump(mode="json")


@voices.post(
    "",
    response={201: VoiceOut, **PROBLEMS},
    operation_id="voice_take_in",
    summary="Take in a voice",
)
def taken_in(request: HttpRequest, given: VoiceInput) -> Status[Any]:
    """Words as they came: a call, a letter, a chat, an e-mail. `external_key` keeps it once."""
    actor, at = actor_of(request), now()
    return once(request, 201, lambda: _voice(acts.take_in(actor, given, at)), at=at)


@voices.get("/{voice}", response={200: VoiceOut, **PROBLEMS}, operation_id="voice_show")
def show(request: HttpRequest, voice: int) -> Status[Any]:
    return Status(200, _voice(complaints.voice_for(actor_of(request), voice)))

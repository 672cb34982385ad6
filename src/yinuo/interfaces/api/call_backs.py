"""Call-backs on the API: what is known about each, who was left out, and whether all are there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from yinuo.areas.call_backs import queries as call_backs
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.api.showing import PROBLEMS, Extra, Fields
from yinuo.interfaces.common.actions.call_backs import leave_out, note_recording, open_campaign
from yinuo.interfaces.common.inputs.call_backs import CampaignInput, LeftOutInput, RecordingInput
from yinuo.overview import call_back_coverage

router = Router(tags=["call-backs"])
SHOWN = 200


class AttemptOut(Schema):
    number: int
    round: int
    channel: str
    at: datetime
    ended_at: datetime | None
    outcome: str
    next_at: datetime | None


class ResponseOut(Schema):
    round: int
    questionnaire: str
    version: int
    channel: str
    finished_at: datetime | None
    csat: int | None
    nps: int | None
    ces: int | None


class CallBackOut(shapes.CaseOut):
    followed: str
    occasion: str
    strategy: str
    programme: int
    questionnaire: str
    questionnaire_version: int
    language: str
    round: int
    next_contact: str
    next_contact_at: datetime | None
    satisfied: bool | None
    attempts: list[AttemptOut]
    responses: list[ResponseOut]


def _fields(actor: Actor, case: Case, at: datetime) -> Fields:
    row = call_backs.of_case(case)
    return Fields(
        {
            "followed": row.followed.number,
            "occasion": row.occasion,
            "strategy": row.strategy,
            "programme": row.programme_version,
            "questionnaire": row.questionnaire,
            "questionnaire_version": row.questionnaire_version,
            "language": row.language,
            "round": row.round,
            "next_contact": row.channel,
            "next_contact_at": row.next_contact_at,
            "satisfied": row.satisfied,
            "attempts": [AttemptOut.from_orm(one) for one in call_backs.attempts(row)],
            "responses": [ResponseOut.from_orm(one) for one in call_backs.responses(row)],
        }
    )


EXTRA = Extra(out=CallBackOut, read=_fields)


class ExclusionOut(Schema):
    followed: str
    reason: str
    at: datetime


class RecordingOut(Schema):
    """`until` is the day through which the reference is kept."""

    number: str
    call: int
    until: date | None


class CampaignOut(Schema):
    id: int
    name: str
    kind: str
    strategy: str
    at: datetime


class CoverageOut(Schema):
    """`numbers` are the first of the ended claims with neither call-back nor reason."""

    ended: int
    opened: int
    excluded: int
    missing: int
    numbers: list[str]


@router.get(
    "/coverage",
    response={200: CoverageOut, **PROBLEMS},
    operation_id="call_back_coverage",
    summary="Whether every ended claim is followed up",
)
def coverage(request: HttpRequest) -> CoverageOut:
    actor, at = actor_of(request), now()
    found = call_back_coverage.coverage(actor, at=at)
    rows = call_back_coverage.missing(actor, at=at)[:SHOWN]
    numbers = [case.number for case in rows]
    people_commands.record_access(
        case_id=None, what="api.call_back_coverage", by=actor, at=at, count=len(numbers)
    )
    return CoverageOut(
        ended=found.ended,
        opened=found.opened,
        excluded=found.excluded,
        missing=found.missing,
        numbers=numbers,
    )


@router.post(
    "/exclusions",
    response={201: ExclusionOut, **PROBLEMS},
    operation_id="call_back_leave_out",
    summary="Record why an ended case gets no call-back",
)
def left_out(request: HttpRequest, given: LeftOutInput) -> Status[Any]:
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        made = leave_out(actor, given, at=at)
        out = ExclusionOut(followed=made.followed.number, reason=made.reason, at=made.at)
        return out.model_dump(mode="json")

    return once(request, 201, command, at=at)


@router.post(
    "/recordings",
    response={201: RecordingOut, **PROBLEMS},
    operation_id="call_back_recording",
    summary="Say where the telephone system keeps the recording of a call",
)
def recording(request: HttpRequest, given: RecordingInput) -> Status[Any]:
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        made = note_recording(actor, given, at=at)
        out = RecordingOut(number=given.number, call=made.number, until=made.recording_until_on)
        return out.model_dump(mode="json")

    return once(request, 201, command, at=at)


@router.post(
    "/campaigns",
    response={201: CampaignOut, **PROBLEMS},
    operation_id="call_back_campaign",
    summary="Begin a campaign in the caller's branch",
)
def campaign(request: HttpRequest, given: CampaignInput) -> Status[Any]:
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        branch = people.branch_for(actor, actor.branch_id or 0)
        made = open_campaign(actor, branch, given, at=at)
        return CampaignOut.from_orm(made).model_dump(mode="json")

    return once(request, 201, command, at=at)

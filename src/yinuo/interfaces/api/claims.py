"""Claims on the API: reported here, and what they show beside what every case shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router, Status
from pydantic import Field

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands import Reported
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.api.showing import PROBLEMS, Extra, Fields, href, promises_out
from yinuo.interfaces.common import actions, inputs

router = Router(tags=["claims"])


@router.post("", response={201: shapes.ReportedOut, **PROBLEMS}, url_name="claims")
def report_claim(request: HttpRequest, given: inputs.ReportInput) -> Status[Any]:
    """Report a claim. Repeat safely with an `Idempotency-Key`."""
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        return _reported(actions.report(actor, given, door="api", at=at), at)

    return once(request, 201, command, at=at)


@router.get("/duplicates", response={200: shapes.DuplicatesOut, **PROBLEMS})
def list_duplicates(
    request: HttpRequest,
    accident_at: inputs.Moment,
    plate: Annotated[inputs.Word, Field(max_length=20)] = "",
    policy_number: Annotated[inputs.Word, Field(max_length=40)] = "",
    latitude: inputs.Latitude = None,
    longitude: inputs.Longitude = None,
) -> dict[str, Any]:
    """Claims that may be about the same accident, to be shown before reporting."""
    found = actions.duplicates(
        actor_of(request),
        accident_at=accident_at,
        plate=plate,
        policy_number=policy_number,
        latitude=latitude,
        longitude=longitude,
        at=now(),
    )
    return {"items": [_twin(claim) for claim in found]}


def _twin(claim: Claim) -> dict[str, Any]:
    return {
        "number": claim.case.number,
        "state": claim.case.state,
        **_line(claim),
        "href": href(claim.case.number),
    }


def _line(claim: Claim) -> dict[str, Any]:
    return {"plate": claim.plate, "accident_at": claim.accident_at, "place": claim.place}


def _lines(listed: Sequence[Case]) -> Mapping[int, Mapping[str, Any]]:
    return {claim.pk: _line(claim) for claim in claims.of_cases(listed)}


def _reported(reported: Reported, at: datetime) -> dict[str, Any]:
    case, language = reported.case, get_language() or "en"
    handler = case.handler
    return {
        "number": case.number,
        "state": case.state,
        "care": case.care,
        "handler": handler.name if handler else None,
        "handler_phone": handler.work_phone if handler else None,
        "policy_doubts": [finding.reason.value for finding in reported.verification.findings],
        "guidance": [
            {"key": key, "text": rulebook.short_text(key, language, at=at).subject}
            for key in reported.guidance
        ],
        "promises": promises_out(case, at),
        "href": href(case.number),
    }


def _fields(actor: Actor, case: Case, at: datetime) -> Fields:
    claim = claims.of_case(case)
    losses = list(claim.losses.all())
    return Fields(
        {
            "accident_at": claim.accident_at,
            "place": claim.place,
            "cause": claim.cause,
            "plate": claim.plate,
            "policy_number": claim.policy.number,
            "currency": claim.currency,
            "losses": [
                {
                    "number": loss.ordinal,
                    "kind": loss.kind,
                    "title": loss.title,
                    "stage": loss.stage,
                    "severity": loss.severity,
                    "estimate": loss.estimate,
                    "reserve": loss.reserve,
                    "outcome": loss.outcome,
                    "amount": loss.amount,
                }
                for loss in losses
            ],
        },
        losses,
    )


EXTRA = Extra(out=shapes.ClaimOut, read=_fields, list_out=shapes.ClaimListOut, lines=_lines)

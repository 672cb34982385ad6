"""Claims: reported, read, and moved by the same actions as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands import Reported
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rulefile import DoorsRules
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.common import actions, inputs
from yinuo.interfaces.common.actions import Action
from yinuo.kit import logs

router = Router(tags=["claims"])
REFUSALS = {400, 401, 403, 404, 409, 422}
PROBLEMS: dict[Any, Any] = {frozenset(REFUSALS): shapes.ProblemOut}


def href(number: str) -> str:
    return reverse("api:claim", args=[number])


@router.post("", response={201: shapes.ReportedOut, **PROBLEMS}, url_name="claims")
def report_claim(request: HttpRequest, given: inputs.ReportInput) -> Status[Any]:
    """Report a claim. Repeat safely with an `Idempotency-Key`."""
    actor, at = actor_of(request), now()

    def command() -> dict[str, Any]:
        return _reported(actions.report(actor, given, door="api", at=at), at)

    return once(request, 201, command, at=at)


@router.get("", response={200: shapes.ClaimListOut, **PROBLEMS})
def list_claims(
    request: HttpRequest,
    state: Annotated[inputs.Word, Field(max_length=30)] = "",
    after: Annotated[
        inputs.Word, Field(max_length=20, description="`next` of the page before")
    ] = "",
    size: Annotated[int, Field(ge=1, le=1000)] | None = None,
) -> dict[str, Any]:
    """Claims, the newest first, a page at a time; never more than the rule's largest page."""
    actor, at = actor_of(request), now()
    pages = rulebook.rules(DoorsRules, at=at).pages
    most = min(size or pages.list.value, pages.largest.value)
    page = claims.page(actor, state=state, after=after, size=most)
    people.record_access(case_id=None, what="api.claims", by=actor, at=at, count=len(page.items))
    items = [_line(claim) for claim in page.items]
    return {"items": items, "next": page.next}


@router.get("/duplicates", response={200: shapes.ClaimListOut, **PROBLEMS})
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
    return {"items": [_line(claim) for claim in found], "next": None}


@router.get("/{number}", response={200: shapes.ClaimOut, **PROBLEMS}, url_name="claim")
def read_claim(request: HttpRequest, number: str) -> dict[str, Any]:
    actor, at = actor_of(request), now()
    claim = claims.get_for(actor, number)
    people.record_access(case_id=claim.pk, what="api.claim", by=actor, at=at)
    return _claim(claim, actor, at)


@router.get("/{number}/timeline", response={200: shapes.TimelineOut, **PROBLEMS})
def read_timeline(
    request: HttpRequest,
    number: str,
    before: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None,
) -> dict[str, Any]:
    """The lines of the timeline with their hashes, the newest first."""
    actor, at = actor_of(request), now()
    case = cases.get_for(actor, number)
    people.record_access(case_id=case.pk, what="api.timeline", by=actor, at=at)
    events = cases.timeline(case, before=before)
    more = bool(events) and events[-1].seq > 1
    return {
        "items": [
            {
                "seq": event.seq,
                "at": event.at,
                "actor": event.actor,
                "type": event.type,
                "data": event.data,
                "hash": bytes(event.hash).hex(),
            }
            for event in events
        ],
        "next": events[-1].seq if more else None,
    }


def _add(action: Action[Any]) -> None:
    """One address per action, typed by its own input."""

    def view(request: HttpRequest, number: str, given: Any) -> Status[Any]:
        actor, at = actor_of(request), now()

        def command() -> dict[str, Any]:
            case = cases.get_for(actor, number, kind="claim")
            logs.bind_case(case.number)
            action.run(actor, case, given, at)
            return _moved(claims.get_for(actor, number), actor, at)

        return once(request, 200, command, at=at)

    view.__annotations__ = {
        "request": HttpRequest,
        "number": str,
        "given": action.schema,
        "return": Status[Any],
    }
    view.__name__ = action.noun.replace("-", "_")
    route: Callable[..., Any] = router.post(
        f"/{{number}}/{action.noun}",
        response={200: shapes.ClaimOut, **PROBLEMS},
        operation_id=f"claim_{view.__name__}",
        summary=action.noun.replace("-", " ").capitalize(),
    )
    route(view)


for _action in actions.CLAIM_ACTIONS.values():
    _add(_action)


def promise_out(view: cases.PromiseView) -> dict[str, Any]:
    return {
        "rule": view.rule,
        "subject": view.subject,
        "round": view.round,
        "title": view.title,
        "audience": "internal" if view.internal else "customer",
        "statutory": view.statutory,
        "started_at": view.started_at,
        "due_at": view.due_at,
        "left_seconds": int(view.left.total_seconds()),
        "kept_at": view.kept_at,
        "missed_at": view.missed_at,
        "paused_at": view.paused_at,
        "withdrawn_at": view.withdrawn_at,
        "provisional": view.provisional,
        "counted": view.counted,
    }


def _promises(case: Case, at: datetime) -> list[dict[str, Any]]:
    return [promise_out(view) for view in cases.promises(case, get_language() or "en", at=at)]


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
        "promises": _promises(case, at),
        "href": href(case.number),
    }


def _line(claim: Claim) -> dict[str, Any]:
    return {
        "number": claim.case.number,
        "state": claim.case.state,
        "care": claim.case.care,
        "plate": claim.plate,
        "accident_at": claim.accident_at,
        "place": claim.place,
        "next_due_at": claim.case.next_due_at,
    }


def _claim(claim: Claim, actor: Actor, at: datetime) -> dict[str, Any]:
    case = claim.case
    losses = list(claim.losses.all())
    return {
        "number": case.number,
        "state": case.state,
        "care": case.care,
        "revision": case.revision,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "accident_at": claim.accident_at,
        "place": claim.place,
        "cause": claim.cause,
        "plate": claim.plate,
        "policy_number": claim.policy.number,
        "currency": claim.currency,
        "handler": case.handler.name if case.handler else None,
        "branch": case.branch.name,
        "where": _where(case),
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
        "promises": _promises(case, at),
        "actions": [
            {
                "noun": one.noun,
                "label": one.label,
                "href": f"{href(case.number)}/{one.noun}",
            }
            for one in actions.possible(actor, case, losses)
        ],
    }


def _where(case: Case) -> dict[str, str]:
    """The stop of each view of the workflow that holds the claim's state."""
    return {
        view: _(label)
        for view, stops in cases.workflow_of(case).journeys
        for label, states in stops
        if case.state in states
    }


def _moved(claim: Claim, actor: Actor, at: datetime) -> dict[str, Any]:
    """The claim as plain JSON values, since the answer may be kept for a repeat."""
    return shapes.ClaimOut(**_claim(claim, actor, at)).model_dump(mode="json")

"""A case as the API shows it: what all kinds have, and what a kind adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import responses
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Event
from yinuo.core.people.actors import Actor
from yinuo.interfaces.api import shapes
from yinuo.interfaces.common import actions, kinds
from yinuo.interfaces.common.actions import Numbered

REFUSALS = {400, 401, 403, 404, 409, 422}
PROBLEMS: dict[Any, Any] = {frozenset(REFUSALS): shapes.ProblemOut}
PROBLEMS_SHOWN: dict[str, Any] = {
    "responses": {
        code: {
            "description": responses[code],
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
            },
        }
        for code in REFUSALS
    }
}
"""The same for the description alone. A type of its own for each answer of each of a hundred
addresses would be a second of every start, and no view answers with one."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a kind adds to the answer, and the parts of the case that its actions are about."""

    values: Mapping[str, Any]
    parts: Sequence[Numbered] = ()


def _nothing(actor: Actor, case: Case, at: datetime) -> Fields:
    return Fields({})


def _no_lines(listed: Sequence[Case]) -> Mapping[int, Mapping[str, Any]]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What a kind shows of its own. `read` gives the fields that `out` has beyond CaseOut, `lines`
    those of a list by the id of the case.
    """

    out: type[shapes.CaseOut] = shapes.CaseOut
    read: Callable[[Actor, Case, datetime], Fields] = _nothing
    list_out: type[shapes.PageOut] = shapes.CaseListOut
    lines: Callable[[Sequence[Case]], Mapping[int, Mapping[str, Any]]] = _no_lines


def href(number: str) -> str:
    """The address of a case of any kind."""
    return f"{reverse('api:api-root')}{kinds.plural_of(number)}/{number}"


def shown(actor: Actor, case: Case, extra: Extra, at: datetime) -> dict[str, Any]:
    """Everything that the address of a case answers."""
    own = extra.read(actor, case, at)
    return {
        "number": case.number,
        "state": case.state,
        "care": case.care,
        "revision": case.revision,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "about": case.about.number if case.about else None,
        "handler": case.handler.name if case.handler else None,
        "branch": case.branch.name,
        "where": _where(case),
        "promises": promises_out(case, at),
        "actions": [
            {"noun": one.noun, "label": one.label, "href": f"{href(case.number)}/{one.noun}"}
            for one in actions.possible(actor, case, own.parts)
        ],
        **own.values,
    }


def _where(case: Case) -> dict[str, str]:
    """The stop of each view of the workflow that holds the case's state."""
    return {
        view: _(label)
        for view, stops in cases.workflow_of(case).journeys
        for label, states in stops
        if case.state in states
    }


def promises_out(case: Case, at: datetime) -> list[dict[str, Any]]:
    language = get_language() or "en"
    return [_promise(view) for view in cases.promises(case, language, at=at)]


def _promise(view: cases.PromiseView) -> dict[str, Any]:
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


def event_out(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor,
        "type": event.type,
        "data": event.data,
        "hash": bytes(event.hash).hex(),
    }

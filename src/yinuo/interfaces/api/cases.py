"""What every kind of case has on the API: list, page, timeline, notes, one address per action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rulefile import DoorsRules
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now, once
from yinuo.interfaces.api.showing import PROBLEMS, PROBLEMS_SHOWN, Extra, event_out, href, shown
from yinuo.interfaces.common import actions, inputs
from yinuo.interfaces.common.actions import Action
from yinuo.interfaces.common.kinds import Kind
from yinuo.kit import logs


def add_routes(router: Router, kind: Kind, extra: Extra) -> Router:
    """The addresses that all kinds share, added to what the kind has of its own."""
    _add_list(router, kind, extra)
    _add_page(router, kind, extra)
    _add_timeline(router, kind)
    _add_notes(router, kind)
    for action in actions.actions_of(kind.name).values():
        _add_action(router, kind, extra, action)
    return router


def _add_list(router: Router, kind: Kind, extra: Extra) -> None:
    @router.get(
        "",
        response={200: extra.list_out, **PROBLEMS},
        operation_id=f"{kind.name}_list",
        summary=f"List {kind.plural}",
        url_name=kind.plural,
    )
    def listed(
        request: HttpRequest,
        state: Annotated[inputs.Word, Field(max_length=30)] = "",
        after: Annotated[
            inputs.Word, Field(max_length=20, description="`next` of the page before")
        ] = "",
        size: Annotated[int, Field(ge=1, le=1000)] | None = None,
    ) -> dict[str, Any]:
        """The newest first, a page at a time; never more than the rule's largest page."""
        actor, at = actor_of(request), now()
        pages = rulebook.rules(DoorsRules, at=at).pages
        most = min(size or pages.list.value, pages.largest.value)
        page = cases.page(actor, kind=kind.name, state=state, after=after, size=most)
        what = f"api.{kind.plural}"
        people.record_access(case_id=None, what=what, by=actor, at=at, count=len(page.items))
        own = extra.lines(page.items)
        items = [{**_line(case), **own.get(case.pk, {})} for case in page.items]
        return {"items": items, "next": page.next}


def _add_page(router: Router, kind: Kind, extra: Extra) -> None:
    @router.get(
        "/{number}",
        response={200: extra.out, **PROBLEMS},
        operation_id=f"{kind.name}_read",
        summary=f"Read a {kind.label.lower()}",
        url_name=kind.name,
    )
    def read(request: HttpRequest, number: str) -> dict[str, Any]:
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind=kind.name)
        people.record_access(case_id=case.pk, what=f"api.{kind.name}", by=actor, at=at)
        return shown(actor, case, extra, at)


def _add_timeline(router: Router, kind: Kind) -> None:
    @router.get(
        "/{number}/timeline",
        response={200: shapes.TimelineOut, **PROBLEMS},
        operation_id=f"{kind.name}_timeline",
        summary="Read the timeline",
    )
    def timeline(
        request: HttpRequest,
        number: str,
        before: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None,
    ) -> dict[str, Any]:
        """The lines of the timeline with their hashes, the newest first."""
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind=kind.name)
        people.record_access(case_id=case.pk, what="api.timeline", by=actor, at=at)
        events = cases.timeline(case, before=before)
        more = bool(events) and events[-1].seq > 1
        return {
            "items": [event_out(event) for event in events],
            "next": events[-1].seq if more else None,
        }


def _add_notes(router: Router, kind: Kind) -> None:
    @router.get(
        "/{number}/notes",
        response={200: shapes.NoteListOut, **PROBLEMS},
        operation_id=f"{kind.name}_notes",
        summary="Read the notes",
    )
    def notes(request: HttpRequest, number: str) -> dict[str, Any]:
        """What people wrote in this case, the newest first; erased words are empty."""
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind=kind.name)
        people.record_access(case_id=case.pk, what="api.notes", by=actor, at=at)
        return {"items": [_note(note) for note in cases.notes(case)]}


def _add_action(router: Router, kind: Kind, extra: Extra, action: Action[Any]) -> None:
    """One address per action, typed by its own input."""

    def view(request: HttpRequest, number: str, given: Any) -> Status[Any]:
        actor, at = actor_of(request), now()

        def command() -> dict[str, Any]:
            case = cases.get_for(actor, number, kind=kind.name)
            logs.bind_case(case.number)
            action.run(actor, case, given, at)
            return _moved(actor, number, kind, extra)

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
        response={200: extra.out},
        openapi_extra=PROBLEMS_SHOWN,
        operation_id=f"{kind.name}_{view.__name__}",
        summary=action.noun.replace("-", " ").capitalize(),
    )
    route(view)


def _moved(actor: Actor, number: str, kind: Kind, extra: Extra) -> dict[str, Any]:
    """The case as plain JSON values, since the answer may be kept for a repeat."""
    case = cases.get_for(actor, number, kind=kind.name)
    return extra.out(**shown(actor, case, extra, now())).model_dump(mode="json")


def _line(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "care": case.care,
        "about": case.about.number if case.about else None,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "next_due_at": case.next_due_at,
        "href": href(case.number),
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "id": note.pk,
        "at": note.at,
        "by": note.by,
        "kind": note.kind,
        "thread": note.thread,
        "body": note.body,
        "for_customer": note.for_customer,
        "in_reply_to": note.in_reply_to_id,
        "erased_at": note.erased_at,
    }

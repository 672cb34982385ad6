"""Who sits at the desk, what the clock says there, and the record of whose file was shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from yinuo.core.people import commands as people
from yinuo.core.people import queries
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
"""The request by position, then what the address holds."""


def staff_of(request: HttpRequest) -> Staff:
    """The member of staff that signed in. Raises PermissionDenied for anybody else."""
    if not isinstance(request.user, Staff):
        raise PermissionDenied
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in member of staff as an actor, read once for each request."""
    known = getattr(request, "_desk_actor", None)
    if not isinstance(known, Actor):
        known = queries.actor_of_staff(staff_of(request))
        request._desk_actor = known  # type: ignore[attr-defined]
    return known


def now() -> datetime:
    """The desk's clock."""
    return datetime.now(UTC)


def desk(*roles: str) -> Callable[[View[P]], View[P]]:
    """A page for signed-in staff; with roles, only for those who hold one of them.

    A refusal that the view lets through becomes the page that says so: 403 for what is not for
    this person, 404 for what is not there, which is also how another branch's case looks.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                if roles and not actor_of(request).roles.intersection(roles):
                    raise NotForYou
                # A page says fifty times the same rule or word; new revisions are looked for once.
                with rulebook.pinned() if request.method == "GET" else nullcontext():
                    return view(request, *args, **kwargs)
            except DomainError as refusal:
                if refusal.http == 403:
                    raise PermissionDenied(str(refusal)) from refusal
                if refusal.http == 404 or request.method in ("GET", "HEAD"):
                    raise Http404(str(refusal)) from refusal
                raise

        return login_required(page)

    return decorate


def record(request: HttpRequest, *, what: str, case_id: int | None = None, count: int = 1) -> None:
    """Put on record that this person was shown a customer's file, or a list of so many."""
    people.record_access(case_id=case_id, what=what, by=actor_of(request), at=now(), count=count)


def asks_for(request: HttpRequest, target: str) -> bool:
    """Whether the page asks for this part of itself; going back asks for the whole page."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx and htmx.target == target and not htmx.history_restore_request)

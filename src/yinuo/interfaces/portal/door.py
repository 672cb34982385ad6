"""Who stands at the customers' door: a person signed in to one case, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth import SESSION_KEY as STAFF_KEY
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.kinds import Kind
from yinuo.kit.errors import DomainError

VISIT = "portal_visit"

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in customer with the case of this page, at this moment."""

    actor: Actor
    case: Case
    at: datetime

    @property
    def language(self) -> str:
        return get_language() or "zh-hans"


@dataclass(frozen=True, slots=True)
class ClaimVisit(Visit):
    """The case is a claim."""

    claim: Claim


Page = Callable[Concatenate[HttpRequest, Visit, P], HttpResponseBase]
ClaimPage = Callable[Concatenate[HttpRequest, ClaimVisit, P], HttpResponseBase]


def now() -> datetime:
    """The portal's clock."""
    return datetime.now(UTC)


def see_other(url: str) -> HttpResponse:
    """After a form: the browser fetches the next page, so that a reload sends nothing twice."""
    return HttpResponseRedirect(url, status=HTTPStatus.SEE_OTHER)


def sign_in(request: HttpRequest, actor: Actor, *, at: datetime) -> None:
    """Begin a visit under a fresh session key, good for as long as people.toml says."""
    lasts = rulebook.rules(PeopleRules, at=at).codes.signed_in_for.value
    request.session.cycle_key()
    request.session[VISIT] = [actor.person_id, actor.case_id, lasts.after(at).isoformat()]


def sign_out(request: HttpRequest) -> None:
    """End the visit. A member of staff in the same browser stays signed in at the desk."""
    if STAFF_KEY in request.session:
        request.session.pop(VISIT, None)
        request.session.cycle_key()
    else:
        request.session.flush()


def actor_of(request: HttpRequest, at: datetime) -> Actor | None:
    """The customer of this session, or None when nobody is signed in or the time is over."""
    kept = request.session.get(VISIT)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    person_id, case_id, until = kept
    if at >= datetime.fromisoformat(until):
        request.session.pop(VISIT)
        return None
    return customer_actor(person_id=person_id, case_id=case_id)


def own_number(actor: Actor | None) -> str:
    """The number of the case that the visit is for."""
    if actor is None or actor.case_id is None:
        return ""
    return cases.visible_to(actor).filter(pk=actor.case_id).values_list("number", flat=True)[0]


def to_sign_in(number: str) -> HttpResponse:
    """The same answer for every number, whether there is such a case or not."""
    return see_other(f"{reverse('portal:sign_in')}?{urlencode({'number': number})}")


def own_case(what: str, kind: str = "") -> Callable[[Page[P]], Callable[..., HttpResponseBase]]:
    """A page about one of the visitor's own cases; each showing is put on record under `what`.

    A stranger is asked to sign in. A case that is not the visitor's looks like none. Without a
    kind it is the one in the address.
    """

    def decorate(view: Page[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(
            request: HttpRequest, number: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            of = kwargs.pop("kind", None)
            wanted = of.name if isinstance(of, Kind) else kind
            return _with_visit(
                request, number, wanted, what, lambda visit: view(request, visit, *args, **kwargs)
            )

        return page

    return decorate


def own_claim(what: str) -> Callable[[ClaimPage[P]], Callable[..., HttpResponseBase]]:
    """A page about the visitor's own claim, as `own_case`."""

    def decorate(view: ClaimPage[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(
            request: HttpRequest, number: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            def show(visit: Visit) -> HttpResponseBase:
                claim = claims.of_case(visit.case)
                found = ClaimVisit(visit.actor, visit.case, visit.at, claim)
                return view(request, found, *args, **kwargs)

            return _with_visit(request, number, "claim", what, show)

        return page

    return decorate


def _with_visit(
    request: HttpRequest,
    number: str,
    kind: str,
    what: str,
    show: Callable[[Visit], HttpResponseBase],
) -> HttpResponseBase:
    at = now()
    with rulebook.pinned():
        actor = actor_of(request, at)
        if actor is None:
            return to_sign_in(number)
        try:
            case = cases.get_for(actor, number, kind=kind)
        except DomainError as refusal:
            raise Http404(str(refusal)) from refusal
        people.record_access(case_id=case.pk, what=what, by=actor, at=at)
        return show(Visit(actor, case, at))


def hotline() -> str:
    """The telephone of the head office, or of the branch nearest to it that has one."""
    branch = people_queries.branches_of(SYSTEM).exclude(phone="").first()
    return branch.phone if branch else ""

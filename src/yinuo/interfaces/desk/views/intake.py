"""报案: the caller is found, the form asks what is not known, and the end is read out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands import PossibleDuplicate
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.core.policies.models import Policy
from yinuo.core.policies.queries import Insured
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions, formdata, labels, wording
from yinuo.interfaces.common.chips import chips_of
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import ReportInput
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Fact,
    Link,
    Money,
    SearchBox,
    Table,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.intake_form import intake_form
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError

TAKERS = ("agent", "team_lead")
EARLIER = 5
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{6,}")


@desk(*TAKERS)
def intake(request: HttpRequest) -> HttpResponse:
    """Look the caller up, or take the report."""
    if request.method == "POST":
        return _take(request)
    actor, at = actor_of(request), now()
    number = request.GET.get("policy", "").strip()
    if number or "unknown" in request.GET:
        known = _insured(actor, number, at) if number else None
        return _page(request, Typed(), known)
    return _look_up(request, actor, at)


def _look_up(request: HttpRequest, actor: Actor, at: datetime) -> HttpResponse:
    words, person = request.GET.get("q", "").strip(), request.GET.get("person", "")
    found, persons = _found(actor, words, person, at)
    if found or persons:
        record(request, what="desk.intake.look_up", count=len(found) + len(persons))
    context = {
        "box": SearchBox(
            url=reverse("desk:intake"),
            label=_("Caller's phone, plate or policy"),
            value=words,
            placeholder=_("Caller's phone, plate or policy"),
        ),
        "asked": bool(words or person),
        "policies": _table(found, at) if found else None,
        "words": words,
    }
    return render(request, "desk/intake_look_up.html", context)


def _found(
    actor: Actor, words: str, person: str, at: datetime
) -> tuple[list[Insured], list[Person]]:
    """The policies of the person, of the people with that phone, or that begin so."""
    if person.isdecimal() and len(person) < 12:
        return policies.look_up(actor, at=at, person_id=int(person)), []
    if not words:
        return [], []
    if _PHONE.fullmatch(words):
        try:
            persons = people.find_people(actor, phone=words)
        except DomainError:
            persons = []
        held = [policies.look_up(actor, at=at, person_id=one.pk) for one in persons]
        return [one for some in held for one in some], persons
    numbers = [one.number for one in policies.search(actor, words)]
    found = [policies.look_up(actor, at=at, number=number) for number in numbers[:8]]
    return [one for some in found for one in some], []


def _table(found: Sequence[Insured], at: datetime) -> Table:
    here = reverse("desk:intake")
    rows = tuple(
        (
            Cell(
                kind=CellKind.LINK,
                value=one.policy.number,
                url=f"{here}?policy={one.policy.number}",
            ),
            Cell(value=one.policy.vehicle.plate, note=_car(one)),
            Cell(value=one.policy.holder.name),
            Cell(value=labels.word(labels.STANDINGS, one.standing.value)),
        )
        for one in found
    )
    columns = (
        Column(_("Policy")),
        Column(_("Car")),
        Column(_("Policyholder")),
        Column(_("Today")),
    )
    return Table(caption=_("Which policy is it?"), columns=columns, rows=rows, now=at)


def _car(one: Insured) -> str:
    return f"{one.policy.vehicle.make} {one.policy.vehicle.model}".strip()


def _insured(actor: Actor, number: str, at: datetime) -> Insured | None:
    found = policies.look_up(actor, at=at, number=number)
    return found[0] if found else None


# Taking it ------------------------------------------------------------------------------------


def _take(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), now()
    known = _insured(actor, request.POST.get("known", ""), at) if "known" in request.POST else None
    changed = formdata.changed_rows(ReportInput, request.POST)
    if changed is not None:
        return _page(request, changed, known)
    typed = formdata.read(ReportInput, request.POST)
    if typed.given is None:
        return _page(request, typed, known, status=422)
    try:
        reported = actions.report(actor, typed.given, door="phone", at=at)
    except PossibleDuplicate as refusal:
        twins = _twins(actor, typed.given, at)
        return _page(request, typed.refused(refusal), known, twins=twins, status=refusal.http)
    except DomainError as refusal:
        return _page(request, typed.refused(refusal), known, status=refusal.http)
    answer = redirect("desk:read_out", reported.case.number)
    answer.status_code = 303
    return answer


def _twins(actor: Actor, given: ReportInput, at: datetime) -> list[Claim]:
    """The claims that may be about the same accident, as far as this person may see them."""
    found = actions.duplicates(
        actor,
        accident_at=given.accident_at,
        plate=given.plate,
        policy_number=given.policy_number,
        latitude=given.latitude,
        longitude=given.longitude,
        at=at,
    )
    near = {one.pk for one in found}
    return list(claims.visible_to(actor).filter(pk__in=near).select_related("case"))


def _page(
    request: HttpRequest,
    typed: Typed[ReportInput],
    known: Insured | None,
    *,
    twins: Sequence[Claim] = (),
    status: int = 200,
) -> HttpResponse:
    actor, at = actor_of(request), now()
    if known is not None:
        record(request, what="desk.intake.policy")
    made = intake_form(typed, known)
    context = {
        "form": made.form,
        "losses": made.losses,
        "said": made.said,
        "known": known,
        "card": _known(actor, known, at) if known else None,
        "twins": [_twin(one, at) for one in twins],
        "duplicate": typed.problem is not None and typed.problem.code == PossibleDuplicate.code,
        "confirmed": made.form["confirmed_new"].checked,
        "latest": formdata.local_value(at),
    }
    return render(request, "desk/intake.html", context, status=status)


def _twin(claim: Claim, at: datetime) -> Fact:
    when = wording.near_time(claim.accident_at, at)
    return Fact(claim.case.number, f"{when} · {claim.place}")


def _known(actor: Actor, known: Insured, at: datetime) -> dict[str, object]:
    """What we know and therefore do not ask."""
    policy, card = known.policy, people.card(known.policy.holder)
    return {
        "holder": card,
        "language": labels.word(labels.LANGUAGES, card.language),
        "facts": [
            Fact(_("Policy"), policy.number),
            Fact(_("Car"), policy.vehicle.plate or "—", _car(known)),
            Fact(_("Now"), labels.word(labels.STANDINGS, known.standing.value)),
            Fact(_("From"), wording.full_date(policy.starts_at)),
            Fact(_("Until"), wording.full_date(policy.ends_at)),
        ],
        "in_force": known.standing.value == "in_force",
        "covers": [
            Fact(
                labels.word(labels.COVERS, cover.kind),
                Money(cover.limit, policy.currency) if cover.limit is not None else "—",
                _("deductible %(amount)s") % {"amount": Money(cover.deductible, policy.currency)}
                if cover.deductible
                else "",
            )
            for cover in known.facts.covers
        ],
        "earlier": [Link(one.number, case_url(one.number)) for one in _earlier(actor, policy)],
    }


def _earlier(actor: Actor, policy: Policy) -> list[Case]:
    found = cases.visible_to(actor).filter(claim__policy=policy)
    return list(found.order_by("-opened_at", "-pk")[:EARLIER])


# Reading it out -------------------------------------------------------------------------------


@desk()
def read_out(request: HttpRequest, number: str) -> HttpResponse:
    """What the caller is told at the end: number, contact, what to do now, and by when."""
    actor, at, language = actor_of(request), now(), get_language() or "en"
    with rulebook.pinned():
        claim = claims.get_for(actor, number)
        guidance = [
            rulebook.short_text(key, language, at=at) for key in claims.guidance_for(claim, at)
        ]
        promised = cases.promises(claim.case, language, at=at, for_customer=True)
    record(request, what="desk.read_out", case_id=claim.pk)
    first = claim.case.events.filter(type="claim.reported").first()
    doubts = first.data.get("policy_doubts", []) if first else []
    context = {
        "case": claim.case,
        "claim": claim,
        "handler": claim.case.handler,
        "guidance": guidance,
        "promises": chips_of(promised, at),
        "doubts": [labels.word(labels.DOUBTS, one) for one in doubts],
        "care": labels.word(labels.CLASSES, claim.case.care),
        "now": at,
    }
    return render(request, "desk/read_out.html", context)

"""The last step of a report, and the page that tells what happens now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.areas.claims import commands as claim_commands
from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands import PossibleDuplicate
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.documents import queries as documents
from yinuo.core.documents import storage
from yinuo.core.documents.commands import Upload
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor, customer_actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import actions
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, bind
from yinuo.interfaces.common.inputs import ReportInput
from yinuo.interfaces.portal import door, drafts, papers, showing
from yinuo.interfaces.portal import report_form as forms
from yinuo.interfaces.portal.door import ClaimVisit
from yinuo.interfaces.portal.drafts import Draft, Photo
from yinuo.interfaces.portal.views.report import actor_of, person_of, show, step, typed_of
from yinuo.kit.errors import DomainError
from yinuo.kit.logs import log

logger = log(__name__)


@step(4)
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Read it again, then send it. A second press finds the report that the first one made."""
    what = typed_of(forms.WhatInput, draft.what).given
    who = typed_of(forms.WhoInput, draft.who).given
    if what is None or who is None:
        return door.see_other(reverse("portal:report_what"))
    given = forms.report_of(
        what, who, person=person_of(draft), policy_number=draft.policy_number, plate=draft.plate
    )
    actor, at = actor_of(draft), door.now()
    if request.method != "POST":
        return _check_page(request, draft, what, who, _twins(actor, given, at))
    confirmed = given.model_copy(update={"confirmed_new": "confirmed_new" in request.POST})
    try:
        reported = actions.report(actor, confirmed, door="web", at=at)
    except PossibleDuplicate as refusal:
        twins = _twins(actor, given, at)
        return _check_page(request, draft, what, who, twins, str(refusal))
    except DomainError as refusal:
        problems = (str(part) for part in refusal.parts)
        return _check_page(request, draft, what, who, (), *problems)
    _send_photos(request, reported.case, draft.photos, actor, at)
    drafts.finish(request, case_id=reported.case.pk, person_id=draft.person_id)
    return door.see_other(reverse("portal:reported"))


def _twins(actor: Actor, given: ReportInput, at: datetime) -> tuple[Claim, ...]:
    """The customer's own claims that may be about the same accident."""
    found = actions.duplicates(
        actor,
        accident_at=given.accident_at,
        plate=given.plate,
        policy_number=given.policy_number,
        latitude=given.latitude,
        longitude=given.longitude,
        at=at,
    )
    own = claims.visible_to(actor).filter(pk__in=[one.pk for one in found])
    return tuple(own.select_related("case"))


def _check_page(
    request: HttpRequest,
    draft: Draft,
    what: forms.WhatInput,
    who: forms.WhoInput,
    twins: tuple[Claim, ...],
    *problems: str,
) -> HttpResponse:
    return show(
        request,
        draft,
        4,
        "portal/report_check.html",
        _check_form(problems),
        what=forms.facts_of_what(what),
        who=forms.facts_of_who(who, draft.plate),
        photos=draft.photos,
        twins=twins,
        now=door.now(),
    )


def _check_form(problems: Iterable[str]) -> FormState:
    field = FieldState(
        name="confirmed_new",
        label=_("No, this is another accident"),
        kind=FieldKind.CHECKBOX,
    )
    return bind((field,), general=problems)


def _send_photos(
    request: HttpRequest, case: Case, photos: list[Photo], actor: Actor, at: datetime
) -> None:
    """The report stands already: if a photo cannot be added now, the customer is told to send it
    again, and nothing else is lost.
    """
    if not photos:
        return
    try:
        uploads = [_upload(photo) for photo in photos]
        claim_commands.receive_papers(case=case, uploads=uploads, by=actor, at=at)
    except (DomainError, storage.FileLost) as error:
        logger.warning("photos of a report not added", case=case.pk, why=type(error).__name__)
        messages.warning(request, _("Your photos did not get through. Please send them again."))


def _upload(photo: Photo) -> Upload:
    return Upload(
        kind=papers.PHOTOS,
        file_name=photo.file_name,
        chunks=storage.Blocks(storage.open_original(bytes.fromhex(photo.sha256))),
        latitude=photo.latitude,
        longitude=photo.longitude,
    )


@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    """Number, what to do now, who looks after it, and by when we promise what."""
    kept = request.session.get(drafts.REPORTED)
    if kept is None:
        return door.see_other(reverse("portal:report"))
    person_id, case_id = kept
    actor, at = customer_actor(person_id=person_id, case_id=case_id), door.now()
    with rulebook.pinned():
        number = door.own_number(actor)
        visit = _visit(actor, number, at)
        people.record_access(case_id=case_id, what="portal.reported", by=actor, at=at)
        return render(request, "portal/reported.html", _told(visit))


def _visit(actor: Actor, number: str, at: datetime) -> ClaimVisit:
    claim = claims.get_for(actor, number)
    return ClaimVisit(actor, claim.case, at, claim)


def _told(visit: ClaimVisit) -> dict[str, object]:
    claim, at = visit.claim, visit.at
    keys = claims.guidance_for(claim, at)
    names = [
        documents.name_of(slot.kind, visit.language, at=at)
        for slot in claims.papers_needed(claim, at)
    ]
    return {
        "number": claim.case.number,
        "guidance": [rulebook.short_text(key, visit.language, at=at) for key in keys],
        "papers": names,
        "contact": showing.contact(visit.case),
        "promises": showing.promise_chips(visit),
        "help_phone": showing.branch_phone(visit.case),
    }

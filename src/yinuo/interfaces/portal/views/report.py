"""Report an accident in four short steps; what was typed stays until it is sent.

Whoever reports shows that he knows car and phone. That opens nothing but this report: a stranger
who guesses learns neither whether a car is insured here nor whose it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yinuo.areas.claims.commands.reporting import AccidentInFuture
from yinuo.core.documents import commands as documents
from yinuo.core.people import queries as people
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.core.policies.queries import Insured
from yinuo.interfaces.common import formdata, rate_limits
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.present import FormStep, StepState
from yinuo.interfaces.portal import door, drafts, papers
from yinuo.interfaces.portal import report_form as forms
from yinuo.interfaces.portal.drafts import Draft, Photo
from yinuo.kit.errors import DomainError

I = TypeVar("I", bound=Input)  # noqa: E741  the input of a step
Step = Callable[[HttpRequest, Draft], HttpResponse]

STEPS = (
    ("portal:report_what", gettext_lazy("What happened")),
    ("portal:report_who", gettext_lazy("Who and what was harmed")),
    ("portal:report_photos", gettext_lazy("Photos")),
    ("portal:report_check", gettext_lazy("Check and send")),
)


class NotIdentified(DomainError):
    """The same words for an unknown car, an unknown policy and a phone that does not fit."""

    code = "not_identified"
    message = gettext_lazy(
        "We could not find this car together with this phone number. Check both, or call us: "
        "we also take your report on the phone."
    )
    http = 422


class BeforeThePolicy(DomainError):
    code = "before_the_policy"
    message = gettext_lazy(
        "On that day this car was not insured with us yet. Check the date; if it is right, call us."
    )
    http = 422


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Who is it? By plate or policy number, and the policyholder's phone."""
    if request.method != "POST":
        return _identify_page(request, Typed())
    typed = formdata.read(forms.IdentifyInput, request.POST)
    if typed.given is None:
        return _identify_page(request, typed)
    try:
        draft = _identify(typed.given)
    except DomainError as refusal:
        return _identify_page(request, typed.refused(refusal))
    drafts.save(request, draft)
    return door.see_other(reverse("portal:report_what"))


def _identify(given: forms.IdentifyInput) -> Draft:
    if rate_limits.wait_seconds("report", f"car:{given.car.upper()}"):
        raise NotIdentified
    at = door.now()
    by_plate = policies.look_up(SYSTEM, at=at, plate=given.car)
    by_number = policies.look_up(SYSTEM, at=at, number=given.car)
    found = by_plate or by_number
    holder = people.person_with_phone([one.policy.holder_id for one in found], given.phone)
    if holder is None:
        raise NotIdentified
    own = next(one for one in found if one.policy.holder_id == holder.pk)
    plate = own.policy.vehicle.plate
    number = "" if by_plate and plate else own.policy.number
    return Draft(person_id=holder.pk, policy_number=number, plate=plate)


def _identify_page(request: HttpRequest, typed: Typed[forms.IdentifyInput]) -> HttpResponse:
    context = {
        "form": forms.identify_form(typed),
        "draft": drafts.load(request),
        "help_phone": door.hotline(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed.problem else HTTPStatus.OK
    return render(request, "portal/report_start.html", context, status=status)


# The steps -------------------------------------------------------------------------------------


def step(number: int) -> Callable[[Step], Callable[[HttpRequest], HttpResponse]]:
    """A step of the draft. Who has none begins; who jumps ahead goes to the first open step."""

    def decorate(view: Step) -> Callable[[HttpRequest], HttpResponse]:
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            draft = drafts.load(request)
            if draft is None:
                to = "portal:reported" if drafts.REPORTED in request.session else "portal:report"
                return door.see_other(reverse(to))
            if number > draft.reached:
                return door.see_other(reverse(STEPS[draft.reached - 1][0]))
            return view(request, draft)

        return require_http_methods(["GET", "HEAD", "POST"])(page)

    return decorate


def actor_of(draft: Draft) -> Actor:
    return customer_actor(person_id=draft.person_id)


def person_of(draft: Draft) -> Person:
    return people.person_for(actor_of(draft), draft.person_id)


def insured_of(draft: Draft) -> list[Insured]:
    return policies.look_up(
        actor_of(draft), at=door.now(), number=draft.policy_number, plate=draft.plate
    )


def typed_of(schema: type[I], values: dict[str, str]) -> Typed[I]:
    """What a step holds, read again; a step that nobody was at yet is empty, not wrong."""
    if not values:
        return Typed()
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data[name] = value
    return formdata.read(schema, data)


def steps(draft: Draft, current: int) -> tuple[FormStep, ...]:
    def state(number: int) -> StepState:
        if number == current:
            return StepState.NOW
        return StepState.DONE if number < max(current, draft.reached) else StepState.NEXT

    return tuple(
        FormStep(label=str(label), state=state(number), url=reverse(name))
        for number, (name, label) in enumerate(STEPS, start=1)
    )


def show(
    request: HttpRequest,
    draft: Draft,
    number: int,
    template: str,
    form: FormState,
    **more: object,
) -> HttpResponse:
    """The page of a step, with what is known so that it is not asked."""
    context = {
        "form": form,
        "steps": steps(draft, number),
        "plate": draft.plate,
        "help_phone": door.hotline(),
        **more,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, context, status=status)


@step(1)
def what(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method != "POST":
        return _what_page(request, draft, typed_of(forms.WhatInput, draft.what))
    typed = formdata.read(forms.WhatInput, request.POST)
    if typed.given is not None:
        try:
            _check_day(typed.given, draft)
        except DomainError as refusal:
            typed = typed.refused(refusal)
    draft.what = typed.values if typed.problem is None else draft.what
    if typed.problem is not None:
        return _what_page(request, draft, typed)
    drafts.save(request, draft)
    return door.see_other(reverse("portal:report_who"))


def _check_day(given: forms.WhatInput, draft: Draft) -> None:
    """Absurd days are caught while the field is before the eyes. Raises AccidentInFuture and
    BeforeThePolicy.
    """
    if given.accident_at > door.now():
        raise AccidentInFuture("accident_at")
    begun = min((one.policy.starts_at for one in insured_of(draft)), default=None)
    if begun is not None and given.accident_at < begun:
        raise BeforeThePolicy("accident_at")


def _what_page(request: HttpRequest, draft: Draft, typed: Typed[forms.WhatInput]) -> HttpResponse:
    form = forms.what_form(typed)
    said = [form[f"said-{name}"] for name in forms.SAID]
    return show(request, draft, 1, "portal/report_what.html", form, said=said)


@step(2)
def who(request: HttpRequest, draft: Draft) -> HttpResponse:
    if request.method != "POST":
        values = draft.who or {"own_car": "on"}
        return _who_page(request, draft, typed_of(forms.WhoInput, values))
    typed = formdata.read(forms.WhoInput, request.POST)
    if typed.given is not None and forms.nothing_harmed(typed.given):
        nothing = (_("Say what was harmed: your car, another car, other things or people."),)
        return _who_page(request, draft, typed, *nothing)
    if typed.problem is not None:
        return _who_page(request, draft, typed)
    # A step that was done and left empty is not the same as one that was not done.
    draft.who = {"title": "", **typed.values}
    drafts.save(request, draft)
    return door.see_other(reverse("portal:report_photos"))


def _who_page(
    request: HttpRequest, draft: Draft, typed: Typed[forms.WhoInput], *general: str
) -> HttpResponse:
    form = forms.who_form(typed, draft.plate, general)
    return show(request, draft, 2, "portal/report_who.html", form)


@step(3)
def photos(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Photos are looked at when they come and wait in the store for the case."""
    if request.method != "POST":
        return _photos_page(request, draft)
    removed = request.POST.get("remove", "")
    if removed.isdecimal() and int(removed) < len(draft.photos):
        del draft.photos[int(removed)]
        drafts.save(request, draft)
        return door.see_other(reverse("portal:report_photos"))
    files = request.FILES.getlist("files")
    if len(draft.photos) + len(files) > papers.MOST_AT_ONCE:
        most = _("Send at most %(most)s files at once.") % {"most": papers.MOST_AT_ONCE}
        return _photos_page(request, draft, most)
    uploads = papers.uploads(request, papers.PHOTOS, "", files)
    try:
        taken = documents.look_at(uploads=uploads, by=actor_of(draft), at=door.now())
    except DomainError as refusal:
        return _photos_page(request, draft, *(str(part) for part in refusal.parts))
    known = {photo.sha256 for photo in draft.photos}
    draft.photos += [
        Photo(one.sha256.hex(), one.file_name, one.latitude, one.longitude)
        for one in taken
        if one.sha256.hex() not in known
    ]
    draft.photos_seen = True
    drafts.save(request, draft)
    more = request.POST.get("then") == "more"
    return door.see_other(reverse("portal:report_photos" if more else "portal:report_check"))


def _photos_page(request: HttpRequest, draft: Draft, *general: str) -> HttpResponse:
    field = FieldState(
        name="files",
        label=_("Photos of the place and the damage"),
        kind=FieldKind.FILE,
        multiple=True,
        accept="image/jpeg,image/png,image/webp",
    )
    form = bind((field,), general=general)
    return show(request, draft, 3, "portal/report_photos.html", form, photos=draft.photos)

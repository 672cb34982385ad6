"""In without a password: case number, phone and a one-time code, or the link of a message.

No answer tells whether a number or a phone is known: the same page follows, and whatever costs
time is done by the worker.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.core.cases import queries as cases
from yinuo.core.messages.links import read_case_link
from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people.actors import SYSTEM, customer_actor
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import formdata, inputs, rate_limits
from yinuo.interfaces.common.fields import FieldState, FormState, bind
from yinuo.interfaces.portal import door
from yinuo.interfaces.portal.addresses import case_page
from yinuo.kit import queue
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import CaseNumber

ASKED = "portal_code"
NOBODY = 0


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for number and phone, then have the code sent."""
    if request.method != "POST":
        number = request.GET.get("number", "")[:20]
        return _ask(request, start_form({"number": number}))
    typed = formdata.read(inputs.SignInInput, request.POST)
    problems = typed.errors
    if typed.given is not None:
        try:
            number = str(CaseNumber.parse(typed.given.number, field="number"))
        except DomainError as refusal:
            problems = typed.refused(refusal).errors
    if typed.given is None or problems:
        return _ask(request, start_form(typed.values, problems), status=422)
    case_id, person_id = _who(number, typed.given.phone)
    queue.defer("send_sign_in_code", queue="messages", case_id=case_id, person_id=person_id)
    request.session[ASKED] = [number, case_id, person_id]
    return door.see_other(reverse("portal:code"))


def _who(number: str, phone: str) -> tuple[int, int]:
    """Case and person when both fit, else nobody."""
    if rate_limits.wait_seconds("code", number):
        return NOBODY, NOBODY
    case = cases.visible_to(SYSTEM).filter(number=number).first()
    person = people_queries.person_with_phone([case.customer_id] if case else [], phone)
    return (case.pk, person.pk) if case and person else (NOBODY, NOBODY)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code. A wrong one and one that was never sent are answered alike."""
    asked = request.session.get(ASKED)
    if asked is None:
        return door.see_other(reverse("portal:sign_in"))
    number, case_id, person_id = asked
    if request.method != "POST":
        return _ask_code(request, number, code_form({}))
    at = door.now()
    typed = formdata.read(inputs.CodeInput, request.POST)
    if typed.given is None:
        return _ask_code(request, number, code_form({}, typed.errors), status=422)
    try:
        actor = people.check_sign_in_code(
            case_id=case_id, person_id=person_id, code=typed.given.code, at=at
        )
    except people.CodeNotGood as refusal:
        return _ask_code(request, number, code_form({}, {"code": str(refusal)}), status=422)
    del request.session[ASKED]
    door.sign_in(request, actor, at=at)
    return door.see_other(case_page(number))


@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The signed link of a message. One that is old or damaged leads to the sign-in."""
    at = door.now()
    try:
        page = read_case_link(token, at=at)
    except DomainError as refusal:
        return _ask(request, start_form({}, general=(str(refusal),)), status=refusal.http)
    actor = customer_actor(person_id=page.person_id, case_id=page.case_id)
    case = cases.visible_to(actor).filter(pk=page.case_id).first()
    if case is None:
        return _ask(request, start_form({}), status=404)
    door.sign_in(request, actor, at=at)
    return door.see_other(case_page(case.number))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    door.sign_out(request)
    return door.see_other(reverse("portal:home"))


def start_form(
    values: dict[str, str], errors: dict[str, str] | None = None, general: tuple[str, ...] = ()
) -> FormState:
    fields = (
        FieldState(
            name="number",
            label=str(_("Case number")),
            help=str(_("It stands in every message from us and looks like C26-0001234-0.")),
            required=True,
            maxlength=20,
            autocomplete="off",
        ),
        FieldState(
            name="phone",
            label=str(_("Your phone number")),
            help=str(_("The one that you gave us.")),
            required=True,
            input_type="tel",
            inputmode="tel",
            autocomplete="tel",
            maxlength=40,
            private=True,
        ),
    )
    return bind(fields, values, errors, general)


def code_form(values: dict[str, str], errors: dict[str, str] | None = None) -> FormState:
    field = FieldState(
        name="code",
        label=str(_("Code")),
        required=True,
        inputmode="numeric",
        autocomplete="one-time-code",
        maxlength=12,
        short=True,
        private=True,
        autofocus=True,
    )
    return bind((field,), values, errors)


def _ask(request: HttpRequest, form: FormState, status: int = 200) -> HttpResponse:
    context = {"form": form, "help_phone": door.hotline()}
    return render(request, "portal/sign_in.html", context, status=status)


def _ask_code(
    request: HttpRequest, number: str, form: FormState, status: int = 200
) -> HttpResponse:
    rules = rulebook.rules(PeopleRules, at=door.now()).codes
    context = {
        "form": form,
        "number": number,
        "digits": rules.digits.value,
        "minutes": int(rules.valid_for.value.elapsed().total_seconds() // 60),
        "help_phone": door.hotline(),
    }
    return render(request, "portal/code.html", context, status=status)

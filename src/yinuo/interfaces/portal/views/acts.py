"""What customers do themselves: give an account, ask, take the claim back."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yinuo.core.cases.models import Note
from yinuo.core.payments import queries as payments
from yinuo.interfaces.common import formdata, inputs
from yinuo.interfaces.common.actions import CLAIM_ACTIONS
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.portal import showing
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import ClaimVisit, own_claim, see_other
from yinuo.kit.errors import DomainError


def _claim_page(visit: ClaimVisit, anchor: str = "") -> str:
    return case_page(visit.case.number) + anchor


def _status(form: FormState) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


# Account ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@own_claim("portal.account")
def account(request: HttpRequest, visit: ClaimVisit) -> HttpResponse:
    """The account of the person who is signed in, and of nobody else."""
    customer = visit.case.customer
    if request.method != "POST":
        known = {"holder_name": customer.name, "holder_kind": customer.kind}
        return _account_page(request, visit, account_form(known))
    typed = formdata.read(inputs.AccountInput, request.POST)
    if typed.given is not None:
        own = typed.given.model_copy(update={"person": None, "loss": None, "seen": None})
        try:
            CLAIM_ACTIONS["account"].run(visit.actor, visit.case, own, visit.at)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _said_of_account(visit))
            return see_other(_claim_page(visit))
    form = account_form(typed.values, typed.errors, typed.general)
    return _account_page(request, visit, form)


def _said_of_account(visit: ClaimVisit) -> str:
    case = visit.case
    waiting = payments.proposals_of(case).filter(person=case.customer)
    if waiting.exists():
        return _("Thank you. A colleague confirms the changed account before money goes there.")
    return _("Thank you. The money will go to this account.")


def _account_page(request: HttpRequest, visit: ClaimVisit, form: FormState) -> HttpResponse:
    case = visit.case
    held = [row for row in payments.accounts_of(case) if row.person_id == visit.actor.person_id]
    context = {
        "number": case.number,
        "form": form,
        "in_force": next((row for row in held if row.confirmed_at), None),
        "waiting": next((row for row in held if row.confirmed_at is None), None),
        "help_phone": showing.branch_phone(visit.case),
    }
    return render(request, "portal/account.html", context, status=_status(form))


def account_form(
    values: dict[str, str], errors: dict[str, str] | None = None, general: tuple[str, ...] = ()
) -> FormState:
    fields = (
        FieldState(
            name="holder_kind",
            label=_("Whose account is it?"),
            kind=FieldKind.RADIO_CARDS,
            required=True,
            options=(
                Option("individual", _("A person's")),
                Option("company", _("A company's")),
            ),
        ),
        FieldState(
            name="holder_name",
            label=_("Name of the holder"),
            help=_("As the bank knows it; it has to be the one who receives the money."),
            required=True,
            maxlength=80,
            autocomplete="name",
            private=True,
        ),
        FieldState(
            name="number",
            label=_("Card or account number"),
            required=True,
            inputmode="numeric",
            maxlength=40,
            autocomplete="off",
            private=True,
        ),
        FieldState(
            name="bank_name",
            label=_("Bank and branch"),
            required=True,
            maxlength=80,
            private=True,
        ),
        FieldState(
            name="bank_code",
            label=_("Clearing number (CNAPS)"),
            help=_("Only if you know it."),
            maxlength=20,
            inputmode="numeric",
            short=True,
            private=True,
        ),
    )
    return bind(fields, values, errors, general)


# Questions -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@own_claim("portal.question")
def question(request: HttpRequest, visit: ClaimVisit) -> HttpResponse:
    """A question to whoever looks after the claim. The same one sent twice is asked once."""
    case = visit.case
    if request.method != "POST":
        return _question_page(request, visit, question_form({}))
    typed = formdata.read(inputs.NoteInput, request.POST)
    if typed.given is not None:
        body = typed.given.body
        asked = Note.objects.filter(case=case, by=visit.actor.id, body=body)
        try:
            if not asked.exists():
                given = inputs.NoteInput(body=body, for_customer=True)
                CLAIM_ACTIONS["note"].run(visit.actor, case, given, visit.at)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _("Your question is with us. The answer comes here."))
            return see_other(_claim_page(visit, "#questions"))
    form = question_form(typed.values, typed.errors, typed.general)
    return _question_page(request, visit, form)


def _question_page(request: HttpRequest, visit: ClaimVisit, form: FormState) -> HttpResponse:
    context = {
        "number": visit.case.number,
        "form": form,
        "contact": showing.contact(visit.case),
        "help_phone": showing.branch_phone(visit.case),
    }
    return render(request, "portal/question.html", context, status=_status(form))


def question_form(
    values: dict[str, str], errors: dict[str, str] | None = None, general: tuple[str, ...] = ()
) -> FormState:
    field = FieldState(
        name="body",
        label=_("What would you like to know, or tell us?"),
        kind=FieldKind.TEXTAREA,
        required=True,
        maxlength=inputs.TEXT,
    )
    return bind((field,), values, errors, general)


# Taking the claim back -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@own_claim("portal.withdrawal")
def withdrawal(request: HttpRequest, visit: ClaimVisit) -> HttpResponse:
    """Said with its consequences first; the button on this page is the confirmation."""
    case = visit.case
    if case.state == "withdrawn":
        return see_other(_claim_page(visit))
    if request.method != "POST":
        return _withdrawal_page(request, visit, withdrawal_form({}))
    typed: Typed[inputs.WithdrawalInput] = formdata.read(inputs.WithdrawalInput, request.POST)
    if typed.given is not None:
        given = inputs.WithdrawalInput(reason=typed.given.reason)
        try:
            CLAIM_ACTIONS["withdrawal"].run(visit.actor, case, given, visit.at)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _("You took the claim back. We confirm it in a message."))
            return see_other(_claim_page(visit))
    form = withdrawal_form(typed.values, typed.errors, typed.general)
    return _withdrawal_page(request, visit, form)


def _withdrawal_page(request: HttpRequest, visit: ClaimVisit, form: FormState) -> HttpResponse:
    context = {
        "number": visit.case.number,
        "form": form,
        "help_phone": showing.branch_phone(visit.case),
    }
    return render(request, "portal/withdrawal.html", context, status=_status(form))


def withdrawal_form(
    values: dict[str, str], errors: dict[str, str] | None = None, general: tuple[str, ...] = ()
) -> FormState:
    field = FieldState(
        name="reason",
        label=_("Why do you take the claim back?"),
        help=_("One sentence is enough. If something annoyed you, tell us: we can change that."),
        kind=FieldKind.TEXTAREA,
        required=True,
        maxlength=inputs.TEXT,
        rows=3,
    )
    return bind((field,), values, errors, general)

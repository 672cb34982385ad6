"""Say something to us without signing in: a question, a complaint, whatever it is.

Whoever writes has shown nothing, so nothing that we know is told: the answer is the same whether
there is such a case or car or none. What was typed and sent along stays until it is sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import Field

from yinuo.areas.complaints import arrivals
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import FormVoice
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rulefile import Attempts, ComplaintsRules, WebFormRules
from yinuo.core.documents import commands as documents
from yinuo.core.documents.commands import Taken
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import formdata, inputs, rate_limits
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.middleware import too_many_attempts
from yinuo.interfaces.common.wording import full_time, near_deadline
from yinuo.interfaces.portal import door, papers
from yinuo.kit.crypto import CannotDecrypt, Secret, decrypt, encrypt, normalise
from yinuo.kit.errors import DomainError

DRAFT, TOLD = "portal_voice", "portal_voice_told"
FEWEST_DIGITS = 5
TYPED = ("name", "phone", "named", "words")


class PhoneNotReadable(DomainError):
    code = "phone_not_readable"
    message = gettext_lazy("Write the number under which we can call you, with its digits.")
    http = 422


class EnoughForToday(DomainError):
    code = "enough_for_today"
    message = gettext_lazy(
        "A lot has come from this number today. Call us, please: then nothing gets lost."
    )
    http = 429


class TellInput(inputs.Input):
    """`named` is a case number or a plate; nobody looks it up before a colleague does."""

    name: inputs.Needed
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    words: inputs.NeededText
    named: Annotated[str, Field(max_length=40)] = ""


@dataclass(slots=True)
class Draft:
    """What was typed, and the files that lie in the store: those of `Taken` by name."""

    typed: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)


@require_http_methods(["GET", "HEAD", "POST"])
def tell_us(request: HttpRequest) -> HttpResponse:
    draft, at = _load(request), door.now()
    if request.method != "POST":
        return _page(request, draft, Typed())
    rules = rulebook.rules(ComplaintsRules, at=at).web_form
    seconds = _wait(rules.per_address.value, "address", rate_limits.address_of(request))
    if seconds:
        return too_many_attempts(request, seconds)
    draft.typed = {name: request.POST.get(name, "")[: inputs.TEXT] for name in TYPED}
    removed = request.POST.get("remove", "")
    if removed.isdecimal() and int(removed) < len(draft.files):
        del draft.files[int(removed)]
        return _again(request, draft)
    problems = _take_files(request, draft, rules)
    _save(request, draft)
    if problems:
        return _page(request, draft, Typed(), *problems)
    if request.POST.get("then") == "more":
        return _again(request, draft)
    return _send(request, draft, rules)


def _send(request: HttpRequest, draft: Draft, rules: WebFormRules) -> HttpResponse:
    typed: Typed[TellInput] = formdata.read(TellInput, request.POST)
    if typed.given is not None:
        try:
            row, known = _hear(typed.given, draft, rules)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            request.session.pop(DRAFT, None)
            request.session[TOLD] = [row.pk, known]
            return door.see_other(reverse("portal:told_us"))
    return _page(request, draft, typed)


def _hear(given: TellInput, draft: Draft, rules: WebFormRules) -> tuple[Inbound, bool]:
    phone = normalise(Secret.PHONE, given.phone)
    if sum(character.isdigit() for character in phone) < FEWEST_DIGITS:
        raise PhoneNotReadable("phone")
    if _wait(rules.per_phone.value, "phone", phone):
        raise EnoughForToday("phone")
    voice = FormVoice(
        name=given.name,
        phone=given.phone,
        words=given.words,
        named=given.named,
        papers=[_taken(one) for one in draft.files],
    )
    return complaints.hear_form(voice=voice, by=SYSTEM, at=door.now())


@require_safe
def told_us(request: HttpRequest) -> HttpResponse:
    """The number, and what happens next by when."""
    number, known = request.session.get(TOLD) or (0, False)
    row = Inbound.objects.filter(pk=int(number)).first()
    if row is None:
        return door.see_other(reverse("portal:tell_us"))
    at = door.now()
    arrival = arrivals.arrival_of(row, at=at)
    context = {
        "number": arrival.number,
        "known": known,
        "received": full_time(arrival.received_at),
        "read_by": near_deadline(arrival.read_by, at),
        "question_by": near_deadline(arrival.question_by, at),
        "call_by": near_deadline(arrival.call_by, at),
        "answer_by": near_deadline(arrival.answer_by, at),
        "help_phone": door.hotline(),
    }
    return render(request, "portal/told_us.html", context)


def _wait(limit: Attempts, name: str, caller: str) -> int:
    seconds = int(limit.within.elapsed().total_seconds())
    return rate_limits.seconds_left(f"web_form.{name}", caller, allowed=limit.most, seconds=seconds)


# Draft -----------------------------------------------------------------------------------------


def _load(request: HttpRequest) -> Draft:
    kept = request.session.get(DRAFT)
    try:
        return Draft(**json.loads(decrypt(kept))) if isinstance(kept, str) else Draft()
    except CannotDecrypt:
        return Draft()


def _save(request: HttpRequest, draft: Draft) -> None:
    request.session[DRAFT] = encrypt(json.dumps(asdict(draft), ensure_ascii=False))


def _again(request: HttpRequest, draft: Draft) -> HttpResponse:
    _save(request, draft)
    return door.see_other(reverse("portal:tell_us"))


def _take_files(request: HttpRequest, draft: Draft, rules: WebFormRules) -> tuple[str, ...]:
    """Files are looked at when they come and wait in the store; returns what is wrong with them."""
    files = request.FILES.getlist("files")
    most = rules.most_files.value
    if len(files) + len(draft.files) > most:
        return (_("Send at most %(most)s files at once.") % {"most": most},)
    uploads = papers.uploads(request, papers.OTHER, "", files)
    try:
        taken = documents.look_at(uploads=uploads, by=SYSTEM, at=door.now())
    except DomainError as refusal:
        return tuple(str(part) for part in refusal.parts)
    here = {one["sha256"] for one in draft.files}
    draft.files += [_kept(one) for one in taken if one.sha256.hex() not in here]
    return ()


def _kept(one: Taken) -> dict[str, Any]:
    return {
        "sha256": one.sha256.hex(),
        "size": one.size,
        "content_type": one.content_type,
        "file_name": one.file_name,
        "width": one.width,
        "height": one.height,
    }


def _taken(kept: dict[str, Any]) -> Taken:
    return Taken(
        **{**kept, "sha256": bytes.fromhex(kept["sha256"])},
        kind=papers.OTHER,
        subject="",
        for_customer=True,
        taken_at=None,
        latitude=None,
        longitude=None,
    )


# Page ------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest, draft: Draft, typed: Typed[TellInput], *problems: str
) -> HttpResponse:
    form = _form(typed.values or draft.typed, typed.errors, (*typed.general, *problems))
    context = {"form": form, "files": draft.files, "help_phone": door.hotline()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/tell_us.html", context, status=status)


def _form(values: Any, errors: Any, general: tuple[str, ...]) -> FormState:
    fields = (
        FieldState(
            name="words",
            label=_("What do you want to tell us?"),
            help=_("In your own words. We keep them as they are."),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=inputs.TEXT,
            rows=7,
        ),
        FieldState(
            name="name",
            label=_("Your name"),
            required=True,
            maxlength=inputs.LINE,
            autocomplete="name",
            private=True,
        ),
        FieldState(
            name="phone",
            label=_("Phone number"),
            help=_("We call you under this number."),
            required=True,
            input_type="tel",
            inputmode="tel",
            autocomplete="tel",
            maxlength=40,
            private=True,
        ),
        FieldState(
            name="named",
            label=_("Case number or number plate"),
            help=_("Only if you have it at hand."),
            maxlength=40,
            autocomplete="off",
            private=True,
        ),
        FieldState(
            name="files",
            label=_("Photos or papers"),
            help=_("Pictures or PDF, only if they help."),
            kind=FieldKind.FILE,
            multiple=True,
            accept="image/jpeg,image/png,image/webp,application/pdf",
        ),
    )
    return bind(fields, values, errors, general)

"""The clause library, what was explained in two ways, and how special cases are decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.core.cases import queries as cases
from yinuo.core.knowledge import commands, queries
from yinuo.core.knowledge.commands import MAY_EXPLAIN, MAY_FOLLOW, MAY_RULE
from yinuo.core.knowledge.models import Disagreement, Precedent
from yinuo.core.knowledge.rules import written_in
from yinuo.core.rulebook.textfiles import LANGUAGES
from yinuo.interfaces.common import formdata
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import TEXT, Input
from yinuo.interfaces.common.inputs.knowledge import (
    ExplanationInput,
    PrecedentInput,
    PrecedentStepInput,
    PrecedentUseInput,
    SettlementOfWordsInput,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.kit.errors import DomainError

I = TypeVar("I", bound=Input)  # noqa: E741  the input of a form
MOST_USES = 20


@require_safe
@desk()
def clauses(request: HttpRequest) -> HttpResponse:
    """Every clause in plain words with an example; words in the box narrow the list."""
    asked = request.GET.get("q", "").strip()
    found = queries.clauses(None, get_language() or "en", at=now()).values()
    counts = queries.use_counts()
    seen = cases.visible_to(actor_of(request))
    disagreements = list(queries.open_disagreements().filter(use__case__in=seen))
    if disagreements:
        record(request, what="desk.clauses", count=len(disagreements))
    context = {
        "q": asked,
        "clauses": [
            (one, counts.get(one.key, 0))
            for one in found
            if all(word in f"{one.label} {one.plain} {one.example}" for word in asked.split())
        ],
        "disagreements": disagreements,
        "may_settle": bool(actor_of(request).roles & MAY_RULE),
        "settle_url": reverse("desk:disagreement"),
    }
    return render(request, "desk/clauses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def clause(request: HttpRequest, key: str) -> HttpResponse:
    """One clause in every language, its versions and where it was cited; a manager rewords it."""
    at, actor = now(), actor_of(request)
    one = queries.clause(key, get_language() or "en", at=at)
    if one is None:
        raise Http404
    typed: Typed[ExplanationInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(ExplanationInput, request.POST)
        given = typed.given
        if given is not None:
            try:
                commands.explain_clause(
                    clause=key, language=given.language, plain=given.plain, example=given.example,
                    why=given.why, by=actor, at=at,
                )  # fmt: skip
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("The clause is explained anew from now on."))
                return _see_other(reverse("desk:clause", args=[key]))
    form = _explanation_form(typed)
    uses = list(queries.uses(key).filter(case__in=cases.visible_to(actor))[:MOST_USES])
    if uses:
        record(request, what="desk.clause", count=len(uses))
    context = {
        "clause": one,
        "languages": [queries.clause(key, language, at=at) for language in LANGUAGES],
        "versions": [row for language in LANGUAGES for row in queries.versions(key, language)],
        "uses": uses,
        "form": form,
        "may_explain": bool(actor.roles & MAY_EXPLAIN),
    }
    return render(request, "desk/clause.html", context, status=422 if form.errors else 200)


def _explanation_form(typed: Typed[ExplanationInput]) -> FormState:
    languages = tuple(Option(one, one) for one in LANGUAGES)
    fields = (
        FieldState(name="language", label=_("Language"), kind=FieldKind.SELECT, options=languages),
        FieldState(name="plain", label=_("In plain words"), kind=FieldKind.TEXTAREA, required=True),
        FieldState(name="example", label=_("Example"), kind=FieldKind.TEXTAREA, required=True),
        FieldState(name="why", label=_("Why it is changed"), required=True, maxlength=400),
    )
    return bind(fields, typed.values, typed.errors, typed.general)


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def wording(request: HttpRequest) -> HttpResponse:
    """Any words before they are sent: what is not plain, and the same in everyday words.

    Nothing of it is kept.
    """
    words = request.POST.get("words", "").replace("\r\n", "\n")[:TEXT]
    language, at = written_in(words), now()
    found = queries.findings(words, language=language, purpose="reply", at=at)
    field = FieldState(
        name="words",
        label=_("Your words"),
        kind=FieldKind.TEXTAREA,
        value=words,
        rows=8,
        maxlength=TEXT,
    )
    context = {
        "field": field,
        "asked": request.method == "POST",
        "findings": found,
        "plainer": queries.plainer(words, language=language, at=at) if words.strip() else "",
        "reading": queries.readability(words, language=language, at=at),
    }
    return render(request, "desk/wording.html", context)


@require_http_methods(["POST"])
@desk(*sorted(MAY_RULE))
def disagreement(request: HttpRequest) -> HttpResponse:
    """Say which of two explanations holds."""

    def settle(given: SettlementOfWordsInput) -> None:
        seen = cases.visible_to(actor_of(request))
        row = Disagreement.objects.filter(pk=given.disagreement, use__case__in=seen).first()
        if row is None:
            raise Http404
        commands.settle_disagreement(
            disagreement=row, holds=given.holds, remark=given.remark,
            by=actor_of(request), at=now(),
        )  # fmt: skip

    _do(request, SettlementOfWordsInput, settle, _("It is decided which explanation holds."))
    return _see_other(reverse("desk:clauses"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def precedents(request: HttpRequest) -> HttpResponse:
    """How unclear situations were decided; a new one holds once a second person confirms it."""
    actor, at = actor_of(request), now()
    typed: Typed[PrecedentInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(PrecedentInput, request.POST)
        given = typed.given
        if given is not None:
            try:
                commands.write_precedent(
                    title=given.title, situation=given.situation, ruling=given.ruling,
                    why=given.why, clause=given.clause, by=actor, at=at,
                )  # fmt: skip
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("Put down. It holds once a colleague confirms it."))
                return _see_other(reverse("desk:precedents"))
    form = _precedent_form(typed)
    asked = request.GET.get("q", "").strip()
    known = queries.clauses(None, get_language() or "en", at=at)
    context = {
        "q": asked,
        "precedents": [
            (row, known.get(row.clause), row.uses.count()) for row in queries.precedents(asked)
        ],
        "form": form,
        "may_rule": bool(actor.roles & MAY_RULE),
        "me": actor.id,
        "step_url": reverse("desk:precedent_step"),
        "use_url": reverse("desk:precedent_use"),
    }
    return render(request, "desk/precedents.html", context, status=422 if form.errors else 200)


def _precedent_form(typed: Typed[PrecedentInput]) -> FormState:
    known = queries.clauses(None, get_language() or "en", at=now()).values()
    options = (Option("", _("none")), *(Option(one.key, one.label) for one in known))
    long = FieldKind.TEXTAREA
    fields = (
        FieldState(name="title", label=_("Title"), required=True, maxlength=80),
        FieldState(name="situation", label=_("What was unclear"), kind=long, required=True),
        FieldState(name="ruling", label=_("What holds"), kind=long, required=True),
        FieldState(name="why", label=_("Why"), kind=long, required=True),
        FieldState(name="clause", label=_("Clause"), kind=FieldKind.SELECT, options=options),
    )
    return bind(fields, typed.values, typed.errors, typed.general)


@require_http_methods(["POST"])
@desk(*sorted(MAY_RULE))
def precedent_step(request: HttpRequest) -> HttpResponse:
    """Confirm a special case, or take it back with the reason."""

    def take(given: PrecedentStepInput) -> None:
        row = Precedent.objects.filter(pk=given.precedent).first()
        if row is None:
            raise Http404
        if given.step == "confirm":
            commands.confirm_precedent(precedent=row, by=actor_of(request), at=now())
        else:
            commands.withdraw_precedent(
                precedent=row, why=given.why, by=actor_of(request), at=now()
            )

    _do(request, PrecedentStepInput, take, _("Done."))
    return _see_other(reverse("desk:precedents"))


@require_http_methods(["POST"])
@desk(*sorted(MAY_FOLLOW))
def precedent_use(request: HttpRequest) -> HttpResponse:
    """Keep that a case is decided after a special case that holds."""

    def use(given: PrecedentUseInput) -> None:
        actor = actor_of(request)
        row = Precedent.objects.filter(
            pk=given.precedent, checked_at__isnull=False, withdrawn_at=None
        ).first()
        if row is None:
            raise Http404
        case = cases.get_for(actor, given.case.strip())
        commands.follow_precedent(precedent=row, case_id=case.pk, by=actor, at=now())

    _do(request, PrecedentUseInput, use, _("It is noted that the case follows it."))
    return _see_other(reverse("desk:precedents"))


def _do(request: HttpRequest, schema: type[I], take: Callable[[I], None], done: str) -> None:
    typed = formdata.read(schema, request.POST)
    if typed.given is None:
        messages.error(request, " ".join(typed.errors.values()))
        return
    try:
        take(typed.given)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)


def _see_other(url: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": url})

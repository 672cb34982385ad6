"""Approved answers: what everybody says alike, who approved it, and how often it was given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.core.knowledge import commands, queries
from yinuo.core.knowledge.models import ApprovedAnswer
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.fields import bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.concerns import ApprovedAnswerInput
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Empty,
    Fact,
    Filter,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.kit.errors import DomainError

MOST = 200


@desk()
def answers(request: HttpRequest) -> HttpResponse:
    """What may be said now, or what waits for a second person."""
    waiting = request.GET.get("which") == "waiting"
    words = request.GET.get("q", "")[:80]
    rows: Iterable[ApprovedAnswer] = (
        queries.waiting_answers()[:MOST]
        if waiting
        else queries.approved_answers(words=words)[:MOST]
    )
    here = reverse("desk:answers")
    table = Table(
        caption=_("Approved answers"),
        caption_hidden=True,
        columns=(
            Column(_("The question")),
            Column(_("The words")),
            Column(_("What it is about")),
            Column(_("Language")),
            Column(_("Given"), numeric=True),
        ),
        rows=tuple(_line(row) for row in rows),
        now=now(),
    )
    context = {
        "title": _("Approved answers"),
        "table": table,
        "filters": (
            Filter(_("Approved"), here, current=not waiting),
            Filter(_("For a second person"), f"{here}?which=waiting", current=waiting),
            Filter(_("Write one"), reverse("desk:answer_new"), current=False),
        ),
        "empty": Empty(
            title=_("No answer here."),
            body=_("Write down what customers ask often; a second person approves it."),
        ),
    }
    return render(request, "desk/concerns.html", context)


def _line(row: ApprovedAnswer) -> tuple[Cell, ...]:
    causes = _(", ").join(labels.word(labels.WORD_CAUSES, one) for one in row.causes)
    used = getattr(row, "used", None)
    return (
        Cell(kind=CellKind.LINK, value=row.title, url=reverse("desk:answer_page", args=[row.pk])),
        Cell(value=row.body if len(row.body) <= 90 else f"{row.body[:90]}…"),
        Cell(value=causes or _("anything")),
        Cell(value=labels.word(labels.LANGUAGES, row.language)),
        Cell(value="—" if used is None else str(used)),
    )


@desk("agent", "reviewer", "approver", "team_lead", "manager", "complaint_officer")
def new(request: HttpRequest) -> HttpResponse:
    """Put an answer into words, or an old one into better words."""
    before = _before(request)
    typed: Typed[ApprovedAnswerInput] = Typed(tree=_known(before))
    if request.method == "POST":
        typed = formdata.read(ApprovedAnswerInput, request.POST)
        if typed.given is not None:
            try:
                row = commands.propose_answer(
                    **typed.given.model_dump(), replaces=before, by=actor_of(request), at=now()
                )
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("A second person looks at it now."))
                return redirect("desk:answer_page", row.pk)
    form = bind(fields_of(ApprovedAnswerInput), typed.values, typed.errors, typed.general)
    context = {"title": _("An answer for everybody"), "form": form, "before": before}
    return render(request, "desk/answer_new.html", context, status=422 if form.errors else 200)


def _before(request: HttpRequest) -> ApprovedAnswer | None:
    number = request.GET.get("replaces", "")
    return queries.answer_for(int(number)) if number.isdecimal() and len(number) < 10 else None


def _known(before: ApprovedAnswer | None) -> dict[str, Any]:
    if before is None:
        return {}
    return {
        "title": before.title,
        "body": before.body,
        "language": before.language,
        "causes": list(before.causes),
    }


@desk()
def answer(request: HttpRequest, answer: int) -> HttpResponse:
    row, actor = queries.answer_for(answer), actor_of(request)
    record(request, what="desk.answer")
    context = {
        "answer": row,
        "title": row.title,
        "state": _state(row),
        "facts": _facts(row),
        "may_approve": row.checked_at is None
        and row.withdrawn_at is None
        and _may_rule(actor)
        and row.made_by != actor.id,
        "may_withdraw": row.withdrawn_at is None and _may_rule(actor),
    }
    return render(request, "desk/answer.html", context)


def _may_rule(actor: Actor) -> bool:
    return bool(actor.roles & commands.MAY_RULE)


def _state(row: ApprovedAnswer) -> Tag:
    if row.withdrawn_at is not None:
        return Tag(_("No longer said"))
    if row.checked_at is None:
        return Tag(_("Waits for a second person"), Tone.AMBER)
    return Tag(_("Approved"), Tone.JADE, "check")


def _facts(row: ApprovedAnswer) -> tuple[Fact, ...]:
    causes = _(", ").join(labels.word(labels.WORD_CAUSES, one) for one in row.causes)
    facts = [
        Fact(_("What it is about"), causes or _("anything")),
        Fact(_("Language"), labels.word(labels.LANGUAGES, row.language)),
        Fact(_("Said by"), _(", ").join(labels.word(labels.AUDIENCES, a) for a in row.audience)),
        Fact(_("Given to customers"), str(getattr(row, "used", 0))),
        Fact(_("Written"), wording.near_time(row.made_at, now())),
    ]
    if row.checked_at is not None:
        facts.append(Fact(_("Approved"), wording.near_time(row.checked_at, now())))
    return tuple(facts)


@require_POST
@desk("reviewer", "approver", "team_lead", "manager")
def decide(request: HttpRequest, answer: int) -> HttpResponse:
    """Approve or withdraw; who wrote it does not approve it."""
    row, actor, at = queries.answer_for(answer), actor_of(request), now()
    try:
        if "approve" in request.POST:
            commands.approve_answer(answer=row, by=actor, at=at)
            messages.success(request, _("Everybody may say it now."))
        else:
            commands.withdraw_answer(answer=row, by=actor, at=at)
            messages.success(request, _("Nobody is offered it any more."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk:answer_page", row.pk)

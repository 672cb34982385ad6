"""Work lists of concerns and of what customers suggest, and how words were read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import BaseModel

from yinuo.areas.concerns import commands, queries
from yinuo.areas.concerns.commands import NewGround
from yinuo.areas.concerns.models import Concern, Finding
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Note
from yinuo.core.cases.queries import PromiseView
from yinuo.core.knowledge import commands as knowledge_commands
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.readings import Read
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.fields import FormState, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.concerns import (
    CorrectionInput,
    FindingAnswerInput,
    FindingInput,
)
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
from yinuo.interfaces.common.readings import ReadingCard, card_of, urgency_tag
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError

LINES = 50
STANDING_TONES = {"new": Tone.PINE, "adopted": Tone.JADE}
READERS = ("agent", "team_lead", "manager", "complaint_officer", "auditor")
DECIDERS = ("team_lead", "manager")


@desk(*READERS)
def concerns(request: HttpRequest) -> HttpResponse:
    """What breaks next first; which of them, is said in the address."""
    actor, at = actor_of(request), now()
    which = request.GET.get("which", "open")
    which = which if which in queries.LISTS else "open"
    page = page_number(request)
    listed = queries.listed(actor, which, at=at, reason=request.GET.get("reason", ""))
    rows = list(listed[page * LINES : (page + 1) * LINES + 1])
    shown = rows[:LINES]
    promises = cases.next_promises([row.case_id for row in shown], get_language() or "en", at=at)
    record(request, what="desk.list:/desk/concerns", count=len(shown))
    table = Table(
        caption=_("Concerns"),
        caption_hidden=True,
        columns=(
            Column(_("Promise")),
            Column(_("Concern")),
            Column(_("Customer")),
            Column(_("What it is about")),
            Column(_("State")),
            Column(_("Handler")),
        ),
        rows=tuple(_line(row, promises.get(row.case_id), at) for row in shown),
        now=at,
    )
    context = {
        "title": _("Concerns"),
        "table": table,
        "filters": _filters(which),
        "empty": Empty(
            title=_("No concern here."),
            body=_("A bad answer, urgent words or a colleague open one; it appears by itself."),
        ),
        "pager": pager_of(request, more=len(rows) > LINES),
    }
    return render(request, "desk/concerns.html", context)


def _filters(which: str) -> tuple[Filter, ...]:
    here = reverse("desk:concerns")
    names = {
        "open": _("Still open"),
        "mine": _("Mine"),
        "late": _("Late"),
        "waiting": _("Waiting for the customer"),
        "review": _("For a second person"),
        "unsolved": _("Unsolved after a call-back"),
        "closed": _("Already ended"),
    }
    found = [Filter(names[one], f"{here}?which={one}", current=one == which) for one in names]
    return (
        *found,
        Filter(_("Suggestions"), reverse("desk:findings"), current=False),
        Filter(_("What we learn"), reverse("desk:learning"), current=False),
        Filter(_("Approved answers"), reverse("desk:answers"), current=False),
    )


def _line(row: Concern, promise: PromiseView | None, at: datetime) -> tuple[Cell, ...]:
    case = row.case
    state = labels.state_tag(
        cases.workflow_of(case).case.state(case.state).label,
        state=case.state,
        closed=case.closed_at is not None,
    )
    about = case.about
    causes = _(", ").join(labels.word(labels.WORD_CAUSES, one) for one in row.causes)
    return (
        Cell(kind=CellKind.PROMISE, value=chip_of(promise, at) if promise else None),
        Cell(
            kind=CellKind.LINK,
            value=case.number,
            url=case_url(case.number),
            note=labels.word(labels.CONCERN_DOORS, row.door),
        ),
        Cell(value=case.customer.name, note=about.number if about else ""),
        Cell(value=causes or "—", note=urgency_tag("high").text if row.urgency == "high" else ""),
        Cell(kind=CellKind.TAG, value=state),
        Cell(value=case.handler.name if case.handler else _("nobody yet")),
    )


# Suggestions -----------------------------------------------------------------------------------


@desk(*READERS)
def findings(request: HttpRequest) -> HttpResponse:
    """What customers suggested and what became of it, the newest first."""
    actor, at = actor_of(request), now()
    standing = request.GET.get("standing", "")
    rows = queries.findings_visible_to(actor).order_by("-kept_at", "-pk")
    if standing in labels.FINDING_STANDINGS:
        rows = rows.filter(standing=standing)
    page = page_number(request)
    found = list(rows[page * LINES : (page + 1) * LINES + 1])
    record(request, what="desk.list:/desk/findings", count=len(found[:LINES]))
    here = reverse("desk:findings")
    table = Table(
        caption=_("Suggestions"),
        caption_hidden=True,
        columns=(
            Column(_("Suggestion")),
            Column(_("What it is about")),
            Column(_("Product and stage")),
            Column(_("Branch")),
            Column(_("Said")),
            Column(_("State")),
        ),
        rows=tuple(_finding_line(row, at) for row in found[:LINES]),
        now=at,
    )
    every = Filter(_("All"), here, current=standing not in labels.FINDING_STANDINGS)
    context = {
        "title": _("Suggestions"),
        "table": table,
        "filters": (
            every,
            *(
                Filter(
                    labels.word(labels.FINDING_STANDINGS, one),
                    f"{here}?standing={one}",
                    current=one == standing,
                )
                for one in labels.FINDING_STANDINGS
            ),
        ),
        "empty": Empty(
            title=_("No suggestion here."),
            body=_("What customers suggest in a call-back is kept here by itself."),
        ),
        "pager": pager_of(request, more=len(found) > LINES),
    }
    return render(request, "desk/concerns.html", context)


def _finding_line(row: Finding, at: datetime) -> tuple[Cell, ...]:
    tone = STANDING_TONES.get(row.standing, Tone.PLAIN)
    words = row.note.body if row.note and not row.title else ""
    return (
        Cell(
            kind=CellKind.LINK,
            value=row.title or words[:80] or _("(erased)"),
            url=reverse("desk:finding", args=[row.pk]),
            note=row.case.number,
        ),
        Cell(value=labels.word(labels.WORD_CAUSES, row.cause) if row.cause else "—"),
        Cell(value=_product(row) or "—", note=_stage(row)),
        Cell(value=row.branch.name),
        Cell(value=wording.near_time(row.kept_at, at)),
        Cell(
            kind=CellKind.TAG, value=Tag(labels.word(labels.FINDING_STANDINGS, row.standing), tone)
        ),
    )


def _product(row: Finding) -> str:
    return labels.word(labels.PRODUCTS, row.product)


def _stage(row: Finding) -> str:
    about = row.case.about or row.case
    states = {state.name: state.label for state in cases.workflow_of(about).case.states}
    return _(states[row.stage]) if row.stage in states else row.stage


@desk(*READERS)
def finding(request: HttpRequest, finding: int) -> HttpResponse:
    """One suggestion: the words, and what we think of it."""
    row = queries.finding_for(actor_of(request), finding)
    known: Typed[FindingInput] = Typed(tree=_known_of(row))
    return _finding_page(request, row, _form(FindingInput, known))


@require_POST
@desk(*DECIDERS)
def consider(request: HttpRequest, finding: int) -> HttpResponse:
    """Put it in our words."""
    row = queries.finding_for(actor_of(request), finding)
    typed: Typed[FindingInput] = formdata.read(FindingInput, request.POST)
    if typed.given is not None:
        given = typed.given
        try:
            commands.consider_finding(
                finding=row, title=given.title, cause=given.cause, by=actor_of(request), at=now()
            )
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _("Kept."))
            return redirect("desk:finding", row.pk)
    return _finding_page(request, row, _form(FindingInput, typed))


@require_POST
@desk(*DECIDERS)
def answer(request: HttpRequest, finding: int) -> HttpResponse:
    """Tell the customer what came of it."""
    row = queries.finding_for(actor_of(request), finding)
    typed: Typed[FindingAnswerInput] = formdata.read(FindingAnswerInput, request.POST)
    if typed.given is not None:
        given = typed.given
        try:
            commands.answer_finding(
                finding=row,
                **given.model_dump(exclude={"rests_on", "figure"}),
                grounds=_grounds(actor_of(request), given),
                by=actor_of(request),
                at=now(),
            )
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _("The customer is told what came of it."))
            return redirect("desk:finding", row.pk)
    known: Typed[FindingInput] = Typed(tree=_known_of(row))
    form = _form(FindingAnswerInput, typed)
    return _finding_page(request, row, _form(FindingInput, known), answer=form)


def _grounds(actor: Actor, given: FindingAnswerInput) -> list[NewGround]:
    """The cases and the figure that were named. Raises cases.queries.NotFound."""
    numbers = dict.fromkeys(re.split(r"[\s,，、;；]+", given.rests_on.strip()))
    found = [NewGround(case=cases.get_for(actor, one)) for one in numbers if one]
    return [*found, NewGround(figure=given.figure)]


def _finding_page(
    request: HttpRequest, row: Finding, consider: FormState, answer: FormState | None = None
) -> HttpResponse:
    actor, at = actor_of(request), now()
    record(request, what="desk.finding", case_id=row.case_id)
    unasked: Typed[FindingAnswerInput] = Typed()
    answering = answer or _form(FindingAnswerInput, unasked)
    undecided = row.standing in ("new", "considered")
    context = {
        "finding": row,
        "title": row.title or _("Suggestion"),
        "reading": _reading(row.note, row.case.customer.name, at) if row.note else None,
        "facts": _finding_facts(row, at),
        "grounds": queries.grounds_of(actor, row),
        "case_url": case_url(row.case.number),
        "open": undecided and bool(actor.roles & set(DECIDERS)),
        "consider": consider,
        "answer": answering,
        "form": answering if answer else consider,
    }
    wrong = any(form.errors for form in (consider, answering))
    return render(request, "desk/finding.html", context, status=422 if wrong else 200)


def _known_of(row: Finding) -> dict[str, object]:
    return {"title": row.title, "cause": row.cause or "other"}


def _finding_facts(row: Finding, at: datetime) -> tuple[Fact, ...]:
    facts = [
        Fact(_("State"), labels.word(labels.FINDING_STANDINGS, row.standing)),
        Fact(
            _("What it is about"), labels.word(labels.WORD_CAUSES, row.cause) if row.cause else "—"
        ),
        Fact(_("Product and stage"), " · ".join(filter(None, (_product(row), _stage(row)))) or "—"),
        Fact(_("Branch"), row.branch.name),
        Fact(_("Said"), wording.near_time(row.kept_at, at)),
    ]
    if row.change and row.changed_on is not None:
        since = _("since %(day)s") % {"day": wording.calendar_date(row.changed_on)}
        facts.append(Fact(_("What we do differently"), row.change, since))
    if row.answer is not None and row.answered_at is not None:
        facts.append(Fact(_("What we told the customer"), row.answer.body or _("(erased)"),
                          wording.near_time(row.answered_at, at)))  # fmt: skip
    return tuple(facts)


# How words were read ---------------------------------------------------------------------------


@desk("agent", "team_lead", "manager", "complaint_officer")
def reading(request: HttpRequest, note: int) -> HttpResponse:
    """How a customer's words were read, and what a person makes of them."""
    actor, at = actor_of(request), now()
    words = cases.note_for(actor, note)
    read = knowledge.reading_of(words.pk)
    typed: Typed[CorrectionInput] = Typed(tree=_known(read))
    if request.method == "POST":
        typed = formdata.read(CorrectionInput, request.POST)
        if typed.given is not None:
            try:
                knowledge_commands.correct_reading(
                    note=words, **typed.given.model_dump(), by=actor, at=at
                )
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("Kept. The next words of this kind are read better."))
                return redirect(case_url(words.case.number))
    record(request, what="desk.reading", case_id=words.case_id)
    form = _form(CorrectionInput, typed)
    context = {
        "title": _("How these words were read"),
        "reading": _reading(words, words.case.customer.name, at),
        "case_url": case_url(words.case.number),
        "number": words.case.number,
        "form": form,
    }
    return render(request, "desk/reading.html", context, status=422 if form.errors else 200)


def _known(read: Read | None) -> dict[str, object]:
    if read is None:
        return {}
    return {"sentiment": read.sentiment, "causes": list(read.causes), "urgency": read.urgency}


def _reading(note: Note, customer: str, at: datetime) -> ReadingCard:
    return card_of(
        note_id=note.pk,
        body=note.body,
        by=customer if note.by.startswith("customer:") else "",
        at=note.at,
        now=at,
        reading=knowledge.reading_of(note.pk),
    )


def _form(schema: type[BaseModel], typed: Typed[Any]) -> FormState:
    return bind(fields_of(schema), typed.values, typed.errors, typed.general)

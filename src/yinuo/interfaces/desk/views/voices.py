"""One door for every voice: taken in with its own words, told apart by a person, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import BaseModel

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rules import voice_number, voice_of
from yinuo.core.cases import queries as cases
from yinuo.core.documents import queries as documents
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies import queries as policies
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.actions import complaints as acts
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs.complaints import (
    AnswerRatingInput,
    QuestionAnswerInput,
    SortingInput,
    VoiceInput,
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
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import CaseNumber

LINES = 50
HEARERS = (
    "agent",
    "surveyor",
    "assessor",
    "calculator",
    "cashier",
    "team_lead",
    "manager",
    "complaint_officer",
)
SORTERS = ("agent", "team_lead", "manager", "complaint_officer")
SHORT = 60


@desk(*HEARERS)
def voices(request: HttpRequest) -> HttpResponse:
    """What came in and waits, the earliest due first; and the form for what comes in now."""
    actor, at = actor_of(request), now()
    named = voice_of(request.GET.get("number", ""))
    if named is not None and queries.voices_visible_to(actor).filter(pk=named).exists():
        return redirect("desk:voice", named)
    typed: Typed[VoiceInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(VoiceInput, request.POST)
        if typed.given is not None:
            try:
                row = acts.take_in(actor, typed.given, at)
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("Kept as it was said. Now say what it is."))
                return redirect("desk:voice", row.pk)
    questions = request.GET.get("which") == "questions"
    listed = queries.questions_to_answer(actor) if questions else queries.voices_to_sort(actor)
    rows = list(listed[:LINES])
    record(request, what="desk.list:/desk/voices", count=len(rows))
    form = _form(VoiceInput, typed)
    context = {
        "title": _("Voices"),
        "table": _table(rows, at),
        "filters": _filters(questions),
        "empty": Empty(title=_("Nothing waits here.")),
        "form": form,
        "opened": request.method == "POST",
        "number": request.GET.get("number", ""),
    }
    return render(request, "desk/voices.html", context, status=422 if form.errors else 200)


def _filters(questions: bool) -> tuple[Filter, ...]:
    here = reverse("desk:voices")
    return (
        Filter(_("To be told apart"), here, current=not questions),
        Filter(_("Questions to answer"), f"{here}?which=questions", current=questions),
        Filter(_("Complaints"), reverse("desk:complaints")),
        Filter(_("Ways to reach us"), reverse("desk:channels")),
    )


def _table(rows: list[Inbound], at: datetime) -> Table:
    return Table(
        caption=_("Voices"),
        caption_hidden=True,
        columns=(
            Column(_("By")),
            Column(_("Words")),
            Column(_("Who")),
            Column(_("How it came in")),
            Column(_("Probably")),
        ),
        rows=tuple(_line(row, at) for row in rows),
        now=at,
    )


def _line(row: Inbound, at: datetime) -> tuple[Cell, ...]:
    words = row.words or (row.note.body if row.note else "")
    late = row.due_at < at
    return (
        Cell(
            kind=CellKind.TAG,
            value=Tag(
                wording.near_deadline(row.due_at, at),
                Tone.VERMILION if late else Tone.PINE,
                "clock",
            ),
        ),
        Cell(
            kind=CellKind.LINK,
            value=words[:SHORT] or _("(erased)"),
            url=reverse("desk:voice", args=[row.pk]),
            note=_(", ").join(_marks(row)),
        ),
        Cell(
            value=row.person.name if row.person else row.name or _("not known yet"),
            note=row.about.number if row.about else "",
        ),
        Cell(value=labels.word(said.CHANNELS, row.channel)),
        Cell(value=labels.word(said.VOICES, row.kind or row.suggested)),
    )


def _marks(row: Inbound) -> list[str]:
    marks = [voice_number(row.pk, row.received_at)]
    if row.suggested == "withdrawal" and row.sorted_at is None:
        marks.append(_("ends the same day"))
    if row.heated:
        marks.append(_("heated"))
    if row.automatic:
        marks.append(_("written by a machine"))
    return marks


@desk(*HEARERS)
def paper(request: HttpRequest, voice: int, paper: int) -> HttpResponseBase:
    """A file that came along, before there is a case; who opened it is recorded."""
    row = queries.voice_for(actor_of(request), voice)
    kept = row.papers.filter(pk=paper).select_related("file").first()
    if kept is None:
        raise documents.DocumentNotFound("document")
    opened = documents.open_kept(kept.file, kept.file_name)
    record(request, what=f"voice.paper:{kept.pk}", case_id=row.about_id)
    answer = StreamingHttpResponse(opened.blocks, content_type=opened.content_type)
    for name, value in opened.headers.items():
        answer[name] = value
    return answer


@desk(*HEARERS)
def voice(request: HttpRequest, voice: int) -> HttpResponse:
    """One voice: what was said, what speaks for what it is, and the form that says it."""
    actor, at = actor_of(request), now()
    row = queries.voice_for(actor, voice)
    fields = _sorting_fields(actor, row)
    typed: Typed[SortingInput] = Typed(tree=_known(row, fields))
    if request.method == "POST" and actor.roles.intersection(SORTERS):
        typed = formdata.read(SortingInput, request.POST)
        if typed.given is not None:
            try:
                case = acts.sort(actor, row, typed.given, at)
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("It has landed where it belongs."))
                if case is not None and case.kind == "complaint":
                    return redirect(case_url(case.number))
                return redirect("desk:voice", row.pk)
    sorting = bind(fields, typed.values, typed.errors, typed.general)
    return _page(request, row, sorting, None)


@require_POST
@desk(*SORTERS)
def answer(request: HttpRequest, voice: int) -> HttpResponse:
    """Answer a question."""
    actor, at = actor_of(request), now()
    row = queries.voice_for(actor, voice)
    typed: Typed[QuestionAnswerInput] = formdata.read(QuestionAnswerInput, request.POST)
    if typed.given is not None:
        try:
            acts.answer_question(actor, row, typed.given, at)
        except DomainError as refusal:
            typed = typed.refused(refusal)
        else:
            messages.success(request, _("The question is answered."))
            return redirect("desk:voice", row.pk)
    fields = _sorting_fields(actor, row)
    unsorted = bind(fields, Typed(tree=_known(row, fields)).values)
    return _page(request, row, unsorted, _form(QuestionAnswerInput, typed))


@require_POST
@desk(*SORTERS)
def rating(request: HttpRequest, voice: int) -> HttpResponse:
    """How good the answer was, as the customer said."""
    row = queries.voice_for(actor_of(request), voice)
    typed: Typed[AnswerRatingInput] = formdata.read(AnswerRatingInput, request.POST)
    if typed.given is not None:
        acts.rate_answer(actor_of(request), row, typed.given, now())
        messages.success(request, _("The rating is kept."))
    return redirect("desk:voice", row.pk)


def _page(
    request: HttpRequest, row: Inbound, sorting: FormState, answering: FormState | None
) -> HttpResponse:
    at = now()
    record(request, what="desk.voice", case_id=row.about_id)
    unasked: Typed[QuestionAnswerInput] = Typed()
    unrated: Typed[AnswerRatingInput] = Typed()
    form = answering or sorting
    may = bool(actor_of(request).roles.intersection(SORTERS))
    context = {
        "title": labels.word(said.VOICES, row.kind or row.suggested),
        "voice": row,
        "words": row.words or (row.note.body if row.note else ""),
        "papers": list(row.papers.select_related("file").order_by("pk")),
        "left_out": [_left_out(one) for one in row.left_out or ()],
        "facts": _facts(row, at),
        "to_sort": may and row.sorted_at is None,
        "to_answer": may and row.kind == "question" and row.answered_at is None,
        "to_rate": may and row.answered_at is not None and row.rating is None,
        "rating": _form(AnswerRatingInput, unrated),
        "report_url": reverse("desk:intake") if row.kind == "report" else "",
        "case_url": case_url(row.case.number) if row.case else "",
        "sorting": sorting,
        "answering": answering or _form(QuestionAnswerInput, unasked),
        "form": form,
    }
    return render(request, "desk/voice.html", context, status=422 if form.errors else 200)


def _sorting_fields(actor: Actor, row: Inbound) -> list[FieldState]:
    """The form offers whom and what we know: the people of that phone or name, and their cases."""
    found = [row.person] if row.person else []
    if row.person is None and (row.phone or row.name):
        found = people.find_people(actor, phone=row.phone, name="" if row.phone else row.name)
        if row.named:
            found += _holders(actor, row.named, {one.pk for one in found})
    cards = [people.card(one) for one in found]
    persons = tuple(Option(str(one.id), f"{one.name} {one.phone}") for one in cards)
    known = [one.pk for one in found]
    offered = list(queries.cases_of(actor, known))
    about = [one.number for one in offered if one.kind != "complaint"]
    about += [number for number in _named_case(actor, row) if number not in about]
    running = [one.number for one in offered if one.kind == "complaint" and not one.closed_at]
    choices = {
        "person": persons,
        "about": tuple(Option(one, one) for one in about),
        "case": tuple(Option(one, one) for one in running),
    }
    nothing = Option("", "—")
    return [
        replace(one, kind=FieldKind.SELECT, options=(nothing, *choices[one.name]))
        if choices.get(one.name)
        else one
        for one in fields_of(SortingInput)
    ]


def _holders(actor: Actor, plate: str, known: set[int]) -> list[Person]:
    """Whose car it is, as the writer named it: to be looked at, for anybody can write a plate."""
    insured = policies.look_up(actor, at=now(), plate=plate)
    holders = {one.policy.holder_id: one.policy.holder for one in insured}
    return [holder for pk, holder in holders.items() if pk not in known]


def _named_case(actor: Actor, row: Inbound) -> list[str]:
    """The case that the writer named, when the reader may see it."""
    try:
        return [cases.get_for(actor, _case_number(row.named)).number]
    except DomainError:
        return []


def _case_number(named: str | None) -> str:
    try:
        return str(CaseNumber.parse(named or ""))
    except DomainError:
        return ""


def _left_out(one: dict[str, str]) -> str:
    """What came along and was not taken, and why."""
    known = one["why"] in said.LEFT_OUT
    why = labels.word(said.LEFT_OUT, one["why"] if known else "refused")
    return _("%(name)s: %(why)s") % {"name": one["name"], "why": why} if one["name"] else why


def _known(row: Inbound, fields: Sequence[FieldState]) -> dict[str, object]:
    """The form begins with what is known; a person only has to say yes."""
    offered = next((one.options for one in fields if one.name == "about"), ())
    named = [one.value for one in offered if one.value and one.value == _case_number(row.named)]
    return {
        "kind": row.suggested,
        "about": row.about.number if row.about else "".join(named),
        "person": str(row.person_id) if row.person_id else "",
        "regulator_ref": "",
    }


def _facts(row: Inbound, at: datetime) -> tuple[Fact, ...]:
    card = people.card(row.person) if row.person else None
    pairs = [
        (_("Number"), voice_number(row.pk, row.received_at)),
        (_("How it came in"), labels.word(said.CHANNELS, row.channel)),
        (_("Received"), wording.near_time(row.received_at, at)),
        (_("First said"), wording.near_time(row.first_spoken_at, at)),
        (_("By"), wording.near_deadline(row.due_at, at)),
        (_("Who"), card.name if card else row.name),
        (_("Phone"), row.phone if card is None else ""),
        (_("E-mail"), row.email),
        (_("Case or plate, as written"), row.named or ""),
        (_("About case"), row.about.number if row.about else ""),
        (_("Said back to the customer, who agreed"), row.restated),
        (_("Probably"), labels.word(said.VOICES, row.suggested)),
        (_("Because"), _("; ").join(_reasons(row))),
        (_("Written by a machine"), labels.word(said.AUTOMATIC, row.automatic)),
        (
            _("Receipt sent"),
            wording.near_time(row.acknowledged_at, at) if row.acknowledged_at else "",
        ),
        *_watched(row, at),
        (_("Passed on to"), row.passed_to),
        (_("Answer"), row.answer),
        (_("Rating"), f"{row.rating} / 5" if row.rating else ""),
    ]
    return tuple(Fact(label, value) for label, value in pairs if value)


def _watched(row: Inbound, at: datetime) -> list[tuple[str, str]]:
    """Whether a promise about it was broken, and who above was told of that."""
    found = []
    for one in row.promises.order_by("pk"):
        if one.missed_at is not None:
            found.append((_("Promise broken"), wording.near_time(one.missed_at, at)))
        for moment, was, due in one.recounted or ():
            told = {
                "was": wording.near_deadline(datetime.fromisoformat(was), at),
                "due": wording.near_deadline(datetime.fromisoformat(due), at),
            }
            when = wording.near_time(datetime.fromisoformat(moment), at)
            words = _("%(time)s, when the holidays were published: %(due)s instead of %(was)s")
            found.append((_("Counted again"), words % {**told, "time": when}))
        for moment, level, _staff in one.told:
            when = wording.near_time(datetime.fromisoformat(moment), at)
            told = {"role": labels.word(labels.ROLES, level), "time": when}
            found.append((_("Escalated"), _("to the %(role)s, %(time)s") % told))
    return found


def _reasons(row: Inbound) -> list[str]:
    """The very words that the suggestion rests on."""
    words = row.words or (row.note.body if row.note else "")
    found = []
    for sign in row.suggested_why:
        quoted = words[int(sign["start"]) : int(sign["end"])]
        found.append(f"“{quoted}”" if quoted else _("how it came in"))
    return found


def _form(schema: type[BaseModel], typed: Typed[Any]) -> FormState:
    return bind(fields_of(schema), typed.values, typed.errors, typed.general)

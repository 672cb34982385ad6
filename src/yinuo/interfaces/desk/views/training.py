"""Who is trained for what, until when: granted and ended here, with the proof of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import Field

from yinuo.core.cases.clocks import calendar_at
from yinuo.core.people import commands as people
from yinuo.core.people import queries
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Competence
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.people.rules import may_manage
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import formdata, wording
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Blank, Input
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Filter, Table, Tag, Tone
from yinuo.interfaces.desk.actor import actor_of, desk, now
from yinuo.kit import clock
from yinuo.kit.errors import DomainError

PAGE = 200
"""How many records or colleagues one page shows; a branch with more is asked branch by branch."""

READERS = ("team_lead", "manager", "auditor")


class GrantInput(Input):
    staff: Annotated[int, Field(ge=1, lt=2**31)]
    kind: Annotated[str, Field(min_length=1, max_length=40)]
    valid_from_on: date
    valid_until_on: Annotated[date | None, Blank] = None
    reference: Annotated[str, Field(max_length=60)] = ""


class EndInput(Input):
    valid_until_on: date


@desk(*READERS)
def training(request: HttpRequest) -> HttpResponseBase:
    """The records of the reader's branches, what ends soon marked; below it the form to grant."""
    typed: Typed[GrantInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(GrantInput, request.POST)
        if typed.given is not None:
            try:
                _grant(request, typed.given)
                messages.success(request, _("The training is on record."))
                return redirect(reverse("desk:training"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    return _page(request, typed)


def _grant(request: HttpRequest, given: GrantInput) -> None:
    people.grant_competence(
        staff=queries.staff_for(actor_of(request), given.staff),
        kind=given.kind,
        valid_from_on=given.valid_from_on,
        valid_until_on=given.valid_until_on,
        reference=given.reference,
        by=actor_of(request),
        at=now(),
    )


def _page(request: HttpRequest, typed: Typed[GrantInput]) -> HttpResponse:
    at, actor = now(), actor_of(request)
    kinds, chosen = names_of_kinds(at), request.GET.get("kind", "")
    found = queries.competences_visible_to(actor)
    if chosen in kinds:
        found = found.filter(kind=chosen)
    here = reverse("desk:training")
    managing = may_manage(actor, actor.branch_path)
    context = {
        "filters": [
            Filter(_("All"), here, current=chosen not in kinds),
            *(
                Filter(name, f"{here}?kind={code}", current=code == chosen)
                for code, name in kinds.items()
            ),
        ],
        "table": _table(list(found[:PAGE]), kinds, at),
        "form": _grant_form(actor, typed, kinds) if managing else None,
    }
    status = 422 if typed.problem else 200
    return render(request, "desk/training.html", context, status=status)


def _table(rows: list[Competence], kinds: Mapping[str, str], at: datetime) -> Table:
    columns = (
        Column(_("Colleague")),
        Column(_("Trained for")),
        Column(_("From")),
        Column(_("Until")),
        Column(_("Today")),
        Column(_("Proof")),
    )
    cells = tuple(
        (
            Cell(value=row.staff.name, note=row.staff.branch.name),
            Cell(
                kind=CellKind.LINK,
                value=kinds.get(row.kind, row.kind),
                url=reverse("desk:training_record", args=[row.pk]),
            ),
            Cell(value=wording.calendar_date(row.valid_from_on)),
            Cell(value=wording.calendar_date(row.valid_until_on) if row.valid_until_on else "–"),
            Cell(kind=CellKind.TAG, value=standing(row, at)),
            Cell(value=row.reference or "–"),
        )
        for row in rows
    )
    return Table(caption=_("Trainings"), columns=columns, rows=cells, now=at, caption_hidden=True)


def standing(row: Competence, at: datetime) -> Tag:
    """Whether it gives work today, and whether somebody has to see to it."""
    today = localdate(at)
    if row.valid_from_on > today:
        return Tag(_("begins later"))
    if row.valid_until_on is not None and row.valid_until_on < today:
        return Tag(_("over: no such work"), Tone.PLAIN, "warn")
    warn_before = rulebook.rules(PeopleRules, at=at).competences.warn_before.value
    warned_until = localdate(clock.due(warn_before, at, calendar_at(at)).due_at)
    if row.valid_until_on is not None and row.valid_until_on <= warned_until:
        return Tag(_("ends soon"), Tone.AMBER, "clock")
    return Tag(_("valid"), Tone.JADE, "check")


def names_of_kinds(at: datetime) -> dict[str, str]:
    """What there is to be trained for, in the reader's language, in the order of the rule."""
    language = get_language() or "zh-hans"
    return {
        kind.code: rulebook.short_text(kind.text, language, at=at).title
        for kind in rulebook.rules(PeopleRules, at=at).competences.kinds.value
    }


def _grant_form(actor: Actor, typed: Typed[GrantInput], kinds: Mapping[str, str]) -> FormState:
    found = queries.staff_visible_to(actor).filter(is_active=True).exclude(pk=actor.staff_id or 0)
    colleagues = found.order_by("branch__path", "name", "pk")[:PAGE]
    fields = (
        FieldState(
            name="staff",
            label=_("Colleague"),
            kind=FieldKind.SELECT,
            required=True,
            options=tuple(Option(str(one.pk), f"{one.name} · {one.branch}") for one in colleagues),
        ),
        FieldState(
            name="kind",
            label=_("Trained for"),
            kind=FieldKind.SELECT,
            required=True,
            options=tuple(Option(code, name) for code, name in kinds.items()),
        ),
        _day_field("valid_from_on", _("From"), required=True),
        _day_field(
            "valid_until_on",
            _("Until"),
            help_=_("The last day on which it is good. Empty: it does not end."),
        ),
        FieldState(
            name="reference",
            label=_("Proof"),
            help=_("Course, examination or certificate, as it can be found again."),
            maxlength=60,
        ),
    )
    return bind(fields, typed.values, typed.errors, typed.general)


def _day_field(name: str, label: str, *, required: bool = False, help_: str = "") -> FieldState:
    return FieldState(
        name=name,
        label=label,
        help=help_,
        kind=FieldKind.DATE_TIME,
        input_type="date",
        required=required,
    )


@desk(*READERS)
def training_record(request: HttpRequest, record: int) -> HttpResponseBase:
    """One record, and the way to end it before its time."""
    row = queries.competences_visible_to(actor_of(request)).filter(pk=record).first()
    if row is None:
        raise Http404
    typed: Typed[EndInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(EndInput, request.POST)
        if typed.given is not None:
            try:
                people.end_competence(
                    competence=row, on=typed.given.valid_until_on, by=actor_of(request), at=now()
                )
                messages.success(request, _("The training ends on that day."))
                return redirect(reverse("desk:training"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    field = _day_field("valid_until_on", _("Last day"), required=True)
    form = bind((field,), typed.values, typed.errors, typed.general)
    context = {
        "row": row,
        "kind": names_of_kinds(now()).get(row.kind, row.kind),
        "facts": _facts(row),
        "tag": standing(row, now()),
        "form": form if may_manage(actor_of(request), row.staff.branch.path) else None,
    }
    return render(request, "desk/training_record.html", context, status=422 if form.errors else 200)


def _facts(row: Competence) -> tuple[Fact, ...]:
    until = wording.calendar_date(row.valid_until_on) if row.valid_until_on else _("no end")
    return (
        Fact(_("From"), wording.calendar_date(row.valid_from_on)),
        Fact(_("Until"), until),
        Fact(_("Proof"), row.reference or _("none")),
        Fact(_("Recorded"), wording.full_date(row.at) if row.at else _("not known")),
    )

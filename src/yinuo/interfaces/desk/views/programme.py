"""The programme of call-backs: its versions, its goals, and what is done so that they are met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from pydantic import Field

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.commands.measuring import PLANNERS, TEXT, TITLE
from yinuo.areas.call_backs.models import Measure
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common import formdata, labels, wording
from yinuo.interfaces.common.call_back_words import EXCLUSIONS
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Table, Tag, Tone
from yinuo.interfaces.desk.actor import actor_of, desk, now
from yinuo.interfaces.desk.views.call_back_figures import name_of, verdict_tag
from yinuo.kit import clock_words
from yinuo.kit.errors import DomainError
from yinuo.overview import call_back_figures as figures
from yinuo.overview import measures
from yinuo.overview.call_back_figures import Period
from yinuo.overview.call_back_rulefile import CallBackFiguresRules

READERS = ("agent", "team_lead", "manager", "auditor")
LOOKED_AT = timedelta(days=90)
PAGE = 200
# The figure that shows whether a target is met.
FIGURE_OF: Mapping[str, str] = {
    "attempted_first": "attempted_first",
    "answered_last": "answered_last",
    "satisfied": "satisfied",
    "solved": "solved",
    "solved_in_time": "solved_in_time",
}
STRATEGIES: labels.Words = {
    "regular": gettext_noop("Regular cases"),
    "major": gettext_noop("Major cases"),
    "special": gettext_noop("Special cases"),
    "after_complaint": gettext_noop("After a complaint"),
    "periodic": gettext_noop("Periodic"),
}
WAYS: labels.Words = {"message": gettext_noop("Letter"), "call": gettext_noop("Call")}


class MeasureInput(Input):
    goal: Annotated[str, Field(min_length=1, max_length=30)]
    title: Annotated[str, Field(min_length=1, max_length=TITLE)]
    steps: Annotated[str, Field(min_length=1, max_length=TEXT)]
    owner: Annotated[int, Field(ge=1, lt=2**31)]
    due_on: date


class ResultInput(Input):
    result: Annotated[str, Field(min_length=1, max_length=TEXT)]
    worked: bool = False


@desk(*READERS)
def programme(request: HttpRequest) -> HttpResponseBase:
    """Goals beside where they stand, and the measures; those who lead plan new ones."""
    typed: Typed[MeasureInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(MeasureInput, request.POST)
        if typed.given is not None:
            try:
                _plan(request, typed.given)
                messages.success(request, _("The measure is planned."))
                return redirect(reverse("desk:programme"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    return _page(request, typed)


def _plan(request: HttpRequest, given: MeasureInput) -> None:
    actor = actor_of(request)
    call_backs.plan_measure(
        goal=given.goal,
        title=given.title,
        steps=given.steps,
        owner=people.staff_for(actor, given.owner),
        due_on=given.due_on,
        by=actor,
        at=now(),
    )


def _page(request: HttpRequest, typed: Typed[MeasureInput]) -> HttpResponse:
    at, actor = now(), actor_of(request)
    with rulebook.pinned():
        rules = rulebook.rules(CallBacksRules, at=at)
        context = {
            "facts": _facts(rules),
            "versions": _versions(at),
            "goals": _goals(actor, at),
            "strategies": _strategies(rules, at),
            "measures": _measures(list(queries.measures_visible_to(actor)[:PAGE]), at),
            "form": _form(actor, typed, at) if actor.roles & PLANNERS else None,
        }
    status = 422 if typed.problem else 200
    return render(request, "desk/programme.html", context, status=status)


def _facts(rules: CallBacksRules) -> tuple[Fact, ...]:
    known = rules.programme
    return (
        Fact(_("Version"), str(known.version.value), _said(known.version.why)),
        Fact(_("In force from"), wording.calendar_date(known.in_force_from.value)),
        Fact(_("Who is asked"), _("Every customer whose case has ended, but for the exclusions.")),
        Fact(
            _("Exclusions"),
            _(", ").join(labels.word(EXCLUSIONS, name) for name in rules.exclusions),
        ),
        Fact(_("Calls"), _calls(rules)),
    )


def _calls(rules: CallBacksRules) -> str:
    """When and how often somebody is rung."""
    known = rules.calling
    between = known.between.value
    words = clock_words.patterns(language_of(get_language() or ""))
    return _("%(hours)s; at most %(day)s a day and %(round)s a round, %(between)s apart") % {
        "hours": _(", ").join(f"{opens}–{closes}" for opens, closes in known.hours.value),
        "day": known.most_a_day.value,
        "round": known.most_a_round.value,
        "between": clock_words.amount(between.amount, between.unit, words),
    }


def _said(reason: str) -> str:
    """Reasons and sources of rules are kept in English; whoever reads another language finds them
    in the book of rules and not between sentences of their own."""
    return reason if (get_language() or "").startswith("en") else ""


def _versions(at: datetime) -> Table:
    rows = tuple(
        (
            Cell(value=row.number),
            Cell(kind=CellKind.TIME, value=row.in_force_from),
            Cell(value=str(row.value)),
            Cell(value=row.why),
        )
        for row in rulebook.rule_revisions("call_backs.programme.version")
    )
    columns = (Column(_("Revision")), Column(_("In force from")), Column(_("Version")),
               Column(_("Why")))  # fmt: skip
    return Table(caption=_("Earlier versions"), columns=columns, rows=rows, now=at)


def _goals(actor: Actor, at: datetime) -> Table:
    targets = rulebook.rules(CallBackFiguresRules, at=at).targets
    found = figures.overview(actor, Period(at - LOOKED_AT, at, at)).total
    here = reverse("desk:call_back_figures")
    rows = []
    for name, rule in targets.items():
        result = found[FIGURE_OF[name]]
        value = result.measure.value
        rows.append(
            (
                Cell(kind=CellKind.LINK, value=name_of(FIGURE_OF[name]),
                     url=f"{here}#figure-{FIGURE_OF[name]}",
                     note=_said(f"{rule.why} · {rule.source}")),
                Cell(value=f"{rule.value} %"),
                Cell(value=f"{measures.points(value)} %" if value is not None else "–"),
                Cell(kind=CellKind.TAG, value=verdict_tag(result)),
            )
        )  # fmt: skip
    lost = found["churned"]
    value = lost.measure.value
    rows.append(
        (
            Cell(kind=CellKind.LINK, value=name_of("churned"), url=f"{here}#figure-churned",
                 note=_("An indicator beside the goals; it has no target.")),
            Cell(value="–"),
            Cell(value=f"{measures.points(value)} %" if value is not None else "–"),
            Cell(kind=CellKind.TAG, value=verdict_tag(lost)),
        )
    )  # fmt: skip
    columns = (Column(_("Goal")), Column(_("At least"), numeric=True),
               Column(_("Last 90 days"), numeric=True), Column(_("Standing")))  # fmt: skip
    return Table(caption=_("Goals"), columns=columns, rows=tuple(rows), now=at)


def _strategies(rules: CallBacksRules, at: datetime) -> Table:
    rows = tuple(
        (
            Cell(value=labels.word(STRATEGIES, name), note=_said(f"{rule.why} · {rule.source}")),
            Cell(value=" → ".join(labels.word(WAYS, one) for one in rule.value.channels)),
            Cell(value=rule.value.rounds),
            Cell(value=f"{rule.value.sample * 100:.0f} %"),
        )
        for name, rule in rules.strategies.items()
    )
    columns = (Column(_("Cases")), Column(_("Way")), Column(_("Rounds at most"), numeric=True),
               Column(_("Share asked"), numeric=True))  # fmt: skip
    return Table(caption=_("Strategies"), columns=columns, rows=rows, now=at)


def _measures(found: list[Measure], at: datetime) -> Table:
    columns = (Column(_("Measure")), Column(_("For the goal")), Column(_("Owner")),
               Column(_("Due")), Column(_("Result")))  # fmt: skip
    rows = tuple(
        (
            Cell(kind=CellKind.LINK, value=row.title, note=row.steps,
                 url=reverse("desk:measure", args=[row.pk])),
            Cell(value=name_of(row.goal)),
            Cell(value=row.owner.name),
            Cell(value=wording.calendar_date(row.due_on)),
            Cell(kind=CellKind.TAG, value=measure_tag(row, at), note=row.result),
        )
        for row in found
    )  # fmt: skip
    return Table(caption=_("Measures"), columns=columns, rows=rows, now=at)


def measure_tag(row: Measure, at: datetime) -> Tag:
    """Whether it runs, is late, or what came of it."""
    if row.ended_at is not None:
        return Tag(_("it helped"), Tone.JADE, "check") if row.worked else Tag(_("it did not help"))
    if row.due_on < localdate(at):
        return Tag(_("overdue"), Tone.VERMILION, "warn")
    return Tag(_("under way"), Tone.PINE, "clock")


def _form(actor: Actor, typed: Typed[MeasureInput], at: datetime) -> FormState:
    staff = people.staff_visible_to(actor).filter(is_active=True)
    owners = staff.order_by("branch__path", "name", "pk")[:PAGE]
    goals = rulebook.rules(CallBackFiguresRules, at=at).targets
    fields = (
        FieldState(name="title", label=_("Measure"), required=True, maxlength=TITLE),
        FieldState(
            name="goal",
            label=_("For the goal"),
            kind=FieldKind.SELECT,
            required=True,
            options=tuple(Option(name, name_of(FIGURE_OF[name])) for name in goals),
        ),
        FieldState(
            name="steps",
            label=_("Steps"),
            help=_("One step a line."),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=TEXT,
        ),
        FieldState(
            name="owner",
            label=_("Owner"),
            kind=FieldKind.SELECT,
            required=True,
            options=tuple(Option(str(one.pk), f"{one.name} · {one.branch}") for one in owners),
        ),
        FieldState(
            name="due_on",
            label=_("Due"),
            kind=FieldKind.DATE_TIME,
            input_type="date",
            required=True,
        ),
    )
    return bind(fields, typed.values, typed.errors, typed.general)


@desk(*READERS)
def measure(request: HttpRequest, measure: int) -> HttpResponseBase:
    """One measure with its steps, and where its result is put on record."""
    row = queries.measures_visible_to(actor_of(request)).filter(pk=measure).first()
    if row is None:
        raise Http404
    typed: Typed[ResultInput] = Typed()
    if request.method == "POST":
        typed = formdata.read(ResultInput, request.POST)
        if typed.given is not None:
            try:
                call_backs.end_measure(
                    measure=row,
                    result=typed.given.result,
                    worked=typed.given.worked,
                    by=actor_of(request),
                    at=now(),
                )
                messages.success(request, _("The result is on record."))
                return redirect(reverse("desk:programme"))
            except DomainError as refusal:
                typed = typed.refused(refusal)
    return _measure_page(request, row, typed)


def _measure_page(request: HttpRequest, row: Measure, typed: Typed[ResultInput]) -> HttpResponse:
    at, actor = now(), actor_of(request)
    fields = (
        FieldState(
            name="result",
            label=_("What came of it"),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=TEXT,
        ),
        FieldState(name="worked", label=_("It helped"), kind=FieldKind.CHECKBOX),
    )
    may_end = row.ended_at is None and (actor.roles & PLANNERS or actor.staff_id == row.owner_id)
    context = {
        "row": row,
        "steps": row.steps.splitlines(),
        "tag": measure_tag(row, at),
        "facts": (
            Fact(_("For the goal"), name_of(row.goal)),
            Fact(_("Owner"), row.owner.name),
            Fact(_("Due"), wording.calendar_date(row.due_on)),
            Fact(_("Planned"), wording.full_date(row.at)),
        ),
        "form": bind(fields, typed.values, typed.errors, typed.general) if may_end else None,
    }
    status = 422 if typed.problem else 200
    return render(request, "desk/measure.html", context, status=status)

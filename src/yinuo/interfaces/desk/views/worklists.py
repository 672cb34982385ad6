"""Work lists by craft: what waits for surveyors, assessors, reviewers and approvers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.claims.models import Calculation, Loss
from yinuo.areas.claims.rulefile import Authority, ClaimsRules
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import PromiseView
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.actions import CLAIM_ACTIONS, may_take
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Empty,
    Filter,
    Money,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.interfaces.desk.sheets.claim_frame import loss_name
from yinuo.overview import worklists
from yinuo.overview.worklists import LossRow

ALL = "all"


@desk("surveyor", "agent", "team_lead", "manager", "auditor")
def survey(request: HttpRequest) -> HttpResponse:
    """The surveys that run; a surveyor sees their own first."""
    actor, at = actor_of(request), now()
    own = "surveyor" in actor.roles
    whose = request.GET.get("whose", "mine" if own else "branch")
    listed = worklists.surveys(
        actor, mine=whose == "mine", language=_language(), at=at, page=page_number(request)
    )
    noun = "survey-and-assessment" if {"surveyor", "assessor"} <= actor.roles else "survey"
    here = reverse("desk:survey")
    table = Table(
        caption=_("Surveys that run"),
        caption_hidden=True,
        columns=(*_columns(), Column(_("Place")), Column(_("Surveyor"))),
        rows=tuple(
            (
                *_about(row.survey.claim.case, row.survey.claim.plate, row.promise, at),
                _link(
                    row.survey.claim.place,
                    row.survey.claim.case.number,
                    noun if row.survey.surveyor_id == actor.staff_id else "",
                ),
                Cell(
                    value=row.survey.surveyor.name,
                    note=labels.word(labels.MODES, row.survey.mode),
                ),
            )
            for row in listed.rows
        ),
        now=at,
    )
    filters = (
        Filter(_("Mine"), f"{here}?whose=mine", current=whose == "mine"),
        Filter(_("Branch"), f"{here}?whose=branch", current=whose != "mine"),
    )
    empty = Empty(title=_("No survey is running."), body=_("New ones appear here by themselves."))
    return _page(request, _("Survey"), table, empty, filters if own else (), more=listed.more)


@desk("assessor", "calculator", "team_lead", "manager", "auditor")
def assessment(request: HttpRequest) -> HttpResponse:
    """Losses to be assessed, and with the papers complete, to be calculated."""
    nouns = {"surveyed": "assessment", "documented": "calculation"}
    empty = Empty(title=_("Nothing waits for assessment."))
    return _losses(request, _("Assessment and calculation"), nouns, empty)


@desk("reviewer", "team_lead", "manager", "auditor")
def review(request: HttpRequest) -> HttpResponse:
    empty = Empty(title=_("Nothing waits for review."))
    return _losses(request, _("Review"), {"calculated": "review"}, empty)


@desk("reviewer", "approver", "team_lead", "manager", "calculator", "auditor")
def approval(request: HttpRequest) -> HttpResponse:
    """Losses to be approved, and approved ones that wait to be decided."""
    nouns = {"reviewed": "approval", "approved": "decision"}
    empty = Empty(title=_("Nothing waits for approval."))
    return _losses(request, _("Approval and decision"), nouns, empty)


def _losses(
    request: HttpRequest,
    title: str,
    nouns: Mapping[str, str],
    empty: Empty,
) -> HttpResponse:
    actor, at, stages = actor_of(request), now(), tuple(nouns)
    chosen = request.GET.get("stage", "")
    wanted = (chosen,) if chosen in stages else stages
    if chosen not in (*stages, ALL):
        wanted = _own_stages(actor, nouns) or stages
    listed = worklists.losses_at(
        actor, wanted, language=_language(), at=at, page=page_number(request)
    )
    rows = listed.rows
    sums = _sums(row.loss for row in rows)
    limits = rulebook.rules(ClaimsRules, at=at).authority.limits.value
    table = Table(
        caption=title,
        caption_hidden=True,
        columns=(
            *_columns(),
            Column(_("Loss")),
            Column(_("Amount"), numeric=True),
            Column(_("Note")),
        ),
        rows=tuple(
            (
                *_about(row.loss.claim.case, row.loss.claim.plate, row.promise, at),
                _link(loss_name(row.loss), row.loss.claim.case.number, _noun(actor, row, nouns)),
                _amount(row.loss, sums.get(row.loss.pk)),
                _note(row.loss, sums.get(row.loss.pk), actor, limits),
            )
            for row in rows
        ),
        now=at,
    )
    filters = _stage_filters(request.path, stages, wanted) if len(stages) > 1 else ()
    return _page(request, title, table, empty, filters, more=listed.more)


def _stage_filters(here: str, stages: Sequence[str], shown: Sequence[str]) -> tuple[Filter, ...]:
    table = WORKFLOWS.current("claim").case
    every = Filter(_("All"), f"{here}?stage={ALL}", current=len(shown) > 1)
    return (
        every,
        *(
            Filter(
                _(table.state(stage).label), f"{here}?stage={stage}", current=(*shown,) == (stage,)
            )
            for stage in stages
        ),
    )


def _noun(actor: Actor, row: LossRow, nouns: Mapping[str, str]) -> str:
    """The sheet behind the loss; none for who may only look."""
    noun = nouns[row.loss.stage]
    if not may_take(actor, row.loss.claim.case, CLAIM_ACTIONS[noun]):
        return ""
    return f"{noun}?loss={row.loss.ordinal}"


def _own_stages(actor: Actor, nouns: Mapping[str, str]) -> tuple[str, ...]:
    """The stages at which the work is this person's, by the newest workflow."""
    parts = WORKFLOWS.current("claim").parts
    return tuple(
        stage
        for stage, noun in nouns.items()
        if parts is not None
        and any(
            actor.roles.intersection(step.who)
            for name in CLAIM_ACTIONS[noun].steps
            for step in [parts.step(name)]
            if step is not None
        )
    )


def _sums(losses: Iterable[Loss]) -> dict[int, Calculation]:
    """The newest calculation of each loss that was not sent back. One statement."""
    found = (
        Calculation.objects.filter(loss__in=[loss.pk for loss in losses])
        .exclude(verdict=Calculation.Verdict.RETURNED)
        .order_by("loss_id", "-version")
        .distinct("loss_id")
    )
    return {one.loss_id: one for one in found}


def _amount(loss: Loss, calculation: Calculation | None) -> Cell:
    amount = calculation.amount if calculation else (loss.amount or loss.estimate)
    if amount is None:
        return Cell(value="—")
    return Cell(kind=CellKind.MONEY, value=Money(amount, loss.claim.currency))


def _note(loss: Loss, calculation: Calculation | None, actor: Actor, limits: Authority) -> Cell:
    """What a person should know before opening the sheet."""
    if calculation is None:
        return Cell(value="")
    if calculation.made_by == actor.id:
        return Cell(kind=CellKind.TAG, value=Tag(_("your own work"), Tone.AMBER, "lock"))
    care = loss.claim.case.care
    if loss.stage == "reviewed" and not limits.allows(actor.roles, care, calculation.amount):
        return Cell(kind=CellKind.TAG, value=Tag(_("above your authority"), Tone.AMBER, "lock"))
    return Cell(value=labels.word(labels.OUTCOMES, calculation.outcome))


def _columns() -> tuple[Column, ...]:
    return (Column(_("Promise")), Column(_("Claim")), Column(_("Customer")))


def _about(
    case: Case, plate: str, promise: PromiseView | None, at: datetime
) -> tuple[Cell, Cell, Cell]:
    klass = "" if case.care == "regular" else labels.word(labels.CLASSES, case.care)
    return (
        Cell(kind=CellKind.PROMISE, value=chip_of(promise, at) if promise else None),
        Cell(
            kind=CellKind.LINK,
            value=case.number,
            url=case_url(case.number),
            note=klass,
        ),
        Cell(value=case.customer.name, note=plate),
    )


def _link(text: str, number: str, noun: str) -> Cell:
    if not noun:
        return Cell(value=text)
    sheet, _mark, query = noun.partition("?")
    url = sheet_url(number, sheet)
    return Cell(kind=CellKind.LINK, value=text, url=f"{url}?{query}" if query else url)


def _language() -> str:
    return get_language() or "en"


def _page(
    request: HttpRequest,
    title: str,
    table: Table,
    empty: Empty,
    filters: tuple[Filter, ...],
    *,
    more: bool,
) -> HttpResponse:
    record(request, what=f"desk.list:{request.path}", count=len(table.rows))
    context = {
        "title": title,
        "table": table,
        "empty": empty,
        "filters": filters,
        "pager": pager_of(request, more=more),
    }
    return render(request, "desk/sheets/worklist.html", context)

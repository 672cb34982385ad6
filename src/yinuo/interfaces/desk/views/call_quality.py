"""Calls that a second person checks: the lot, the sheet, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.commands.quality import REFERENCE, REVIEWERS, WORDS
from yinuo.areas.call_backs.models import QualityCheck
from yinuo.areas.call_backs.rulefile import CallBacksRules, QualityLine, QualityRules
from yinuo.core.cases import commands as cases
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import wording
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, bind
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Filter, Table, Tag, Tone
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError
from yinuo.overview import call_quality, measures
from yinuo.overview.call_quality import CallerQuality

READERS = ("agent", "team_lead", "manager", "auditor")
PERIOD = timedelta(days=90)
PAGE = 200


@desk(*READERS)
def checks(request: HttpRequest) -> HttpResponse:
    """What waits to be checked, and the results; a caller sees those of own calls."""
    at, actor = now(), actor_of(request)
    found = queries.quality_checks_visible_to(actor)
    caller = request.GET.get("caller", "")
    if caller.isascii() and caller.isdigit() and len(caller) < 10:
        found = found.filter(staff=int(caller), reviewed_at__isnull=False)
    else:
        caller = ""
    waiting = request.GET.get("which") == "waiting" and not caller
    if waiting:
        found = found.filter(reviewed_at__isnull=True)
    rows = list(found[:PAGE])
    record(request, what="desk.call_backs.quality", count=len(rows))
    leads = bool(actor.roles & queries.OVERSEERS)
    here = reverse("desk:call_quality")
    context = {
        "filters": [
            Filter(_("All"), here, current=not waiting and not caller),
            Filter(_("To be checked"), f"{here}?which=waiting", current=waiting),
        ]
        if leads
        else [],
        "figures": _figures(call_quality.by_caller(actor, since=at - PERIOD, until=at, at=at), at),
        "table": _checks(rows, at),
        "draws": _draws(at) if leads else None,
        "leads": leads,
    }
    return render(request, "desk/call_quality.html", context)


def _figures(found: Sequence[CallerQuality], at: datetime) -> Table:
    here = reverse("desk:call_quality")
    rows = tuple(
        (
            Cell(
                kind=CellKind.LINK,
                value=one.name or _("All together"),
                url=f"{here}?caller={one.staff_id}" if one.staff_id else here,
            ),
            Cell(kind=CellKind.NUMBER, value=one.passed.n),
            Cell(value=_share(one), note=_interval(one)),
            Cell(value=f"{measures.points(one.mean)} %" if one.mean is not None else "–"),
        )
        for one in found
    )
    columns = (
        Column(_("Who called")),
        Column(_("Calls checked"), numeric=True),
        Column(_("Passed"), numeric=True),
        Column(_("Points on average"), numeric=True),
    )
    return Table(caption=_("Last 90 days"), columns=columns, rows=rows, now=at)


def _share(one: CallerQuality) -> str:
    return f"{measures.points(one.passed.value)} %" if one.passed.value is not None else "–"


def _interval(one: CallerQuality) -> str:
    if one.passed.interval is None:
        return _("%(hits)s of %(n)s") % {"hits": one.passed.hits, "n": one.passed.n}
    return _("%(low)s to %(high)s") % {
        "low": measures.points(one.passed.interval.low),
        "high": measures.points(one.passed.interval.high),
    }


def _checks(rows: Sequence[QualityCheck], at: datetime) -> Table:
    cells = tuple(
        (
            Cell(
                kind=CellKind.LINK,
                value=_("Call %(number)s in %(case)s") % _named(row),
                url=reverse("desk:call_quality_check", args=[row.pk]),
            ),
            Cell(value=row.staff.name, note=row.branch.name),
            Cell(kind=CellKind.TIME, value=row.attempt.at),
            Cell(kind=CellKind.TAG, value=_result(row)),
        )
        for row in rows
    )
    columns = (
        Column(_("Which call")),
        Column(_("Who called")),
        Column(_("When")),
        Column(_("Result")),
    )
    return Table(caption=_("Calls drawn"), columns=columns, rows=cells, now=at, caption_hidden=True)


def _named(row: QualityCheck) -> Mapping[str, object]:
    return {"number": row.attempt.number, "case": row.attempt.call_back.case.number}


def _result(row: QualityCheck) -> Tag:
    if row.total is None:
        return Tag(_("to be checked"), Tone.AMBER, "clock")
    said = _("%(total)s of 100") % {"total": row.total}
    if row.passed:
        return Tag(said, Tone.JADE, "check")
    return Tag(said, Tone.VERMILION, "warn")


def _draws(at: datetime) -> Table:
    rows = tuple(
        (
            Cell(value=wording.calendar_date(draw.drawn_on)),
            Cell(kind=CellKind.NUMBER, value=draw.calls),
            Cell(kind=CellKind.NUMBER, value=count),
            Cell(value=f"{draw.share * 100:.0f} %"),
            Cell(value=draw.seed),
        )
        for draw, count in queries.quality_draws()
    )
    columns = (
        Column(_("Day")),
        Column(_("Talks")),
        Column(_("Drawn")),
        Column(_("Share")),
        Column(_("Seed of the lot")),
    )
    return Table(caption=_("The newest lots"), columns=columns, rows=rows, now=at)


# One call ---------------------------------------------------------------------------------------


@desk(*READERS)
def check(request: HttpRequest, check: int) -> HttpResponseBase:
    """The sheet of one call: filled in by somebody else than the caller, then read by both."""
    actor = actor_of(request)
    row = queries.quality_checks_visible_to(actor).filter(pk=check).first()
    if row is None:
        raise Http404
    typed = {name: request.POST.get(name, "")[:WORDS] for name in request.POST} or None
    if typed is None:
        return _page(request, row, actor)
    try:
        _score(row, typed, actor, now())
    except DomainError as refusal:
        return _page(request, row, actor, typed, refusal)
    messages.success(request, _("The points are on record; the caller can read them."))
    return redirect(reverse("desk:call_quality"))


def _score(row: QualityCheck, typed: Mapping[str, str], actor: Actor, at: datetime) -> None:
    """Points, words and the reference of the recording: all of it or nothing."""
    with cases.transaction():
        reference = typed.get("reference", "").strip()
        if reference and reference != row.attempt.recording:
            call_backs.note_recording(
                case=row.attempt.call_back.case,
                number=row.attempt.number,
                reference=reference,
                by=actor,
                at=at,
            )
        given = {name: int(text) for name, text in typed.items() if _is_number(text)}
        call_backs.score_call(
            check=row, points=given, words=typed.get("words", ""), by=actor, at=at
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _page(
    request: HttpRequest,
    row: QualityCheck,
    actor: Actor,
    typed: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    at, case = now(), row.attempt.call_back.case
    record(request, what="desk.call_backs.quality.check", case_id=case.pk)
    rule = rulebook.rules(CallBacksRules, at=at).quality
    may_score = row.reviewed_at is None and bool(actor.roles & REVIEWERS)
    own = row.staff_id == actor.staff_id
    context = {
        "title": _("Call %(number)s in %(case)s") % _named(row),
        "case_url": case_url(case.number),
        "case_number": case.number,
        "tag": _result(row),
        "facts": _facts(row, at),
        "points": _points(row, rule, at) if row.reviewed_at else None,
        "words": row.words,
        "form": _form(row, rule, typed or {}, refusal) if may_score and not own else None,
        "own": may_score and own,
    }
    status = refusal.http if refusal else 200
    return render(request, "desk/call_quality_check.html", context, status=status)


def _facts(row: QualityCheck, at: datetime) -> tuple[Fact, ...]:
    talk = row.attempt
    minutes = (talk.ended_at - talk.at) / timedelta(minutes=1) if talk.ended_at else 0
    until = talk.recording_until_on
    kept = _("kept until %(day)s") % {"day": wording.calendar_date(until)} if until else ""
    facts = (
        Fact(_("Who called"), row.staff.name),
        Fact(_("When"), wording.near_time(talk.at, at)),
        Fact(_("How long"), _("%(minutes)s minutes") % {"minutes": f"{minutes:.0f}"}),
        Fact(_("Recording"), talk.recording or _("no reference yet"), kept),
    )
    if row.reviewer is None or row.reviewed_at is None:
        return facts
    return (*facts, Fact(_("Checked by"), row.reviewer.name, wording.full_date(row.reviewed_at)))


def _points(row: QualityCheck, rule: QualityRules, at: datetime) -> Table:
    """The lines as they were scored; one that the sheet no longer has keeps its code."""
    lines = {line.code: line for line in rule.sheet.value.lines}
    rows = tuple(
        (
            Cell(value=_line(lines[code]) if code in lines else code),
            Cell(value=f"{points} / {lines[code].most}" if code in lines else str(points)),
        )
        for code, points in sorted(row.points.items(), key=lambda one: _place(one[0], lines))
    )
    columns = (Column(_("What counts")), Column(_("Points"), numeric=True))
    caption = _("Sheet, version %(version)s") % {"version": row.sheet_version}
    return Table(caption=caption, columns=columns, rows=rows, now=at)


def _place(code: str, lines: Mapping[str, QualityLine]) -> int:
    """The database keeps no order of its own; lines that are gone come last."""
    return list(lines).index(code) if code in lines else len(lines)


def _line(line: QualityLine) -> str:
    language = get_language() or "zh-hans"
    return rulebook.short_text(line.text, language, at=now()).title


def _form(
    row: QualityCheck,
    rule: QualityRules,
    typed: Mapping[str, str],
    refusal: DomainError | None,
) -> FormState:
    fields = [
        FieldState(
            name=line.code,
            label=_line(line),
            help=_help(line),
            input_type="number",
            inputmode="numeric",
            minimum="0",
            maximum=str(line.most),
            required=True,
            short=True,
        )
        for line in rule.sheet.value.lines
    ]
    fields += [
        FieldState(
            name="words",
            label=_("What the caller should know"),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=WORDS,
        ),
        FieldState(
            name="reference",
            label=_("Reference of the recording"),
            help=_("As the telephone system names it. The recording itself stays there."),
            maxlength=REFERENCE,
            value=row.attempt.recording,
        ),
    ]
    if refusal is None:
        return bind(fields, typed)
    if refusal.field:
        return bind(fields, typed, {refusal.field: str(refusal)})
    return bind(fields, typed, general=(str(refusal),))


def _help(line: QualityLine) -> str:
    said = _("0 to %(most)s points") % {"most": line.most}
    return _("%(said)s; at 0 the call does not pass") % {"said": said} if line.needed else said

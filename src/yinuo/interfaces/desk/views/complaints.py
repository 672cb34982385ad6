"""The work list of complaints, the letter as it is told, and the library of what was learned."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.complaints import letters, queries
from yinuo.areas.complaints.models import Complaint, Lesson
from yinuo.core.cases import queries as cases
from yinuo.core.cases.queries import PromiseView
from yinuo.core.documents.letters import render_pdf
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Empty,
    Fact,
    Filter,
    Table,
)
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.paging import page_number, pager_of
from yinuo.interfaces.desk.presenters.complaints import cause_name
from yinuo.interfaces.desk.rows import case_url

LINES = 50
READERS = ("agent", "approver", "cashier", "team_lead", "manager", "complaint_officer", "auditor")


@desk(*READERS)
def complaints(request: HttpRequest) -> HttpResponse:
    """What breaks next first; which of them, is said in the address."""
    actor, at = actor_of(request), now()
    which = request.GET.get("which", "open")
    which = which if which in queries.LISTS else "open"
    page = page_number(request)
    listed = queries.listed(actor, which, at=at)
    rows = list(listed[page * LINES : (page + 1) * LINES + 1])
    shown = rows[:LINES]
    language = get_language() or "en"
    promises = cases.next_promises([row.case_id for row in shown], language, at=at)
    causes = queries.groups_of(shown)
    record(request, what="desk.list:/desk/complaints", count=len(shown))
    table = Table(
        caption=_("Complaints"),
        caption_hidden=True,
        columns=(
            Column(_("Promise")),
            Column(_("Complaint")),
            Column(_("Customer")),
            Column(_("Main cause")),
            Column(_("State")),
            Column(_("Handler")),
        ),
        rows=tuple(
            _line(row, promises.get(row.case_id), causes.get(row.pk, ""), language, at)
            for row in shown
        ),
        now=at,
    )
    context = {
        "title": _("Complaints"),
        "table": table,
        "filters": _filters(which),
        "empty": Empty(
            title=_("No complaint here."),
            body=_(
                "A voice that is told apart as a complaint, and a concern that was not solved, "
                "appear here by themselves."
            ),
        ),
        "pager": pager_of(request, more=len(rows) > LINES),
    }
    return render(request, "desk/concerns.html", context)


def _filters(which: str) -> tuple[Filter, ...]:
    here = reverse("desk:complaints")
    names = {
        "open": _("Not ended yet"),
        "mine": _("Mine"),
        "late": _("Late"),
        "major": _("Major"),
        "regulator": _("From the regulator"),
        "review": _("Under review"),
        "told": _("Answered"),
        "ended": _("Have ended"),
    }
    found = [Filter(names[one], f"{here}?which={one}", current=one == which) for one in names]
    return (
        *found,
        Filter(_("Voices"), reverse("desk:voices")),
        Filter(_("Case library"), reverse("desk:complaint_library")),
        Filter(_("Figures"), reverse("desk:complaint_figures")),
        Filter(_("Limits kept"), reverse("desk:complaint_limits")),
    )


def _line(
    row: Complaint, promise: PromiseView | None, cause: str, language: str, at: datetime
) -> tuple[Cell, ...]:
    case = row.case
    state = labels.state_tag(
        cases.workflow_of(case).case.state(case.state).label,
        state=case.state,
        closed=case.closed_at is not None,
    )
    about = case.about
    return (
        Cell(kind=CellKind.PROMISE, value=chip_of(promise, at) if promise else None),
        Cell(
            kind=CellKind.LINK,
            value=case.number,
            url=case_url(case.number),
            note=labels.word(said.CHANNELS, row.channel),
        ),
        Cell(value=case.customer.name, note=about.number if about else ""),
        Cell(
            value=cause_name(cause, language, at) if cause else "—",
            note=_("Major complaint") if case.care == "major" else "",
        ),
        Cell(kind=CellKind.TAG, value=state),
        Cell(value=case.handler.name if case.handler else _("nobody yet")),
    )


@desk(*READERS, "reviewer")
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The answer as the complainant reads it."""
    complaint = queries.get_for(actor_of(request), number)
    answer = queries.newest_answer(complaint)
    if answer is None:
        raise Http404
    record(request, what="desk.complaint_letter", case_id=complaint.case_id)
    context = {
        "complaint": complaint,
        "case": complaint.case,
        "case_url": case_url(number),
        "answer": answer,
        "remedies": [
            Fact(one.title, one.why) for one in queries.remedy_texts(answer, answer.language)
        ],
        "measures": queries.told_measures(complaint),
        "review_until": queries.review_until(complaint, now()),
    }
    return render(request, "desk/complaint_letter.html", context)


@desk(*READERS, "reviewer")
def letter_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The answer on paper."""
    complaint = queries.get_for(actor_of(request), number)
    answer = queries.newest_answer(complaint)
    if answer is None:
        raise Http404
    record(request, what="desk.complaint_letter", case_id=complaint.case_id)
    content = render_pdf(letters.compose(complaint, answer, at=now()))
    named = f'inline; filename="{complaint.case.number}.pdf"'
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": named}
    )


@desk()
def library(request: HttpRequest) -> HttpResponse:
    """What was learned from complaints, by cause; it names nobody."""
    at, language = now(), get_language() or "en"
    kind = request.GET.get("kind", "")
    lessons = queries.lessons(kind=kind if kind in said.LESSONS else "")
    here = reverse("desk:complaint_library")
    table = Table(
        caption=_("Case library"),
        caption_hidden=True,
        columns=(
            Column(_("What happened")),
            Column(_("What we did")),
            Column(_("What we learned")),
            Column(_("Main cause")),
        ),
        rows=tuple(_lesson(one, language, at) for one in lessons),
        now=at,
    )
    filters = (
        Filter(_("All"), here, current=kind not in said.LESSONS),
        *(
            Filter(labels.word(said.LESSONS, one), f"{here}?kind={one}", current=one == kind)
            for one in said.LESSONS
        ),
    )
    context = {
        "title": _("Case library"),
        "table": table,
        "filters": filters,
        "empty": Empty(
            title=_("No lesson yet."),
            body=_("After a complaint was answered, write down what others can learn from it."),
        ),
    }
    return render(request, "desk/concerns.html", context)


def _lesson(one: Lesson, language: str, at: datetime) -> tuple[Cell, ...]:
    codes = [cause.code for cause in one.complaint.causes.all() if cause.main]
    return (
        Cell(value=one.what, note=labels.word(said.LESSONS, one.kind)),
        Cell(value=one.treatment),
        Cell(value=one.lesson),
        Cell(value=cause_name(codes[0], language, at) if codes else "—"),
    )

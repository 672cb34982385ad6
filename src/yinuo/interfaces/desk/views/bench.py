"""The bench of those who call: who comes next, and one call from the first word to its outcome.

Everything stands on the server: an answer is kept when its button is pressed, so a closed browser,
a second tab or a colleague who opens the same customer sees how it stands and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import Field

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.areas.call_backs.questionnaire import Answer
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import formdata
from yinuo.interfaces.common.inputs import Input, OptionalMoment
from yinuo.interfaces.desk import bench_page
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.bench_page import Talk
from yinuo.kit.errors import DomainError
from yinuo.overview import bench as overview

CALLERS = ("agent", "team_lead")


class OutcomeInput(Input):
    outcome: Annotated[str, Field(max_length=20)]
    next_at: OptionalMoment = None
    number: Annotated[int, Field(ge=1, le=9_999)] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused on this page, beside the part that it belongs to."""

    part: str
    said: str
    typed: tuple[str, ...] = ()
    question: str = ""


@require_safe
@desk(*CALLERS)
def bench(request: HttpRequest) -> HttpResponse:
    """The calls that may be made now, the promise that breaks next first."""
    at, actor = now(), actor_of(request)
    only = request.GET.get("language", "")
    chosen = only if only in bench_page.LANGUAGES else ""
    found = overview.bench(actor, language=get_language() or "zh-hans", at=at, only=chosen)
    record(request, what="desk.bench", count=len(found.rows))
    context = bench_page.queue_context(found, chosen, at, token=get_token(request))
    return render(request, "desk/bench.html", context)


@require_http_methods(["GET", "HEAD"])
@desk(*CALLERS)
def call(request: HttpRequest, number: str) -> HttpResponseBase:
    """One customer: before the call, during it, or how it stands with a colleague."""
    with rulebook.pinned():
        return _page(request, _row(request, number))


@require_POST
@desk(*CALLERS)
def start(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take the customer and dial."""
    row = _row(request, number)
    try:
        call_backs.start_call(case=row.case, by=actor_of(request), at=now())
    except DomainError as refusal:
        messages.warning(request, str(refusal))
        return _to(reverse("desk:bench"))
    return _to(_url(row))


@require_POST
@desk(*CALLERS)
def identity(request: HttpRequest, number: str) -> HttpResponseBase:
    """What the customer said, compared with what we know; the case is not shown before."""
    row = _row(request, number)
    said = request.POST.get("said", "")[:40]
    try:
        call_backs.identify(case=row.case, said=said, by=actor_of(request), at=now())
    except call_backs.NotTheCustomer as refusal:
        return _page(request, row, Refused("identity", str(refusal), (said,)))
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    return _to(_url(row))


@require_POST
@desk(*CALLERS)
def answer(request: HttpRequest, number: str) -> HttpResponseBase:
    """One answer, kept at once."""
    row = _row(request, number)
    question = request.POST.get("question", "")[:40]
    raw = [] if "skip" in request.POST else request.POST.getlist("answer")[:20]
    try:
        call_backs.keep_answer(
            case=row.case,
            question=question,
            raw=raw,
            channel=rules.CALL,
            by=actor_of(request),
            at=now(),
        )
    except engine.AnswerRefused as refusal:
        return _page(request, row, Refused("question", str(refusal), tuple(raw), question))
    except engine.QuestionUnknown as refusal:
        raise Http404(str(refusal)) from refusal
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    return _to(_url(row))


@require_POST
@desk(*CALLERS)
def finish(request: HttpRequest, number: str) -> HttpResponseBase:
    """The talk is over and every answer that was given counts."""
    row = _row(request, number)
    try:
        call_backs.finish(case=row.case, channel=rules.CALL, by=actor_of(request), at=now())
    except engine.AnswerMissing as missing:
        return _to(f"{_url(row)}?q={missing.field}")
    except DomainError as refusal:
        messages.warning(request, str(refusal))
        return _to(reverse("desk:bench"))
    row.case.refresh_from_db()
    messages.success(request, bench_page.what_follows(row.case.state))
    return _to(reverse("desk:bench"))


@require_POST
@desk(*CALLERS)
def outcome(request: HttpRequest, number: str) -> HttpResponseBase:
    """How a call ended that brought no answers; each outcome leads to a next step."""
    row = _row(request, number)
    typed = formdata.read(OutcomeInput, request.POST)
    if typed.given is None:
        said = " ".join(typed.errors.values()) or " ".join(typed.general)
        return _page(request, row, Refused("outcome", said, (typed.values.get("next_at", ""),)))
    given = typed.given
    try:
        call_backs.record_attempt(
            case=row.case,
            outcome=given.outcome,
            next_at=given.next_at,
            number=given.number,
            by=actor_of(request),
            at=now(),
        )
    except call_backs.AlreadyRecorded as refusal:
        messages.info(request, str(refusal))
        return _to(reverse("desk:bench"))
    except DomainError as refusal:
        typed_at = typed.values.get("next_at", "")
        return _page(request, row, Refused("outcome", str(refusal), (typed_at,)))
    fresh = _row(request, number)
    messages.success(request, bench_page.next_step(fresh, now()))
    return _to(reverse("desk:bench"))


@require_POST
@desk(*CALLERS)
def never(request: HttpRequest, number: str) -> HttpResponseBase:
    """The customer does not want to be asked any more, whatever happens next time."""
    row = _row(request, number)
    try:
        call_backs.opt_out(case=row.case, by=actor_of(request), at=now())
        messages.success(request, _("This customer is never asked again."))
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    return _to(reverse("desk:bench"))


# The page ---------------------------------------------------------------------------------------


def _row(request: HttpRequest, number: str) -> CallBack:
    return queries.get_for(actor_of(request), number)


def _url(row: CallBack) -> str:
    return reverse("desk:bench_call", args=[row.case.number])


def _to(url: str) -> HttpResponse:
    """After a button the browser fetches the page, so that a reload sends nothing twice."""
    answer = HttpResponse(status=303)
    answer["Location"] = url
    return answer


def _page(request: HttpRequest, row: CallBack, refused: Refused | None = None) -> HttpResponseBase:
    at, actor = now(), actor_of(request)
    running = row.attempts.select_related("staff").filter(outcome="").first()
    talk = _talk(row, running, actor.id, at)
    record(request, what="desk.bench.call", case_id=row.pk)
    context: dict[str, object] = {
        **bench_page.call_context(row, talk, at),
        "refused": refused,
        "number": row.case.number,
    }
    if talk.open:
        wanted = refused.question if refused else request.GET.get("q", "")
        context |= _question(row, wanted, refused, talk, at)
    status = 422 if refused else 200
    return render(request, "desk/bench_call.html", context, status=status)


def _talk(row: CallBack, running: Attempt | None, by: str, at: datetime) -> Talk:
    mine = running is not None and running.by == by
    return Talk(
        running=running,
        mine=mine,
        identified=mine and running is not None and queries.is_identified(running),
        asking=queries.questionnaire_of(row, at=at),
        given=queries.given_answers(queries.draft_of(row)),
        facts=queries.question_facts(row),
    )


def _question(
    row: CallBack, wanted: str, refused: Refused | None, talk: Talk, at: datetime
) -> Mapping[str, object]:
    """The screen of the question that comes next, or of the one that is asked for again."""
    shown = {one.id: one for one in engine.asked(talk.asking, talk.given, talk.facts)}
    question = shown.get(wanted) or engine.next_question(talk.asking, talk.given, talk.facts)
    if question is None:
        return bench_page.summary_context(row, talk, at)
    held: Answer = talk.given.get(question.id)
    if refused is not None and refused.typed:
        held = refused.typed[0]
    return bench_page.question_context(row, question, held, talk, list(shown), at)

"""The questions of a call-back: one a screen, each answer kept at once, an end at every screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.models import CallBack
from yinuo.areas.call_backs.questionnaire import Answer, Questionnaire
from yinuo.areas.call_backs.questionnaire_rulefile import Question
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor, customer_actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.asking import screen_of
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.portal import door
from yinuo.interfaces.portal.door import see_other
from yinuo.kit.errors import DomainError
from yinuo.overview.given_back import given_back

PORTAL = "portal"
NOW, NEVER = "now", "never"


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer in front of the questions of one round."""

    actor: Actor
    row: CallBack
    at: datetime

    @property
    def case(self) -> Case:
        return self.row.case

    @property
    def url(self) -> str:
        return reverse("portal:questions", args=[self.case.number])


Page = Callable[[HttpRequest, Asked], HttpResponseBase]


def own_call_back(view: Page) -> Callable[..., HttpResponseBase]:
    """A page about questions to this visitor; a stranger is asked to sign in."""

    @wraps(view)
    def page(request: HttpRequest, number: str) -> HttpResponseBase:
        at = door.now()
        with rulebook.pinned():
            actor = door.actor_of(request, at)
            if actor is None:
                return door.to_sign_in(number)
            try:
                row = queries.get_for(actor, number)
            except DomainError as refusal:
                raise Http404(str(refusal)) from refusal
            people.record_access(case_id=row.pk, what="portal.questions", by=actor, at=at)
            return view(request, Asked(actor, row, at))

    return page


@require_safe
def answers(request: HttpRequest, token: str) -> HttpResponseBase:
    """The link of the letter: in without a code, to where the customer was."""
    at = door.now()
    try:
        case = call_backs.follow_link(token=token, at=at)
    except call_backs.LinkUsed as used:
        return _used(request, used.case, at)
    except DomainError as refusal:
        context = {"said": str(refusal), "help_phone": door.hotline()}
        return render(request, "portal/asking_gone.html", context, status=refusal.http)
    actor = customer_actor(person_id=case.customer_id, case_id=case.pk)
    door.sign_in(request, actor, at=at)
    return see_other(reverse("portal:questions", args=[case.number]))


def _used(request: HttpRequest, case: Case, at: datetime) -> HttpResponseBase:
    """A link is used up by its answers. It still tells its holder what became of them, and opens
    nothing else: whoever wants more signs in with a code.
    """
    holder = customer_actor(person_id=case.customer_id, case_id=case.pk)
    signed_in = door.actor_of(request, at)
    if signed_in is not None and cases.visible_to(signed_in).filter(pk=case.pk).exists():
        return see_other(reverse("portal:questions", args=[case.number]))
    people.record_access(case_id=case.pk, what="portal.used_link", by=holder, at=at)
    return _thanks(request, Asked(holder, queries.get_for(holder, case.number), at), by_link=True)


@require_http_methods(["GET", "HEAD", "POST"])
@own_call_back
def questions(request: HttpRequest, visit: Asked) -> HttpResponseBase:
    """The next question, or the one that the customer went back to."""
    if _is_over(visit):
        return _thanks(request, visit)
    asking = queries.questionnaire_of(visit.row, at=visit.at)
    if request.method == "POST":
        return _take(request, visit, asking)
    return _screen(request, visit, asking, request.GET.get("q", ""))


def _is_over(visit: Asked) -> bool:
    if visit.case.closed_at is not None or visit.case.state in ("waiting", "answered"):
        return True
    newest = visit.row.responses.filter(round=visit.row.round).first()
    return newest is not None and newest.finished_at is not None


def _take(request: HttpRequest, visit: Asked, asking: Questionnaire) -> HttpResponseBase:
    question = request.POST.get("question", "")[:40]
    raw = [] if "skip" in request.POST else request.POST.getlist("answer")[:20]
    try:
        call_backs.keep_answer(
            case=visit.case,
            question=question,
            raw=raw,
            channel=PORTAL,
            by=visit.actor,
            at=visit.at,
        )
    except engine.AnswerRefused as refusal:
        return _screen(request, visit, asking, question, refusal=refusal, typed=raw)
    except engine.QuestionUnknown as refusal:
        raise Http404(str(refusal)) from refusal
    except DomainError:
        # Answered or ended in another window meanwhile: the page shows how it stands now.
        return see_other(visit.url)
    if _next(visit, asking) is None:
        return _finish(visit)
    return see_other(visit.url)


def _next(visit: Asked, asking: Questionnaire) -> Question | None:
    given = queries.given_answers(queries.draft_of(visit.row))
    return engine.next_question(asking, given, queries.question_facts(visit.row))


def _finish(visit: Asked) -> HttpResponseBase:
    try:
        call_backs.finish(case=visit.case, channel=PORTAL, by=visit.actor, at=visit.at)
    except engine.AnswerMissing as missing:
        return see_other(f"{visit.url}?q={missing.field}")
    except call_backs.AlreadyAnswered:
        # A second click, or another window: it is finished either way.
        return see_other(visit.url)
    return see_other(visit.url)


def _screen(
    request: HttpRequest,
    visit: Asked,
    asking: Questionnaire,
    wanted: str,
    *,
    refusal: engine.AnswerRefused | None = None,
    typed: list[str] | None = None,
) -> HttpResponseBase:
    given = queries.given_answers(queries.draft_of(visit.row))
    facts = queries.question_facts(visit.row)
    shown = {question.id: question for question in engine.asked(asking, given, facts)}
    question = shown.get(wanted) or engine.next_question(asking, given, facts)
    if question is None:
        return _finish(visit)
    back = engine.before(asking, question.id, given, facts)
    done = engine.progress(asking, given, facts)
    held: Answer = typed[0] if typed else given.get(question.id)
    screen = screen_of(question, held, get_language() or "zh-hans", at=visit.at)
    context = {
        "number": visit.case.number,
        "about": visit.row.followed.number,
        "screen": screen,
        "error": str(refusal) if refusal else "",
        "back": f"{visit.url}?q={back.id}" if back else "",
        "place": list(shown).index(question.id) + 1,
        "of": max(done.of, 1),
        "first": back is None,
        "url": visit.url,
        "help_phone": door.hotline(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "portal/asking.html", context, status=status)


@require_POST
@own_call_back
def stop(request: HttpRequest, visit: Asked) -> HttpResponseBase:
    """Enough for this time, or never again; either is one tap and is not asked why."""
    command = call_backs.opt_out if request.POST.get("stop") == NEVER else call_backs.stop
    # What has ended meanwhile needs no second end; the page says how it stands.
    with suppress(DomainError):
        command(case=visit.case, by=visit.actor, at=visit.at)
    return see_other(visit.url)


def _thanks(request: HttpRequest, visit: Asked, *, by_link: bool = False) -> HttpResponse:
    """By the link alone nobody learns the number of another case."""
    language = get_language() or "zh-hans"
    back = given_back(visit.case, language=language, at=visit.at)
    context = {
        "number": visit.case.number,
        "about": visit.row.followed.number,
        "state": visit.case.state,
        "again": visit.case.state == "waiting",
        "concerns": [
            {
                "number": "" if by_link else one.number,
                "state": _(one.state),
                "promise": chip_of(one.promise, visit.at) if one.promise else None,
            }
            for one in back.concerns
        ],
        "findings": [_standing(one) for one in back.findings],
        "nothing": back.is_empty,
        "by_link": by_link,
        "now": visit.at,
        "help_phone": door.hotline(),
    }
    return render(request, "portal/asking_thanks.html", context)


def _standing(standing: str) -> str:
    words = {
        "new": _("Your suggestion is kept and will be looked at."),
        "considered": _("Your suggestion is being looked at."),
        "adopted": _("We do it the way you suggested."),
        "declined": _("We looked at your suggestion and cannot do it at present."),
    }
    return words.get(standing, words["new"])

"""The letter about a decision: written with what is found in it, previewed, downloaded, sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.areas.claims import letters as claim_letters
from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.letters import Subject
from yinuo.core.documents.letters import Letter, render_docx, render_pdf
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.rules import Finding, language_for
from yinuo.core.people import commands as people
from yinuo.interfaces.common import actions, inputs
from yinuo.interfaces.common.actions.claims import CLAIM_ACTIONS
from yinuo.interfaces.common.fields import FieldKind, FieldState
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.errors import DomainError

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TOLD = ("decided", "returned", "paid", "arrived", "zero", "refused")
"""Where a decision is told: what goes out now is another letter about it."""
FORMS = {"pdf": "desk.letter.pdf", "docx": "desk.letter.docx"}
"""What a download is called on the record of who saw whose file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text, and what was found in it, if anything."""

    text: str
    finding: Finding | None


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def letter(request: HttpRequest, number: str, loss: int) -> HttpResponse:
    """GET and `check` show the letter with findings; `keep` writes it and puts it in the case."""
    about = _about(request, number, loss)
    record(request, what="desk.letter", case_id=about.claim.case_id)
    first = claim_letters.opening(about)
    words = request.POST.get("words", "").replace("\r\n", "\n") or first.body
    waits = about.loss.stage == "approved"
    noun = "decision" if waits else "letter"
    may_keep = actions.may_take(actor_of(request), about.claim.case, CLAIM_ACTIONS[noun])
    for form in FORMS:
        if form in request.POST:
            return _file(request, about, claim_letters.compose(about, words=words), form)
    refused: DomainError | None = None
    if request.method == "POST" and "keep" in request.POST:
        refused = _keep(request, about, words)
        if refused is None:
            messages.success(
                request,
                _("It is decided and the letter went out with it.") if waits
                else _("The letter is in the case; the customer can read it."),
            )  # fmt: skip
            return HttpResponse(status=303, headers={"Location": case_url(about.claim.case.number)})
        # The case as it is now: somebody else may have moved it.
        about = _about(request, number, loss)
        waits = about.loss.stage == "approved"
    found = _findings(about, words)
    field = FieldState(
        name="words",
        label=_("First words of the letter"),
        help=_("What was decided and why, in words of every day. The sum, the clauses and the "
               "ways to go on are added by themselves."),
        kind=FieldKind.TEXTAREA,
        value=words,
        rows=12,
        maxlength=inputs.TEXT,
    )  # fmt: skip
    context = {
        "case": about.claim.case,
        "case_url": case_url(number),
        "loss": loss,
        "field": field,
        "findings": found,
        "refused": str(refused) if refused else "",
        "pieces": _pieces(words, found),
        "reading": knowledge.readability(
            words, language=language_for(words, about.language), at=about.at
        ),
        "letter": claim_letters.compose(about, words=words),
        "may_keep": may_keep and (waits or about.loss.stage in TOLD),
        "waits": waits,
    }
    return render(request, "desk/letter.html", context, status=refused.http if refused else 200)


@require_safe
@desk()
def letter_file(request: HttpRequest, number: str, loss: int, form: str) -> HttpResponse:
    """The letter as PDF or Word, as its text has it."""
    about = _about(request, number, loss)
    return _file(request, about, claim_letters.compose(about), form)


def _file(request: HttpRequest, about: Subject, written: Letter, form: str) -> HttpResponse:
    """What leaves the house is on record with its hash, so that a copy of it is known again."""
    content, kind = (
        (render_docx(written), WORD) if form == "docx" else (render_pdf(written), "application/pdf")
    )
    people.record_export(
        case_id=about.claim.case_id,
        what=FORMS[form],
        content=content,
        by=actor_of(request),
        at=about.at,
    )
    name = f"{written.reference}.{form}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _about(request: HttpRequest, number: str, loss: int) -> Subject:
    at: datetime = now()
    about = claim_letters.subject_of(claims.get_for(actor_of(request), number), loss, at=at)
    if about is None:
        raise Http404
    return about


def _keep(request: HttpRequest, about: Subject, words: str) -> DomainError | None:
    """Before the decision the letter goes out with it; afterwards it is another letter.

    Whoever wrote while somebody else acted is told so: the letter may be another one by now.
    """
    actor, case, loss = actor_of(request), about.claim.case, about.loss.ordinal
    shown = request.POST.get("seen", "")
    seen = int(shown) if shown.isdecimal() and len(shown) < 10 else None
    try:
        if about.loss.stage == "approved":
            decision = inputs.DecisionInput(loss=loss, words=words, seen=seen)
            CLAIM_ACTIONS["decision"].run(actor, case, decision, about.at)
        else:
            letter = inputs.LetterInput(loss=loss, words=words, seen=seen)
            CLAIM_ACTIONS["letter"].run(actor, case, letter, about.at)
    except DomainError as refusal:
        return refusal
    return None


def _findings(about: Subject, words: str) -> list[Finding]:
    purpose = claim_letters.PURPOSES[about.calculation.outcome]
    language = language_for(words, about.language)
    return knowledge.findings(words, language=language, purpose=purpose, at=about.at)


def _pieces(words: str, findings: Sequence[Finding]) -> list[Piece]:
    """The text cut where something was found; what concerns the whole text marks nothing."""
    pieces: list[Piece] = []
    reached = 0
    for one in findings:
        if one.start < reached or (one.start == 0 and one.end >= len(words)):
            continue
        pieces += [
            Piece(words[reached : one.start], None),
            Piece(words[one.start : one.end], one),
        ]
        reached = one.end
    return [piece for piece in [*pieces, Piece(words[reached:], None)] if piece.text]

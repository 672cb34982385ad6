"""理算 at the desk: inputs left, the sum step by step right, and “what if” that saves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands.explaining import THREADS
from yinuo.areas.claims.commands.settling import settled, sheet_of
from yinuo.areas.claims.comparing import Peers, peers
from yinuo.areas.claims.models import Claim, Loss, Recovery
from yinuo.areas.claims.settling import OWN, Settled
from yinuo.areas.claims.statements import Line, lines_of, names_of
from yinuo.core.cases.models import Note
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common import actions, inputs, labels
from yinuo.interfaces.common.actions.claims import CLAIM_ACTIONS
from yinuo.interfaces.common.present import Money
from yinuo.interfaces.common.sums import cover_name
from yinuo.interfaces.desk import settlement_form
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.kit.errors import DomainError
from yinuo.settlement.words import explain_open_point

_NOT_MADE = ("reported", "registered", "dispatched", "surveyed", "assessed", "documented")
_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the sum as the page shows it."""

    line: Line
    amount: Money
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What we pay for one loss."""

    loss: Loss
    name: str
    amount: Money
    covers: tuple[tuple[str, Money], ...]
    before: Money | None
    lines: tuple[Shown, ...]
    peers: Peers | None
    made: bool
    accepted_at: datetime | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@desk()
def settlement(request: HttpRequest, number: str) -> HttpResponse:
    """GET shows the sum as it is; POST with `what_if` works out another and keeps nothing."""
    actor, at = actor_of(request), now()
    claim = claims.get_for(actor, number)
    losses = list(claim.losses.all())
    if not losses:
        raise Http404
    record(request, what="desk.settlement", case_id=claim.case_id)
    entered = claims.entered_facts(claim)
    values = settlement_form.values_of(entered)
    if request.method == "POST":
        values |= {key: str(value) for key, value in request.POST.items() if key != "seen"}
    others = _others(claim, losses, entered)
    facts = settlement_form.facts_of(losses, others, values, entered)
    may_enter = _may_enter(request, claim)
    problem, status = "", 200
    if request.method == "POST" and "save" in request.POST:
        problem = _save(request, claim, facts, at)
        if not problem:
            messages.success(request, _("The facts are kept; the next calculation uses them."))
            return HttpResponse(status=303, headers={"Location": request.path})
        status = 422
    stands = _worked_out(claim, losses, entered, at)
    found = stands
    if request.method == "POST":
        found = _worked_out(claim, losses, facts, at)
    if isinstance(found, str):
        problem = problem or found
        status = 422 if request.method == "POST" else 200
    context = {
        "claim": claim,
        "case": claim.case,
        "case_url": case_url(number),
        "groups": settlement_form.groups(losses, others, values),
        "problem": problem,
        "what_if": request.method == "POST",
        "may_enter": may_enter,
        "parts": _parts(claim, losses, found, stands, at),
        "debts": _debts(claim, found),
        "recoveries": list(
            Recovery.objects.filter(claim=claim).prefetch_related("entries").order_by("pk")
        ),
        "open_points": [
            explain_open_point(one, language_of(get_language() or ""))["auditor"]
            for one in (found.open_points if isinstance(found, Settled) else ())
        ],
        "total": _total(claim, found),
        "threads": _threads(claim, losses),
        "answer_url": sheet_url(number, "sum-answer"),
        "may_recover": actions.may_take(actor, claim.case, CLAIM_ACTIONS["recovery-notice"]),
        "may_book": actions.may_take(actor, claim.case, CLAIM_ACTIONS["recovery-entry"]),
        "may_answer": actions.may_take(actor, claim.case, CLAIM_ACTIONS["sum-answer"]),
    }
    return render(request, "desk/settlement.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Thread:
    """A question or objection on a line, with its answer if there is one."""

    note: Note
    about: str
    objection: bool
    answer: Note | None


def _threads(claim: Claim, losses: Sequence[Loss]) -> list[Thread]:
    names = names_of(claim, losses, get_language() or "en")
    notes = Note.objects.filter(case=claim.case_id, thread__startswith=THREADS, erased_at=None)
    rows = list(notes.order_by("at", "pk"))
    answers = {row.in_reply_to_id: row for row in rows if row.in_reply_to_id}
    return [
        Thread(
            row, names.get(row.thread.split(":")[1], ""), row.kind == "objection",
            answers.get(row.pk),
        )
        for row in rows
        if row.in_reply_to_id is None
    ]  # fmt: skip


def _others(claim: Claim, losses: Sequence[Loss], entered: Mapping[str, Any]) -> list[str]:
    damaged = sum(1 for loss in losses if loss.kind == "other_vehicle")
    count = min(max(damaged, claim.other_vehicles), len(_LETTERS))
    names = list(_LETTERS[:count])
    return names + [one for one in entered.get("vehicles", {}) if one not in (OWN, *names)]


def _may_enter(request: HttpRequest, claim: Claim) -> bool:
    return actions.may_take(actor_of(request), claim.case, CLAIM_ACTIONS["accident-facts"])


def _save(request: HttpRequest, claim: Claim, facts: dict[str, Any], at: datetime) -> str:
    try:
        given = inputs.AccidentFactsInput(facts=facts, seen=_seen(request))
        CLAIM_ACTIONS["accident-facts"].run(actor_of(request), claim.case, given, at)
    except DomainError as refusal:
        return str(refusal)
    return ""


def _seen(request: HttpRequest) -> int | None:
    """The revision of the case that stood in the form, so that two people do not overwrite."""
    typed = request.POST.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def _worked_out(
    claim: Claim, losses: Sequence[Loss], facts: Mapping[str, Any], at: datetime
) -> Settled | str:
    """The sum, or the sentence that says why there is none."""
    try:
        return settled(claim, losses, at=at, entered=facts)
    except DomainError as refusal:
        return str(refusal)


def _peers(claim: Claim, loss: Loss, at: datetime) -> Peers | None:
    """How the assessed sum compares with similar ones; nothing while there are none."""
    assessment = claims.newest_assessments([loss]).get(loss.pk)
    if assessment is None:
        return None
    found = peers(claim, loss, assessment.approved, at=at)
    return found if found.count else None


def _parts(
    claim: Claim,
    losses: Sequence[Loss],
    found: Settled | str,
    stands: Settled | str,
    at: datetime,
) -> list[Part]:
    if not isinstance(found, Settled):
        return []
    lines = lines_of(
        sheet_of(found), claim, losses, language=get_language() or "en", worked_out_at=at, at=at
    )
    agreed = claims.accepted(claim.case)
    before = stands.losses if isinstance(stands, Settled) and stands is not found else {}
    return [
        replace(
            _part(claim, loss, found, before.get(loss.ordinal), lines, _peers(claim, loss, at)),
            accepted_at=agreed.get(loss.ordinal),
        )
        for loss in losses
        if loss.ordinal in found.losses
    ]


def _part(
    claim: Claim,
    loss: Loss,
    found: Settled,
    before: Any,
    lines: Sequence[Line],
    alike: Peers | None,
) -> Part:
    ours = found.losses[loss.ordinal]
    changed = before is not None and before.amount != ours.amount
    return Part(
        loss=loss,
        name=loss.title or labels.word(labels.LOSS_KINDS, loss.kind),
        amount=Money(ours.amount, claim.currency),
        covers=tuple(
            (cover_name(one.cover), Money(one.amount, claim.currency)) for one in ours.covers
        ),
        before=Money(before.amount, claim.currency) if changed else None,
        peers=alike,
        made=loss.stage not in _NOT_MADE,
        lines=tuple(
            Shown(line, Money(line.amount, claim.currency), tuple(line.figures.items()))
            for line in lines
            if line.loss == str(loss.ordinal)
        ),
    )


def _debts(claim: Claim, found: Settled | str) -> list[tuple[str, Money]]:
    if not isinstance(found, Settled):
        return []
    return [(one.debtor, Money(one.total, claim.currency)) for one in found.debts if one.total]


def _total(claim: Claim, found: Settled | str) -> Money | None:
    if not isinstance(found, Settled):
        return None
    whole = sum((one.amount for one in found.losses.values()), Decimal(0))
    return Money(whole, claim.currency)


@require_safe
@desk()
def sheet(request: HttpRequest, number: str, loss: int) -> HttpResponse:
    """The accident of the newest calculation, as `yinuo settle` reads it, to work it out again.

    The header Digest is that of the whole sheet, which the timeline holds as well.
    """
    claim = claims.get_for(actor_of(request), number)
    newest = next((one for one in claims.calculations(claim) if one.loss.ordinal == loss), None)
    if newest is None or not newest.sheet:
        raise Http404
    record(request, what="desk.settlement.sheet", case_id=claim.case_id)
    answer = JsonResponse(newest.sheet["accident"], json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{number}-{loss}.json"'
    answer["Digest"] = f"sha-256={newest.digest}"
    return answer

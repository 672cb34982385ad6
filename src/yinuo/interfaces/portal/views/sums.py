"""Asking about a line of the sum, and the published rates and limits that every sum rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.statements import lines_of
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common import formdata, inputs, labels, vehicle_words
from yinuo.interfaces.common.actions import CLAIM_ACTIONS
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.present import Cell, CellKind, Column, Money, Table
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import ClaimVisit, now, own_claim, see_other
from yinuo.kit import clock_words
from yinuo.kit.errors import DomainError
from yinuo.kit.rules import Rule
from yinuo.settlement.rulefile import CompulsoryLimits, DutyShares, SettlementRules


@require_http_methods(["GET", "HEAD", "POST"])
@own_claim("portal.ask_about_sum")
def ask(request: HttpRequest, visit: ClaimVisit, loss: int) -> HttpResponse:
    """A question about a line of the sum, or an objection to it; it stands beside that line."""
    if not any(one.ordinal == loss for one in visit.claim.losses.all()):
        raise Http404
    line = request.GET.get("line", "")[:50]
    back = f"{case_page(visit.case.number)}#decision"
    kind, body = request.POST.get("kind", "question"), request.POST.get("body", "")
    form = _form(kind, body)
    if request.method == "POST":
        typed = formdata.read(inputs.SumQuestionInput, _posted(loss, line, body))
        if typed.given is not None:
            noun = "sum-objection" if kind == "objection" else "sum-question"
            try:
                CLAIM_ACTIONS[noun].run(visit.actor, visit.case, typed.given, visit.at)
            except DomainError as refusal:
                typed = typed.refused(refusal)
            else:
                messages.success(request, _("It is with us. The answer comes beside the line."))
                return see_other(back)
        form = _form(kind, body, typed.errors, typed.general)
    context = {
        "number": visit.case.number,
        "back_url": back,
        "form": form,
        "sentence": _sentence(visit, loss, line),
        "question_limit": _limit("claims.question_answer", visit),
        "objection_limit": _limit("claims.objection_answer", visit),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/ask_sum.html", context, status=status)


@require_POST
@own_claim("portal.accept_decision")
def accept(request: HttpRequest, visit: ClaimVisit, loss: int) -> HttpResponse:
    """The customer agrees with the decision; the promise to send the money begins."""
    try:
        given = inputs.OneLossInput(loss=loss)
        CLAIM_ACTIONS["acceptance"].run(visit.actor, visit.case, given, visit.at)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Thank you. You have accepted our decision; we send the money.")
        )
    return see_other(f"{case_page(visit.case.number)}#decision")


def _posted(loss: int, line: str, body: str) -> QueryDict:
    """As the form would send it; loss and line stand in the address."""
    posted = QueryDict(mutable=True)
    posted.update({"loss": str(loss), "line": line, "body": body})
    return posted


_KINDS: labels.Words = {
    "question": gettext_noop("I have a question"),
    "objection": gettext_noop("I do not agree"),
}


def _form(
    kind: str, body: str, errors: Mapping[str, str] | None = None, general: tuple[str, ...] = ()
) -> FormState:
    fields = (
        FieldState(
            name="kind",
            label=_("What is it?"),
            kind=FieldKind.RADIO_CARDS,
            options=tuple(Option(value, _(label)) for value, label in _KINDS.items()),
            value=kind if kind in _KINDS else "question",
        ),
        FieldState(
            name="body",
            label=_("Say it in your own words"),
            help=_("If you do not agree: which part, and why. You can send papers too."),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=inputs.TEXT,
            value=body,
        ),
    )
    return bind(fields, {}, errors, general)


def _sentence(visit: ClaimVisit, loss: int, key: str) -> str:
    """The line that is asked about, as it stood on the page."""
    if not key:
        return ""
    newest = next((d for d in claims.decisions(visit.claim) if d.loss.ordinal == loss), None)
    if newest is None or not newest.calculation.sheet:
        return ""
    lines = lines_of(
        newest.calculation.sheet, visit.claim, list(visit.claim.losses.all()),
        language=visit.language, worked_out_at=newest.calculation.made_at, at=visit.at, loss=loss,
    )  # fmt: skip
    return next((line.sentence for line in lines if line.key == key), "")


def _limit(promise: str, visit: ClaimVisit) -> str:
    limit = rulebook.promise_rule(promise, at=visit.at)[0].limit
    return clock_words.amount(limit.amount, limit.unit, clock_words.patterns(visit.language))


# Published standards ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    tables: tuple[Table, ...]
    note: str = ""


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    """Rates and limits with their dates and sources, for everybody; the same that settle() uses."""
    at = now()
    rules = rulebook.rules(SettlementRules, at=at)
    language = language_of(get_language() or "")
    context = {
        "groups": [
            Group(_("Compulsory cover: the most it pays"), tuple(_limits(rules.limits))),
            Group(_("Share of the fault"), (_duties(rules),), _source(rules.duty.ratios.source)),
            Group(
                _("What a car loses in value each month"),
                (_monthly(rules.value.monthly_percent),),
                _source(rules.value.monthly_percent.source),
            ),
        ],
        "clauses": knowledge.clauses(None, language, at=at).values(),
    }
    return render(request, "portal/standards.html", context)


_MARKS = re.compile(r"\s*\((?:S|K)[:-][^)]*\)")


def _source(source: str) -> str:
    """Where a rule comes from, without the marks by which we know how sure we are."""
    return _MARKS.sub("", source)


def _limits(rows: Mapping[str, Rule[CompulsoryLimits]]) -> Iterator[Table]:
    for rule in rows.values():
        since = rule.from_.isoformat() if rule.from_ else "—"
        until = rule.until.isoformat() if rule.until else _("today")
        yield Table(
            caption=_("Accidents from %(since)s to %(until)s") % {"since": since, "until": until},
            columns=(
                Column(_("Cover")),
                Column(_("At fault"), numeric=True),
                Column(_("Not at fault"), numeric=True),
            ),
            rows=tuple(
                (
                    Cell(value=label),
                    _money(getattr(rule.value.liable, item)),
                    _money(getattr(rule.value.not_liable, item)),
                )
                for item, label in (
                    ("death", _("Death and disability")),
                    ("medical", _("Medical cost")),
                    ("property", _("Property")),
                )
            ),
            now=now(),
        )


def _money(amount: Decimal) -> Cell:
    return Cell(kind=CellKind.MONEY, value=Money(amount, "CNY"))


_DUTY: labels.Words = {
    "full": gettext_noop("all of the fault"),
    "main": gettext_noop("main fault"),
    "equal": gettext_noop("equal fault"),
    "minor": gettext_noop("minor fault"),
    "none": gettext_noop("no fault"),
}


def _duties(rules: SettlementRules) -> Table:
    def percent(shares: DutyShares, duty: str) -> Cell:
        return Cell(value=f"{(getattr(shares, duty) * 100).normalize():f} %")

    return Table(
        caption=_("How much somebody answers for"),
        columns=(
            Column(_("Degree")),
            Column(_("Share of the loss"), numeric=True),
            Column(_("Kept under the 2014 text"), numeric=True),
        ),
        rows=tuple(
            (
                Cell(value=labels.word(_DUTY, duty)),
                Cell(value=_("all of it, divided by the cars"))
                if duty == "equal"
                else percent(rules.duty.ratios.value, duty),
                percent(rules.duty.rates_own_damage.value, duty),
            )
            for duty in _DUTY
        ),
        now=now(),
    )


def _monthly(rule: Rule[dict[str, dict[str, Decimal]]]) -> Table:
    def percent(klass: str, use: str) -> Cell:
        found = rule.value.get(klass, {}).get(use)
        return Cell(value=f"{found.normalize():f} %" if found is not None else "—")

    return Table(
        caption=_("Of the new price, for each whole month"),
        columns=(
            Column(_("Vehicle")),
            *(
                Column(labels.word(vehicle_words.USES, use), numeric=True)
                for use in vehicle_words.USES
            ),
        ),
        rows=tuple(
            (
                Cell(value=labels.word(vehicle_words.CLASSES, klass)),
                *(percent(klass, use) for use in vehicle_words.USES),
            )
            for klass in rule.value
        ),
        now=now(),
    )

"""Calculation, refusal, review, approval, decision: the sum and who answers for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims import commands, letters
from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.comparing import peers
from yinuo.areas.claims.models import Calculation, Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.people.rules import names_of_roles
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import SumLine, SumSheet
from yinuo.interfaces.common.sums import cover_name
from yinuo.interfaces.desk.sheets import lines
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk
from yinuo.interfaces.desk.sheets.clauses import clause_options
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, fact, form_of, told
from yinuo.interfaces.desk.sheets.people import names_of, payee_options
from yinuo.interfaces.desk.sheets.rows import row_fields, rows_in
from yinuo.kit.errors import DomainError

_STEPS = {
    "asked": gettext_noop("Asked"),
    "approved": gettext_noop("Approved in the assessment"),
    "within_limit": gettext_noop("Within the limit of the cover"),
    "advanced": gettext_noop("Paid in advance"),
    "deductible": gettext_noop("Kept by the contract (deductible and rate)"),
}


def sum_of(desk: ClaimDesk, steps: Any, amount: Decimal, caption: str) -> SumSheet:
    """The steps of a calculation as the part shows them."""
    shown = [_sum_line(desk, step) for step in steps]
    return SumSheet(
        caption=caption,
        lines=tuple(line for line in shown if line),
        total_label=_("To be paid"),
        total=desk.money(amount),
    )


def _sum_line(desk: ClaimDesk, step: dict[str, str]) -> SumLine | None:
    if step["step"] == "paid_by":
        label = _("Paid by %(cover)s") % {"cover": cover_name(step["cover"])}
    elif step["step"] in _STEPS:
        label = labels.word(_STEPS, step["step"])
    else:
        return None
    return SumLine(
        label=label, amount=desk.money(Decimal(step["value"])), formula=_formula(desk, step)
    )


def _formula(desk: ClaimDesk, step: dict[str, str]) -> str:
    if step["step"] == "within_limit" and step.get("limit"):
        limit = desk.money(Decimal(step["limit"]))
        return _("The cover pays at most %(limit)s.") % {"limit": limit}
    return ""


def calculation(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    context: dict[str, object] = {"form": form_of([], typed)}
    if desk.loss is None:
        return context
    newest = lines.newest(desk, desk.loss)
    if newest is not None:
        caption = _("Assessment, version %(version)s") % {"version": newest.version}
        context["assessment"] = lines.shown(desk, newest, caption)
    try:
        found = commands.preview(loss=_with_claim(desk, desk.loss), at=desk.at)
    except DomainError as refusal:
        context["problem"] = str(refusal)
        return context
    context["sum"] = sum_of(desk, found.steps, found.amount, _("The sum as it would be now"))
    return context


def _with_claim(desk: ClaimDesk, loss: Loss) -> Loss:
    loss.claim = desk.claim
    return loss


def refusal(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    options = clause_options(desk)

    def row(prefix: str) -> tuple[FieldState, ...]:
        return _reason(prefix, options)

    fields = row_fields(typed, "reasons", row)
    form = form_of(fields, typed)
    reasons = rows_in(
        form,
        typed,
        "reasons",
        row,
        title=_("Reasons and clauses"),
        add=_("Another reason"),
        hint=_(
            "The customer reads these words. Say what happened, why it is not covered, "
            "and where it says so."
        ),
    )
    return {"form": form, "groups": (reasons,)}


def _reason(prefix: str, clauses: tuple[Option, ...]) -> tuple[FieldState, ...]:
    return (
        FieldState(
            name=f"{prefix}-reason",
            label=_("Reason"),
            kind=FieldKind.TEXTAREA,
            rows=2,
            maxlength=400,
            required=True,
        ),
        FieldState(
            name=f"{prefix}-clause",
            label=_("Clause"),
            kind=FieldKind.SELECT,
            options=clauses,
            placeholder=_("Choose, or name another one below"),
            help=_("The letter says it in the plain words of the library."),
        ),
        FieldState(
            name=f"{prefix}-own_clause",
            label=_("Another clause, as the policy names it"),
            help=_("Only for what the library does not have, such as a special agreement."),
            maxlength=200,
        ),
        FieldState(
            name=f"{prefix}-plain",
            label=_("What it says, in plain words"),
            kind=FieldKind.TEXTAREA,
            rows=2,
            maxlength=400,
        ),
    )


def review(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    found = _calculation(desk, Calculation.Verdict.WAITING)
    return {"form": form_of([], typed), **_shown(desk, found)}


def review_return(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    found = _calculation(desk, Calculation.Verdict.WAITING)
    return {"form": form_of([_why_back("reason")], typed), **_shown(desk, found)}


def approval(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    found = _calculation(desk, Calculation.Verdict.CONFIRMED)
    context = {"form": form_of([], typed), **_shown(desk, found)}
    if found is not None:
        context["authority"] = _authority(desk, found)
    return context


def approval_return(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    found = _calculation(desk, Calculation.Verdict.CONFIRMED)
    return {"form": form_of([_why_back("reason")], typed), **_shown(desk, found)}


def _why_back(name: str) -> FieldState:
    return FieldState(
        name=name,
        label=_("What has to change"),
        kind=FieldKind.TEXTAREA,
        required=True,
        maxlength=4000,
    )


def _calculation(desk: ClaimDesk, verdict: str) -> Calculation | None:
    return next(
        (
            one
            for one in claims.calculations(desk.claim)
            if desk.loss is not None and one.loss_id == desk.loss.pk and one.verdict == verdict
        ),
        None,
    )


def _shown(desk: ClaimDesk, found: Calculation | None) -> dict[str, object]:
    """A calculation with who made it and what it rests on."""
    if found is None or desk.loss is None:
        return {"problem": _("There is no calculation to look at.")}
    names = names_of([found.made_by, found.reviewed_by])
    newest = lines.newest(desk, desk.loss)
    caption = _("Calculation, version %(version)s") % {"version": found.version}
    context: dict[str, object] = {
        "calculation": found,
        "outcome": labels.word(labels.OUTCOMES, found.outcome),
        "sum": sum_of(desk, found.steps, found.amount, caption),
        "reasons": found.reasons,
        "facts": (
            fact(_("Calculated by"), names.get(found.made_by, found.made_by)),
            fact(_("Reviewed by"), names.get(found.reviewed_by, found.reviewed_by) or "—"),
            fact(_("Outcome"), labels.word(labels.OUTCOMES, found.outcome)),
        ),
        "own_work": found.made_by == desk.actor.id,
        "settlement_url": reverse("desk:settlement", args=[desk.case.number]),
    }
    if newest is not None:
        caption = _("Assessment, version %(version)s") % {"version": newest.version}
        context["assessment"] = lines.shown(desk, newest, caption)
        context["peers"] = peers_of(desk, newest.approved)
    return context


def peers_of(desk: ClaimDesk, amount: Decimal) -> Context | None:
    """How the assessed sum compares with similar ones; None while there are none."""
    if desk.part is None:
        return None
    found = peers(desk.claim, desk.part, amount, at=desk.at)
    if not found.count:
        return None
    return {"count": found.count, "middle": desk.money(found.middle), "outlier": found.outlier}


def _authority(desk: ClaimDesk, found: Calculation) -> Context:
    """Whose signature this sum needs, and whether this person's is enough."""
    limits = rulebook.rules(ClaimsRules, at=desk.at).authority.limits.value
    allowed = limits.allows(desk.actor.roles, desk.case.care, found.amount)
    roles = limits.roles_for(desk.case.care, found.amount)
    if found.outcome == "refuse":
        allowed = allowed and limits.allows_refusal(desk.actor.roles)
        refusers = {line.role for line in limits.lines if line.refusals}
        roles = tuple(role for role in roles if role in refusers)
    return {
        "allowed": allowed,
        "roles": str(names_of_roles(roles)),
        "amount": desk.money(found.amount),
        "klass": labels.word(labels.CLASSES, desk.case.care),
    }


def decision(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    found = _calculation(desk, Calculation.Verdict.CONFIRMED)
    pays = found is not None and found.outcome != "refuse" and found.amount > 0

    def share(prefix: str) -> tuple[FieldState, ...]:
        return (
            FieldState(
                name=f"{prefix}-person",
                label=_("Who receives it"),
                kind=FieldKind.SELECT,
                options=payee_options(desk),
            ),
            FieldState(name=f"{prefix}-amount", label=_("Share"), kind=FieldKind.MONEY),
        )

    form = form_of([*row_fields(typed, "shares", share, least=0), *_words(desk, typed)], typed)
    shares = rows_in(
        form,
        typed,
        "shares",
        share,
        least=0,
        title=_("Shares"),
        add=_("Divide it among several"),
        hint=_payee_help(desk),
    )
    context = {"form": form, **_shown(desk, found), "groups": (shares,) if pays else ()}
    if found is not None and desk.loss is not None:
        context["letter_url"] = reverse("desk:letter", args=[desk.case.number, desk.loss.ordinal])
    if found is not None:
        context["told"] = _letter(desk, found)
        context["told_open"] = True
    return context


def _words(desk: ClaimDesk, typed: Typed[Any]) -> list[FieldState]:
    """The first words of the letter, as the text has them, for a person to change."""
    if desk.loss is None:
        return []
    about = letters.subject_of(desk.claim, desk.loss.ordinal, at=desk.at)
    if about is None:
        return []
    return [
        FieldState(
            name="words",
            label=_("First words of the letter"),
            help=_("The letter goes out with the decision; the sum, the clauses and the ways to "
                   "go on are added by themselves."),
            kind=FieldKind.TEXTAREA,
            value=letters.opening(about).body,
            rows=7,
            maxlength=4000,
        )
    ]  # fmt: skip


def _payee_help(desk: ClaimDesk) -> str:
    loss = desk.loss
    owner = loss.owner if loss else None
    if owner is None and loss is not None and loss.kind == "own_vehicle":
        owner = desk.case.customer
    if owner is None:
        return _("Say who receives the money.")
    return _("Without shares %(name)s receives all of it.") % {"name": owner.name}


def _letter(desk: ClaimDesk, found: Calculation) -> object:
    event = "claim.refused" if found.outcome == "refuse" else "claim.decided"
    data = {"outcome": found.outcome, "amount": str(found.amount)}
    facts = {
        "amount": found.amount,
        "asked": found.asked,
        "approved": found.approved,
        "deductible": found.deductible,
        "reasons": found.reasons,
        "loss": desk.loss.title if desk.loss else "",
        "letter": True,
    }
    return told(desk, event, data=data, facts=facts)


_SUM = "desk/sheets/sum.html"
SHEETS = {
    "calculation": Sheet(
        build=calculation,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Send it to review"),
        done=gettext_noop("The sum waits for review by a second person."),
    ),
    "refusal-proposal": Sheet(
        build=refusal,
        about_part=True,
        submit=gettext_noop("Propose to refuse"),
        confirm=gettext_noop("A refusal goes to review and approval. Propose it?"),
        done=gettext_noop("The proposal waits for review by a second person."),
    ),
    "review": Sheet(
        build=review,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Confirm the sum"),
        done=gettext_noop("The sum is confirmed and waits for approval."),
    ),
    "review-return": Sheet(
        build=review_return,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Send it back"),
        done=gettext_noop("The sum went back with what has to change."),
    ),
    "approval": Sheet(
        build=approval,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Approve"),
        done=gettext_noop("The sum is approved; the decision can be told."),
    ),
    "approval-return": Sheet(
        build=approval_return,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Send it back"),
        done=gettext_noop("The sum went back with what has to change."),
    ),
    "decision": Sheet(
        build=decision,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Decide and tell the customer"),
        confirm=gettext_noop("The customer is told at once and this cannot be undone. Decide now?"),
        done=gettext_noop("It is decided and the customer is told."),
    ),
}

"""预付: what is surely due, what waits for approval and whose signature it needs, what is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims import advances
from yinuo.areas.claims.commands.advancing import surely_due
from yinuo.areas.claims.commands.common import Locked
from yinuo.areas.claims.models import Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.approvals.models import Approval
from yinuo.core.people.rules import names_of_roles
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import inputs, labels
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Fact
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, fact, form_of
from yinuo.interfaces.desk.sheets.people import names_of
from yinuo.interfaces.desk.sheets.plain import plain_context
from yinuo.kit.errors import DomainError


def proposal(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    facts: list[Fact] = []
    context = plain_context(desk, typed, inputs.AdvanceInput)
    if desk.loss is not None:
        try:
            held = Locked(desk.case, desk.claim, desk.losses)
            due = surely_due(held, desk.loss, at=desk.at)
        except DomainError as refusal:
            return {**context, "problem": str(refusal)}
        facts.append(fact(_("Surely due by now"), desk.money(due)))
        before = advances.advanced([desk.loss]).get(desk.loss.pk)
        if before:
            facts.append(fact(_("Paid in advance"), desk.money(before)))
    return {**context, "facts": tuple(facts)}


def approval(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    context: dict[str, object] = {"form": form_of([], typed)}
    waiting = _waiting(desk.loss) if desk.loss else None
    if waiting is None:
        return {**context, "problem": _("No advance waits for approval.")}
    limits = rulebook.rules(ClaimsRules, at=desk.at).authority.limits.value
    roles = limits.roles_for(desk.case.care, waiting.amount)
    return {
        **context,
        "facts": _facts(desk, waiting),
        "own_work": waiting.requested_by == desk.actor.id,
        "authority": {
            "allowed": limits.allows(desk.actor.roles, desk.case.care, waiting.amount),
            "roles": str(names_of_roles(roles)),
            "amount": desk.money(waiting.amount),
            "klass": labels.word(labels.CLASSES, desk.case.care),
        },
    }


def refusal(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    context = plain_context(desk, typed, inputs.ReturnInput)
    waiting = _waiting(desk.loss) if desk.loss else None
    return {**context, "facts": _facts(desk, waiting) if waiting else ()}


def payment(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    context: dict[str, object] = {"form": form_of([], typed)}
    ready = advances.to_send(desk.case, desk.loss) if desk.loss else []
    if not ready:
        return {**context, "problem": _("No approved advance is still to be sent.")}
    amount = sum((one.amount for one in ready), Decimal(0))
    return {**context, "facts": (fact(_("Approved"), desk.money(amount)),)}


def _waiting(loss: Loss) -> Approval | None:
    return Approval.objects.filter(
        case=loss.claim_id,
        subject=advances.advance_subject(loss),
        kind=advances.ADVANCE,
        verdict=Approval.Verdict.WAITING,
    ).first()


def _facts(desk: ClaimDesk, waiting: Approval) -> tuple[Fact, ...]:
    names = names_of([waiting.requested_by])
    return (
        fact(_("Advance"), desk.money(waiting.amount)),
        fact(_("Proposed by"), names.get(waiting.requested_by, waiting.requested_by)),
    )


_SUM = "desk/sheets/sum.html"
SHEETS = {
    "advance": Sheet(
        build=proposal,
        template=_SUM,
        about_part=True,
        done=gettext_noop("The advance waits for approval by a second person."),
    ),
    "advance-approval": Sheet(
        build=approval,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Approve"),
        done=gettext_noop("The advance is approved; the cashier sends it."),
    ),
    "advance-return": Sheet(
        build=refusal,
        template=_SUM,
        about_part=True,
        submit=gettext_noop("Send it back"),
        done=gettext_noop("The advance went back with the reason."),
    ),
    "advance-payment": Sheet(
        build=payment,
        template=_SUM,
        about_part=True,
        done=gettext_noop("The advance leaves with the next batch; the customer is told."),
    ),
}

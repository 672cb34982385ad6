"""The decision line by line, and what became of the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import AssessmentLine, Claim, Decision
from yinuo.core.payments import queries as payments
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common.present import Money, SumLine, SumSheet, Tag, Tone
from yinuo.interfaces.portal import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason with the clause that it rests on."""

    reason: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided about one thing that was harmed."""

    title: str
    at: datetime
    refused: bool
    sum: SumSheet | None
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment to the reader, its account shown by the last four digits."""

    amount: Money
    account: str
    state: Tag
    at: datetime


def decided(claim: Claim) -> tuple[Decided, ...]:
    """The decision in force on each loss."""
    newest: dict[int, Decision] = {}
    for decision in claims.decisions(claim):
        newest.setdefault(decision.loss_id, decision)
    return tuple(_decided(decision) for decision in newest.values())


def _decided(decision: Decision) -> Decided:
    loss = decision.loss
    title = sentences.loss_name(loss.kind, loss.title)
    refused = decision.outcome == "refuse"
    return Decided(
        title=title,
        at=decision.decided_at,
        refused=refused,
        sum=None if refused else _sheet(decision, title),
        # The reasons of a cut stand beside its line already.
        grounds=_grounds(decision) if refused else (),
    )


def _grounds(decision: Decision) -> tuple[Ground, ...]:
    return tuple(
        Ground(reason=one.get("reason", ""), clause=one.get("clause", ""))
        for one in decision.reasons
    )


def _sheet(decision: Decision, title: str) -> SumSheet:
    return SumSheet(
        caption=_("How the sum for “%(what)s” comes about") % {"what": title},
        lines=tuple(_lines(decision)),
        total_label=_("We pay"),
        total=Money(decision.amount, decision.currency),
    )


def _lines(decision: Decision) -> Iterator[SumLine]:
    calculation, currency = decision.calculation, decision.currency
    if calculation.assessment is not None:
        for line in calculation.assessment.lines.all():
            yield _line(line, currency)
    else:
        yield SumLine(label=_("Approved"), amount=Money(calculation.approved, currency))
    beyond = calculation.approved - calculation.deductible - calculation.amount
    if beyond > 0:
        yield SumLine(
            label=_("Above the limit of your cover"),
            amount=Money(-beyond, currency),
            formula=_("Your policy pays at most the limit agreed in it."),
        )
    if calculation.deductible > 0:
        yield SumLine(
            label=_("Less your own part (deductible)"),
            amount=Money(-calculation.deductible, currency),
            formula=_("As agreed in your policy."),
        )


def _line(line: AssessmentLine, currency: str) -> SumLine:
    cut = line.approved < line.asked
    said = ""
    if cut:
        said = _("Asked %(asked)s, approved %(approved)s: %(reason)s") % {
            "asked": Money(line.asked, currency),
            "approved": Money(line.approved, currency),
            "reason": line.reason,
        }
    count = "" if line.quantity == Decimal(1) else f" × {line.quantity.normalize():f}"
    clause = _("Clause: %(clause)s") % {"clause": line.clause} if line.clause else ""
    return SumLine(
        label=f"{line.name}{count}",
        amount=Money(line.approved, currency),
        formula=said,
        clause=clause,
    )


_TONES = {"arrived": Tone.JADE, "returned": Tone.AMBER}


def paid(claim: Claim, actor: Actor) -> tuple[Paid, ...]:
    """The reader's own payments, the newest first; what others receive is not shown."""
    rows = [row for row in payments.payments_of(claim.case) if row.payee_id == actor.person_id]
    return tuple(
        Paid(
            amount=Money(row.amount, row.currency),
            account=row.account.number_last4,
            state=Tag(
                _(sentences.PAYMENT_STATES[row.status]),
                _TONES.get(row.status, Tone.PINE),
                {"arrived": "check", "returned": "warn"}.get(row.status, "clock"),
            ),
            at=row.arrived_at or row.returned_at or row.made_at,
        )
        for row in reversed(rows)
    )

"""The sums of a claim: assessments line by line, calculations step by step, decisions, payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims.models import Claim
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.fields import LineRow, LineSheet
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Fact,
    Money,
    SumLine,
    SumSheet,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.common.sums import cover_name
from yinuo.interfaces.desk.timeline import actor_name
from yinuo.overview.claimfile import (
    AssessmentRow,
    CalculationRow,
    ClaimFile,
    DecisionRow,
    PaymentRow,
)

SUM_STEPS: labels.Words = {
    "asked": gettext_noop("Asked for"),
    "approved": gettext_noop("Approved in the assessment"),
    "within_limit": gettext_noop("Within the limit of the cover"),
    "deductible": gettext_noop("Kept by the contract (deductible and rate)"),
}
VERDICTS: labels.Words = {
    "waiting": gettext_noop("Waits for a second person"),
    "confirmed": gettext_noop("Confirmed"),
    "returned": gettext_noop("Returned"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an assessment or a calculation with who made it."""

    title: str
    facts: tuple[Fact, ...]
    sheet: LineSheet | None = None
    sum: SumSheet | None = None
    newest: bool = True


def assessments_of(
    file: ClaimFile, claim: Claim, names: Mapping[str, str], now: datetime
) -> list[Version]:
    seen: set[int] = set()
    found = []
    for row in file.assessments:
        found.append(_assessment(row, file, claim, names, now, newest=row.loss not in seen))
        seen.add(row.loss)
    return found


def _assessment(
    row: AssessmentRow,
    file: ClaimFile,
    claim: Claim,
    names: Mapping[str, str],
    now: datetime,
    *,
    newest: bool,
) -> Version:
    lines = tuple(
        LineRow(
            kind=labels.word(labels.LINE_KINDS, line.kind),
            description=line.name,
            quantity=f"{line.quantity.normalize():f}",
            asked=Money(line.asked, claim.currency),
            approved=Money(line.approved, claim.currency),
            reason=line.reason,
        )
        for line in file.lines
        if line.assessment == row.id
    )
    title = _version(row.loss, row.version)
    sheet = LineSheet(
        caption=title,
        rows=lines,
        asked=Money(row.asked, claim.currency),
        approved=Money(row.approved, claim.currency),
    )
    facts = [_made(row.made_by, row.made_at, names, now)]
    if row.repair_shop:
        facts.append(Fact(_("Repair shop"), row.repair_shop))
    if row.remark:
        facts.append(Fact(_("Remark"), row.remark))
    return Version(title, tuple(facts), sheet=sheet, newest=newest)


def _version(loss: int, version: int) -> str:
    return _("Loss %(loss)s · version %(version)s") % {"loss": loss, "version": version}


def _made(by: str, at: datetime, names: Mapping[str, str], now: datetime) -> Fact:
    return Fact(_("Made by"), actor_name(by, names, _("the customer")), wording.near_time(at, now))


def calculations_of(file: ClaimFile, names: Mapping[str, str], now: datetime) -> list[Version]:
    seen: set[int] = set()
    found = []
    for row in file.calculations:
        found.append(_calculation(row, names, now, newest=row.loss not in seen))
        seen.add(row.loss)
    return found


def _calculation(
    row: CalculationRow, names: Mapping[str, str], now: datetime, *, newest: bool
) -> Version:
    facts = [
        Fact(_("Outcome"), labels.word(labels.OUTCOMES, row.outcome)),
        _made(row.made_by, row.made_at, names, now),
        Fact(
            _("Review"),
            labels.word(VERDICTS, row.verdict),
            actor_name(row.reviewed_by, names, "") if row.reviewed_by else "",
        ),
    ]
    if row.review_remark:
        facts.append(Fact(_("Remark"), row.review_remark))
    facts += _reasons(row.reasons)
    title = _version(row.loss, row.version)
    return Version(title, tuple(facts), sum=sum_sheet(row, title), newest=newest)


def sum_sheet(row: CalculationRow, caption: str) -> SumSheet:
    """The sum line by line, as the calculation kept it."""
    lines = []
    for step in row.steps:
        name = str(step.get("step", ""))
        if name == "paid_by":
            label = _("Paid by %(cover)s") % {"cover": cover_name(str(step.get("cover", "")))}
            paid = Money(Decimal(str(step.get("value") or 0)), row.currency)
            lines.append(SumLine(label=label, amount=paid))
            continue
        if name not in SUM_STEPS:
            continue
        amount = Decimal(str(step.get("value") or 0))
        limit = str(step.get("limit") or "")
        formula = (
            _("limit %(amount)s") % {"amount": Money(Decimal(limit), row.currency)}
            if (limit)
            else ""
        )
        value = Money(amount, row.currency)
        lines.append(SumLine(label=labels.word(SUM_STEPS, name), amount=value, formula=formula))
    return SumSheet(
        caption=caption,
        lines=tuple(lines),
        total_label=_("Sum"),
        total=Money(row.amount, row.currency),
    )


def _reasons(reasons: Sequence[Mapping[str, object]]) -> list[Fact]:
    return [
        Fact(_("Reason"), str(one.get("reason", "")), str(one.get("clause", ""))) for one in reasons
    ]


def decision_of(row: DecisionRow, names: Mapping[str, str], now: datetime) -> tuple[Fact, ...]:
    return (
        Fact(_("Loss"), str(row.loss)),
        Fact(_("Outcome"), labels.word(labels.OUTCOMES, row.outcome)),
        Fact(_("Sum"), Money(row.amount, row.currency)),
        Fact(
            _("Decided by"),
            actor_name(row.decided_by, names, ""),
            wording.near_time(row.decided_at, now),
        ),
        *_reasons(row.reasons),
    )


def payments_of(rows: Sequence[PaymentRow], now: datetime) -> Table:
    shown = tuple(
        (
            Cell(value=row.payee),
            Cell(value=f"**** {row.last_four}", note=row.bank),
            Cell(kind=CellKind.MONEY, value=Money(row.amount, row.currency)),
            Cell(
                kind=CellKind.TAG,
                value=Tag(
                    labels.word(labels.PAYMENTS, row.status),
                    labels.PAYMENT_TONES.get(row.status, Tone.PINE),
                ),
                note=row.return_text,
            ),
            Cell(kind=CellKind.TIME, value=row.arrived_at or row.made_at),
        )
        for row in rows
    )
    columns = (
        Column(_("Payee")),
        Column(_("Account")),
        Column(_("Amount"), numeric=True),
        Column(_("State")),
        Column(_("When")),
    )
    return Table(caption=_("Payments"), columns=columns, rows=shown, now=now)

"""The file of a claim beside its timeline: losses, survey, sums, payments, policy, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.queries import workflow_of
from yinuo.core.documents.queries import Line
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.fields import LineRow, LineSheet
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    DocumentTile,
    Fact,
    Money,
    PaperState,
    SumLine,
    SumSheet,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.desk.timeline import actor_name
from yinuo.overview.claimfile import (
    AssessmentRow,
    CalculationRow,
    ClaimFile,
    DecisionRow,
    PaymentRow,
    SurveyRow,
)

SUM_STEPS: labels.Words = {
    "asked": gettext_noop("Asked for"),
    "approved": gettext_noop("Approved in the assessment"),
    "within_limit": gettext_noop("Within the limit of the cover"),
    "deductible": gettext_noop("Less the deductible"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    losses: Table | None
    report: tuple[Fact, ...]
    surveys: tuple[tuple[Fact, ...], ...]
    assessments: tuple[Version, ...]
    calculations: tuple[Version, ...]
    decisions: tuple[tuple[Fact, ...], ...]
    payments: Table | None
    accounts: tuple[Fact, ...]
    policy: tuple[Fact, ...]
    covers: tuple[Fact, ...]
    told_at_sale: tuple[Fact, ...]
    papers: tuple[DocumentTile, ...]


def sections_of(
    claim: Claim,
    losses: Sequence[Loss],
    file: ClaimFile,
    papers: Sequence[Line],
    names: Mapping[str, str],
    now: datetime,
) -> Sections:
    return Sections(
        losses=_losses(claim, losses, now) if len(losses) > 1 else None,
        report=tuple(_report(claim, losses, now)),
        surveys=tuple(_survey(row, file, now) for row in file.surveys),
        assessments=tuple(_assessments(file, claim, names, now)),
        calculations=tuple(_calculations(file, names, now)),
        decisions=tuple(_decision(row, names, now) for row in file.decisions),
        payments=_payments(file.payments, now) if file.payments else None,
        accounts=tuple(
            Fact(
                one.holder_name,
                f"{one.bank_name} **** {one.last_four}",
                "" if one.confirmed else _("waits for a second person"),
            )
            for one in file.accounts
        ),
        policy=tuple(_policy(claim)),
        covers=tuple(
            Fact(
                labels.word(labels.COVERS, one.kind),
                _money(one.limit, claim.currency) if one.limit is not None else _("no limit"),
                _("deductible %(amount)s") % {"amount": _money(one.deductible, claim.currency)}
                if one.deductible
                else "",
            )
            for one in file.covers
        ),
        told_at_sale=tuple(
            Fact(
                labels.word(labels.TOPICS, one.topic),
                _("Explained") if one.explained else _("Not explained"),
                " · ".join(filter(None, (wording.full_date(one.told_at), one.proof))),
            )
            for one in file.told_at_sale
        ),
        papers=tuple(tile for line in papers for tile in _tiles(claim, line, names, now)),
    )


def _money(amount: Decimal, currency: str) -> Money:
    return Money(amount, currency)


def loss_title(loss: Loss) -> str:
    return loss.title or labels.word(labels.LOSS_KINDS, loss.kind)


def _losses(claim: Claim, losses: Sequence[Loss], now: datetime) -> Table:
    workflow = workflow_of(claim.case)

    def money(amount: Decimal | None) -> Cell:
        value = None if amount is None else Money(amount, claim.currency)
        return Cell(kind=CellKind.MONEY, value=value)

    def stage(loss: Loss) -> Cell:
        label = workflow.parts.state(loss.stage).label if workflow.parts else loss.stage
        closed = loss.ended_at is not None
        return Cell(
            kind=CellKind.TAG, value=labels.state_tag(label, state=loss.stage, closed=closed)
        )

    rows = tuple(
        (
            Cell(value=str(loss.ordinal)),
            Cell(value=loss_title(loss), note=labels.word(labels.LOSS_KINDS, loss.kind)),
            Cell(value=loss.owner.name if loss.owner else "—"),
            stage(loss),
            money(loss.estimate),
            money(loss.reserve),
            money(loss.amount),
        )
        for loss in losses
    )
    columns = (
        Column(_("No.")),
        Column(_("Loss")),
        Column(_("Owner")),
        Column(_("Stage")),
        Column(_("Estimate"), numeric=True),
        Column(_("Reserve"), numeric=True),
        Column(_("Sum"), numeric=True),
    )
    return Table(caption=_("Losses"), columns=columns, rows=rows, now=now)


def _report(claim: Claim, losses: Sequence[Loss], now: datetime) -> list[Fact]:
    facts = [
        Fact(_("Accident"), wording.full_time(claim.accident_at)),
        Fact(_("Place"), claim.place),
        Fact(_("Cause"), labels.word(labels.CAUSES, claim.cause)),
        Fact(_("Reported at"), wording.near_time(claim.reported_at, now), _door(claim)),
    ]
    if len(losses) == 1:
        loss = losses[0]
        severity = labels.word(labels.SEVERITIES, loss.severity)
        facts.append(Fact(_("Loss"), loss_title(loss), severity))
    if claim.injured or claim.dead:
        count = _("%(injured)s hurt, %(dead)s dead") % {
            "injured": claim.injured,
            "dead": claim.dead,
        }
        facts.append(Fact(_("People"), count))
    for label, value in (
        (_("Caller"), claim.reporter_name),
        (_("Driver"), claim.driver_name),
        (_("In the caller's own words"), claim.circumstances),
    ):
        if value:
            facts.append(Fact(label, value))
    return facts


def _door(claim: Claim) -> str:
    return labels.word(labels.DOORS, claim.door)


def _survey(row: SurveyRow, file: ClaimFile, now: datetime) -> tuple[Fact, ...]:
    facts = [
        Fact(_("Surveyor"), row.surveyor, labels.word(labels.MODES, row.mode)),
        Fact(_("Sent"), wording.near_time(row.assigned_at, now)),
    ]
    for label, at in (
        (_("First contact"), row.contacted_at),
        (_("Arrived"), row.arrived_at),
        (_("Completed"), row.completed_at),
        (_("Replaced by another"), row.replaced_at),
    ):
        if at is not None:
            facts.append(Fact(label, wording.near_time(at, now)))
    if row.completed_at is not None:
        facts += [
            Fact(_("Report and scene"), labels.word(labels.AUTHENTICITY, row.authenticity)),
            Fact(_("Liability"), labels.word(labels.LIABILITIES, row.liability)),
            Fact(_("Findings"), row.findings),
        ]
        for part in file.parts:
            degree = labels.word(labels.DEGREES, part.degree)
            facts.append(Fact(_("Loss %(n)s") % {"n": part.loss}, part.part, degree))
        for one in file.injured:
            severity = labels.word(labels.SEVERITIES, one.severity)
            facts.append(Fact(_("Injured person"), severity, one.hospital))
    if row.latitude is not None and row.longitude is not None:
        facts.append(Fact(_("Place"), f"{row.latitude:.5f}, {row.longitude:.5f}"))
    return tuple(facts)


def _assessments(
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


def _calculations(file: ClaimFile, names: Mapping[str, str], now: datetime) -> list[Version]:
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
        if name not in SUM_STEPS:
            continue
        amount = Decimal(str(step.get("value") or 0))
        limit = str(step.get("limit") or "")
        formula = (
            _("limit %(amount)s") % {"amount": _money(Decimal(limit), row.currency)}
            if (limit)
            else ""
        )
        value = Money(-amount if name == "deductible" else amount, row.currency)
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


def _decision(row: DecisionRow, names: Mapping[str, str], now: datetime) -> tuple[Fact, ...]:
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


def _payments(rows: Sequence[PaymentRow], now: datetime) -> Table:
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


def _policy(claim: Claim) -> list[Fact]:
    policy = claim.policy
    vehicle = policy.vehicle
    car = " ".join(filter(None, (vehicle.make, vehicle.model, str(vehicle.model_year or ""))))
    return [
        Fact(_("Policy"), policy.number),
        Fact(_("Policyholder"), policy.holder.name),
        Fact(_("Car"), vehicle.plate or "—", car),
        Fact(_("From"), wording.full_date(policy.starts_at)),
        Fact(_("Until"), wording.full_date(policy.ends_at)),
    ]


_STATES = {
    "received": PaperState.RECEIVED,
    "accepted": PaperState.ACCEPTED,
    "rejected": PaperState.REJECTED,
}


def _tiles(claim: Claim, line: Line, names: Mapping[str, str], now: datetime) -> list[DocumentTile]:
    """A tile for each file of the line; one that says what is missing when there is none."""
    with_file = [one for one in line.documents if one.file_id is not None]
    if not with_file:
        if line.status == "waived":
            return []
        return [
            DocumentTile(
                title=line.name,
                state=PaperState.ASKED,
                state_label=labels.word(labels.PAPERS, line.status),
                now=now,
                reason=line.why,
            )
        ]
    return [
        DocumentTile(
            title=line.name,
            state=_STATES.get(one.status, PaperState.RECEIVED),
            state_label=labels.word(labels.PAPERS, one.status),
            now=now,
            url=reverse("desk:document", args=[one.pk]),
            thumbnail_url=reverse("desk:preview", args=[one.pk])
            if one.file is not None and one.file.width is not None
            else "",
            digest=bytes(one.file.sha256).hex() if one.file is not None else "",
            taken_at=one.taken_at or one.received_at,
            place=f"{one.latitude:.4f}, {one.longitude:.4f}"
            if one.latitude is not None and one.longitude is not None
            else "",
            uploader=actor_name(one.uploaded_by, names, claim.case.customer.name),
            reason=one.rejection,
        )
        for one in with_file
    ]

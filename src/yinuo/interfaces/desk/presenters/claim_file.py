"""The file of a claim beside its timeline: losses, survey, sums, payments, policy, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.queries import workflow_of
from yinuo.core.documents.queries import Line
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    DocumentTile,
    Fact,
    Money,
    PaperState,
    Table,
)
from yinuo.interfaces.desk.presenters import claim_sums as sums
from yinuo.interfaces.desk.timeline import actor_name
from yinuo.overview.claimfile import (
    ClaimFile,
    SurveyRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    losses: Table | None
    report: tuple[Fact, ...]
    surveys: tuple[tuple[Fact, ...], ...]
    assessments: tuple[sums.Version, ...]
    calculations: tuple[sums.Version, ...]
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
        assessments=tuple(sums.assessments_of(file, claim, names, now)),
        calculations=tuple(sums.calculations_of(file, names, now)),
        decisions=tuple(sums.decision_of(row, names, now) for row in file.decisions),
        payments=sums.payments_of(file.payments, now) if file.payments else None,
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

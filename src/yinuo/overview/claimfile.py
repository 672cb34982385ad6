"""Everything that a claim's page shows beside its timeline, read in one statement.

The page must stay quick when a claim has been through every step, so what hangs on a claim is
gathered by the database into one row instead of a query for each kind.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef, Prefetch, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from pydantic import BaseModel, ConfigDict

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import (
    Assessment,
    AssessmentLine,
    Calculation,
    Claim,
    DamagedPart,
    Decision,
    InjuredPerson,
    Loss,
    Survey,
)
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.people.actors import Actor
from yinuo.core.policies.models import Cover, Disclosure
from yinuo.kit.ids import CaseNumber

MOST = 200
MOST_EARLIER = 10
_MARK = "file_"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class SurveyRow(_Row):
    id: int
    round: int
    mode: str
    surveyor: str
    assigned_at: datetime
    contacted_at: datetime | None
    arrived_at: datetime | None
    completed_at: datetime | None
    replaced_at: datetime | None
    authenticity: str
    liability: str
    findings: str
    latitude: float | None
    longitude: float | None


class PartRow(_Row):
    loss: int
    part: str
    degree: str


class InjuredRow(_Row):
    severity: str
    hospital: str


class LineRow(_Row):
    assessment: int
    ordinal: int
    kind: str
    name: str
    quantity: Decimal
    asked: Decimal
    approved: Decimal
    reason: str


class AssessmentRow(_Row):
    id: int
    loss: int
    version: int
    made_by: str
    made_at: datetime
    asked: Decimal
    approved: Decimal
    repair_shop: str
    remark: str


class CalculationRow(_Row):
    loss: int
    version: int
    outcome: str
    amount: Decimal
    currency: str
    steps: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    made_by: str
    made_at: datetime
    verdict: str
    reviewed_by: str
    review_remark: str


class ApprovalRow(_Row):
    subject: str
    kind: str
    level: str
    verdict: str
    requested_by: str
    decided_by: str
    decided_at: datetime | None
    reason: str


class DecisionRow(_Row):
    loss: int
    outcome: str
    amount: Decimal
    currency: str
    reasons: list[dict[str, Any]]
    decided_by: str
    decided_at: datetime


class PaymentRow(_Row):
    id: int
    payee: str
    amount: Decimal
    currency: str
    status: str
    last_four: str
    bank: str
    made_at: datetime
    arrived_at: datetime | None
    return_text: str


class AccountRow(_Row):
    id: int
    holder_name: str
    last_four: str
    bank_name: str
    confirmed: bool


class CoverRow(_Row):
    kind: str
    limit: Decimal | None
    deductible: Decimal


class ToldRow(_Row):
    topic: str
    explained: bool
    proof: str
    told_at: datetime


class NoteRow(_Row):
    id: int
    body: str
    kind: str
    erased: bool
    for_customer: bool


class MessageRow(_Row):
    event: int | None
    reason: str
    to_customer: bool
    staff: str | None
    channel: str
    status: str
    why_not: str
    subject: str
    body: str
    written_at: datetime
    read_at: datetime | None


class CaseRow(_Row):
    number: str
    kind: str
    opened_at: datetime


class ClaimFile(_Row):
    surveys: list[SurveyRow]
    parts: list[PartRow]
    injured: list[InjuredRow]
    assessments: list[AssessmentRow]
    lines: list[LineRow]
    calculations: list[CalculationRow]
    approvals: list[ApprovalRow]
    decisions: list[DecisionRow]
    payments: list[PaymentRow]
    accounts: list[AccountRow]
    covers: list[CoverRow]
    told_at_sale: list[ToldRow]
    notes: list[NoteRow]
    messages: list[MessageRow]
    earlier: list[CaseRow]


def open_claim(actor: Actor, number: str) -> Claim:
    """The claim with case, people, policy and losses. Two statements. Raises cases' NotFound."""
    wanted = str(CaseNumber.parse(number, field="number"))
    found = (
        claims.visible_to(actor)
        .filter(case__number=wanted)
        .select_related(
            "case__customer", "case__handler", "case__branch", "policy__vehicle", "policy__holder"
        )
        .prefetch_related(
            Prefetch("losses", Loss.objects.select_related("owner").order_by("ordinal"))
        )
        .first()
    )
    if found is None:
        raise cases.NotFound("number", number=wanted)
    return found


def read(actor: Actor, claim: Claim) -> ClaimFile:
    """The file of a claim that the actor was let into. One statement."""
    gathered = {
        **_survey_parts(),
        **_sums(),
        **_money(),
        **_policy(claim),
        **_said(),
        "earlier": _earlier(actor, claim.case),
    }
    # A model's own fields may bear the same names, so they are marked inside the statement.
    marked = {f"{_MARK}{name}": rows for name, rows in gathered.items()}
    row: dict[str, Any] = dict(Claim.objects.filter(pk=claim.pk).values(**marked).get())
    return ClaimFile.model_validate({name.removeprefix(_MARK): row[name] for name in marked})


def _many(rows: QuerySet[Any], *plain: str, **named: Any) -> ArraySubquery:
    fields = {**{name: F(name) for name in plain}, **named}
    return ArraySubquery(rows.values(row=JSONObject(**fields))[:MOST])


def _exact(name: str) -> Cast:
    """Amounts as text: a number of JSON would come back as a float."""
    return Cast(name, TextField())


def _survey_parts() -> dict[str, ArraySubquery]:
    claim = OuterRef("pk")
    surveys = Survey.objects.filter(claim=claim).order_by("-round")
    return {
        "surveys": _many(
            surveys,
            *("id", "round", "mode", "assigned_at", "contacted_at", "arrived_at", "completed_at"),
            *("replaced_at", "authenticity", "liability", "findings", "latitude", "longitude"),
            surveyor=F("surveyor__name"),
        ),
        "parts": _many(
            DamagedPart.objects.filter(survey__claim=claim).order_by("loss__ordinal", "pk"),
            *("part", "degree"),
            loss=F("loss__ordinal"),
        ),
        "injured": _many(InjuredPerson.objects.filter(claim=claim), "severity", "hospital"),
    }


def _sums() -> dict[str, ArraySubquery]:
    newest = Assessment.objects.filter(loss__claim=OuterRef("pk"))
    lines = AssessmentLine.objects.filter(assessment__loss__claim=OuterRef("pk"))
    sums = Calculation.objects.filter(loss__claim=OuterRef("pk"))
    decisions = Decision.objects.filter(loss__claim=OuterRef("pk"))
    return {
        "assessments": _many(
            newest.order_by("loss__ordinal", "-version"),
            *("id", "version", "made_by", "made_at", "repair_shop", "remark"),
            loss=F("loss__ordinal"),
            asked=_exact("asked"),
            approved=_exact("approved"),
        ),
        "lines": _many(
            lines.order_by("-assessment", "ordinal"),
            *("ordinal", "kind", "name", "reason"),
            assessment=F("assessment_id"),
            quantity=_exact("quantity"),
            asked=_exact("asked"),
            approved=_exact("approved"),
        ),
        "calculations": _many(
            sums.order_by("loss__ordinal", "-version"),
            *("version", "outcome", "currency", "steps", "reasons", "made_by", "made_at"),
            *("verdict", "reviewed_by", "review_remark"),
            loss=F("loss__ordinal"),
            amount=_exact("amount"),
        ),
        "decisions": _many(
            decisions.order_by("loss__ordinal", "-decided_at"),
            *("outcome", "currency", "reasons", "decided_by", "decided_at"),
            loss=F("loss__ordinal"),
            amount=_exact("amount"),
        ),
    }


def _money() -> dict[str, ArraySubquery]:
    case = OuterRef("pk")
    return {
        "approvals": _many(
            Approval.objects.filter(case=case).order_by("-pk"),
            *("subject", "kind", "level", "verdict", "requested_by", "decided_by", "decided_at"),
            "reason",
        ),
        "payments": _many(
            Payment.objects.filter(case=case).order_by("-pk"),
            *("id", "currency", "status", "made_at", "arrived_at", "return_text"),
            payee=F("payee__name"),
            amount=_exact("amount"),
            last_four=F("account__number_last4"),
            bank=F("account__bank_name"),
        ),
        "accounts": _many(
            PayeeAccount.objects.filter(case=case, replaced_at__isnull=True)
            .annotate(confirmed=_is_set("confirmed_at"))
            .order_by("pk"),
            *("id", "holder_name", "bank_name", "confirmed"),
            last_four=F("number_last4"),
        ),
    }


def _policy(claim: Claim) -> dict[str, ArraySubquery]:
    covers = Cover.objects.filter(policy=claim.policy_id).order_by("pk")
    told = Disclosure.objects.filter(policy=claim.policy_id).order_by("topic")
    return {
        "covers": _many(covers, "kind", limit=_exact("limit"), deductible=_exact("deductible")),
        "told_at_sale": _many(told, "topic", "explained", "proof", "told_at"),
    }


def _said() -> dict[str, ArraySubquery]:
    case = OuterRef("pk")
    messages = Message.objects.filter(case=case).annotate(to_customer=_is_set("person_id"))
    return {
        "notes": _many(
            Note.objects.filter(case=case).annotate(erased=_is_set("erased_at")).order_by("-at"),
            *("id", "body", "kind", "erased", "for_customer"),
        ),
        "messages": _many(
            messages.order_by("-written_at", "-pk"),
            *("reason", "to_customer", "channel", "status", "why_not", "subject", "body"),
            *("written_at", "read_at"),
            event=F("event_id"),
            staff=F("staff__name"),
        ),
    }


def _is_set(name: str) -> Func:
    return Func(F(name), template="(%(expressions)s IS NOT NULL)", output_field=BooleanField())


def _earlier(actor: Actor, case: Case) -> ArraySubquery:
    found = cases.visible_to(actor).filter(customer=case.customer_id).exclude(pk=case.pk)
    rows = found.select_related(None).order_by("-opened_at", "-pk")[:MOST_EARLIER]
    fields = JSONObject(number=F("number"), kind=F("kind"), opened_at=F("opened_at"))
    return ArraySubquery(rows.values(row=fields))


def loss_subject(loss: Loss) -> str:
    """How approvals and promises name the loss."""
    return f"loss:{loss.pk}"

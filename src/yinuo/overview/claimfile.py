"""Everything that a claim's page shows beside its timeline, read in one statement.

The page must stay quick when a claim has been through every step, so what hangs on a claim is
gathered by the database into one row instead of a query for each kind.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from pydantic import BaseModel, ConfigDict

from yinuo.areas.claims.models import Claim
from yinuo.areas.claims.whose import Standing
from yinuo.overview import claimfile_sql

MOST = 200


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


class ClaimFile(_Row):
    standing: Standing
    surveys: list[SurveyRow]
    parts: list[PartRow]
    injured: list[InjuredRow]
    assessments: list[AssessmentRow]
    lines: list[LineRow]
    calculations: list[CalculationRow]
    decisions: list[DecisionRow]
    payments: list[PaymentRow]
    accounts: list[AccountRow]
    covers: list[CoverRow]
    told_at_sale: list[ToldRow]


def read(claim: Claim) -> ClaimFile:
    """The file of a claim that the actor was let into. One statement."""
    values = {"claim": claim.pk, "policy": claim.policy_id, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(claimfile_sql.FILE, values)
        (document,) = cursor.fetchone() or ("{}",)
    return ClaimFile.model_validate_json(document)

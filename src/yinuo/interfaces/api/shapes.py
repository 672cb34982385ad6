"""What the API answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field


class FieldProblemOut(Schema):
    field: str
    code: str
    message: str


class ProblemOut(Schema):
    """RFC 9457, with a stable `code` and what is wrong with each field."""

    type: str
    title: str
    status: int
    code: str
    errors: list[FieldProblemOut]


class PromiseOut(Schema):
    """`left_seconds` is negative when late; `counted` says in words how the time came about."""

    rule: str
    subject: str
    round: int
    title: str
    audience: str
    statutory: bool
    started_at: datetime
    due_at: datetime
    left_seconds: int
    kept_at: datetime | None
    missed_at: datetime | None
    paused_at: datetime | None
    withdrawn_at: datetime | None
    provisional: bool
    counted: str


class LossOut(Schema):
    number: int
    kind: str
    title: str
    stage: str
    severity: str
    estimate: Decimal | None
    reserve: Decimal | None
    outcome: str
    amount: Decimal | None


class ActionOut(Schema):
    noun: str
    label: str
    href: str


class ClaimOut(Schema):
    number: str
    state: str
    care: str = Field(description="major, regular, special or small")
    revision: int
    opened_at: datetime
    closed_at: datetime | None
    accident_at: datetime
    place: str
    cause: str
    plate: str
    policy_number: str
    currency: str
    handler: str | None
    branch: str
    where: dict[str, str] = Field(
        description="where the claim is as the customer sees it, in six stages, in five stages, "
        "and in phases of care"
    )
    losses: list[LossOut]
    promises: list[PromiseOut]
    actions: list[ActionOut]


class GuidanceOut(Schema):
    key: str
    text: str


class ReportedOut(Schema):
    """What the caller is told at the end: number, contact, expected times, what to do now."""

    number: str
    state: str
    care: str
    handler: str | None
    handler_phone: str | None
    policy_doubts: list[str]
    guidance: list[GuidanceOut]
    promises: list[PromiseOut]
    href: str


class ClaimLineOut(Schema):
    number: str
    state: str
    care: str
    plate: str
    accident_at: datetime
    place: str
    next_due_at: datetime | None


class ClaimListOut(Schema):
    items: list[ClaimLineOut]
    next: str | None


class EventOut(Schema):
    seq: int
    at: datetime
    actor: str
    type: str
    data: dict[str, Any]
    hash: str


class TimelineOut(Schema):
    items: list[EventOut]
    next: int | None


class DocumentOut(Schema):
    id: int
    kind: str
    status: str
    sha256: str | None
    size_bytes: int | None
    content_type: str | None
    received_at: datetime | None
    taken_at: datetime | None
    uploaded_by: str
    reason: str


class DocumentListOut(Schema):
    items: list[DocumentOut]


class CoverOut(Schema):
    kind: str
    limit: Decimal | None
    deductible: Decimal
    loss_kinds: list[str]


class PolicyOut(Schema):
    number: str
    product: str
    plate: str
    vehicle: str
    starts_at: datetime
    ends_at: datetime
    standing: str
    currency: str
    covers: list[CoverOut]


class PolicyListOut(Schema):
    items: list[PolicyOut]


class BatchOut(Schema):
    message_id: str
    made_at: datetime
    count: int
    total: Decimal
    currency: str
    sha256: str


class BatchListOut(Schema):
    items: list[BatchOut]
    left_out: list[str]


class BankAnswerOut(Schema):
    message_id: str
    findings: list[dict[str, Any]]

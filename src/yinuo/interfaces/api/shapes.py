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


class CaseOut(Schema):
    """What every kind of case shows; `about` is the number of the case that it follows up."""

    number: str
    state: str
    care: str = Field(description="major, regular, special or small")
    revision: int
    opened_at: datetime
    closed_at: datetime | None
    about: str | None
    handler: str | None
    branch: str
    where: dict[str, str] = Field(
        description="where the case is, in each way of dividing its workflow: as the customer sees "
        "it, and for a claim in six stages, in five stages, and in phases of care"
    )
    promises: list[PromiseOut]
    actions: list[ActionOut]


class ClaimOut(CaseOut):
    accident_at: datetime
    place: str
    cause: str
    plate: str
    policy_number: str
    currency: str
    losses: list[LossOut]


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


class CaseLineOut(Schema):
    number: str
    state: str
    care: str
    about: str | None
    opened_at: datetime
    closed_at: datetime | None
    next_due_at: datetime | None
    href: str


class ClaimLineOut(CaseLineOut):
    plate: str
    accident_at: datetime
    place: str


class PageOut(Schema):
    """`next` is what to send as `after` for the following page; null on the last."""

    next: str | None


class CaseListOut(PageOut):
    items: list[CaseLineOut]


class ClaimListOut(PageOut):
    items: list[ClaimLineOut]


class DuplicateOut(Schema):
    number: str
    state: str
    plate: str
    accident_at: datetime
    place: str
    href: str


class DuplicatesOut(Schema):
    items: list[DuplicateOut]


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


class NoteOut(Schema):
    id: int
    at: datetime
    by: str
    kind: str
    thread: str
    body: str
    for_customer: bool
    in_reply_to: int | None
    erased_at: datetime | None


class NoteListOut(Schema):
    items: list[NoteOut]


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


class BatchListOut(PageOut):
    items: list[BatchOut]
    left_out: list[str]


class BankAnswerOut(Schema):
    message_id: str
    findings: list[dict[str, Any]]

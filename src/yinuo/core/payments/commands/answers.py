"""What the bank answers, applied to the payments it speaks of, once per file.

An arrival is never taken back and a return never turned into an arrival by a file: a later
answer that says the opposite becomes a finding and a line on the timeline, and a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.payments.bank import pain002
from yinuo.core.payments.bank.exchange import BankChannel
from yinuo.core.payments.bank.pain002 import Answer, Finding, FindingKind, Verdict
from yinuo.core.payments.commands.batches import mark_handed_over
from yinuo.core.payments.models import BankAnswer, Payment, PaymentBatch
from yinuo.core.payments.rulefile import Meaning, PaymentsRules
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook.queries import rules
from yinuo.kit.bulk import change_rows
from yinuo.kit.crypto import encrypt_bytes
from yinuo.kit.money import Money

OPEN = (Payment.Status.BATCHED, Payment.Status.HANDED_OVER, Payment.Status.UNDER_WAY)


def read_answers(*, channel: BankChannel, by: Actor, at: datetime) -> list[BankAnswer]:
    """Apply every answer that lies in the channel. Raises what the channel raises.

    A file that cannot be read stays where it is, because the bank may still be writing it; it is
    looked at again when its content has changed.
    """
    most = rules(PaymentsRules, at=at).batch.most_answer_bytes.value
    applied = []
    for file in channel.answers(most_bytes=most):
        row = apply_answer(content=file.content, file_name=file.name, by=by, at=at)
        applied.append(row)
        if row.message_id:
            channel.finish(file)
    return applied


def apply_answer(*, content: bytes, file_name: str, by: Actor, at: datetime) -> BankAnswer:
    """Apply one pain.002 file. The same content again returns the row of the first time.

    Nothing in the file raises: what cannot be believed stands in the row's ``findings``.
    """
    digest = hashlib.sha256(content).digest()
    known = BankAnswer.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    file_rules = rules(PaymentsRules, at=at)
    answer: Answer | None = None
    findings: list[dict[str, str]] = []
    try:
        answer = pain002.read(content, most_bytes=file_rules.batch.most_answer_bytes.value)
    except (pain002.AnswerTooLarge, pain002.AnswerUnreadable) as error:
        findings.append({"kind": error.code, "payment": "", "detail": file_name[:120]})
        if isinstance(error, pain002.AnswerTooLarge):
            content = b""
    with cases.transaction():
        row, fresh = BankAnswer.objects.get_or_create(
            sha256=digest,
            defaults={
                "file_name": file_name[:120],
                # A file without a number of its own still counts as read.
                "message_id": ((answer.message_id or "-") if answer else "")[:35],
                "read_at": at,
                "content": encrypt_bytes(content),
                "findings": findings,
            },
        )
        if fresh and answer is not None:
            row.findings = _apply(answer, file_rules.meanings(), by, at)
            row.save(update_fields=["findings"])
    return row


@dataclass(slots=True)
class _Changes:
    """What one answer does: payments to write, timeline lines to add, findings to keep."""

    at: datetime
    payments: list[Payment] = field(default_factory=list)
    lines: list[tuple[Case, str, Mapping[str, Any]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _apply(
    answer: Answer, meanings: Mapping[str, Meaning], by: Actor, at: datetime
) -> list[dict[str, str]]:
    changes = _Changes(at)
    batch = (
        PaymentBatch.objects.select_for_update()
        .filter(message_id=answer.original_message_id)
        .first()
    )
    if batch is None:
        unknown = Finding(FindingKind.UNKNOWN_BATCH, detail=answer.original_message_id[:35])
        changes.findings.append(unknown)
        return _as_data(changes.findings)
    # An answer proves that the bank has the file, even when a crash kept us from noting it.
    mark_handed_over(batch, by=by, at=at)
    payments = _lock_payments(batch)
    asked = {number: Money(p.amount, p.currency) for number, p in payments.items()}
    judgement = pain002.judge(answer, asked, meanings)
    changes.findings.extend(judgement.findings)
    for verdict in judgement.verdicts:
        _apply_verdict(payments[verdict.end_to_end_id], verdict, changes)
    if changes.payments:
        columns = ("status", "arrived_at", "returned_at", "return_code", "return_text")
        change_rows(changes.payments, *columns)
    cases.record_many(changes.lines, by=by, at=at)
    return _as_data(changes.findings)


def _lock_payments(batch: PaymentBatch) -> dict[str, Payment]:
    """The batch's payments, locked after their cases, which every command locks first."""
    cases.lock_many(batch.payments.values_list("case_id", flat=True))
    rows = batch.payments.select_related("case").select_for_update(of=("self",)).order_by("pk")
    return {payment.end_to_end_id: payment for payment in rows}


def _apply_verdict(payment: Payment, verdict: Verdict, changes: _Changes) -> None:
    data = {"payment": payment.pk, "subject": payment.subject, "status": verdict.code[:10]}
    if payment.status not in OPEN:
        if verdict.meaning in ("arrived", "returned") and verdict.meaning != payment.status:
            detail = f"{payment.status}, then {verdict.code[:10]}"
            changes.findings.append(
                Finding(FindingKind.CONTRADICTION, payment.end_to_end_id, detail)
            )
            changes.lines.append((payment.case, "payment.contradicted", data))
        return
    if verdict.meaning == "arrived":
        payment.status, payment.arrived_at = Payment.Status.ARRIVED, changes.at
        settled_on = verdict.settled_on.isoformat() if verdict.settled_on else ""
        changes.lines.append((payment.case, "payment.arrived", {**data, "settled_on": settled_on}))
    elif verdict.meaning == "returned":
        payment.status, payment.returned_at = Payment.Status.RETURNED, changes.at
        payment.return_code = verdict.reason_code[:10]
        payment.return_text = verdict.reason_text[:200]
        line = {**data, "reason": payment.return_code}
        changes.lines.append((payment.case, "payment.returned", line))
    elif payment.status == Payment.Status.UNDER_WAY:
        return
    else:
        payment.status = Payment.Status.UNDER_WAY
    changes.payments.append(payment)


def _as_data(findings: list[Finding]) -> list[dict[str, str]]:
    return [
        {"kind": finding.kind.value, "payment": finding.payment, "detail": finding.detail}
        for finding in findings
    ]

"""What the record of a case shows about a complaint: gathered by itself, nobody asks for it.

Each piece has a code by which a handler annotates and cites it; the code stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Calculation, Decision, Loss
from yinuo.areas.claims.rules import StageTime
from yinuo.areas.complaints import record
from yinuo.areas.complaints.models import Complaint, Remark
from yinuo.areas.complaints.record import Record
from yinuo.areas.complaints.rulefile import CausesRules, ComplaintsRules
from yinuo.core.cases.models import Case, Promise
from yinuo.core.messages.models import Message
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import together
from yinuo.kit.together import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence. `kind` is stage, promise, silence, papers, handler, question, told or
    sum; what the words need stands in `subject`, `number` and `amount`. `due_at` is until when it
    was promised. `bad` speaks against us.
    """

    code: str
    kind: str
    at: datetime
    until: datetime | None = None
    due_at: datetime | None = None
    subject: str = ""
    number: int = 0
    asked: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    reasons: tuple[str, ...] = ()
    bad: bool = False


def gather(
    complaint: Complaint, language: str, *, at: datetime, known: Record | None = None
) -> list[Piece]:
    """Everything about the case complained of, in the order in which it happened.

    `known` is the record of that case, if it was read already. Two statements without, one with.
    """
    about = complaint.case.about
    if about is None:
        return []
    found = known or record.read(about)
    claimed = _claimed(about)
    with rulebook.pinned():
        pieces = [
            *_stages(found, claimed, at),
            *_promises(found, language),
            *_silences(found, at),
            *_second_requests(found),
            *_handlers(found),
            *_questions(found),
            *_told(found),
            *_sums(claimed),
        ]
    return sorted(pieces, key=lambda one: (one.at, one.code))


def with_remarks(remarks: Iterable[Remark], pieces: Sequence[Piece]) -> dict[str, list[Remark]]:
    """What handlers wrote about each piece, by its code."""
    found: dict[str, list[Remark]] = {one.code: [] for one in pieces}
    for remark in remarks:
        found.setdefault(remark.evidence, []).append(remark)
    return found


def cited(complaint: Complaint) -> list[Remark]:
    """What is to stand in the answer."""
    return list(complaint.remarks.filter(cited=True).order_by("at", "pk"))


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What a claim adds to the record of its case; empty for a case of another kind."""

    losses: Sequence[Loss]
    decisions: Sequence[Decision]
    sums: Mapping[int, Calculation]


def _claimed(about: Case) -> _Claimed:
    losses = Rows(Loss.objects.filter(claim=about.pk).order_by("ordinal"))
    decisions = Rows(Decision.objects.filter(loss__claim=about.pk).order_by("decided_at", "pk"))
    sums = Rows(Calculation.objects.filter(loss__claim=about.pk))
    together.read(losses, decisions, sums)
    return _Claimed(losses.rows, decisions.rows, {one.pk: one for one in sums.rows})


def _stages(found: Record, claimed: _Claimed, at: datetime) -> Iterator[Piece]:
    """How long each loss of a claim was at each stage, and how long was promised."""
    if not claimed.losses:
        return
    rules = rulebook.rules(ComplaintsRules, at=at).evidence.stage_promises.value
    names = {str(loss.pk): loss.ordinal for loss in claimed.losses}
    for one in claims.stage_times(found.case, claimed.losses, found.events):
        ordinal = names.get(one.loss.partition(":")[2], 0)
        due_at = _due_of_stage(found, one, rules.get(one.stage, ()))
        yield Piece(
            code=f"stage:{ordinal}:{one.stage}:{one.since:%m%d%H%M}",
            kind="stage",
            at=one.since,
            until=one.until,
            due_at=due_at,
            subject=one.stage,
            number=ordinal,
            bad=due_at is not None and (one.until or at) >= due_at,
        )


def _due_of_stage(found: Record, stage: StageTime, rules: Collection[str]) -> datetime | None:
    """Until when this stage was promised to end: by the last promise that was made in it."""
    made = [
        one
        for one in found.promises
        if one.rule in rules
        and one.subject in ("", stage.loss)
        and stage.since <= one.started_at
        and (stage.until is None or one.started_at < stage.until)
    ]
    return max(made, key=lambda one: (one.started_at, one.pk)).due_at if made else None


def _promises(found: Record, language: str) -> Iterator[Piece]:
    for one in found.promises:
        if _is_telling(one):
            yield Piece(
                code=f"promise:{one.pk}",
                kind="promise",
                at=one.due_at,
                until=one.kept_at,
                subject=rulebook.promise_title(one.rule, language).subject,
                bad=one.missed_at is not None,
            )


def _is_telling(one: Promise) -> bool:
    """What was broken, whoever it was promised to; of what was kept only what the customer saw."""
    seen = one.audience != Promise.Audience.INTERNAL
    return one.missed_at is not None or (one.kept_at is not None and seen)


def _silences(found: Record, at: datetime) -> Iterator[Piece]:
    least = rulebook.rules(CausesRules, at=at).suggesting.silence_from_days.value
    for earlier, later in found.silences(at):
        days = (later - earlier).days
        if days >= least:
            yield Piece(
                code=f"silence:{earlier:%y%m%d}",
                kind="silence",
                at=earlier,
                until=later,
                number=days,
                bad=True,
            )


def _second_requests(found: Record) -> Iterator[Piece]:
    for row in found.papers:
        if row.request_round > 1 and row.asked_at is not None:
            yield Piece(
                code=f"papers:{row.pk}",
                kind="papers",
                at=row.asked_at,
                until=row.received_at,
                subject=row.kind,
                number=row.request_round,
                bad=True,
            )


def _handlers(found: Record) -> Iterator[Piece]:
    for event in found.reassigned:
        yield Piece(code=f"handler:{event.seq}", kind="handler", at=event.at, bad=True)


def _questions(found: Record) -> Iterator[Piece]:
    open_ones = {note.pk for note in found.unanswered}
    for note in found.questions:
        yield Piece(
            code=f"question:{note.pk}",
            kind="question",
            at=note.at,
            subject=note.body,
            bad=note.pk in open_ones,
        )


def _told(found: Record) -> Iterator[Piece]:
    for row in found.reached:
        if row.channel == Message.Channel.INBOX:
            yield Piece(
                code=f"told:{row.pk}",
                kind="told",
                at=row.written_at,
                until=row.read_at,
                subject=row.subject,
            )


def _sums(claimed: _Claimed) -> Iterator[Piece]:
    ordinals = {loss.pk: loss.ordinal for loss in claimed.losses}
    for row in claimed.decisions:
        asked = claimed.sums[row.calculation_id].asked
        yield Piece(
            code=f"sum:{row.pk}",
            kind="sum",
            at=row.decided_at,
            number=ordinals[row.loss_id],
            asked=asked,
            amount=row.amount,
            currency=row.currency,
            reasons=tuple(
                f"{one.get('reason', '')} ({one['clause']})" if one.get("clause") else one["reason"]
                for one in row.reasons
            ),
            bad=row.amount < asked,
        )

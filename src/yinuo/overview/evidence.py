"""What the record of a case shows about a complaint: gathered by itself, nobody asks for it.

Each piece has a code by which a handler annotates and cites it; the code stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim, Decision
from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Complaint, Remark
from yinuo.areas.complaints.rulefile import CausesRules
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.cases.queries import PromiseView
from yinuo.core.documents.models import Document
from yinuo.core.messages.models import Message
from yinuo.core.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence. `kind` is stage, promise, silence, papers, handler, question, told or
    sum; what the words need stands in `subject`, `number` and `amount`. `bad` speaks against us.
    """

    code: str
    kind: str
    at: datetime
    until: datetime | None = None
    subject: str = ""
    number: int = 0
    asked: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    reasons: tuple[str, ...] = ()
    bad: bool = False


def gather(complaint: Complaint, language: str, *, at: datetime) -> list[Piece]:
    """Everything about the case complained of, in the order in which it happened."""
    about = complaint.case.about
    if about is None:
        return []
    with rulebook.pinned():
        pieces = [
            *_stages(about),
            *_promises(about, language, at),
            *_silences(about, at),
            *_second_requests(about),
            *_handlers(about),
            *_questions(about),
            *_told(about),
            *_sums(about),
        ]
    return sorted(pieces, key=lambda one: (one.at, one.code))


def with_remarks(complaint: Complaint, pieces: Sequence[Piece]) -> dict[str, list[Remark]]:
    """What handlers wrote about each piece, by its code."""
    found: dict[str, list[Remark]] = {one.code: [] for one in pieces}
    for remark in complaint.remarks.order_by("at", "pk"):
        found.setdefault(remark.evidence, []).append(remark)
    return found


def cited(complaint: Complaint) -> list[Remark]:
    """What is to stand in the answer."""
    return list(complaint.remarks.filter(cited=True).order_by("at", "pk"))


def _stages(about: Case) -> Iterator[Piece]:
    """How long each loss of a claim was at each stage."""
    claim = Claim.objects.filter(pk=about.pk).first()
    if claim is None:
        return
    names = {str(loss.pk): loss.ordinal for loss in claim.losses.all()}
    for one in claims.stage_times(claim):
        ordinal = names.get(one.loss.partition(":")[2], 0)
        yield Piece(
            code=f"stage:{ordinal}:{one.stage}:{one.since:%m%d%H%M}",
            kind="stage",
            at=one.since,
            until=one.until,
            subject=one.stage,
            number=ordinal,
        )


def _promises(about: Case, language: str, at: datetime) -> Iterator[Piece]:
    for one in cases.promises(about, language, at=at):
        if _is_telling(one):
            yield Piece(
                code=f"promise:{one.id}",
                kind="promise",
                at=one.due_at,
                until=one.kept_at,
                subject=one.title,
                bad=one.missed_at is not None,
            )


def _is_telling(one: PromiseView) -> bool:
    """What was broken, whoever it was promised to; of what was kept only what the customer saw."""
    return one.missed_at is not None or (one.kept_at is not None and not one.internal)


def _silences(about: Case, at: datetime) -> Iterator[Piece]:
    least = rulebook.rules(CausesRules, at=at).suggesting.silence_from_days.value
    told = Message.objects.filter(case_id=about.pk, person__isnull=False)
    moments = sorted(set(told.values_list("written_at", flat=True)))
    for earlier, later in pairwise([about.opened_at, *moments, about.closed_at or at]):
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


def _second_requests(about: Case) -> Iterator[Piece]:
    rows = Document.objects.filter(case=about, request_round__gt=1, asked_at__isnull=False)
    for row in rows.order_by("asked_at", "pk"):
        yield Piece(
            code=f"papers:{row.pk}",
            kind="papers",
            at=row.asked_at or about.opened_at,
            until=row.received_at,
            subject=row.kind,
            number=row.request_round,
            bad=True,
        )


def _handlers(about: Case) -> Iterator[Piece]:
    for event in Event.objects.filter(case=about, type__endswith=".reassigned").order_by("seq"):
        yield Piece(code=f"handler:{event.seq}", kind="handler", at=event.at, bad=True)


def _questions(about: Case) -> Iterator[Piece]:
    open_ones = {note.pk for note in complaints.unanswered(about)}
    for note in Note.objects.filter(case=about, kind="question").order_by("at", "pk"):
        yield Piece(
            code=f"question:{note.pk}",
            kind="question",
            at=note.at,
            subject=note.body,
            bad=note.pk in open_ones,
        )


def _told(about: Case) -> Iterator[Piece]:
    rows = Message.objects.filter(
        case_id=about.pk, person__isnull=False, channel=Message.Channel.INBOX
    )
    for row in rows.order_by("written_at", "pk"):
        yield Piece(
            code=f"told:{row.pk}",
            kind="told",
            at=row.written_at,
            until=row.read_at,
            subject=row.subject,
        )


def _sums(about: Case) -> Iterator[Piece]:
    rows = Decision.objects.filter(loss__claim=about.pk).select_related("loss", "calculation")
    for row in rows.order_by("decided_at", "pk"):
        yield Piece(
            code=f"sum:{row.pk}",
            kind="sum",
            at=row.decided_at,
            number=row.loss.ordinal,
            asked=row.calculation.asked,
            amount=row.amount,
            currency=row.currency,
            reasons=tuple(
                f"{one.get('reason', '')} ({one['clause']})" if one.get("clause") else one["reason"]
                for one in row.reasons
            ),
            bad=row.amount < row.calculation.asked,
        )

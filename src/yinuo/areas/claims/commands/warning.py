"""Before a complaint comes: signs are weighed, somebody calls, and some are left alone by lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import rules, signals
from yinuo.areas.claims.models import EarlyWarning
from yinuo.areas.claims.warning_rulefile import WarningsRules
from yinuo.core.approvals.commands import ReasonMissing
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError


class NobodyWarned(DomainError):
    code = "nobody_warned"
    message = _("Claim %(number)s shows no sign that asks for a call.")


@dataclass(frozen=True, slots=True)
class Warned:
    """`last` is the id to go on after; None when every open claim has been looked at."""

    warned: int
    held_out: int
    last: int | None


def warn(*, after: int = 0, by: Actor, at: datetime) -> Warned:
    """Weigh the signs on the next open claims by id, and promise a call where they are strong.

    One transaction for a set. A claim that was warned of lately is passed over.
    """
    book = rulebook.rules(WarningsRules, at=at)
    ids = signals.open_claims(after=after, rules=book.contact, at=at)
    if not ids:
        return Warned(0, 0, None)
    steps = book.signals.steps()
    found = signals.read(ids, rules=book.contact, at=at)
    weighed = {case_id: rules.weigh(signs, steps) for case_id, signs in found.items()}
    strong = {
        case_id: reasons
        for case_id, reasons in weighed.items()
        if rules.points_of(reasons) >= book.contact.from_points.value
    }
    with cases.transaction():
        locked = cases.lock_many(strong) if strong else {}
        rows = [
            _row(case, strong[pk], book, at)
            for pk, case in locked.items()
            if case.closed_at is None
        ]
        EarlyWarning.objects.bulk_create(rows)
        _promise_calls([row for row in rows if not row.held_out], locked, by=by, at=at)
    held_out = sum(row.held_out for row in rows)
    return Warned(len(rows) - held_out, held_out, ids[-1])


def _row(
    case: Case, reasons: Sequence[rules.Reason], book: WarningsRules, at: datetime
) -> EarlyWarning:
    return EarlyWarning(
        claim_id=case.pk,
        at=at,
        points=rules.points_of(reasons),
        reasons=[[one.signal, one.value, one.points] for one in reasons],
        # By the number alone: a claim that is warned of again stays in its group.
        held_out=rules.is_held_out(case.number, book.contact.held_out_share.value),
    )


def _promise_calls(
    rows: Sequence[EarlyWarning], locked: dict[int, Case], *, by: Actor, at: datetime
) -> None:
    moves = [
        Move(
            locked[row.claim_id],
            "warn",
            data={"points": row.points, "signals": [reason[0] for reason in row.reasons]},
        )
        for row in rows
    ]
    if moves:
        cases.advance_many(moves, by=by, at=at)


def contact_early(
    *, case: Case, said: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """The customer was called before they complained; `said` is kept as a note.

    Raises ReasonMissing without words, NobodyWarned when no warning waits for a call.
    """
    if not said.strip():
        raise ReasonMissing("said")
    with cases.transaction():
        held = cases.lock(case, seen=seen)
        waiting = EarlyWarning.objects.filter(
            claim=held.pk, held_out=False, contacted_at__isnull=True
        )
        if not waiting.update(contacted_at=at, contacted_by=by.id):
            raise NobodyWarned(number=held.number)
        cases.write_note(case=held, body=said, kind="minutes", by=by, at=at)
        cases.advance(Move(held, "contact_early"), by=by, at=at)

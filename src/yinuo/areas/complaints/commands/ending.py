"""How a complaint ends: withdrawn the same day, joined to another, or closed after its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands.common import Held, locked, locked_many, take, telling, written
from yinuo.areas.complaints.commands.parties import require_speaker
from yinuo.areas.complaints.commands.solving import money_under_way
from yinuo.areas.complaints.models import Complaint
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NotTheSameMatter(DomainError):
    code = "not_the_same_matter"
    message = _(
        "%(number)s is not a complaint of the same customer about the same matter that is still "
        "to be answered."
    )
    http = 422


class MoneyUnderWay(DomainError):
    code = "money_under_way"
    message = _(
        "Money of complaint %(number)s is on its way: wait until it has arrived or come back."
    )


class ReviewStillPossible(DomainError):
    code = "review_still_possible"
    message = _(
        "Until %(until)s the complainant may still ask for a review. Close it earlier only when "
        "the complainant has agreed to that."
    )


class NotCarriedOut(DomainError):
    code = "not_carried_out"
    message = _("Not everything that was promised in complaint %(number)s has been done.")


def withdraw(
    *,
    case: Case,
    reason: str,
    received_at: datetime | None = None,
    party: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """The complainant takes it back: everything ends at once, and counts from when it was said.
    `received_at` is when the words reached us: what broke since is not broken, and the event says
    whether the end came on the same day. Raises MoneyUnderWay and PowerMissing.
    """
    why = written(reason, "reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        require_speaker(held, party, at)
        if money_under_way(held):
            raise MoneyUnderWay(number=held.case.number)
        cases.write_note(
            case=held.case,
            body=why,
            kind="words",
            thread="withdrawal",
            by=by,
            at=at,
        )
        said_at = received_at or at
        same_day = timezone.localtime(said_at).date() == timezone.localtime(at).date()
        cases.forgive_since(case=held.case, since=said_at, why="withdrawn", by=by, at=at)
        held.complaint.response = Complaint.Response.WITHDRAWN
        held.complaint.save(update_fields=["response"])
        take(
            held, "withdraw", by=by, at=at, data={"same_day": same_day, "said": said_at.isoformat()}
        )


def merge(*, case: Case, into: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The same matter twice: this one goes on under the other number, whose clock is older.

    Raises NotTheSameMatter, also for one that was answered, and MoneyUnderWay.
    """
    with cases.transaction():
        cases.lock_many([case.pk, into.pk])
        held, target = locked_many([cases.lock(case, seen=seen), into])
        matter = (held.case.customer_id, held.case.about_id)
        same = (target.case.customer_id, target.case.about_id) == matter
        answered = target.case.closed_at is not None or target.case.state in ("told", "reviewing")
        if not same or answered or held.case.pk == target.case.pk:
            raise NotTheSameMatter("into", number=target.case.number)
        if money_under_way(held):
            raise MoneyUnderWay(number=held.case.number)
        older = min(held.complaint.received_at, target.complaint.received_at)
        if target.complaint.received_at != older:
            raise NotTheSameMatter("into", number=target.case.number)
        held.complaint.merged_into = target.complaint
        held.complaint.save(update_fields=["merged_into"])
        take(
            held, "merge", by=by, at=at, data={"into": target.case.pk},
            facts={"into_number": target.case.number},
        )  # fmt: skip
        cases.record(
            case=target.case, type="complaint.joined", data={"from": held.case.pk}, by=by, at=at
        )


def close(
    *, case: Case, agreed: bool = False, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Close what was answered and done. Before the time for a review is over only when the
    complainant agreed. Raises ReviewStillPossible and NotCarriedOut.
    """
    with cases.transaction():
        cases.lock(case, seen=seen)
        close_many([case], agreed=agreed, by=by, at=at)


def close_many(complaints: Sequence[Case], *, agreed: bool, by: Actor, at: datetime) -> None:
    with cases.transaction():
        held = locked_many(complaints)
        kinds = queries.measure_kinds([one.complaint.pk for one in held])
        late = queries.late_answers([one.case.pk for one in held])
        reviews = queries.reviews_until([one.complaint for one in held])
        for one in held:
            if False in kinds.get(one.complaint.pk, {}).values():
                raise NotCarriedOut(number=one.case.number)
            until = reviews[one.complaint.pk]
            if not agreed and until is not None and at < until:
                raise ReviewStillPossible(until=f"{queries.last_day(until):%Y-%m-%d}")
        moves = [
            Move(one.case, "close", data=_closing(one, agreed, late), facts=telling(one))
            for one in held
        ]
        cases.advance_many(moves, by=by, at=at)


def _closing(held: Held, agreed: bool, late: frozenset[int]) -> dict[str, object]:
    return {
        "agreed": agreed,
        "late": held.case.pk in late,
        "upheld": held.complaint.upheld,
        "response": held.complaint.response,
    }

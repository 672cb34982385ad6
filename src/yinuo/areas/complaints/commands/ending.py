"""How a complaint ends: withdrawn the same day, joined to another, or closed after its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands.common import (
    Held,
    by_a_person,
    locked,
    locked_many,
    take,
    telling,
    written,
)
from yinuo.areas.complaints.commands.parties import (
    POWER,
    Power,
    keep_power,
    require_speaker,
    speaks,
)
from yinuo.areas.complaints.commands.receiving import NewComplaint, receive_many
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


class SomebodySpeaks(DomainError):
    code = "somebody_speaks"
    message = _("Complaint %(number)s does not wait for a power: somebody who may speak complains.")


class PowerNotAsked(DomainError):
    code = "power_not_asked"
    message = _("%(name)s was not asked for the power yet: ask first, with what is missing.")


class PowerTimeRuns(DomainError):
    code = "power_time_runs"
    message = _("The power may still come until %(until)s. Nothing is ended before.")


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


def end_without_power(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Whoever complains for another has shown no power in the time for it: the complaint ends, and
    that is told with the reason. A power that comes later takes it up again.

    Raises SomebodySpeaks, PowerNotAsked, PowerTimeRuns and MoneyUnderWay.
    """
    why = written(reason, "reason")
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        parties = list(held.complaint.parties.order_by("pk"))
        if not parties or any(speaks(one, at) for one in parties):
            raise SomebodySpeaks(number=held.case.number)
        unasked = next((one for one in parties if one.power_asked_at is None), None)
        if unasked is not None:
            raise PowerNotAsked(name=unasked.name)
        waits = held.case.promises.filter(rule=POWER, kept_at=None, withdrawn_at=None)
        last = waits.order_by("-due_at").first()
        if last is not None and at < last.due_at:
            raise PowerTimeRuns(until=f"{queries.last_day(last.due_at):%Y-%m-%d}")
        if money_under_way(held):
            raise MoneyUnderWay(number=held.case.number)
        cases.write_note(case=held.case, body=why, kind="reason", by=by, at=at, for_customer=True)
        held.complaint.response = Complaint.Response.REJECTED
        held.complaint.save(update_fields=["response"])
        facts = {"reason": why, "name": ", ".join(one.name for one in parties)}
        data = {"parties": [one.pk for one in parties]}
        take(held, "end_without_power", by=by, at=at, data=data, facts=facts)


def take_up_again(
    *, case: Case, party: int, power: Power, by: Actor, at: datetime, seen: int | None = None
) -> Case:
    """The power came after all: it goes on as a new complaint with the same words and people, and
    with the whole time of the law. Raises what `check_power` raises, and SomebodySpeaks the second
    time.
    """
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        if Complaint.objects.filter(source=held.case).exists():
            raise SomebodySpeaks(number=held.case.number)
        row = keep_power(held, party, power, by, at)
        old = held.complaint
        new = NewComplaint(
            customer=held.case.customer,
            channel=old.channel,
            branch=held.case.branch,
            about=held.case.about,
            note=old.words,
            source=held.case,
            first_spoken_at=old.first_spoken_at,
            group_size=old.group_size,
            face_to_face=old.face_to_face,
            product=old.product,
            stage=old.stage,
        )
        [opened] = receive_many([new], by=by, at=at)
        # Their papers and who looked at them go with them.
        for one in old.parties.order_by("pk"):
            one.pk, one.complaint_id, one._state.adding = None, opened.pk, True
            one.save()
        data = {"party": row.pk, "kind": power.kind, "opened": opened.pk}
        facts = {"into_number": opened.number}
        take(held, "take_up_again", by=by, at=at, data=data, facts=facts)
    return opened


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

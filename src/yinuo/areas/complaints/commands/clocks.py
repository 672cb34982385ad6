"""More time, and time that does not count: only what the complainant was told counts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import (
    ANSWER,
    Held,
    by_a_person,
    locked,
    one_of,
    rules_at,
    take,
    written,
)
from yinuo.areas.complaints.models import MoreTime
from yinuo.areas.complaints.rulefile import ExtensionStage
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Promise
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.people.rules import names_of_roles
from yinuo.kit.errors import DomainError

REASONS = ("appraisal", "inspection", "mediation")


class NoMoreTime(DomainError):
    code = "no_more_time"
    message = _("All the time that the law allows has been used for complaint %(number)s.")


class MoreTimeAskedAlready(DomainError):
    code = "more_time_asked_already"
    message = _("More time has been asked for already: it waits for approval or for the notice.")


class NothingAsked(DomainError):
    code = "no_more_time_asked"
    message = _("Nobody has asked for more time, or it was decided already.")


class NotApprovedYet(DomainError):
    code = "more_time_not_approved"
    message = _("More time has to be approved before the complainant is told.")


class BeyondAuthority(DomainError):
    code = "more_time_beyond_authority"
    message = _("This much time is approved by: %(roles)s.")
    http = 403


class NothingStops(DomainError):
    code = "nothing_stops"
    message = _("No clock of complaint %(number)s can be stopped: the answer is due or given.")


class AlreadyLate(DomainError):
    code = "already_late"
    message = _("The time is over: more of it cannot be had afterwards.")


def ask_extension(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> MoreTime:
    """Ask for the next stage of time. Nothing runs longer until it was approved and told.

    When new facts began the time anew, its stages begin anew as well. Raises MoreTimeAskedAlready,
    NoMoreTime and AlreadyLate.
    """
    why = written(reason, "reason")
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        promise = _answer_promise(held, at)
        stage = _next_stage(held, promise, at)
        take(held, "ask_extension", by=by, at=at, data={"stage": stage.name})
        return MoreTime.objects.create(
            complaint=held.complaint,
            round=promise.round,
            stage=stage.name,
            limit=str(stage.limit),
            reason=why,
            asked_by=by.id,
            asked_at=at,
        )


def approve_extension(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Approve as somebody above, who neither asked nor handles it. The clock waits for the notice
    to the complainant.

    Raises NothingAsked, MakerCannotCheck, BeyondAuthority and AlreadyLate.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _asked(held, _answer_promise(held, at))
        _check_approver(held, row, by, at)
        row.approved_by, row.approved_at = by.id, at
        row.save(update_fields=["approved_by", "approved_at"])
        take(held, "approve_extension", by=by, at=at, data={"stage": row.stage})


def decline_extension(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _asked(held, _running(held))
        _check_approver(held, row, by, at)
        row.declined_at = at
        row.save(update_fields=["declined_at"])
        cases.write_note(
            case=held.case, body=written(reason, "reason"), kind="internal", by=by, at=at
        )
        take(held, "decline_extension", by=by, at=at, data={"stage": row.stage})


def tell_extension(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Tell the complainant that it takes longer, why, and until when: from now on it does.

    Raises NothingAsked, NotApprovedYet and AlreadyLate: what is told too late extends nothing.
    """
    why = written(reason, "reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        promise = _answer_promise(held, at)
        row = _of_round(held, promise).filter(told_at__isnull=True).first()
        if row is None:
            raise NothingAsked
        if row.approved_at is None:
            raise NotApprovedYet
        longer = cases.extend(
            promise=promise,
            limit=row.limit,
            reason=row.reason,
            by=_actor(row.asked_by) if by.id == row.approved_by else by,
            approved_by=_actor(row.approved_by),
            at=at,
        )
        row.told_at = at
        row.save(update_fields=["told_at"])
        held.complaint.complexity = row.stage
        held.complaint.save(update_fields=["complexity"])
        cases.write_note(case=held.case, body=why, kind="reason", by=by, at=at, for_customer=True)
        facts = {"reason": why, "new_at": longer.due_at}
        take(held, "tell_extension", by=by, at=at, data={"stage": row.stage}, facts=facts)


def exclude_time(
    *, case: Case, reason: str, words: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Tell the complainant that an appraisal, inspection or mediation takes its own time, which is
    then not counted. `words` are what the complainant is told. Raises NothingStops.
    """
    one_of(reason, REASONS, "reason")
    told = written(words, "words")
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.write_note(case=held.case, body=told, kind="reason", by=by, at=at, for_customer=True)
        take(held, "exclude_time", by=by, at=at, data={"reason": reason}, facts={"words": told})
        if not cases.pause(case=held.case, reason=reason, by=by, at=at):
            raise NothingStops(number=held.case.number)


def include_time(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """The report is there: the time of the law runs on. Raises NothingStops."""
    one_of(reason, REASONS, "reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        take(held, "include_time", by=by, at=at, data={"reason": reason})
        if not cases.resume(case=held.case, reason=reason, by=by, at=at):
            raise NothingStops(number=held.case.number)


def _answer_promise(held: Held, at: datetime) -> Promise:
    """The promise of an answer that runs and is not late. Raises NoMoreTime and AlreadyLate."""
    row = _running(held)
    if row.missed_at is not None or (row.paused_at or at) >= row.due_at:
        raise AlreadyLate
    return row


def _running(held: Held) -> Promise:
    """The promise of an answer that is still owed. Raises NoMoreTime when there is none."""
    row = (
        Promise.objects.filter(
            case=held.case, rule=ANSWER, kept_at__isnull=True, withdrawn_at__isnull=True
        )
        .order_by("-round")
        .first()
    )
    if row is None:
        raise NoMoreTime(number=held.case.number)
    return row


def _of_round(held: Held, promise: Promise) -> QuerySet[MoreTime]:
    """What was asked for while this promise ran, and not declined."""
    return MoreTime.objects.filter(
        complaint=held.complaint, round=promise.round, declined_at__isnull=True
    )


def _next_stage(held: Held, promise: Promise, at: datetime) -> ExtensionStage:
    rows = list(_of_round(held, promise))
    if any(row.told_at is None for row in rows):
        raise MoreTimeAskedAlready
    used = {row.stage for row in rows}
    for stage in rules_at(at).extensions.stages.value:
        if stage.name not in used:
            return stage
    raise NoMoreTime(number=held.case.number)


def _asked(held: Held, promise: Promise) -> MoreTime:
    row = _of_round(held, promise).filter(approved_at__isnull=True).first()
    if row is None:
        raise NothingAsked
    return row


def _check_approver(held: Held, row: MoreTime, by: Actor, at: datetime) -> None:
    if by.id in (row.asked_by, f"staff:{held.case.handler_id}"):
        raise MakerCannotCheck
    stage = next(s for s in rules_at(at).extensions.stages.value if s.name == row.stage)
    if not by.roles.intersection(stage.approvers):
        raise BeyondAuthority(roles=names_of_roles(stage.approvers))


def _actor(actor_id: str) -> Actor:
    """The colleague who approved."""
    member = Staff.objects.select_related("branch").get(pk=int(actor_id.partition(":")[2]))
    return people.actor_of_staff(member)

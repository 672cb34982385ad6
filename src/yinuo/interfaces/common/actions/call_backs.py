"""Every action on a call-back, and recording why an ended case gets none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.models import Attempt, Campaign, Exclusion
from yinuo.areas.claims import queries as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries as case_queries
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.actions.shared import NOTE
from yinuo.interfaces.common.actions.table import Action, table_of
from yinuo.interfaces.common.inputs.call_backs import (
    AnswersInput,
    AttemptInput,
    CampaignInput,
    ExclusionInput,
    IdentityInput,
    LeftOutInput,
    RecordingInput,
)
from yinuo.kit.errors import DomainError


class NotOver(DomainError):
    code = "not_over"
    message = _("Case %(number)s has not ended: whether its customer is asked is decided then.")


def _invite(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    call_backs.invite(case=case, by=actor, at=at, seen=given.seen)


def _start(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    call_backs.start_call(case=case, by=actor, at=at, seen=given.seen)


def _record(actor: Actor, case: Case, given: AttemptInput, at: datetime) -> None:
    call_backs.record_attempt(
        case=case,
        outcome=given.outcome,
        next_at=given.next_at,
        number=given.number,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _identify(actor: Actor, case: Case, given: IdentityInput, at: datetime) -> None:
    call_backs.identify(case=case, said=given.said, by=actor, at=at)


def _answer(actor: Actor, case: Case, given: AnswersInput, at: datetime) -> None:
    """All or nothing: answers of which one is refused change nothing."""
    channel = call_backs.PORTAL if actor.kind == "customer" else call_backs.CALL
    with cases.transaction():
        for question, raw in given.answers.items():
            call_backs.keep_answer(
                case=case, question=question, raw=raw, channel=channel, by=actor, at=at
            )
        call_backs.finish(case=case, channel=channel, by=actor, at=at)


def _stop(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    call_backs.stop(case=case, by=actor, at=at, seen=given.seen)


def _opt_out(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    call_backs.opt_out(case=case, by=actor, at=at, seen=given.seen)


def _exclude(actor: Actor, case: Case, given: ExclusionInput, at: datetime) -> None:
    call_backs.exclude(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def leave_out(actor: Actor, given: LeftOutInput, *, at: datetime) -> Exclusion:
    """Record why an ended case gets no call-back.

    Raises NotFound, NotOver and the refusals of the area.
    """
    case = case_queries.get_for(actor, given.number)
    over = claims.is_over(case) if case.kind == "claim" else case.closed_at is not None
    if not over:
        raise NotOver("number", number=case.number)
    return call_backs.leave_out_case(case=case, reason=given.reason, by=actor, at=at)


def open_campaign(actor: Actor, branch: Branch, given: CampaignInput, *, at: datetime) -> Campaign:
    after = date.fromordinal(given.closed_until_on.toordinal() + 1)
    selection = call_backs.Selection(_midnight(given.closed_from_on), _midnight(after))
    return call_backs.open_campaign(
        name=given.name, kind=given.kind, branch=branch, selection=selection, by=actor, at=at
    )


def note_recording(actor: Actor, given: RecordingInput, *, at: datetime) -> Attempt:
    """Raises NotFound and the refusals of the area."""
    case = case_queries.get_for(actor, given.number, kind="call_back")
    return call_backs.note_recording(
        case=case, number=given.call, reference=given.reference, by=actor, at=at
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(settings.TIME_ZONE))


CALL_BACK_ACTIONS: Mapping[str, Action[Any]] = table_of(
    Action("call", inputs.EmptyInput, _start, ("start_call",)),
    Action("identity", IdentityInput, _identify, ("record_attempt",)),
    Action("attempt", AttemptInput, _record, ("record_attempt",)),
    Action("answers", AnswersInput, _answer, ("answer",)),
    Action("invitation", inputs.EmptyInput, _invite, ("invite",)),
    Action("stop", inputs.EmptyInput, _stop, ("stop",)),
    Action("opt-out", inputs.EmptyInput, _opt_out, ("opt_out",)),
    Action("exclusion", ExclusionInput, _exclude, ("exclude",)),
    NOTE,
)

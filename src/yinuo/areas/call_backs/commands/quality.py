"""Calls that a second person listens to: drawn by lot, scored on a sheet, told to the caller."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import ClassVar

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import quality, rules
from yinuo.areas.call_backs.commands.common import hold, local_zone, rules_at
from yinuo.areas.call_backs.models import Attempt, QualityCheck, QualityDraw
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.models import Case
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.kit import clock
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError, Message

REVIEWERS = frozenset({"team_lead", "manager"})
CALLERS = frozenset({"agent", "team_lead"})
REFERENCE, WORDS = 200, 2_000


class OwnCall(DomainError):
    code = "own_call"
    message: ClassVar[Message] = _("Nobody checks a call of their own.")
    http = 403


class AlreadyChecked(DomainError):
    code = "already_checked"
    message: ClassVar[Message] = _("This call has been checked already.")


class NoSuchCall(DomainError):
    code = "no_such_call"
    message: ClassVar[Message] = _("There is no call %(number)s in %(case)s.")
    http = 404


def draw_checks(*, by: Actor, at: datetime, seed: str = "") -> QualityDraw | None:
    """Draw from the talks of yesterday, once a day; None when that was done already. The seed is
    kept, so that anybody can draw again and see that nobody was picked out.

    Raises NotForYou: the clock draws, and no person does.
    """
    if by.is_person:
        raise seeing.NotForYou
    day = _day_after(localdate(at), -1)
    rule = rules_at(at).quality
    with transaction.atomic():
        talks = _talks_of(day)
        by_caller: dict[int, list[int]] = defaultdict(list)
        for one in talks.values():
            by_caller[one.staff_id or 0].append(one.pk)
        share, least = rule.share.value, rule.least.value
        draw, is_new = QualityDraw.objects.get_or_create(
            drawn_on=day,
            defaults={
                "seed": seed or secrets.token_hex(16),
                "share": share,
                "least": least,
                "calls": len(talks),
                "at": at,
            },
        )
        if not is_new:
            return None
        chosen = quality.drawn(by_caller, share=share, least=least, seed=draw.seed)
        add_rows(
            [
                QualityCheck(draw=draw, attempt=talks[pk], staff=staff, branch_id=staff.branch_id)
                for pk in chosen
                if (staff := talks[pk].staff) is not None
            ]
        )
    return draw


def _day_after(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _talks_of(day: date) -> dict[int, Attempt]:
    begins = datetime.combine(day, time(0), tzinfo=local_zone())
    talks = Attempt.objects.select_related("staff").filter(
        channel=rules.CALL,
        outcome="reached",
        staff__isnull=False,
        at__gte=begins,
        at__lt=datetime.combine(_day_after(day, 1), time(0), tzinfo=local_zone()),
    )
    return {one.pk: one for one in talks.order_by("pk")}


def score_call(
    *, check: QualityCheck, points: Mapping[str, int], words: str, by: Actor, at: datetime
) -> QualityCheck:
    """Put points and words on record, once; the caller reads both.

    Raises NotForYou, OwnCall, AlreadyChecked, PointsRefused and the refusals of clean_text.
    """
    rule = rules_at(at).quality
    with transaction.atomic():
        rows = QualityCheck.objects.select_related("branch").select_for_update(of=("self",))
        fresh = rows.get(pk=check.pk)
        if not by.roles & REVIEWERS or not seeing.in_subtree(by, fresh.branch.path):
            raise seeing.NotForYou
        if by.staff_id is None or by.staff_id == fresh.staff_id:
            raise OwnCall
        if fresh.reviewed_at is not None:
            raise AlreadyChecked
        scored = quality.score(rule.sheet.value, points, passed_from=rule.passed_from.value)
        fresh.sheet_version = rule.sheet.value.version
        fresh.points, fresh.total = dict(scored.points), scored.total
        fresh.passed = scored.passed
        fresh.words = seeing.clean_text(words, field="words", most=WORDS)
        fresh.reviewer_id, fresh.reviewed_at = by.staff_id, at
        fresh.save()
    return fresh


def note_recording(*, case: Case, number: int, reference: str, by: Actor, at: datetime) -> Attempt:
    """Where the telephone system keeps the recording of a call; ours is only the reference, with
    the day until which it is kept. Given again, the newer one counts.

    Raises NotForYou, NoSuchCall and the refusals of clean_text.
    """
    if not by.roles & CALLERS:
        raise seeing.NotForYou
    with cases.transaction():
        held = hold(case)
        found = next(
            (one for one in held.attempts if one.number == number and one.channel == rules.CALL),
            None,
        )
        if found is None:
            raise NoSuchCall("call", number=number, case=held.case.number)
        found.recording = seeing.clean_text(reference, field="reference", most=REFERENCE)
        found.recording_until_on = _kept_until(found.at, at)
        found.save(update_fields=["recording", "recording_until_on"])
        data = {"number": number, "until": found.recording_until_on.isoformat()}
        cases.record(case=held.case, type="call_back.recording_noted", data=data, by=by, at=at)
    return found


def _kept_until(called_at: datetime, at: datetime) -> date:
    limit = rules_at(at).quality.recordings_kept.value
    return localdate(clock.due(limit, called_at, calendar_at(at)).due_at)


def forget_recordings(*, at: datetime) -> int:
    """Drop the references whose time is over; how many there were."""
    over = Attempt.objects.filter(recording_until_on__lt=localdate(at)).exclude(recording="")
    return over.update(recording="")

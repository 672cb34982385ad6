"""What is kept of ways in only as long as somebody may come back with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yinuo.core.people.actors import Actor
from yinuo.core.people.commands.access import record_access_many
from yinuo.core.people.models import ApiAnswer, SignInCode
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.logs import log

logger = log(__name__)
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    codes: int
    answers: int


def forget_old_ways_in(*, by: Actor, at: datetime) -> Forgotten:
    """Delete one-time codes and answers for repeats whose time is over; how many goes on record.

    In batches, each with its record, so that a backlog of a year never holds one long lock.
    """
    kept = rulebook.rules(PeopleRules, at=at)
    codes = SignInCode.objects.filter(expires_at__lt=at - kept.codes.kept_for.value.elapsed())
    answers = ApiAnswer.objects.filter(answered_at__lt=at - kept.answers.kept_for.value.elapsed())
    forgotten = Forgotten(
        _forget(codes, "forgotten:sign_in_codes", by, at),
        _forget(answers, "forgotten:api_answers", by, at),
    )
    logger.info("ways in forgotten", codes=forgotten.codes, answers=forgotten.answers)
    return forgotten


def _forget(rows: QuerySet[Any], what: str, by: Actor, at: datetime) -> int:
    total = 0
    while True:
        with transaction.atomic():
            oldest = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            count, _ = rows.filter(pk__in=oldest).delete()
            if count:
                record_access_many([(None, what, count)], by=by, at=at)
        total += count
        if len(oldest) < BATCH:
            return total

"""Answers come in, by link or on the phone, and the loop decides: content, again, or enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.commands.common import (
    Held,
    end_call,
    hold,
    plan,
    plan_nothing,
    rules_at,
    strategy_of,
    telling,
)
from yinuo.areas.call_backs.models import CallBack, Response
from yinuo.areas.call_backs.questionnaire_rulefile import QuestionnairesRules
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError

PORTAL = "portal"
CALL = rules.CALL


class AlreadyAnswered(DomainError):
    code = "already_answered"
    message = _("These questions have been answered already. Thank you.")


@dataclass(frozen=True, slots=True)
class Answered:
    """Checked answers of one round, as the questionnaire engine gives them.

    `words` are free texts by question; each becomes a note of the case. `reasons` ask for a
    concern: low_score, named_problem, open_question, threat.
    """

    channel: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    csat: int | None = None
    nps: int | None = None
    ces: int | None = None
    reasons: tuple[str, ...] = ()
    suggestion: bool = False
    complaint: bool = False
    started_at: datetime | None = None


def answer(
    *, case: Case, given: Answered, by: Actor, at: datetime, seen: int | None = None
) -> Response:
    """Keep the answers of the running round and take the step that follows from them.

    Raises AlreadyAnswered, StepNotAllowed, NotYourRole, ChangedMeanwhile.
    """
    with cases.transaction():
        held = hold(case, seen=seen)
        response = newest_response(held)
        if response is not None and response.finished_at is not None:
            raise AlreadyAnswered
        cases.check_step(held.case, "answer", by=by)
        programme = rules_at(at)
        end_call(held, "reached" if given.channel == CALL else "abandoned", at=at)
        kept = _keep(held, response, given, by, at)
        _settle(held, kept, given, programme, by, at)
        _follow(held, given, programme, at)
    return kept


def newest_response(held: Held) -> Response | None:
    """The answers of this round so far, or of the round before when a new one only waits: nobody
    is on the phone for it yet."""
    newest = Response.objects.filter(call_back=held.row).order_by("-round").first()
    if newest is None or newest.round == held.row.round:
        return newest
    waits = held.running is None and held.case.state in ("waiting", "answered")
    return newest if waits else None


def _keep(
    held: Held, response: Response | None, given: Answered, by: Actor, at: datetime
) -> Response:
    row = held.row
    kept = response or Response(call_back=row, round=row.round, started_at=given.started_at or at)
    kept.questionnaire, kept.version = row.questionnaire, row.questionnaire_version
    kept.language, kept.channel, kept.by = row.language, given.channel, by.id
    kept.answers = {**kept.answers, **given.answers}
    kept.notes = {**kept.notes, **_write_words(held, given.words, by, at)}
    kept.csat, kept.nps, kept.ces = given.csat, given.nps, given.ces
    kept.finished_at = at
    kept.save()
    return kept


def _write_words(held: Held, words: Mapping[str, str], by: Actor, at: datetime) -> dict[str, int]:
    return {
        question: cases.write_note(
            case=held.case,
            body=text,
            kind="words",
            thread=question,
            by=by,
            at=at,
            for_customer=True,
        ).pk
        for question, text in words.items()
        if text.strip()
    }


def _settle(
    held: Held,
    kept: Response,
    given: Answered,
    programme: CallBacksRules,
    by: Actor,
    at: datetime,
) -> None:
    row = held.row
    plan_nothing(held)
    row.satisfied = rules.is_satisfied(given.csat, given.reasons, programme)
    row.answered_at = row.answered_at or at
    row.first_contact_at = row.first_contact_at or at
    if kept.channel == CALL:
        row.reached_at = row.reached_at or at
    row.save(
        update_fields=[
            "channel",
            "next_contact_at",
            "satisfied",
            "reached_at",
            "answered_at",
            "first_contact_at",
        ]
    )
    data = {
        "round": row.round,
        "questionnaire": kept.questionnaire,
        "version": kept.version,
        "channel": kept.channel,
        "csat": kept.csat,
        "nps": kept.nps,
        "ces": kept.ces,
        "reasons": list(given.reasons),
        "suggestion": given.suggestion,
        "complaint": given.complaint,
        "notes": sorted(kept.notes.values()),
        "satisfied": row.satisfied,
    }
    facts = telling(row, asks_concern=bool(given.reasons))
    cases.advance(Move(held.case, "answer", data=data, facts=facts), by=by, at=at)


def _follow(held: Held, given: Answered, programme: CallBacksRules, at: datetime) -> None:
    """The house goes on by itself: no answer stays without what follows from it."""
    row, strategy = held.row, strategy_of(held.row, programme)
    step = rules.after_answer(satisfied=bool(row.satisfied), round_=row.round, strategy=strategy)
    if step != "next_round":
        cases.advance(Move(held.case, step, data={"round": row.round}), by=SYSTEM, at=at)
        return
    begin_round(held, from_at=strategy.again_after.after(at), programme=programme, at=at)


def begin_round(held: Held, *, from_at: datetime, programme: CallBacksRules, at: datetime) -> None:
    """Plan the next round, its first contact not before `from_at`."""
    row = held.row
    row.round += 1
    row.calls, row.invited_at, row.link_used_at = 0, None, None
    again = engine.asked_again(rulebook.rules(QuestionnairesRules, at=at), row.questionnaire)
    row.questionnaire, row.questionnaire_version = again.name, again.version
    plan(held, at=from_at, programme=programme, house=queries.house_at(at))
    row.save(
        update_fields=[
            "round",
            "questionnaire",
            "questionnaire_version",
            "calls",
            "invited_at",
            "link_used_at",
            "channel",
            "next_contact_at",
        ]
    )
    planned = row.next_contact_at or from_at
    cases.advance(
        Move(
            held.case,
            "next_round",
            data={
                "round": row.round,
                "contact": row.channel,
                "contact_at": planned.isoformat(),
            },
            started_at=planned,
        ),
        by=SYSTEM,
        at=at,
    )


def bring_forward(*, case: Case, by: Actor, at: datetime) -> bool:
    """What was to be mended is mended before its time, so the next round begins now.

    Whether anything was waiting; safe to run twice.
    """
    with cases.transaction():
        held = hold(case)
        planned = held.row.next_contact_at
        if held.case.state != "waiting" or planned is None or held.contacts or planned <= at:
            return False
        plan(held, at=at, programme=rules_at(at), house=queries.house_at(at))
        if held.row.next_contact_at is None or held.row.next_contact_at >= planned:
            return False
        CallBack.objects.filter(pk=held.row.pk).update(
            channel=held.row.channel, next_contact_at=held.row.next_contact_at
        )
        data = {
            "round": held.row.round,
            "contact": held.row.channel,
            "contact_at": held.row.next_contact_at.isoformat(),
        }
        cases.record(case=held.case, type="call_back.brought_forward", data=data, by=by, at=at)
    return True

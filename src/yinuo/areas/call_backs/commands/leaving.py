"""Questions that were left in the middle: what was said until then is heard all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.models import CallBack, Response
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.knowledge import reader
from yinuo.core.people.actors import SYSTEM


def hear_unfinished(ending: Sequence[tuple[Case, CallBack]], *, at: datetime) -> None:
    """Put on record what unfinished answers ask of us, before their call-backs end. Those that ask
    nothing leave no line; scores count only when the questions are finished."""
    rounds = {row.pk: row.round for _case, row in ending}
    begun = {
        draft.call_back_id: draft
        for draft in Response.objects.filter(call_back__in=rounds, finished_at__isnull=True)
        if draft.round == rounds[draft.call_back_id]
    }
    lines = [
        (case, "call_back.heard_in_part", said)
        for case, row in ending
        if row.pk in begun and (said := _said(row, begun[row.pk], at))
    ]
    if lines:
        cases.record_many(lines, by=SYSTEM, at=at)


def _said(row: CallBack, draft: Response, at: datetime) -> Mapping[str, Any]:
    """What finished answers would tell; empty when nobody has to do anything."""
    asking, facts = queries.questionnaire_of(row, at=at), queries.question_facts(row)
    given = engine.kept(asking, queries.given_answers(draft), facts)
    found = engine.outcome(asking, given, facts, read=reader.read_words)
    if not (found.reasons or found.suggestion or found.complaint):
        return {}
    scores = engine.scores(asking, given)
    return {
        "round": draft.round,
        "questionnaire": draft.questionnaire,
        "version": draft.version,
        "channel": draft.channel,
        "csat": scores.csat,
        "nps": scores.nps,
        "ces": scores.ces,
        "reasons": list(found.reasons),
        "suggestion": found.suggestion,
        "complaint": found.complaint,
        "first_spoken_at": draft.started_at.isoformat(),
        "notes": sorted(note for id_, note in draft.notes.items() if id_ in given),
    }

"""What the house hears by itself: urgent words in a note, a bad answer, a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yinuo.areas.concerns import queries
from yinuo.areas.concerns.commands.common import rules_at
from yinuo.areas.concerns.commands.findings import keep_finding
from yinuo.areas.concerns.commands.opening import open_concern
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.people.actors import Actor

SUGGESTION = "suggestion"
"""The thread of the note in which a call-back keeps what the customer suggests."""


def hear_note(*, note_id: int, event: Event, by: Actor, at: datetime) -> Case | None:
    """Read what a customer wrote; urgent words open a concern. The case of it, if there is one."""
    if event.data.get("kind") == "internal":
        return None
    note = Note.objects.select_related("case__about").filter(pk=note_id).first()
    if note is None or not queries.said_by_customer(note):
        return None
    with cases.transaction():
        reading = knowledge.read_note(note=note, by=by, at=at)
        opening = rules_at(at).opening
        if reading is None or note.case.kind not in opening.listens_to.value:
            return None
        if reading.urgency not in opening.urgent_words.value:
            return None
        return open_concern(
            about=note.case,
            reasons=["urgent_words"],
            note=note,
            causes=tuple(reading.causes),
            urgency=reading.urgency,
            door="words",
            source_event=event.pk,
            by=by,
            at=at,
        )


def hear_answers(*, event: Event, by: Actor, at: datetime) -> Case | None:
    """A call-back was answered, or left in the middle: its reasons open a concern. The case of it,
    if there is one.

    An answer that asks for a complaint becomes one elsewhere, and opens no concern beside it.
    """
    reasons: Sequence[str] = event.data.get("reasons", ())
    if not reasons or event.data.get("complaint"):
        return None
    with cases.transaction():
        notes = [note for note in _notes(event) if note.thread != SUGGESTION]
        for note in notes:
            knowledge.read_note(note=note, by=by, at=at)
        return open_concern(
            about=event.case,
            reasons=list(reasons),
            note=_heaviest(notes),
            door="call_back",
            first_spoken_at=_first_spoken(event, notes),
            source_event=event.pk,
            by=by,
            at=at,
        )


def keep_suggestion(*, event: Event, context: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Keep the suggestion of an answered call-back; `context` tells product and stage."""
    if not event.data.get("suggestion"):
        return
    note = _suggestion(event)
    if note is None:
        return
    with cases.transaction():
        reading = knowledge.read_note(note=note, by=by, at=at)
        causes = reading.causes if reading else []
        keep_finding(
            case=event.case,
            note=note,
            cause=causes[0] if causes else "",
            product=context.get("product", ""),
            stage=context.get("stage", ""),
            source_event=event.pk,
            by=by,
            at=at,
        )


def _notes(event: Event) -> list[Note]:
    """The words of this answer: those it names, else what was said on the case since the last."""
    named = _ids(event.data.get("notes"))
    if named:
        found = Note.objects.filter(case=event.case_id, pk__in=named)
    else:
        before = (
            Event.objects.filter(case=event.case_id, type=event.type, seq__lt=event.seq)
            .order_by("-seq")
            .first()
        )
        found = Note.objects.filter(queries.CUSTOMER, case=event.case_id, at__lte=event.at)
        found = found.filter(at__gt=before.at) if before else found
    return list(found.filter(erased_at__isnull=True).order_by("at", "pk"))


def _first_spoken(event: Event, notes: Sequence[Note]) -> datetime:
    told = event.data.get("first_spoken_at")
    if isinstance(told, str):
        return datetime.fromisoformat(told)
    return min((note.at for note in notes), default=event.at)


def _suggestion(event: Event) -> Note | None:
    named = event.data.get("suggestion_note")
    if isinstance(named, int):
        return Note.objects.filter(case=event.case_id, pk=named).first()
    notes = _notes(event)
    suggested = [note for note in notes if note.thread == SUGGESTION] or notes
    return suggested[-1] if suggested else None


def _heaviest(notes: Sequence[Note]) -> Note | None:
    """The words that the concern begins with: the longest tell most."""
    return max(notes, key=lambda note: len(note.body), default=None)


def _ids(given: Any) -> list[int]:
    return [one for one in given if isinstance(one, int)] if isinstance(given, list) else []

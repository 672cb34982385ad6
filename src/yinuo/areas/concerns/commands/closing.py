"""The two other ends of a concern: without the customer's yes, and as a complaint."""

from __future__ import annotations

from datetime import datetime

from yinuo.areas.concerns.commands.common import (
    WordsMissing,
    check_known,
    locked,
    rules_at,
    said,
)
from yinuo.areas.concerns.commands.solving import closed, keep_apart, only_if_given
from yinuo.areas.concerns.models import Closing, Concern
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case, Note
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor


def propose_closing(
    *, case: Case, reason: str, words: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Ask a second person to close it.

    Raises WordUnknown, WordsMissing, NotForThisHandler and NotGivenToYou.
    """
    check_known("reason", (reason,), rules_at(at).closing.without_the_customer.value)
    if not words.strip():
        raise WordsMissing("words")
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        only_if_given(held, by)
        note = cases.write_note(case=held.case, body=words, kind="reason", by=by, at=at)
        leads = people.leads_of(held.case.branch_path, "team_lead")
        lead = next((one.pk for one in leads if one.pk != by.staff_id), None)
        data = {"reason": reason, "note": note.pk}
        owners = {"team_lead": lead}
        cases.advance(Move(held.case, "propose_closing", data=data, owners=owners), by=by, at=at)
        Closing.objects.create(
            concern=held.concern, reason=reason, note=note, proposed_by=by.id, proposed_at=at
        )


def review_closing(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Accept it. Raises MakerCannotCheck for whoever proposed it, and NotForThisHandler."""
    with cases.transaction():
        held = locked(case, seen=seen)
        keep_apart(held, by.staff_id)
        closing = _decided(held.concern, Closing.Verdict.ACCEPTED, by, at)
        held.concern.outcome = Concern.Outcome.REVIEWED
        held.concern.save(update_fields=["outcome"])
        reason = closing.reason if closing else ""
        data = closed(held, "reviewed", reason)
        cases.advance(Move(held.case, "review_closing", data=data), by=by, at=at)


def return_closing(
    *, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Send it back to work with what is still to be done. Raises WordsMissing, MakerCannotCheck."""
    if not words.strip():
        raise WordsMissing("words")
    with cases.transaction():
        held = locked(case, seen=seen)
        _decided(held.concern, Closing.Verdict.RETURNED, by, at)
        note = cases.write_note(case=held.case, body=words, kind="internal", by=by, at=at)
        cases.advance(Move(held.case, "return_closing", data={"note": note.pk}), by=by, at=at)


def become_complaint(
    *, case: Case, words: str = "", by: Actor, at: datetime, seen: int | None = None
) -> None:
    """The customer wants it treated as a complaint, whose clock runs from the first words.

    A member of staff writes down what the customer said. Raises WordsMissing.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        if by.kind != "customer" and not words.strip():
            raise WordsMissing("words")
        if words.strip():
            said(held.case, words, by=by, at=at)
        concern = held.concern
        _decided(concern, Closing.Verdict.DROPPED, None, at)
        concern.outcome = Concern.Outcome.COMPLAINT
        concern.save(update_fields=["outcome"])
        data = {
            "first_spoken_at": concern.first_spoken_at.isoformat(),
            "notes": _customers_notes(concern),
            "causes": list(concern.causes),
            "urgency": concern.urgency,
            "reasons": list(concern.reasons),
            "about": held.case.about_id,
            "source": concern.source_case_id,
        }
        cases.advance(Move(held.case, "become_complaint", data=data), by=by, at=at)


def _decided(
    concern: Concern, verdict: Closing.Verdict, by: Actor | None, at: datetime
) -> Closing | None:
    """Write the verdict on the waiting proposal; whether there must be one, the step says."""
    row = Closing.objects.filter(concern=concern, verdict=Closing.Verdict.WAITING).first()
    if row is None:
        return None
    if by is not None and by.id == row.proposed_by:
        raise MakerCannotCheck
    row.verdict = verdict
    row.reviewed_by = by.id if by else ""
    row.reviewed_at = at
    row.save(update_fields=["verdict", "reviewed_by", "reviewed_at"])
    return row


def _customers_notes(concern: Concern) -> list[int]:
    """The notes with the customer's words, the first ones first."""
    own = Note.objects.filter(case=concern.case_id, kind="words").order_by("at", "pk")
    first = [concern.words_id] if concern.words_id else []
    return list(dict.fromkeys([*first, *own.values_list("pk", flat=True)]))

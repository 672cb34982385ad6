"""What is learned from customers: kept, considered, and answered to who said it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from yinuo.areas.concerns import rules
from yinuo.areas.concerns.commands.common import WordsMissing, check_known
from yinuo.areas.concerns.commands.grounds import NewGround, keep_grounds, require_grounds
from yinuo.areas.concerns.models import Finding
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

DECIDED = (Finding.Standing.ADOPTED, Finding.Standing.DECLINED)
LONGEST_TITLE = 200


class FindingIsDecided(DomainError):
    code = "finding_is_decided"
    message = _("This finding has been answered already.")


class NotForStaffOnly(DomainError):
    code = "finding_needs_staff"
    message = _("Only members of staff decide about findings.")
    http = 403


def keep_finding(
    *,
    case: Case,
    note: Note | None = None,
    title: str = "",
    cause: str = "",
    product: str = "",
    stage: str = "",
    source_event: int | None = None,
    grounds: Sequence[NewGround] = (),
    by: Actor,
    at: datetime,
) -> Finding:
    """Keep a suggestion where it was said. Seen twice by a reaction, it is kept once.

    `grounds` is what it rests on beside those words.

    Raises WordsMissing when there are neither words nor a title, and WordUnknown.
    """
    if note is None and not title.strip():
        raise WordsMissing("title")
    check_known("cause", (cause,) if cause else (), rules.FINDING_CAUSES)
    with cases.transaction():
        held = cases.lock(case)
        before = source_event is not None and Finding.objects.filter(source_event=source_event)
        if before and (row := before.first()) is not None:
            return row
        row = Finding.objects.create(
            case=held,
            note=note,
            source_event=source_event,
            title=title.strip()[:LONGEST_TITLE],
            cause=cause,
            product=product,
            stage=stage,
            branch=held.branch,
            branch_path=held.branch_path,
            kept_by=by.id,
            kept_at=at,
        )
        keep_grounds(row, grounds, by, at)
        data = {"finding": row.pk, "cause": cause, "note": note.pk if note else None}
        cases.record(case=held, type="finding.kept", data=data, by=by, at=at)
    return row


def consider_finding(*, finding: Finding, title: str, cause: str, by: Actor, at: datetime) -> None:
    """Put it in our words, and say what it is about. Raises FindingIsDecided, WordUnknown."""
    if not title.strip():
        raise WordsMissing("title")
    check_known("cause", (cause,) if cause else (), rules.FINDING_CAUSES)
    with cases.transaction():
        case, row = _locked(finding, by)
        row.title, row.cause = title.strip()[:LONGEST_TITLE], cause
        row.standing = Finding.Standing.CONSIDERED
        row.save(update_fields=["title", "cause", "standing"])
        data = {"finding": row.pk, "cause": cause}
        cases.record(case=case, type="finding.considered", data=data, by=by, at=at)


def answer_finding(
    *,
    finding: Finding,
    standing: str,
    words: str,
    change: str = "",
    changed_on: date | None = None,
    grounds: Sequence[NewGround] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Tell the customer what we did with what they said.

    What is adopted says what we do differently, since its day or from today on, and the opinions
    and figures that it rests on, so that a change can be followed back to who asked for it. Raises
    FindingIsDecided, WordsMissing, WordUnknown, GroundsMissing.
    """
    check_known("standing", (standing,), tuple(one.value for one in DECIDED))
    adopted = standing == Finding.Standing.ADOPTED
    for field, text in (("words", words), ("change", change if adopted else "-")):
        if not text.strip():
            raise WordsMissing(field)
    with cases.transaction():
        case, row = _locked(finding, by)
        keep_grounds(row, grounds, by, at)
        if adopted:
            require_grounds(row)
        note = cases.write_note(
            case=case, body=words, kind="answer", by=by, at=at, for_customer=True
        )
        row.standing, row.answer = standing, note
        row.answered_by, row.answered_at = by.id, at
        if adopted:
            row.change, row.changed_on = change.strip(), changed_on or localdate(at)
        row.save()
        data = {
            "finding": row.pk,
            "standing": standing,
            "note": note.pk,
            "grounds": row.grounds.count(),
        }
        facts = {"words": words.strip()}
        cases.record(case=case, type="finding.answered", data=data, by=by, at=at, facts=facts)


def _locked(finding: Finding, by: Actor) -> tuple[Case, Finding]:
    if by.kind != "staff":
        raise NotForStaffOnly
    case = cases.lock(finding.case)
    row = Finding.objects.select_for_update().get(pk=finding.pk)
    if row.standing in DECIDED:
        raise FindingIsDecided
    return case, row

"""Who looks into it, what it is about, why it happened, and what is only known inside the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands.common import (
    Held,
    by_a_person,
    causes_at,
    locked,
    locked_many,
    one_of,
    open_promise_exists,
    rules_at,
    take,
    telling,
    written,
)
from yinuo.areas.complaints.commands.receiving import move_many
from yinuo.areas.complaints.models import (
    Lesson,
    NamedCause,
    Remark,
    Suspicion,
    Talk,
    Why,
)
from yinuo.areas.complaints.rules import CHANNELS, PRODUCTS, is_heated
from yinuo.areas.complaints.workflow import REVIEWERS
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError
from yinuo.perception.reading import read

DISCIPLINE = "complaints.discipline"


class HandlerMissing(DomainError):
    code = "handler_missing"
    message = _("Nobody handles complaint %(number)s yet: give it to somebody first.")


class NotTheHandler(DomainError):
    code = "not_the_handler"
    message = _("Only the handler of complaint %(number)s can say this.")
    http = 403


class OwnInterest(DomainError):
    code = "own_interest"
    message = _("%(name)s worked on what complaint %(number)s is about and cannot handle it.")


class NotDeclared(DomainError):
    code = "not_declared"
    message = _("The handler of %(number)s first declares to have no interest of their own.")


class ReviewerNotDeclared(DomainError):
    code = "reviewer_not_declared"
    message = _("Who decides the review of %(number)s first declares to have no interest.")


class NotAnOfficer(DomainError):
    code = "not_a_complaint_officer"
    message = _("%(name)s does not handle complaints.")
    http = 422


class MainCauseMissing(DomainError):
    code = "main_cause_missing"
    message = _("Name at least one cause, and which of them is the main one.")
    http = 422


class NoSuspicionWaiting(DomainError):
    code = "no_suspicion_waiting"
    message = _("No suspicion of this kind is waiting for a second person.")


class SuspicionWaiting(DomainError):
    code = "suspicion_waiting"
    message = _("A suspicion of this kind already waits for a second person.")


class PersonalData(DomainError):
    code = "personal_data_in_lesson"
    message = _("A lesson names nobody: take “%(words)s” out.")
    http = 422


def declare_no_interest(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The handler declares to have no interest, and so does who decides a review.

    Raises NotTheHandler, OwnInterest, and MakerCannotCheck for who gave the answer under review.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        reviews = held.case.state == "reviewing" and by.staff_id != held.case.handler_id
        if reviews and by.roles.intersection(REVIEWERS):
            _declare_as_reviewer(held, by, at)
        else:
            _declare([held], by, at)


def declare_no_interest_many(complaints: Sequence[Case], *, by: Actor, at: datetime) -> None:
    """The same person declares it for each of the complaints."""
    with cases.transaction():
        _declare(locked_many(complaints), by, at)


def _declare(held: Sequence[Held], by: Actor, at: datetime) -> None:
    for one in held:
        if one.case.handler_id is None:
            raise HandlerMissing(number=one.case.number)
        if by.staff_id != one.case.handler_id:
            raise NotTheHandler(number=one.case.number)
    _refuse_interest(held, at)
    cases.advance_many([Move(one.case, "declare_no_interest") for one in held], by=by, at=at)
    for one in held:
        one.complaint.declared_by, one.complaint.declared_at = by.id, at
    change_rows([one.complaint for one in held], "declared_by", "declared_at")


def _declare_as_reviewer(held: Held, by: Actor, at: datetime) -> None:
    """Other eyes than those that gave the answer, and none that worked on the claim."""
    refuse_reviewer(held, by, at)
    held.complaint.reviews.filter(decided_at__isnull=True).update(declared_by=by.id, declared_at=at)
    take(held, "declare_no_interest", by=by, at=at, data={"review": True})


def refuse_reviewer(held: Held, by: Actor, at: datetime) -> None:
    """Raises MakerCannotCheck for whoever decided or told the answer before, and OwnInterest."""
    given = Q(of_review=False) | Q(told_at__isnull=False)
    own = Q(made_by=by.id) | Q(told_by=by.id)
    if held.complaint.answers.filter(given, own).exists():
        raise MakerCannotCheck
    if by.id in _touched(held, at):
        name = Staff.objects.get(pk=by.staff_id or 0).name
        raise OwnInterest(name=name, number=held.case.number)


def investigate(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Begin. Raises HandlerMissing, NotDeclared and OwnInterest."""
    with cases.transaction():
        cases.lock(case, seen=seen)
        investigate_many([case], by=by, at=at)


def investigate_many(complaints: Sequence[Case], *, by: Actor, at: datetime) -> None:
    with cases.transaction():
        held = locked_many(complaints)
        for one in held:
            if one.case.handler_id is None:
                raise HandlerMissing(number=one.case.number)
            if one.complaint.declared_by != f"staff:{one.case.handler_id}":
                raise NotDeclared(number=one.case.number)
        _refuse_interest(held, at)
        move_many(complaints, step="investigate", data={}, by=by, at=at)


def _refuse_interest(held: Sequence[Held], at: datetime) -> None:
    """Nobody handles a complaint about a case that he or she touched."""
    touched = queries.touched_many(
        {one.case.about_id for one in held if one.case.about_id is not None}, at
    )
    for one in held:
        handler = one.case.handler
        involved = touched.get(one.case.about_id or 0, frozenset())
        if handler is not None and f"staff:{handler.pk}" in involved:
            raise OwnInterest(name=handler.name, number=one.case.number)


def reassign(
    *, case: Case, to: Staff, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Hand over, with why; the complainant learns the new name at once.

    Raises NotAnOfficer, OwnInterest and NotOfThisBranch.
    """
    why = written(reason, "reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        if not {"complaint_officer", "team_lead", "manager"}.intersection(to.roles):
            raise NotAnOfficer("staff", name=to.name)
        if f"staff:{to.pk}" in _touched(held, at):
            raise OwnInterest("staff", name=to.name, number=held.case.number)
        cases.write_note(case=held.case, body=why, kind="internal", by=by, at=at)
        cases.reassign(case=held.case, to=to, by=by, at=at, facts=telling(held))
        held.complaint.declared_by, held.complaint.declared_at = "", None
        held.complaint.heated_talks = 0
        held.complaint.save(update_fields=["declared_by", "declared_at", "heated_talks"])


def _touched(held: Held, at: datetime) -> frozenset[str]:
    about = held.case.about
    return queries.touched(about, at) if about is not None else frozenset()


@dataclass(frozen=True, slots=True)
class About:
    """What the complaint is linked to; `told_at_sale` is yes, no or unclear."""

    product: str = ""
    stage: str = ""
    clause: str = ""
    repair_shop: str = ""
    told_at_sale: str = ""


def describe(*, case: Case, what: About, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Link it to what the figures count it by. Raises NotKnown for a product or stage of nobody."""
    if what.told_at_sale:
        one_of(what.told_at_sale, ("yes", "no", "unclear"), "told_at_sale")
    stages = [state.name for state in WORKFLOWS.current("claim").case.states]
    with cases.transaction():
        held = locked(case, seen=seen)
        complaint = held.complaint
        # What another system or another kind of case has brought along may stay as it is.
        if what.product not in ("", complaint.product):
            one_of(what.product, PRODUCTS, "product")
        if what.stage not in ("", complaint.stage):
            one_of(what.stage, stages, "stage")
        complaint.product, complaint.stage = what.product, what.stage
        complaint.clause, complaint.repair_shop = what.clause, what.repair_shop
        complaint.told_at_sale = what.told_at_sale
        complaint.save(update_fields=["product", "stage", "clause", "repair_shop", "told_at_sale"])
        data = {"product": what.product, "stage": what.stage, "clause": what.clause}
        take(held, "describe", by=by, at=at, data=data)


def name_causes(
    *,
    case: Case,
    main: str,
    others: Sequence[str] = (),
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Name the main cause and others, all anew, each with the signs that spoke for it.

    A cause that our own people answer for is promised to internal discipline.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        name_causes_many([(held.case, main, tuple(others))], by=by, at=at)


def name_causes_many(
    named: Sequence[tuple[Case, str, tuple[str, ...]]], *, by: Actor, at: datetime
) -> None:
    with cases.transaction():
        held = locked_many([case for case, _main, _others in named])
        tree = causes_at(at).tree
        spoken = queries.with_words([one.complaint for one in held])
        rows: list[NamedCause] = []
        moves: list[Move] = []
        for one, (_case, main, others) in zip(held, named, strict=True):
            codes = list(dict.fromkeys((main, *others)))
            if not main:
                raise MainCauseMissing("main")
            for code in codes:
                one_of(code, list(tree), "main" if code == main else "others")
            # Without words and without a claim there is nothing that signs could come from.
            silent = one.case.about_id is None and one.case.pk not in spoken
            found = () if silent else queries.suggested(one, at)
            signs = {s.code: [sign.as_row() for sign in s.why] for s in found}
            rows += [
                NamedCause(
                    complaint=one.complaint,
                    code=code,
                    main=code == main,
                    why=signs.get(code, []),
                    by=by.id,
                    at=at,
                )
                for code in codes
            ]
            handed = any(tree[code].value.discipline for code in codes)
            handed = handed and not open_promise_exists(one, DISCIPLINE)
            data: dict[str, Any] = {"main": main, "causes": codes}
            moves.append(
                Move(one.case, "name_causes", data=data, also_makes=(DISCIPLINE,) if handed else ())
            )
        NamedCause.objects.filter(complaint__in=[one.complaint for one in held]).delete()
        add_rows(rows)
        cases.advance_many(moves, by=by, at=at)


def ask_why(
    *,
    case: Case,
    answers: Sequence[str],
    prevention: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """The ladder of whys, the last answer the root, and what of the catalogue prevents it."""
    rungs = [written(text, "answers") for text in answers if text.strip()]
    if not rungs:
        raise MainCauseMissing("answers")
    with cases.transaction():
        held = locked(case, seen=seen)
        if prevention:
            known = sorted(
                {p for rule in causes_at(at).tree.values() for p in rule.value.prevention}
            )
            one_of(prevention, known, "prevention")
        Why.objects.filter(complaint=held.complaint).delete()
        Why.objects.bulk_create(
            Why(
                complaint=held.complaint,
                ordinal=place,
                because=text,
                prevention=prevention if place == len(rungs) else "",
                by=by.id,
                at=at,
            )
            for place, text in enumerate(rungs, start=1)
        )
        take(held, "ask_why", by=by, at=at, data={"rungs": len(rungs), "prevention": prevention})


def hand_to_discipline(
    *, case: Case, to: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        note = cases.write_note(
            case=held.case, body=written(to, "to"), kind="internal", by=by, at=at
        )
        take(held, "hand_to_discipline", by=by, at=at, data={"note": note.pk})


def tag(
    *, case: Case, kind: str, evidence: str, by: Actor, at: datetime, seen: int | None = None
) -> Suspicion:
    """Note a suspicion of malice or fraud, inside the house only. It stops no clock.

    Raises SuspicionWaiting while one of the same kind is not checked yet.
    """
    by_a_person(by)
    one_of(kind, ("malice", "fraud"), "kind")
    with cases.transaction():
        held = locked(case, seen=seen)
        open_ones = Suspicion.objects.filter(complaint=held.complaint, kind=kind, verdict="")
        if open_ones.exists():
            raise SuspicionWaiting("kind")
        take(held, "tag", by=by, at=at)
        return Suspicion.objects.create(
            complaint=held.complaint,
            kind=kind,
            evidence=written(evidence, "evidence"),
            by=by.id,
            at=at,
        )


def review_tag(
    *,
    case: Case,
    kind: str,
    confirmed: bool,
    remark: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Other eyes on a suspicion. Raises MakerCannotCheck and NoSuspicionWaiting."""
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = Suspicion.objects.filter(complaint=held.complaint, kind=kind, verdict="").first()
        if row is None:
            raise NoSuspicionWaiting("kind")
        if row.by == by.id:
            raise MakerCannotCheck
        row.verdict = "confirmed" if confirmed else "dismissed"
        row.remark, row.reviewed_by, row.reviewed_at = written(remark, "remark"), by.id, at
        row.save(update_fields=["verdict", "remark", "reviewed_by", "reviewed_at"])
        take(held, "review_tag", by=by, at=at)


def contact(
    *,
    case: Case,
    how: str,
    words: str,
    restated: bool = False,
    understood: str,
    next_step: str = "",
    heated: bool | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Talk:
    """A talk: what was said, whether it was said back and understood, and what comes next.

    Whether it was heated is read from the words where the colleague does not say.
    """
    one_of(how, CHANNELS, "how")
    one_of(understood, ("yes", "partly", "no"), "understood")
    body = written(words, "words")
    with cases.transaction():
        held = locked(case, seen=seen)
        hot = heated
        if hot is None:
            hot = is_heated(read(body), rules_at(at).heat)
        note = cases.write_note(
            case=held.case, body=body, kind="minutes", thread="talks", by=by, at=at
        )
        if hot:
            held.complaint.heated_talks += 1
            held.complaint.save(update_fields=["heated_talks"])
        take(held, "contact", by=by, at=at, data={"note": note.pk, "how": how, "heated": hot})
        return Talk.objects.create(
            complaint=held.complaint,
            how=how,
            note=note,
            restated=restated,
            understood=understood,
            next_step=next_step.strip(),
            heated=hot,
            by=by.id,
            at=at,
        )


def remark_evidence(
    *,
    case: Case,
    evidence: str,
    words: str,
    cited: bool = False,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Remark:
    """A note on a piece of evidence; a cited one stands in the answer letter."""
    with cases.transaction():
        held = locked(case, seen=seen)
        row = Remark.objects.create(
            complaint=held.complaint,
            evidence=written(evidence, "evidence"),
            words=written(words, "words"),
            cited=cited,
            by=by.id,
            at=at,
        )
        data = {"remark": row.pk, "evidence": row.evidence, "cited": cited}
        take(held, "remark", by=by, at=at, data=data)
    return row


def write_lesson(
    *,
    case: Case,
    kind: str,
    what: str,
    treatment: str,
    lesson: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """For the library: what happened, what was done, what is learned. Raises PersonalData."""
    one_of(kind, ("handled", "prevented"), "kind")
    texts = [written(what, "what"), written(treatment, "treatment"), written(lesson, "lesson")]
    with cases.transaction():
        held = locked(case, seen=seen)
        found = queries.personal_data_in(held.case, " ".join(texts))
        if found:
            raise PersonalData("lesson", words=found)
        values = dict(zip(("what", "treatment", "lesson"), texts, strict=True))
        Lesson.objects.update_or_create(
            complaint=held.complaint, defaults={"kind": kind, **values, "by": by.id, "at": at}
        )
        take(held, "write_lesson", by=by, at=at, data={"kind": kind})

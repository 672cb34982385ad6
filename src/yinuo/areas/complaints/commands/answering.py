"""The decision, the letter that tells it, its proof, its review, and what the complainant says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints import letters, queries
from yinuo.areas.complaints.commands.common import (
    Held,
    by_a_person,
    locked,
    locked_many,
    one_of,
    rules_at,
    take,
    telling,
    written,
)
from yinuo.areas.complaints.commands.handling import (
    NotDeclared,
    OwnInterest,
    ReviewerNotDeclared,
    refuse_reviewer,
)
from yinuo.areas.complaints.commands.parties import require_speaker
from yinuo.areas.complaints.commands.solving import (
    CompensationNotApproved,
    CompensationReturned,
    NewMeasure,
    add_measures,
    add_measures_many,
    drop_made_with,
    drop_unagreed,
    money_returned_since,
    unapproved,
    watch_money,
)
from yinuo.areas.complaints.models import Answer, Review
from yinuo.areas.complaints.rules import CHANNELS, UPHELD, response_of
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.documents import commands as documents
from yinuo.core.documents.models import Document
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge.rules import language_for
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError


class NotDecided(DomainError):
    code = "complaint_not_decided"
    message = _("There is no decision of complaint %(number)s to tell.")


class ReviewTooLate(DomainError):
    code = "review_too_late"
    message = _("A review could be asked for until %(until)s. Other ways stay open.")


class ReviewedAlready(DomainError):
    code = "reviewed_already"
    message = _(
        "The answer has been reviewed already. Other ways stay open: the letter names them."
    )


class NotRated(DomainError):
    code = "not_rated"
    message = _("Give 1 to 5.")
    http = 422


class CauseMissing(DomainError):
    code = "cause_missing"
    message = _("Name the cause of complaint %(number)s before you decide.")


@dataclass(frozen=True, slots=True)
class Letter:
    """What an answer says: the facts found, the decision, and what it rests on.

    `upheld` is yes, partly or no. Without `remedies` the letter names those of the rules.
    """

    facts: str
    decision: str
    basis: str
    upheld: str
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    case: Case
    letter: Letter
    measures: tuple[NewMeasure, ...] = field(default=())


def decide(
    *,
    case: Case,
    letter: Letter,
    measures: Sequence[NewMeasure] = (),
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Answer:
    """Decide, with the letter as it will be told; until then it may be decided anew, which takes
    the place of what was decided before. Raises CauseMissing, WordsMissing, OnlyAPerson,
    OwnInterest, NotDeclared, and WordingRefused for a letter that cannot be understood.
    """
    with cases.transaction():
        cases.lock(case, seen=seen)
        return decide_many([Decided(case, letter, tuple(measures))], by=by, at=at)[0]


def decide_many(decisions: Sequence[Decided], *, by: Actor, at: datetime) -> list[Answer]:
    """Decide the complaints, each with its own letter."""
    by_a_person(by)
    with cases.transaction():
        held = locked_many([one.case for one in decisions])
        _refuse_interest(held, by, at)
        for one in held:
            if one.complaint.declared_by != f"staff:{one.case.handler_id}":
                raise NotDeclared(number=one.case.number)
        drop_unagreed(held, by, at)
        caused = queries.with_main_cause([one.complaint.pk for one in held])
        answers = []
        versions = _versions(held)
        for one, decision in zip(held, decisions, strict=True):
            if one.complaint.pk not in caused:
                raise CauseMissing(number=one.case.number)
            version = versions.get(one.complaint.pk, 0) + 1
            answers.append(_answer(one, decision.letter, version, False, by, at))
            one.complaint.decided_by, one.complaint.decided_at = by.id, at
            one.complaint.upheld = decision.letter.upheld
        wanted = [
            (one, new)
            for one, decision in zip(held, decisions, strict=True)
            for new in decision.measures
        ]
        add_measures_many(wanted, proposal=None, by=by, at=at)
        made = add_rows(answers)
        change_rows([one.complaint for one in held], "decided_by", "decided_at", "upheld")
        moves = [
            Move(one.case, "decide", data={"answer": row.version, "upheld": row.upheld})
            for one, row in zip(held, made, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)
        paying = {one.complaint.pk: one for one, new in wanted if new.kind == "compensation"}
        for one in paying.values():
            watch_money(one, by, at)
    return made


def _refuse_interest(held: Sequence[Held], by: Actor, at: datetime) -> None:
    """Nobody decides a complaint about a case that he or she touched."""
    touched = queries.touched_many(
        {one.case.about_id for one in held if one.case.about_id is not None}, at
    )
    for one in held:
        if by.id in touched.get(one.case.about_id or 0, frozenset()):
            name = Staff.objects.get(pk=by.staff_id or 0).name
            raise OwnInterest(name=name, number=one.case.number)


def tell(
    *,
    case: Case,
    how: str,
    party: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Answer:
    """Tell the complainant, or `party` who speaks for them, the answer: only now the time of the
    law is kept.

    Raises NotDecided, CompensationNotApproved and CompensationReturned: what is told is owed; and
    PowerMissing. The letter is kept as a paper of the case, as it is sent.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        require_speaker(held, party, at)
        answer = tell_many([case], how=how, by=by, at=at)[0]
        _keep_letter(held, answer, by, at)
    return answer


def tell_many(complaints: Sequence[Case], *, how: str, by: Actor, at: datetime) -> list[Answer]:
    """Tell the answers; `how` beside the message that each complainant gets anyway."""
    by_a_person(by)
    one_of(how, CHANNELS, "how")
    with cases.transaction():
        held = locked_many(complaints)
        answers = _untold(held)
        waiting = unapproved(held)
        kinds = queries.measure_kinds([one.complaint.pk for one in held])
        promised = queries.told_measures_of([one.complaint for one in held])
        moves = []
        for one in held:
            row = answers.get(one.complaint.pk)
            if row is None:
                raise NotDecided(number=one.case.number)
            _refuse_unapproved(one, row, waiting)
            row.told_how, row.told_by, row.told_at = how, by.id, at
            one.complaint.told_at = at
            open_kinds = kinds.get(one.complaint.pk, {})
            one.complaint.response = response_of(row.upheld, list(open_kinds))
            data = {"answer": row.version, "how": how, "upheld": row.upheld}
            owed = ("complaints.carry_out",) if False in open_kinds.values() else ()
            facts = telling(one, **letter_facts(one, row, promised.get(one.complaint.pk, []), at))
            moves.append(Move(one.case, "tell", data=data, facts=facts, also_makes=owed))
        told = [answers[one.complaint.pk] for one in held]
        change_rows(told, "told_how", "told_by", "told_at")
        change_rows([one.complaint for one in held], "told_at", "response")
        cases.advance_many(moves, by=by, at=at)
    return told


def _refuse_unapproved(held: Held, row: Answer, waiting: Collection[int]) -> None:
    """Nobody is told of money that was not approved. Raises CompensationNotApproved and
    CompensationReturned.
    """
    if held.complaint.pk in waiting:
        raise CompensationNotApproved(number=held.case.number)
    if money_returned_since(held, row.made_at):
        raise CompensationReturned(number=held.case.number)


def prove_delivery(
    *,
    case: Case,
    words: str = "",
    document: Document | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Keep what proves that the letter arrived: a receipt, a signature, a recording."""
    if document is None:
        words = written(words, "words")
    with cases.transaction():
        held = locked(case, seen=seen)
        row = (
            Answer.objects.filter(complaint=held.complaint, told_at__isnull=False)
            .order_by("-version")
            .first()
        )
        if row is None:
            raise NotDecided(number=held.case.number)
        row.proof, row.proof_words, row.proved_at = document, words[:200], at
        row.save(update_fields=["proof", "proof_words", "proved_at"])
        take(held, "prove_delivery", by=by, at=at, data={"answer": row.version})


def rate(
    *,
    case: Case,
    rating: int,
    words: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """The complainant says from 1 to 5 how the complaint was handled."""
    if not 1 <= rating <= 5:
        raise NotRated("rating")
    with cases.transaction():
        held = locked(case, seen=seen)
        held.complaint.rating, held.complaint.rated_at = rating, at
        held.complaint.save(update_fields=["rating", "rated_at"])
        if words.strip():
            cases.write_note(
                case=held.case,
                body=words,
                kind="words",
                thread="rating",
                by=by,
                at=at,
            )
        take(held, "rate", by=by, at=at, data={"rating": rating})


def ask_review(
    *,
    case: Case,
    words: str,
    party: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Review:
    """Ask that other people look at the answer again. Raises ReviewTooLate and PowerMissing."""
    body = written(words, "words")
    with cases.transaction():
        held = locked(case, seen=seen)
        require_speaker(held, party, at)
        until = queries.review_until(held.complaint, at)
        if until is not None and at >= until:
            raise ReviewTooLate("words", until=f"{queries.last_day(until):%Y-%m-%d}")
        note = cases.write_note(
            case=held.case,
            body=body,
            kind="words",
            thread="review",
            by=by,
            at=at,
        )
        rows = Review.objects.filter(complaint=held.complaint)
        if rows.filter(asked_at__gte=held.complaint.told_at or at).exists():
            raise ReviewedAlready("words")
        latest = rows.aggregate(found=Max("round"))["found"] or 0
        review = Review.objects.create(
            complaint=held.complaint, round=latest + 1, asked_by=by.id, asked_at=at, words=note
        )
        take(held, "ask_review", by=by, at=at, data={"round": review.round})
    return review


def decide_review(
    *,
    case: Case,
    letter: Letter,
    measures: Sequence[NewMeasure] = (),
    how: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Answer:
    """Decide a review with other eyes, and tell it with the same step.

    With money that nobody has approved yet it is decided only: `tell_review` tells it afterwards,
    and until then it may be decided anew. Raises MakerCannotCheck for whoever decided or told the
    answer before, OwnInterest for whoever worked on what it is about, and ReviewerNotDeclared.
    """
    by_a_person(by)
    one_of(how, CHANNELS, "how")
    with cases.transaction():
        held = locked(case, seen=seen)
        earlier = list(Answer.objects.filter(complaint=held.complaint).order_by("version"))
        untold = [row for row in earlier if row.of_review and row.told_at is None]
        refuse_reviewer(held, by, at)
        cases.check_step(held.case, "decide_review", by=by)
        if by.id not in (_review(held).declared_by, held.complaint.declared_by):
            raise ReviewerNotDeclared(number=held.case.number)
        for row in untold:
            drop_made_with(held, row.made_at, at)
        add_measures(held, measures, proposal=None, by=by, at=at)
        row = _answer(held, letter, len(earlier) + 1, True, by, at)
        row.save()
        if unapproved([held]):
            take(held, "settle_review", by=by, at=at, data={"answer": row.version})
            watch_money(held, by, at)
        else:
            _tell_review(held, row, "decide_review", how, by, at)
    return row


def tell_review(
    *,
    case: Case,
    how: str,
    party: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Answer:
    """Tell what a review decided, when its money is approved.

    Raises NotDecided, CompensationNotApproved, CompensationReturned and PowerMissing.
    """
    by_a_person(by)
    one_of(how, CHANNELS, "how")
    with cases.transaction():
        held = locked(case, seen=seen)
        require_speaker(held, party, at)
        row = queries.untold_review(held.complaint)
        if row is None:
            raise NotDecided(number=held.case.number)
        _refuse_unapproved(held, row, unapproved([held]))
        _tell_review(held, row, "tell_review", how, by, at)
    return row


def _tell_review(held: Held, row: Answer, step: str, how: str, by: Actor, at: datetime) -> None:
    """The answer is changed when another verdict or a new measure comes of the review."""
    complaint = held.complaint
    new = complaint.measures.filter(made_at=row.made_at, dropped_at__isnull=True).exists()
    row.told_how, row.told_by, row.told_at = how, by.id, at
    row.save(update_fields=["told_how", "told_by", "told_at"])
    review = _review(held)
    review.result = "changed" if new or row.upheld != complaint.upheld else "upheld"
    review.decided_by, review.decided_at = row.made_by, at
    review.save(update_fields=["result", "decided_by", "decided_at"])
    complaint.upheld = row.upheld
    kinds = queries.measure_kinds([complaint.pk]).get(complaint.pk, {})
    complaint.response = response_of(row.upheld, list(kinds))
    complaint.save(update_fields=["upheld", "response"])
    take(
        held,
        step,
        by=by,
        at=at,
        data={"round": review.round, "answer": row.version, "result": review.result},
        facts=letter_facts(held, row, queries.told_measures(complaint), at),
        also_makes=("complaints.carry_out",) if new else (),
    )
    _keep_letter(held, row, by, at)


def _review(held: Held) -> Review:
    """The one that waits for its decision."""
    return Review.objects.filter(complaint=held.complaint, decided_at__isnull=True).get()


def _keep_letter(held: Held, row: Answer, by: Actor, at: datetime) -> None:
    documents.keep_letter(
        case=held.case,
        letter=letters.compose(held.complaint, row, at=at),
        subject=f"answer:{row.version}",
        by=by,
        at=at,
    )


def letter_facts(
    held: Held, row: Answer, measures: Sequence[str], at: datetime
) -> dict[str, object]:
    """What the texts of an answer may say."""
    return {
        "facts": row.facts,
        "decision": row.decision,
        "basis": row.basis,
        "remedies": queries.remedy_texts(row, held.case.customer.language),
        "measures": list(measures),
        "review_until": queries.review_end(at) if not row.of_review else None,
    }


def _answer(
    held: Held, letter: Letter, version: int, of_review: bool, by: Actor, at: datetime
) -> Answer:
    parts = [
        written(letter.facts, "facts"),
        written(letter.decision, "decision"),
        written(letter.basis, "basis"),
    ]
    language = held.case.customer.language
    text = "\n".join(parts)
    knowledge.require_plain(
        text=text,
        language=language_for(text, language),
        purpose="complaint_answer",
        at=at,
        field="basis",
    )
    rule = rules_at(at).answers
    standard = rule.remedies_after_review.value if of_review else rule.remedies.value
    return Answer(
        complaint=held.complaint,
        version=version,
        of_review=of_review,
        language=language,
        facts=parts[0],
        decision=parts[1],
        basis=parts[2],
        remedies=list(letter.remedies or standard),
        upheld=one_of(letter.upheld, UPHELD, "upheld"),
        made_by=by.id,
        made_at=at,
    )


def _versions(held: Sequence[Held]) -> dict[int, int]:
    rows = Answer.objects.filter(complaint__in=[one.complaint for one in held])
    return dict(rows.values_list("complaint").annotate(found=Max("version")))


def _untold(held: Sequence[Held]) -> dict[int, Answer]:
    """For each complaint the newest answer that has not been told."""
    rows = Answer.objects.filter(
        complaint__in=[one.complaint for one in held], told_at__isnull=True
    )
    return {row.complaint_id: row for row in rows.order_by("version")}

"""A solution is put to the complainant, who accepts it or says why not.

Money in it is approved first: until then nobody outside the house hears of the proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import Held, by_a_person, locked, take, written
from yinuo.areas.complaints.commands.parties import require_speaker
from yinuo.areas.complaints.commands.solving import (
    CompensationNotApproved,
    NewMeasure,
    add_measures,
    drop_open,
    saying,
    take_back,
    watch_money,
)
from yinuo.areas.complaints.models import Proposal
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError


class NothingProposed(DomainError):
    code = "nothing_proposed"
    message = _("Say at least one thing that we offer to do.")
    http = 422


class NoProposalOpen(DomainError):
    code = "no_proposal_open"
    message = _("No proposal of complaint %(number)s waits for an answer.")


def propose(
    *,
    case: Case,
    words: str,
    measures: Sequence[NewMeasure],
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Proposal:
    """Put a solution to the complainant; an earlier one that nobody agreed to is replaced.

    With money in it the complainant hears of it when all of that is approved; until then an earlier
    proposal stands. Raises NothingProposed, AmountMissing and TraineeMissing.
    """
    by_a_person(by)
    if not measures:
        raise NothingProposed("measures")
    with cases.transaction():
        held = locked(case, seen=seen)
        rows = Proposal.objects.filter(complaint=held.complaint)
        latest = rows.aggregate(found=Max("round"))["found"] or 0
        take_back(rows.filter(answer="", held_back=True), "replaced", by, at)
        money = any(one.kind == "compensation" for one in measures)
        if not money:
            rows.filter(answer="").update(answer="replaced", answered_by=by.id, answered_at=at)
            drop_open([held], at)
        proposal = Proposal.objects.create(
            complaint=held.complaint,
            round=latest + 1,
            words=written(words, "words"),
            held_back=money,
            by=by.id,
            at=at,
        )
        made = add_measures(held, measures, proposal=proposal, by=by, at=at)
        said = saying(proposal, made)
        if money:
            take(held, "prepare_proposal", by=by, at=at, data=said.data)
        else:
            take(held, "propose", by=by, at=at, data=said.data, facts=said.facts)
        watch_money(held, by, at, moot="replaced")
    return proposal


def agree(
    *,
    case: Case,
    words: str = "",
    party: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """The complainant accepts, or `party` for them; from now on it is owed.

    Raises NoProposalOpen, CompensationNotApproved while it waits for its money, and PowerMissing.
    """
    with cases.transaction():
        require_speaker(locked(case, seen=seen), party, at)
        _answer(case, "agreed", words, by, at, None)


def disagree(*, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None) -> None:
    """The complainant does not accept, and says why; we go on looking. Raises as `agree` does."""
    _answer(case, "refused", written(words, "words"), by, at, seen)


def _answer(case: Case, answer: str, words: str, by: Actor, at: datetime, seen: int | None) -> None:
    with cases.transaction():
        held = locked(case, seen=seen)
        prepared, proposal = _offers(held)
        if proposal is None:
            if prepared is not None:
                raise CompensationNotApproved(number=held.case.number)
            raise NoProposalOpen(number=held.case.number)
        proposal.answer, proposal.answer_words = answer, words.strip()
        proposal.answered_by, proposal.answered_at = by.id, at
        proposal.save(update_fields=["answer", "answer_words", "answered_by", "answered_at"])
        if words.strip():
            cases.write_note(
                case=held.case,
                body=words,
                kind="words",
                thread="proposal",
                by=by,
                at=at,
            )
        if answer == "refused":
            drop_open([held], at, but=prepared)
        elif prepared is not None:
            take_back([prepared], "replaced", by, at)
            watch_money(held, by, at, moot="agreed")
        step = "agree" if answer == "agreed" else "disagree"
        take(held, step, by=by, at=at, data={"round": proposal.round})


def _offers(held: Held) -> tuple[Proposal | None, Proposal | None]:
    """The one that waits for its money, and the one that the complainant has before them."""
    rows = list(Proposal.objects.filter(complaint=held.complaint, answer="").order_by("round"))
    prepared = next((one for one in rows if one.held_back), None)
    return prepared, next((one for one in rows if not one.held_back), None)

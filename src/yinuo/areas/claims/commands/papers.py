"""收集单证: asked for once, received, judged, complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import Locked, Turn, hold, locked, telling
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.documents import commands as documents
from yinuo.core.documents import queries as document_queries
from yinuo.core.documents.commands import Judgement, Upload, Wanted
from yinuo.core.documents.models import Document
from yinuo.core.documents.rules import Slot
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.kit.bulk import change_rows
from yinuo.kit.errors import DomainError

SUPPLEMENT = "supplement"


class PapersMissing(DomainError):
    code = "papers_missing"
    message = _("Still missing: %(papers)s. Ask for them, or do without them and say why.")


def request_papers(
    *,
    case: Case,
    wanted: Sequence[Wanted],
    again_because: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> list[Document]:
    """Ask the customer for papers, all at once and in writing.

    While we wait for supplements the clock of the decision stands still (解释二 art 15): from the
    notice to the arrival of the papers.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        rows = documents.request_documents(
            case=held.case, wanted=wanted, again_because=again_because, by=by, at=at
        )
        names = queries.paper_names([row.kind for row in rows], held.case.customer.language, at)
        held.case.waiting_for_customer = True
        cases.advance(
            Move(
                held.case,
                "request_papers",
                parts=held.at("registered", "dispatched", "surveyed", "assessed", "documented"),
                all_parts=held.losses,
                data={"documents": [row.pk for row in rows], "round": rows[0].request_round},
                facts=telling(held.claim, papers=names, reason=again_because),
            ),
            by=by,
            at=at,
        )
        if rows[0].request_round > 1:
            cases.pause(case=held.case, reason=SUPPLEMENT, by=by, at=at)
    return rows


def receive_papers(
    *, case: Case, uploads: Sequence[Upload], by: Actor, at: datetime
) -> list[Document]:
    """Take papers in. The first ones start the clock of the decision (保险法 art 23)."""
    cases.check_step(case, "receive_papers", by=by)
    taken = documents.look_at(uploads=uploads, by=by, at=at)
    with cases.transaction():
        held = locked(case)
        rows = documents.receive_taken(case=held.case, taken=taken, by=by, at=at)
        if not all(document_queries.is_photo(row.kind, at=at) for row in rows):
            for subject in (cases.subject_of(loss) for loss in held.losses if not loss.ended_at):
                for rule in queries.CLOCKS_OF_FIRST_PAPERS:
                    cases.promise(case=held.case, rule=rule, subject=subject, by=by, at=at)
        if not queries.asked_and_missing(held.case):
            _papers_are_back(held, by, at)
    return rows


def judge_papers(
    *,
    case: Case,
    judgements: Sequence[Judgement],
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> list[Document]:
    """Accept or reject papers; a rejected one is asked again by the message about it."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "judge_papers", by=by)
        rows = documents.judge_many(case=held.case, judgements=judgements, by=by, at=at)
        if any(row.status == Document.Status.REJECTED for row in rows):
            held.case.waiting_for_customer = True
    return rows


def waive_papers(
    *,
    case: Case,
    kinds: Sequence[str],
    reason: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> list[Document]:
    """Do without papers and say why; a clock that waited for them runs again."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "waive_papers", by=by)
        slots = [Slot(kind, "") for kind in kinds]
        rows = documents.waive_many(case=held.case, slots=slots, reason=reason, by=by, at=at)
        if not queries.asked_and_missing(held.case):
            _papers_are_back(held, by, at)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletePapers(Turn):
    """`losses` by their numbers, None for all that are assessed."""

    losses: Sequence[int] | None = None


def complete_papers_many(turns: Sequence[CompletePapers], *, by: Actor, at: datetime) -> None:
    """Say that nothing more is needed from the customers. Raises PapersMissing.

    From now on our time runs: calculation, decision, and in compulsory cover five days (art 29).
    """
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        claims = [one.held.claim for one in members]
        missing = queries.all_asked_and_missing([claim.pk for claim in claims])
        compulsory = queries.with_compulsory_cover(claims)
        moves = []
        for one in members:
            held = one.held
            with cases.naming(held.case):
                chosen = held.at("assessed", ordinals=one.turn.losses)
                _refuse_missing(missing.get(held.claim.pk, []), one.at)
            held.claim.papers_complete_at = one.at
            _papers_are_back(held, one.by, one.at)
            more = queries.CLOCKS_OF_COMPULSORY_COVER if held.claim.pk in compulsory else ()
            moves.append(
                Move(
                    held.case,
                    "complete_papers",
                    parts=chosen,
                    all_parts=held.losses,
                    facts=telling(held.claim),
                    also_makes=more,
                    by=one.by,
                    at=one.at,
                )
            )
        change_rows(claims, "papers_complete_at")
        cases.advance_many(moves, by=by, at=at)


def complete_papers(
    *,
    case: Case,
    losses: Iterable[int] | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """One claim; see `complete_papers_many`."""
    chosen = None if losses is None else tuple(losses)
    complete_papers_many([CompletePapers(case=case, losses=chosen, seen=seen)], by=by, at=at)


def _refuse_missing(missing: Sequence[Document], at: datetime) -> None:
    if missing:
        names = queries.paper_names([row.kind for row in missing], "", at)
        raise PapersMissing("papers", papers=", ".join(names))


def _papers_are_back(held: Locked, by: Actor, at: datetime) -> None:
    if held.case.waiting_for_customer:
        held.case.waiting_for_customer = False
        cases.resume(case=held.case, reason=SUPPLEMENT, by=SYSTEM, at=at)

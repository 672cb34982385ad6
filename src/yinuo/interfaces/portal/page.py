"""The plain values of the claim's page, as its customer sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Loss
from yinuo.core.cases import queries as cases
from yinuo.core.documents import queries as documents
from yinuo.core.documents.queries import Line
from yinuo.core.payments import queries as payments
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.present import Link, PromiseChip
from yinuo.interfaces.common.present_portal import NextCard, Todo
from yinuo.interfaces.portal import sentences, showing
from yinuo.interfaces.portal.door import ClaimVisit

MOST_EVENTS = 200
OPEN_PAPERS = frozenset({"asked", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the customer still has to do."""

    papers: tuple[Line, ...]
    account: bool
    correction: bool

    @property
    def asked(self) -> tuple[Line, ...]:
        """Papers that a person asked for, or sent back; the others are only wanted by rule."""
        return tuple(line for line in self.papers if line.status in OPEN_PAPERS)


def wanted(visit: ClaimVisit) -> Wanted:
    claim = visit.claim
    if claim.case.closed_at is not None:
        return Wanted(papers=(), account=False, correction=False)
    listed = documents.checklist(
        visit.actor,
        claim.case,
        claims.papers_needed(claim, visit.at),
        language=visit.language,
        at=visit.at,
    )
    held = [row for row in payments.accounts_of(claim.case) if row.person_id == visit.actor.row_id]
    wants_papers = claim.papers_complete_at is None
    returned = any(loss.stage == "returned" for loss in claim.losses.all())
    waiting = any(row.confirmed_at is None for row in held)
    return Wanted(
        papers=tuple(
            line
            for line in documents.missing(listed)
            if line.slot.kind != ACCOUNT and (wants_papers or line.status in OPEN_PAPERS)
        ),
        account=not held and _is_owed(claim.losses.all(), visit.actor.row_id),
        correction=returned and not waiting,
    )


ACCOUNT = "bank_account"
"""This paper is given as numbers on its own page, where they can be checked at once."""


def _is_owed(losses: Iterable[Loss], person_id: int | None) -> bool:
    return any(loss.ended_at is None and loss.owner_id == person_id for loss in losses)


def next_card(visit: ClaimVisit, need: Wanted, promises: Sequence[PromiseChip]) -> NextCard:
    """Where it is now and whose turn it is."""
    case = visit.case
    key, action = sentences.NEXT_STEPS[case.state], None
    if need.correction:
        action = Link(_("Correct the account"), _url("portal:account", visit))
    elif need.asked:
        key = sentences.PAPERS_WANTED
        action = Link(_("Send papers"), _url("portal:papers", visit))
    elif need.account and case.state in ("assessed", "documented", "approved", "decided"):
        key = sentences.ACCOUNT_WANTED
        action = Link(_("Enter the account"), _url("portal:account", visit))
    text = rulebook.short_text(key, visit.language, at=visit.at)
    running = [one for one in promises if not showing.is_over(one)]
    state = cases.workflow_of(case).case.state(case.state)
    return NextCard(
        now_label=_("Now: %(state)s") % {"state": _(state.label)},
        title=text.title,
        body=text.why,
        promise=running[0] if running else None,
        action=action,
    )


def todo(visit: ClaimVisit, need: Wanted) -> tuple[Todo, ...]:
    """What a person asked for, and the account; one thing a line."""
    items = [_paper(visit, line) for line in need.asked]
    if need.correction:
        items.insert(
            0,
            Todo(
                title=_("Correct the account"),
                url=_url("portal:account", visit),
                note=_("The bank sent the money back."),
            ),
        )
    elif need.account:
        items.append(
            Todo(
                title=_("Bank account for the payment"),
                url=_url("portal:account", visit),
                note=_("In your own name; we check the number at once."),
            )
        )
    return tuple(items)


def early(visit: ClaimVisit, need: Wanted) -> tuple[Todo, ...]:
    """What will be needed by rule and may be sent before anybody asks."""
    return tuple(_paper(visit, line) for line in need.papers if line.status not in OPEN_PAPERS)


def _paper(visit: ClaimVisit, line: Line) -> Todo:
    return Todo(
        title=line.name,
        url=f"{_url('portal:papers', visit)}#paper-{line.slot.kind}",
        note=line.why or _("A photo is enough"),
    )


def _url(name: str, visit: ClaimVisit) -> str:
    return reverse(name, args=[visit.case.number])

"""What another person has to do on a claim this time: not who made it, was not sent, or may not
answer for so much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from yinuo.areas.claims import advances, whose
from yinuo.areas.claims.commands.advancing import NoAdvance
from yinuo.areas.claims.commands.deciding import BeyondAuthority
from yinuo.areas.claims.commands.surveying import NotYourSurvey
from yinuo.areas.claims.models import Calculation
from yinuo.core.approvals.commands import MakerCannotCheck, NoApprovalWaiting
from yinuo.core.approvals.models import Approval
from yinuo.core.cases.models import Case
from yinuo.core.payments import queries as payments
from yinuo.core.payments.commands import AccountNeedsSecondPerson
from yinuo.core.payments.queries import AccountNotFound
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

Judge = Callable[[Actor, Case, Calculation], DomainError | None]


def not_sent(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return None if whose.is_sent(actor, case) else NotYourSurvey()


def own_review(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return _every(actor, case, parts, _not_reviewed)


def own_sum(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return _every(actor, case, parts, _made)


def not_approved(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return _every(actor, case, parts, _not_approved)


def own_account(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    """Nothing is to be confirmed; or every account that waits was entered by this person."""
    makers = {one.proposed_by for one in payments.proposals_of(case)}
    if not makers:
        return AccountNotFound("account")
    return AccountNeedsSecondPerson() if makers == {actor.id} else None


def no_proposal(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return None if payments.proposals_of(case).exists() else AccountNotFound("account")


def own_advance(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    """No advance waits; or this person proposed all that wait, or may not answer for so much."""
    waiting = advances.waiting(case)
    if not waiting:
        return NoApprovalWaiting()
    found = [_advance_not_approved(actor, case, one) for one in waiting]
    return found[0] if all(found) else None


def no_advance_to_approve(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return None if advances.waiting(case) else NoApprovalWaiting()


def no_advance_to_send(actor: Actor, case: Case, parts: Sequence[int]) -> DomainError | None:
    return None if advances.approved(case).exists() else NoAdvance("loss", loss=parts[0])


def _every(actor: Actor, case: Case, parts: Sequence[int], judge: Judge) -> DomainError | None:
    """The refusal of the first part, where every part is refused."""
    sums = whose.newest_sums(case)
    found = [judge(actor, case, sums[part]) for part in parts if part in sums]
    return found[0] if found and all(found) else None


def _not_reviewed(actor: Actor, case: Case, found: Calculation) -> DomainError | None:
    may = whose.may_review(actor, found, at=datetime.now(UTC))
    return None if may else MakerCannotCheck()


def _made(actor: Actor, case: Case, found: Calculation) -> DomainError | None:
    return MakerCannotCheck() if found.made_by == actor.id else None


def _not_approved(actor: Actor, case: Case, found: Calculation) -> DomainError | None:
    now = datetime.now(UTC)
    if not whose.has_authority(actor, found, case.care, at=now):
        return BeyondAuthority.of(found, case.care, at=now)
    return _made(actor, case, found)


def _advance_not_approved(actor: Actor, case: Case, found: Approval) -> DomainError | None:
    now = datetime.now(UTC)
    if not whose.may_answer_for(actor, found.amount, case.care, at=now):
        roles = whose.answerable(found.amount, case.care, at=now)
        return BeyondAuthority.above(found.amount, found.currency, roles)
    return MakerCannotCheck() if found.requested_by == actor.id else None

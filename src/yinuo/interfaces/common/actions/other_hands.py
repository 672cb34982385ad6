"""What another person has to do on a claim this time: not who made it, was not sent, or may not
answer for so much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from yinuo.areas.claims import whose
from yinuo.areas.claims.commands.deciding import BeyondAuthority
from yinuo.areas.claims.commands.surveying import NotYourSurvey
from yinuo.areas.claims.models import Calculation
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases.models import Case
from yinuo.core.payments import queries as payments
from yinuo.core.payments.commands import AccountNeedsSecondPerson
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
    """Only where every account that waits was entered by this person."""
    makers = {one.proposed_by for one in payments.proposals_of(case)}
    return AccountNeedsSecondPerson() if makers == {actor.id} else None


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

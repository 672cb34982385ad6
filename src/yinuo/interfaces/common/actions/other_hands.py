"""What another person has to do on a claim this time: not who made it, was not sent, or may not
answer for so much. What is known of the claim is handed in; without it every step is in reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from yinuo.areas.claims import whose
from yinuo.areas.claims.commands.advancing import NoAdvance
from yinuo.areas.claims.commands.deciding import BeyondAuthority
from yinuo.areas.claims.commands.surveying import NotYourSurvey
from yinuo.areas.claims.whose import Standing, Sum, WaitingAdvance
from yinuo.core.approvals.commands import MakerCannotCheck, NoApprovalWaiting
from yinuo.core.cases.models import Case
from yinuo.core.payments.commands import AccountNeedsSecondPerson
from yinuo.core.payments.queries import AccountNotFound
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

Parts = Sequence[int]
Judge = Callable[[Actor, Case, Sum], DomainError | None]


def not_sent(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    sent = known.surveyor_id is not None and known.surveyor_id == actor.staff_id
    return None if sent else NotYourSurvey()


def own_review(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    return _every(actor, case, parts, known, _not_reviewed)


def own_sum(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    return _every(actor, case, parts, known, _made)


def not_approved(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    return _every(actor, case, parts, known, _not_approved)


def own_account(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    """Nothing is to be confirmed; or every account that waits was entered by this person."""
    if not known.proposers:
        return AccountNotFound("account")
    return AccountNeedsSecondPerson() if known.proposers == {actor.id} else None


def no_proposal(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    return None if known.proposers else AccountNotFound("account")


def own_advance(actor: Actor, case: Case, parts: Parts, known: Standing) -> DomainError | None:
    """No advance waits; or this person proposed all that wait, or may not answer for so much."""
    found = [_advance_not_approved(actor, case, one) for one in known.waiting]
    if not found:
        return NoApprovalWaiting()
    return found[0] if all(found) else None


def no_advance_to_return(
    actor: Actor, case: Case, parts: Parts, known: Standing
) -> DomainError | None:
    if not known.waiting:
        return NoApprovalWaiting()
    makers = {one.requested_by for one in known.waiting}
    return MakerCannotCheck() if makers == {actor.id} else None


def no_advance_to_send(
    actor: Actor, case: Case, parts: Parts, known: Standing
) -> DomainError | None:
    return None if known.to_send else NoAdvance("loss", loss=parts[0])


def _every(
    actor: Actor, case: Case, parts: Parts, known: Standing, judge: Judge
) -> DomainError | None:
    """The refusal of the first part, where every part is refused."""
    found = [judge(actor, case, one) for one in known.sums if one.loss in parts]
    return found[0] if found and all(found) else None


def _not_reviewed(actor: Actor, case: Case, found: Sum) -> DomainError | None:
    may = whose.may_review(actor, found, at=datetime.now(UTC))
    return None if may else MakerCannotCheck()


def _made(actor: Actor, case: Case, found: Sum) -> DomainError | None:
    return MakerCannotCheck() if found.made_by == actor.id else None


def _not_approved(actor: Actor, case: Case, found: Sum) -> DomainError | None:
    now = datetime.now(UTC)
    if not whose.has_authority(actor, found, case.care, at=now):
        return BeyondAuthority.of(found, case.care, at=now)
    return _made(actor, case, found)


def _advance_not_approved(actor: Actor, case: Case, found: WaitingAdvance) -> DomainError | None:
    now = datetime.now(UTC)
    if not whose.may_answer_for(actor, found.amount, case.care, at=now):
        roles = whose.answerable(found.amount, case.care, at=now)
        return BeyondAuthority.above(found.amount, found.currency, roles)
    return MakerCannotCheck() if found.requested_by == actor.id else None

"""复核 审批: the sum is reviewed by another person, approved within authority, and decided.

A machine never decides: every step here is taken by a member of staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import whose
from yinuo.areas.claims.commands.common import LossTurn, Member, hold
from yinuo.areas.claims.commands.lettering import keep_letter
from yinuo.areas.claims.commands.sums import L, advance, check_step, move, taken
from yinuo.areas.claims.models import Calculation, Decision, Loss, Payee
from yinuo.core.approvals import commands as approvals
from yinuo.core.approvals.commands import MakerCannotCheck, ReasonMissing
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.documents.models import Document
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.people.rules import names_of_roles
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError
from yinuo.kit.money import format_amount

APPROVAL = "settlement"


class BeyondAuthority(DomainError):
    code = "beyond_authority"
    message = _(
        "%(amount)s in a claim of this class is above your authority: %(roles)s may approve it."
    )
    http = 403

    @classmethod
    def of(cls, calculation: whose.Worked, care: str, *, at: datetime) -> BeyondAuthority:
        roles = whose.with_authority(calculation, care, at=at)
        return cls.above(calculation.amount, calculation.currency, roles)

    @classmethod
    def above(cls, amount: Decimal, currency: str, roles: Sequence[str]) -> BeyondAuthority:
        return cls(amount=format_amount(amount, currency), roles=names_of_roles(roles))


class OnlyAPerson(DomainError):
    code = "only_a_person"
    message = _("This is decided by a member of staff, never by a machine.")
    http = 403


class SharesDoNotAddUp(DomainError):
    code = "shares_do_not_add_up"
    message = _("The payees' shares make %(shares)s, the sum is %(amount)s.")
    http = 422


class NoPayee(DomainError):
    code = "no_payee"
    message = _("Say who receives the money.")
    http = 422


@dataclass(frozen=True, slots=True)
class Share:
    person: Person
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked(LossTurn):
    """What has to be changed, or why it is not approved."""

    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(LossTurn):
    """`shares` may be left out when the owner of the loss receives all of it.

    The letter begins with `words`, or with those of the text. `letter` is False where the letter
    went out another way: a year that is played again writes to nobody.
    """

    shares: Sequence[Share] = ()
    words: str = ""
    letter: bool = True


# Review --------------------------------------------------------------------------------------


def review_many(turns: Sequence[LossTurn], *, by: Actor, at: datetime) -> None:
    """Confirm sums as a second person. Raises MakerCannotCheck.

    A rule may let the maker confirm a small sum alone; its revision is then kept with it.
    """
    with cases.transaction():
        members, losses = taken(turns, "review", by, at)
        found = _newest(losses, Calculation.Verdict.WAITING, members)
        for one, calculation in zip(members, found, strict=True):
            alone = one.by.id == calculation.made_by
            with cases.naming(one.held.case):
                if not whose.may_review(one.by, calculation, at=one.at):
                    raise MakerCannotCheck
            calculation.verdict = Calculation.Verdict.CONFIRMED
            calculation.reviewed_by, calculation.reviewed_at = one.by.id, one.at
            calculation.rule_revision = 0 if alone else None
        change_rows(found, "verdict", "reviewed_by", "reviewed_at", "rule_revision")
        asked = [_asking(*each) for each in zip(members, losses, found, strict=True)]
        approvals.request_many(asked, by=by, at=at)
        advance("review", members, losses, found, by, at)


def review(*, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None) -> None:
    """One loss; see `review_many`."""
    review_many([LossTurn(case=case, loss=loss, seen=seen)], by=by, at=at)


def return_review_many(turns: Sequence[Remarked], *, by: Actor, at: datetime) -> None:
    """Send sums back with what to change. Raises ReasonMissing and MakerCannotCheck."""
    _refuse_without_remark(turns, "remark")
    with cases.transaction():
        members, losses = taken(turns, "return_review", by, at)
        found = _newest(losses, Calculation.Verdict.WAITING, members)
        for one, calculation in zip(members, found, strict=True):
            with cases.naming(one.held.case):
                if one.by.id == calculation.made_by:
                    raise MakerCannotCheck
            calculation.verdict = Calculation.Verdict.RETURNED
            calculation.reviewed_by, calculation.reviewed_at = one.by.id, one.at
            calculation.review_remark = one.turn.remark.strip()
        change_rows(found, "verdict", "reviewed_by", "reviewed_at", "review_remark")
        advance("return_review", members, losses, found, by, at)


def return_review(
    *, case: Case, loss: int, remark: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """One loss; see `return_review_many`."""
    turn = Remarked(case=case, loss=loss, remark=remark, seen=seen)
    return_review_many([turn], by=by, at=at)


# Approve -------------------------------------------------------------------------------------


def approve_many(turns: Sequence[LossTurn], *, by: Actor, at: datetime) -> None:
    """Approve within one's authority. Raises BeyondAuthority and MakerCannotCheck."""
    with cases.transaction():
        members, losses = taken(turns, "approve", by, at)
        found = _newest(losses, Calculation.Verdict.CONFIRMED, members)
        for one, calculation in zip(members, found, strict=True):
            with cases.naming(one.held.case):
                _check_authority(one, calculation)
        givings = [
            approvals.Giving(
                one.held.case,
                cases.subject_of(loss),
                APPROVAL,
                makers=frozenset({calculation.made_by}),
                by=one.by,
                at=one.at,
            )
            for one, loss, calculation in zip(members, losses, found, strict=True)
        ]
        approvals.approve_many(givings, by=by, at=at)
        advance("approve", members, losses, found, by, at)


def approve(*, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None) -> None:
    """One loss; see `approve_many`."""
    approve_many([LossTurn(case=case, loss=loss, seen=seen)], by=by, at=at)


def return_approval_many(turns: Sequence[Remarked], *, by: Actor, at: datetime) -> None:
    """Do not approve, and say why. Raises ReasonMissing and MakerCannotCheck."""
    _refuse_without_remark(turns, "reason")
    with cases.transaction():
        members, losses = taken(turns, "return_approval", by, at)
        found = _newest(losses, Calculation.Verdict.CONFIRMED, members)
        givings = [
            approvals.Giving(
                one.held.case,
                cases.subject_of(loss),
                APPROVAL,
                by=one.by,
                at=one.at,
                reason=one.turn.remark,
            )
            for one, loss in zip(members, losses, strict=True)
        ]
        approvals.return_many(givings, by=by, at=at)
        advance("return_approval", members, losses, found, by, at)


def return_approval(
    *, case: Case, loss: int, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """One loss; see `return_approval_many`."""
    turn = Remarked(case=case, loss=loss, remark=reason, seen=seen)
    return_approval_many([turn], by=by, at=at)


# Decide --------------------------------------------------------------------------------------


def decide_many(turns: Sequence[Decide], *, by: Actor, at: datetime) -> list[Decision]:
    """Decide approved losses and tell the customers, in one transaction.

    The letter goes out with the decision. Raises OnlyAPerson, NoPayee, SharesDoNotAddUp, and
    WordingRefused where the words of the letter are not plain.
    """
    if any((turn.by or by).kind != "staff" for turn in turns):
        raise OnlyAPerson
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        losses = [one.loss_of(one.turn.loss) for one in members]
        found = _newest(losses, Calculation.Verdict.CONFIRMED, members)
        steps = [_decision_step(calculation) for calculation in found]
        for one, loss, step in zip(members, losses, steps, strict=True):
            check_step(one, loss, step)
        decisions = _write_decisions(members, losses, found)
        _write_payees(members, losses, found)
        for loss, calculation in zip(losses, found, strict=True):
            loss.outcome, loss.amount = calculation.outcome, calculation.amount
        change_rows(losses, "outcome", "amount")
        written = [_letter(*each) for each in zip(members, losses, found, strict=True)]
        moves = [move(*each) for each in zip(steps, members, losses, found, written, strict=True)]
        cases.advance_many(moves, by=by, at=at)
    return decisions


def decide(
    *,
    case: Case,
    loss: int,
    shares: Sequence[Share] = (),
    words: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Decision:
    """One loss; see `decide_many`."""
    turn = Decide(case=case, loss=loss, shares=shares, words=words, seen=seen)
    return decide_many([turn], by=by, at=at)[0]


# Parts ---------------------------------------------------------------------------------------


def _refuse_without_remark(turns: Sequence[Remarked], name: str) -> None:
    for turn in turns:
        if not turn.remark.strip():
            with cases.naming(turn.case):
                raise ReasonMissing(name)


def _letter(member: Member[Decide], loss: Loss, calculation: Calculation) -> Document | None:
    if not member.turn.letter:
        return None
    with cases.naming(member.held.case):
        return keep_letter(
            member.held, loss, calculation, words=member.turn.words, by=member.by, at=member.at
        )


def _decision_step(calculation: Calculation) -> str:
    if calculation.outcome == "refuse":
        return "refuse"
    return "decide" if calculation.amount > 0 else "decide_zero"


def _newest(
    losses: Sequence[Loss], verdict: Calculation.Verdict, members: Sequence[Member[L]]
) -> list[Calculation]:
    """The newest calculation with this verdict beside each loss. Raises NoApprovalWaiting."""
    rows = Calculation.objects.filter(loss__in=[loss.pk for loss in losses], verdict=verdict)
    newest = {row.loss_id: row for row in rows.order_by("version")}
    for one, loss in zip(members, losses, strict=True):
        if loss.pk not in newest:
            with cases.naming(one.held.case):
                raise approvals.NoApprovalWaiting
    return [newest[loss.pk] for loss in losses]


def _asking(member: Member[L], loss: Loss, calculation: Calculation) -> approvals.Asking:
    roles = whose.with_authority(calculation, member.held.case.care, at=member.at)
    return approvals.Asking(
        case=member.held.case,
        subject=cases.subject_of(loss),
        kind=APPROVAL,
        amount=calculation.amount,
        currency=calculation.currency,
        level=roles[0] if roles else "manager",
        made_by=calculation.made_by,
        at=member.at,
    )


def _check_authority(member: Member[L], calculation: Calculation) -> None:
    care = member.held.case.care
    if not whose.has_authority(member.by, calculation, care, at=member.at):
        raise BeyondAuthority.of(calculation, care, at=member.at)


def _write_decisions(
    members: Sequence[Member[Decide]], losses: Sequence[Loss], found: Sequence[Calculation]
) -> list[Decision]:
    given = Approval.objects.filter(
        case__in={one.held.case.pk for one in members},
        kind=APPROVAL,
        verdict=Approval.Verdict.APPROVED,
    )
    newest = {(row.case_id, row.subject): row for row in given.order_by("decided_at")}
    decisions = []
    for one, loss, calculation in zip(members, losses, found, strict=True):
        approval = newest.get((one.held.case.pk, cases.subject_of(loss)))
        if approval is None:
            with cases.naming(one.held.case):
                raise approvals.NoApprovalWaiting
        decisions.append(_decision(one, loss, calculation, approval))
    return add_rows(decisions)


def _decision(
    member: Member[Decide], loss: Loss, calculation: Calculation, approval: Approval
) -> Decision:
    return Decision(
        loss=loss,
        calculation=calculation,
        approval=approval,
        outcome=calculation.outcome,
        amount=calculation.amount,
        currency=calculation.currency,
        reasons=calculation.reasons,
        decided_by=member.by.id,
        decided_at=member.at,
    )


def _write_payees(
    members: Sequence[Member[Decide]], losses: Sequence[Loss], found: Sequence[Calculation]
) -> None:
    rows: list[Payee] = []
    for one, loss, calculation in zip(members, losses, found, strict=True):
        if calculation.outcome != "refuse" and calculation.amount > 0:
            with cases.naming(one.held.case):
                shares = _shares(one, loss, calculation)
            rows += [Payee(loss=loss, person=each.person, amount=each.amount) for each in shares]
    Payee.objects.filter(loss__in={row.loss_id for row in rows}).delete()
    add_rows(rows)


def _shares(member: Member[Decide], loss: Loss, calculation: Calculation) -> list[Share]:
    given = list(member.turn.shares)
    if not given:
        customer = member.held.case.customer
        owner = loss.owner or (customer if loss.kind == "own_vehicle" else None)
        if owner is None:
            raise NoPayee("shares")
        given = [Share(owner, calculation.amount)]
    total = sum((share.amount for share in given), Decimal(0))
    if total != calculation.amount or any(share.amount <= 0 for share in given):
        raise SharesDoNotAddUp("shares", shares=total, amount=calculation.amount)
    return given

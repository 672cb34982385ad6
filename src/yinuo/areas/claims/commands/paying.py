"""赔付: the account, the instruction, and what the bank says became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import (
    Locked,
    LossTurn,
    Member,
    Turn,
    hold,
    locked,
    telling,
)
from yinuo.areas.claims.models import Decision, Loss, Payee
from yinuo.core.approvals.commands import ReasonMissing
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.payments import commands as payments
from yinuo.core.payments.commands import Draft, Proposal
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.kit.errors import DomainError

CORRECTION = "account_correction"


class NotAPayee(DomainError):
    code = "not_a_payee"
    message = _("%(name)s receives nothing from claim %(number)s.")
    http = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAccount(Turn):
    person: Person
    details: AccountDetails
    loss: int | None = None


def propose_account_many(
    turns: Sequence[ProposeAccount], *, by: Actor, at: datetime
) -> list[PayeeAccount]:
    """Enter where payees want the money. A changed account waits for a second person."""
    with cases.transaction():
        proposals = []
        for one in hold(turns, by=by, at=at):
            turn, held = one.turn, one.held
            with cases.naming(held.case):
                cases.check_step(held.case, "propose_account", by=one.by)
            subject = "" if turn.loss is None else cases.subject_of(one.loss_of(turn.loss))
            proposals.append(
                Proposal(held.case, turn.person, turn.details, subject, one.by, one.at)
            )
        return payments.propose_many(proposals, by=by, at=at)


def propose_account(
    *,
    case: Case,
    person: Person,
    details: AccountDetails,
    loss: int | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> PayeeAccount:
    """One account; see `propose_account_many`."""
    turn = ProposeAccount(case=case, person=person, details=details, loss=loss, seen=seen)
    return propose_account_many([turn], by=by, at=at)[0]


def confirm_account(
    *, case: Case, account: PayeeAccount, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Confirm a changed account with other eyes; what came back can then be paid again."""
    with cases.transaction():
        held = locked(case, seen=seen)
        payments.confirm_account(account=account, by=by, at=at)
        returned = [loss for loss in held.losses if loss.stage == "returned"]
        ready = tuple(loss for loss in returned if _account_serves(held, loss, account))
        if ready:
            move = Move(
                held.case,
                "confirm_account",
                parts=ready,
                all_parts=held.losses,
                facts=telling(held.claim),
            )
            cases.advance(move, by=by, at=at)
            cases.resume(case=held.case, reason=CORRECTION, by=by, at=at)


def decline_account(
    *,
    case: Case,
    account: PayeeAccount,
    reason: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Put a changed account aside: money goes on to the one before. The customer reads why.

    Raises ReasonMissing and AccountAlreadyDecided.
    """
    if not reason.strip():
        raise ReasonMissing("reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        payments.decline_account(account=account, by=by, at=at)
        cases.write_note(
            case=held.case, body=reason, kind="reason", by=by, at=at, for_customer=True
        )
        facts = telling(held.claim, reason=reason)
        move = Move(held.case, "decline_account", data={"account": account.pk}, facts=facts)
        cases.advance(move, by=by, at=at)


def instruct_payment_many(
    turns: Sequence[LossTurn], *, by: Actor, at: datetime
) -> list[list[Payment]]:
    """Instruct what was decided, to leave with the next batch; each payee once.

    The payments beside each loss. Raises NoAccountToPay, AccountNotCorrected,
    PaymentAlreadyRunning.
    """
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        losses = [one.loss_of(one.turn.loss) for one in members]
        decisions = _newest_decisions(members, losses)
        drafts = _drafts(members, losses, decisions)
        made = iter(payments.draft_many([d for each in drafts for d in each], by=by, at=at))
        paid = [[next(made) for _draft in each] for each in drafts]
        moves = [
            Move(
                one.held.case,
                "instruct_payment",
                parts=(loss,),
                all_parts=one.held.losses,
                data={"loss": loss.ordinal, "payments": [payment.pk for payment in its]},
                facts=telling(one.held.claim, amount=decision.amount, loss=loss.title),
                by=one.by,
                at=one.at,
            )
            for one, loss, decision, its in zip(members, losses, decisions, paid, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)
    return paid


def instruct_payment(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> list[Payment]:
    """One loss; see `instruct_payment_many`."""
    return instruct_payment_many([LossTurn(case=case, loss=loss, seen=seen)], by=by, at=at)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAnswered(Turn):
    """`subject` names the loss whose payment the bank has answered, as in loss:12."""

    subject: str


def take_bank_answer_many(turns: Sequence[BankAnswered], *, by: Actor, at: datetime) -> None:
    """Move losses after their payments: arrived when all have, back when one came back.

    Safe to run twice: it looks at the payments as they are.
    """
    with cases.transaction():
        members = hold(_each_once(turns), by=by, at=at)
        statuses = _newest_statuses(members)
        moves, returned = [], []
        for one in members:
            subject = one.turn.subject
            step = _step_after(statuses.get((one.held.case.pk, subject), frozenset()))
            row = next((x for x in one.held.losses if cases.subject_of(x) == subject), None)
            if row is None or row.stage != "paid" or not step:
                continue
            if step == "return_payment":
                returned.append(one)
            facts = telling(one.held.claim, amount=row.amount, loss=row.title)
            moves.append(
                Move(
                    one.held.case,
                    step,
                    parts=(row,),
                    all_parts=one.held.losses,
                    facts=facts,
                    by=one.by,
                    at=one.at,
                )
            )
        cases.advance_many(moves, by=by, at=at)
        for one in returned:
            cases.pause(case=one.held.case, reason=CORRECTION, by=one.by, at=one.at)


def take_bank_answer(*, case: Case, subject: str, by: Actor, at: datetime) -> None:
    """One loss; see `take_bank_answer_many`."""
    take_bank_answer_many([BankAnswered(case=case, subject=subject)], by=by, at=at)


def _each_once(turns: Sequence[BankAnswered]) -> list[BankAnswered]:
    """Of two payees of one loss the bank may tell at the same time."""
    return list({(turn.case.pk, turn.subject): turn for turn in turns}.values())


def _step_after(statuses: frozenset[str]) -> str:
    if Payment.Status.RETURNED in statuses:
        return "return_payment"
    return "confirm_arrival" if statuses and statuses <= {Payment.Status.ARRIVED} else ""


def _newest_decisions(
    members: Sequence[Member[LossTurn]], losses: Sequence[Loss]
) -> list[Decision]:
    rows = Decision.objects.filter(loss__in=[loss.pk for loss in losses])
    newest = {row.loss_id: row for row in rows.select_related("approval").order_by("decided_at")}
    for one, loss in zip(members, losses, strict=True):
        if loss.pk not in newest:
            with cases.naming(one.held.case):
                raise payments.ApprovalMissing
    return [newest[loss.pk] for loss in losses]


def _drafts(
    members: Sequence[Member[LossTurn]], losses: Sequence[Loss], decisions: Sequence[Decision]
) -> list[list[Draft]]:
    """What each payee still has to get: nothing to whom the money has reached already."""
    served = {
        (payment.approval_id, payment.subject, payment.payee_id)
        for payment in Payment.objects.filter(case__in={one.held.case.pk for one in members})
        if payment.status not in (Payment.Status.RETURNED, Payment.Status.CANCELLED)
    }
    payees: dict[int, list[Payee]] = defaultdict(list)
    rows = Payee.objects.filter(loss__in=[loss.pk for loss in losses]).select_related("person")
    for payee in rows.order_by("pk"):
        payees[payee.loss_id].append(payee)
    return [
        [
            Draft(
                case=one.held.case,
                payee=payee.person,
                approval=decision.approval,
                amount=payee.amount,
                currency=decision.currency,
                subject=cases.subject_of(loss),
                by=one.by,
                at=one.at,
            )
            for payee in payees[loss.pk]
            if payee.amount is not None
            and (decision.approval_id, cases.subject_of(loss), payee.person_id) not in served
        ]
        for one, loss, decision in zip(members, losses, decisions, strict=True)
    ]


def _newest_statuses(
    members: Sequence[Member[BankAnswered]],
) -> dict[tuple[int, str], frozenset[str]]:
    """The status of the last attempt for each payee of a loss."""
    newest: dict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    rows = Payment.objects.filter(case__in={one.held.case.pk for one in members})
    living = rows.exclude(status=Payment.Status.CANCELLED).order_by("pk")
    for case_id, subject, payee_id, status in living.values_list(
        "case_id", "subject", "payee_id", "status"
    ):
        newest[case_id, subject][payee_id] = status
    return {key: frozenset(found.values()) for key, found in newest.items()}


def _account_serves(held: Locked, loss: Loss, account: PayeeAccount) -> bool:
    if account.subject not in ("", cases.subject_of(loss)):
        return False
    return Payee.objects.filter(loss=loss, person=account.person_id).exists()

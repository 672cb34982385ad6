"""赔付: the account, the instruction, and what the bank says became of it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import Locked, locked, telling
from yinuo.areas.claims.models import Decision, Loss, Payee
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries as payment_queries
from yinuo.core.payments.commands import Draft
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
    """Enter where a payee wants the money. A changed account waits for a second person."""
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "propose_account", by=by)
        subject = cases.subject_of(held.loss(loss)) if loss is not None else ""
        return payments.propose_account(
            case=held.case, person=person, details=details, subject=subject, by=by, at=at
        )


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


def instruct_payment(
    *, case: Case, loss: int, by: Actor, at: datetime, seen: int | None = None
) -> list[Payment]:
    """Instruct what was decided, to leave with the next batch; each payee once.

    Raises NoAccountToPay, AccountNotCorrected, PaymentAlreadyRunning.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        decision = row.decisions.select_related("approval").order_by("-decided_at").first()
        if decision is None:
            raise payments.ApprovalMissing
        made = payments.draft_many(_drafts(held, row, decision), by=by, at=at)
        cases.advance(
            Move(
                held.case,
                "instruct_payment",
                parts=(row,),
                all_parts=held.losses,
                data={"loss": loss, "payments": [payment.pk for payment in made]},
                facts=telling(held.claim, amount=decision.amount, loss=row.title),
            ),
            by=by,
            at=at,
        )
    return made


def take_bank_answer(*, case: Case, subject: str, by: Actor, at: datetime) -> None:
    """Move a loss after its payments: arrived when all have, back when one came back.

    Safe to run twice: it looks at the payments as they are.
    """
    with cases.transaction():
        held = locked(case)
        row = next((loss for loss in held.losses if cases.subject_of(loss) == subject), None)
        if row is None or row.stage != "paid":
            return
        statuses = _newest_statuses(held, subject)
        facts = telling(held.claim, amount=row.amount, loss=row.title)
        if Payment.Status.RETURNED in statuses:
            move = Move(
                held.case, "return_payment", parts=(row,), all_parts=held.losses, facts=facts
            )
            cases.advance(move, by=by, at=at)
            cases.pause(case=held.case, reason=CORRECTION, by=by, at=at)
        elif statuses and statuses <= {Payment.Status.ARRIVED}:
            move = Move(
                held.case, "confirm_arrival", parts=(row,), all_parts=held.losses, facts=facts
            )
            cases.advance(move, by=by, at=at)


def _drafts(held: Locked, loss: Loss, decision: Decision) -> list[Draft]:
    """What each payee still has to get: nothing to whom the money has reached already."""
    subject = cases.subject_of(loss)
    served = {
        payment.payee_id
        for payment in payment_queries.payments_of(held.case)
        if payment.subject == subject
        and payment.approval_id == decision.approval_id
        and payment.status not in (Payment.Status.RETURNED, Payment.Status.CANCELLED)
    }
    return [
        Draft(
            case=held.case,
            payee=payee.person,
            approval=decision.approval,
            amount=payee.amount,
            currency=decision.currency,
            subject=subject,
        )
        for payee in Payee.objects.filter(loss=loss).select_related("person")
        if payee.amount is not None and payee.person_id not in served
    ]


def _newest_statuses(held: Locked, subject: str) -> set[str]:
    """The status of the last attempt for each payee of the loss."""
    newest: dict[int, str] = {}
    for payment in payment_queries.payments_of(held.case):
        if payment.subject == subject and payment.status != Payment.Status.CANCELLED:
            newest[payment.payee_id] = payment.status
    return set(newest.values())


def _account_serves(held: Locked, loss: Loss, account: PayeeAccount) -> bool:
    if account.subject not in ("", cases.subject_of(loss)):
        return False
    return Payee.objects.filter(loss=loss, person=account.person_id).exists()

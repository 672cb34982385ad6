"""What is approved, paid and done for the complainant, and whether it helped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import (
    CARRY_OUT,
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
from yinuo.areas.complaints.models import Measure, Proposal
from yinuo.areas.complaints.rules import MEASURES
from yinuo.core.approvals import commands as approvals
from yinuo.core.approvals.models import Approval
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries as payment_queries
from yinuo.core.payments.commands import Draft
from yinuo.core.payments.models import PayeeAccount, Payment
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person, Staff
from yinuo.core.people.rules import names_of_roles
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError
from yinuo.kit.money import check_amount, format_amount

APPROVAL = "compensation"
CHECK = "complaints.check"
MONEY_APPROVAL = "complaints.compensation_approval"
REPLY = "complaints.reply_to_proposal"
UNDER_WAY = (
    Payment.Status.READY,
    Payment.Status.BATCHED,
    Payment.Status.HANDED_OVER,
    Payment.Status.UNDER_WAY,
)


class AmountMissing(DomainError):
    code = "amount_missing"
    message = _("A compensation has an amount above 0.")
    http = 422


class CompensationNotApproved(DomainError):
    code = "compensation_not_approved"
    message = _("A compensation of complaint %(number)s is not approved yet: nobody is told of it.")


class CompensationReturned(DomainError):
    code = "compensation_returned"
    message = _(
        "A compensation of complaint %(number)s was not approved: decide again without it, "
        "before anybody is told."
    )


class TraineeMissing(DomainError):
    code = "trainee_missing"
    message = _("Say who is trained.")
    http = 422


class NoSuchMeasure(DomainError):
    code = "no_such_measure"
    message = _("Complaint %(number)s has no such measure that is still open.")
    http = 404


class BeyondAuthority(DomainError):
    code = "compensation_beyond_authority"
    message = _("%(amount)s is above your authority: %(roles)s may approve it.")
    http = 403


class MoneyIsPaid(DomainError):
    code = "compensation_is_paid_by_the_bank"
    message = _("Compensation is done when the money has arrived, not when somebody says so.")


class NotAgreedYet(DomainError):
    code = "not_agreed_yet"
    message = _("Money leaves when the complainant has agreed or the answer was told.")


class OwnWork(DomainError):
    code = "own_work"
    message = _("Another person than the one who did it looks whether it was done.")
    http = 403


@dataclass(frozen=True, slots=True)
class NewMeasure:
    """`staff` for a training, `amount` in CNY for a compensation."""

    kind: str
    what: str
    amount: Decimal | None = None
    staff: Staff | None = None


def add_measures(
    held: Held,
    measures: Sequence[NewMeasure],
    *,
    proposal: Proposal | None,
    by: Actor,
    at: datetime,
) -> list[Measure]:
    """The things to do, and the approvals that their money needs; inside the caller's command."""
    return add_measures_many([(held, new) for new in measures], proposal=proposal, by=by, at=at)


def add_measures_many(
    wanted: Sequence[tuple[Held, NewMeasure]], *, proposal: Proposal | None, by: Actor, at: datetime
) -> list[Measure]:
    """As `add_measures`, in several complaints."""
    made = add_rows([_measure_row(held, new, proposal, by, at) for held, new in wanted])
    for (held, new), row in zip(wanted, made, strict=True):
        if new.kind == "compensation" and new.amount is not None:
            row.approval = _ask_approval(held, row, new.amount, by, at)
            row.save(update_fields=["approval"])
    return made


def _measure_row(
    held: Held, new: NewMeasure, proposal: Proposal | None, by: Actor, at: datetime
) -> Measure:
    one_of(new.kind, MEASURES, "measures")
    if new.kind == "compensation":
        if new.amount is None or new.amount <= 0:
            raise AmountMissing("amount")
        check_amount(new.amount, field="amount", currency="CNY")
    if new.kind == "training" and new.staff is None:
        raise TraineeMissing("staff")
    return Measure(
        complaint=held.complaint,
        proposal=proposal,
        kind=new.kind,
        what=written(new.what, "what"),
        amount=new.amount if new.kind == "compensation" else None,
        staff=new.staff,
        made_by=by.id,
        made_at=at,
    )


def _ask_approval(held: Held, row: Measure, amount: Decimal, by: Actor, at: datetime) -> Approval:
    level = rules_at(at).compensation.authority.value.roles_for(amount)
    return approvals.request_approval(
        case=held.case,
        subject=cases.subject_of(row),  # type: ignore[arg-type]
        kind=APPROVAL,
        amount=amount,
        currency=row.currency,
        level=level[0] if level else "",
        made_by=by.id,
        by=by,
        at=at,
    )


def approve_compensation(
    *, case: Case, measure: int, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Approve within one's authority. Raises BeyondAuthority and MakerCannotCheck."""
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _measure(held, measure)
        amount = row.amount or Decimal(0)
        authority = rules_at(at).compensation.authority.value
        if not authority.allows(by.roles, amount):
            roles = names_of_roles(authority.roles_for(amount))
            raise BeyondAuthority(amount=format_amount(amount, row.currency), roles=roles)
        approvals.approve(case=held.case, subject=_subject(row), kind=APPROVAL, by=by, at=at)
        data = {"measure": row.pk, "amount": str(amount)}
        take(held, "approve_compensation", by=by, at=at, data=data)
        watch_money(held, by, at)
        offer = row.proposal
        if offer is not None and offer.held_back and not unapproved([held], offer=offer):
            _put(held, offer, by, at)


def _put(held: Held, offer: Proposal, by: Actor, at: datetime) -> None:
    """All its money is approved: now the complainant hears of it, instead of an offer before."""
    before = Proposal.objects.filter(complaint=held.complaint, answer="").exclude(pk=offer.pk)
    before.update(answer="replaced", answered_by=by.id, answered_at=at)
    drop_open([held], at, but=offer)
    offer.held_back = False
    offer.save(update_fields=["held_back"])
    rows = list(offer.measures.filter(dropped_at__isnull=True).order_by("pk"))
    said = saying(offer, rows)
    take(held, "put_proposal", by=by, at=at, data=said.data, facts=said.facts)


def _approver_of(held: Held, at: datetime) -> int | None:
    """Somebody on duty who may approve the money that waits and did not ask for it."""
    waiting = Approval.objects.filter(
        measure__complaint=held.complaint, verdict=Approval.Verdict.WAITING
    )
    first = waiting.order_by("-amount", "pk").first()
    if first is None:
        return None
    found = people.staff_with(first.level, held.case.branch_path, at)
    return next((one.pk for one in found if f"staff:{one.pk}" != first.requested_by), None)


@dataclass(frozen=True, slots=True)
class Said:
    """What the line of a proposal holds, and what the complainant is told."""

    data: Mapping[str, Any]
    facts: Mapping[str, object]


def saying(offer: Proposal, rows: Sequence[Measure]) -> Said:
    # Who is trained is between colleagues.
    offered = [row.what for row in rows if row.kind != "training"]
    return Said(
        data={"round": offer.round, "measures": [row.kind for row in rows]},
        facts={"words": offer.words, "measures": offered},
    )


def return_compensation(
    *, case: Case, measure: int, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _measure(held, measure)
        approvals.return_unapproved(
            case=held.case, subject=_subject(row), kind=APPROVAL, reason=reason, by=by, at=at
        )
        row.dropped_at = at
        row.save(update_fields=["dropped_at"])
        take(held, "return_compensation", by=by, at=at, data={"measure": row.pk})
        offer = row.proposal
        if offer is not None and offer.held_back:
            take_back([offer], "returned", by, at)
        watch_money(held, by, at)


def take_back(offers: Iterable[Proposal], answer: str, by: Actor, at: datetime) -> None:
    """What nobody outside has heard of comes to nothing, with all that was in it."""
    for offer in offers:
        offer.answer, offer.answered_by, offer.answered_at = answer, by.id, at
        offer.save(update_fields=["answer", "answered_by", "answered_at"])
        offer.measures.filter(done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)


def watch_money(held: Held, by: Actor, at: datetime, *, moot: str = "") -> None:
    """While money of this complaint waits for approval, that is promised; then it is kept, or
    withdrawn where `moot` says why nobody has to approve it any more.
    """
    waits = bool(unapproved([held]))
    promised = held.case.promises.filter(
        rule=MONEY_APPROVAL, kept_at__isnull=True, withdrawn_at__isnull=True
    ).exists()
    if waits and not promised:
        owners = {"approver": _approver_of(held, at)}
        cases.promise(case=held.case, rule=MONEY_APPROVAL, owners=owners, by=by, at=at)
    elif promised and not waits and moot:
        cases.withdraw(case=held.case, rules=[MONEY_APPROVAL], why=moot, by=by, at=at)
    elif promised and not waits:
        cases.keep(case=held.case, rule=MONEY_APPROVAL, by=by, at=at)


def propose_account(
    *,
    case: Case,
    person: Person,
    details: AccountDetails,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> PayeeAccount:
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "propose_account", by=by)
        return payments.propose_account(
            case=held.case, person=person, details=details, by=by, at=at
        )


def confirm_account(
    *, case: Case, account: PayeeAccount, by: Actor, at: datetime, seen: int | None = None
) -> None:
    with cases.transaction():
        held = locked(case, seen=seen)
        payments.confirm_account(account=account, by=by, at=at)
        take(held, "confirm_account", by=by, at=at)


def pay(*, case: Case, measure: int, by: Actor, at: datetime, seen: int | None = None) -> Payment:
    """Instruct the compensation that was approved, when it was agreed or the answer was told.

    Raises NotAgreedYet, ApprovalMissing, NoAccountToPay and PaymentAlreadyRunning.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _measure(held, measure)
        agreed = row.proposal is not None and row.proposal.answer == "agreed"
        if not agreed and held.complaint.told_at is None:
            raise NotAgreedYet
        if row.approval is None or row.amount is None:
            raise payments.ApprovalMissing
        draft = Draft(
            case=held.case,
            payee=held.case.customer,
            approval=row.approval,
            amount=row.amount,
            currency=row.currency,
            subject=_subject(row),
        )
        payment = payments.draft_payment(draft, by=by, at=at)
        data = {"measure": row.pk, "payment": payment.pk}
        take(held, "pay", by=by, at=at, data=data, facts={"amount": row.amount})
    return payment


def take_bank_answer(*, case: Case, subject: str, by: Actor, at: datetime) -> None:
    """What the bank says became of a compensation. Safe to run twice."""
    with cases.transaction():
        held = locked(case)
        row = next((one for one in _open_measures(held) if _subject(one) == subject), None)
        if row is None:
            return
        newest = (
            payment_queries.payments_of(held.case)
            .filter(subject=subject)
            .exclude(status=Payment.Status.CANCELLED)
            .order_by("-attempt")
            .first()
        )
        if newest is None:
            return
        data = {"measure": row.pk, "payment": newest.pk}
        if newest.status == Payment.Status.RETURNED:
            take(held, "money_returned", by=by, at=at, data=data)
        elif newest.status == Payment.Status.ARRIVED:
            _done(held, row, "money_arrived", by, at)


def carry_out(
    *, case: Case, measure: int, words: str = "", by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Record that something agreed was done. Raises NoSuchMeasure and MoneyIsPaid."""
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _measure(held, measure)
        if row.kind == "compensation":
            raise MoneyIsPaid
        if words.strip():
            cases.write_note(case=held.case, body=words, kind="internal", by=by, at=at)
        _done(held, row, "carry_out", by, at)


def carry_out_many(complaints: Sequence[Case], *, by: Actor, at: datetime) -> None:
    """Record that everything agreed in these complaints was done. Raises MoneyIsPaid."""
    by_a_person(by)
    with cases.transaction():
        held = {one.complaint.pk: one for one in locked_many(complaints)}
        rows = Measure.objects.filter(
            complaint__in=held, done_at__isnull=True, dropped_at__isnull=True
        ).order_by("complaint_id", "pk")
        by_turn: dict[int, list[tuple[Held, Measure]]] = {}
        turns: Counter[int] = Counter()
        for row in rows:
            if row.kind == "compensation":
                raise MoneyIsPaid
            row.done_by, row.done_at = by.id, at
            by_turn.setdefault(turns[row.complaint_id], []).append((held[row.complaint_id], row))
            turns[row.complaint_id] += 1
        for turn in by_turn.values():
            moves = [
                Move(
                    one.case,
                    "carry_out",
                    data={"measure": row.pk, "kind": row.kind},
                    facts=telling(one),
                    also_makes=(CHECK,),
                )
                for one, row in turn
            ]
            cases.advance_many(moves, by=by, at=at)
        done = [row for turn in by_turn.values() for _held, row in turn]
        change_rows(done, "done_by", "done_at")
        cases.keep_promise_many([held[pk].case for pk in turns], rule=CARRY_OUT, by=by, at=at)


def check(
    *, case: Case, measure: int, helped: bool, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Look afterwards whether it was done and helped. Raises OwnWork and NoSuchMeasure."""
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = Measure.objects.filter(
            complaint=held.complaint, pk=measure, done_at__isnull=False
        ).first()
        if row is None:
            raise NoSuchMeasure("measure", number=held.case.number)
        if row.done_by == by.id:
            raise OwnWork
        row.checked_by, row.checked_at, row.helped = by.id, at, helped
        row.save(update_fields=["checked_by", "checked_at", "helped"])
        take(held, "check", by=by, at=at, data={"measure": row.pk, "helped": helped})


def _done(held: Held, row: Measure, step: str, by: Actor, at: datetime) -> None:
    row.done_by, row.done_at = by.id, at
    row.save(update_fields=["done_by", "done_at"])
    data = {"measure": row.pk, "kind": row.kind}
    facts = {"amount": row.amount} if row.amount is not None else {}
    take(held, step, by=by, at=at, data=data, facts=facts, also_makes=(CHECK,))
    if not _open_measures(held):
        cases.keep(case=held.case, rule=CARRY_OUT, by=by, at=at)


def _open_measures(held: Held) -> list[Measure]:
    return list(
        Measure.objects.filter(
            complaint=held.complaint, done_at__isnull=True, dropped_at__isnull=True
        )
        .select_related("proposal", "approval")
        .order_by("pk")
    )


def _measure(held: Held, pk: int) -> Measure:
    for row in _open_measures(held):
        if row.pk == pk:
            return row
    raise NoSuchMeasure("measure", number=held.case.number)


def _subject(row: Measure) -> str:
    return f"measure:{row.pk}"


def drop_open(held: Sequence[Held], at: datetime, *, but: Proposal | None = None) -> None:
    """What was offered and not agreed to is off the table; a waiting approval has nothing left.

    Money that is on its way stays what it is, and so does what belongs to the proposal `but`.
    """
    rows = Measure.objects.filter(
        complaint__in=[one.complaint for one in held],
        done_at__isnull=True,
        dropped_at__isnull=True,
    ).exclude(proposal__answer="agreed")
    if but is not None:
        rows = rows.exclude(proposal=but)
    rows.exclude(approval__payments__status__in=UNDER_WAY).update(dropped_at=at)


def drop_unagreed(held: Sequence[Held], by: Actor, at: datetime) -> None:
    """A decision stands instead of every offer that nobody agreed to, and of a decision before."""
    drop_open(held, at)
    by_complaint = {one.complaint.pk: one for one in held}
    offers = Proposal.objects.filter(complaint__in=by_complaint, answer="")
    waiting = set(offers.values_list("complaint_id", flat=True))
    if not waiting:
        return
    offers.update(answer="replaced", answered_by=by.id, answered_at=at)
    for pk in sorted(waiting):
        rules = [REPLY, MONEY_APPROVAL]
        cases.withdraw(case=by_complaint[pk].case, rules=rules, why="decided", by=by, at=at)


def drop_made_with(held: Held, made_at: datetime, at: datetime) -> None:
    """What was decided at that moment and never told is replaced by another decision."""
    rows = Measure.objects.filter(complaint=held.complaint, made_at=made_at)
    rows.filter(done_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)


def money_returned_since(held: Held, at: datetime) -> bool:
    """Whether a compensation was refused after a letter that may speak of it was written."""
    refused = held.complaint.measures.filter(
        approval__verdict=Approval.Verdict.RETURNED, approval__decided_at__gte=at
    )
    return refused.exists()


def unapproved(held: Sequence[Held], *, offer: Proposal | None = None) -> frozenset[int]:
    """Complaints with a compensation that nobody has approved, of this proposal if one is named."""
    rows = Measure.objects.filter(
        complaint__in=[one.complaint for one in held],
        kind="compensation",
        done_at__isnull=True,
        dropped_at__isnull=True,
    ).exclude(approval__verdict=Approval.Verdict.APPROVED)
    if offer is not None:
        rows = rows.filter(proposal=offer)
    return frozenset(rows.values_list("complaint_id", flat=True))


def money_under_way(held: Held) -> bool:
    """Whether a compensation was instructed and has neither arrived nor come back."""
    found = payment_queries.payments_of(held.case)
    return found.filter(status__in=UNDER_WAY, subject__startswith="measure:").exists()

"""Accounts and instructions: where the money goes, seen by two people where it changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims.models import Payee
from yinuo.core.cases.workflow import subject_of
from yinuo.core.payments import queries as payments
from yinuo.core.payments.models import PayeeAccount
from yinuo.core.people.models import Person
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.wording import mask_tail
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_options
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, form_of, told
from yinuo.interfaces.desk.sheets.people import names_of, payee_options

HOLDERS = {
    "individual": gettext_noop("A person"),
    "company": gettext_noop("A company"),
}


def account(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    known = list(payments.accounts_of(desk.case))
    return {
        "form": form_of(_account_fields(desk), typed),
        "accounts": [_known(one) for one in known],
        "changes": bool(known),
    }


def _account_fields(desk: ClaimDesk) -> list[FieldState]:
    customer = desk.case.customer
    people = payee_options(desk)
    fields = [
        FieldState(
            name="person",
            label=_("Whose money"),
            kind=FieldKind.SELECT,
            options=people,
            value=str(customer.pk),
            required=True,
        ),
        FieldState(
            name="holder_kind",
            label=_("The account belongs to"),
            kind=FieldKind.SELECT,
            options=tuple(Option(key, _(word)) for key, word in HOLDERS.items()),
            value="company" if customer.kind == "company" else "individual",
            required=True,
        ),
        FieldState(
            name="holder_name",
            label=_("Name on the account"),
            value=customer.name,
            required=True,
            maxlength=80,
            private=True,
        ),
        FieldState(
            name="number",
            label=_("Account or card number"),
            required=True,
            maxlength=40,
            inputmode="numeric",
            autocomplete="off",
            private=True,
        ),
        FieldState(name="bank_name", label=_("Bank"), required=True, maxlength=80),
        FieldState(name="bank_code", label=_("Bank code (CNAPS)"), maxlength=20, short=True),
    ]
    if len(desk.losses) > 1:
        fields.append(
            FieldState(
                name="loss",
                label=_("Only for"),
                kind=FieldKind.SELECT,
                options=loss_options(desk.losses),
                placeholder=_("the whole claim"),
            )
        )
    return fields


def _known(one: PayeeAccount) -> Context:
    return {
        "name": one.person.name,
        "holder": one.holder_name,
        "bank": one.bank_name,
        "number": f"**** {one.number_last4}",
        "in_force": one.confirmed_at is not None,
    }


def confirmation(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    chosen = _proposed(
        desk,
        label=_("Account to confirm"),
        help_text=_("Call the payee back on the known number before you confirm."),
    )
    return {
        "form": form_of([chosen], typed),
        "accounts": _in_force(desk),
        "told": told(desk, "claim.account_corrected"),
    }


def declining(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    chosen = _proposed(
        desk,
        label=_("Account to turn down"),
        help_text=_("The one before stays in force; the customer can enter another."),
    )
    why = FieldState(
        name="reason",
        label=_("Why"),
        kind=FieldKind.TEXTAREA,
        help=_("The customer reads these words."),
        required=True,
        maxlength=inputs.TEXT,
        rows=3,
    )
    reason = typed.given.reason if typed.given is not None else "…"
    return {
        "form": form_of([chosen, why], typed),
        "accounts": _in_force(desk),
        "told": told(desk, "claim.account_declined", facts={"reason": reason}),
    }


def _proposed(desk: ClaimDesk, *, label: str, help_text: str) -> FieldState:
    """The changed accounts that wait for a second person."""
    waiting = list(payments.proposals_of(desk.case))
    names = names_of(one.proposed_by for one in waiting)
    return FieldState(
        name="account",
        label=label,
        kind=FieldKind.RADIO_CARDS,
        options=tuple(Option(str(one.pk), _full(one), _entered(one, names)) for one in waiting),
        value=str(waiting[0].pk) if len(waiting) == 1 else "",
        help=help_text,
        required=True,
    )


def _in_force(desk: ClaimDesk) -> list[Context]:
    return [_known(one) for one in payments.accounts_of(desk.case) if one.confirmed_at]


def _full(one: PayeeAccount) -> str:
    """The whole number: who confirms compares each digit, and the look is on record."""
    compact = "".join(one.number.split())
    groups = " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
    return f"{one.holder_name} · {one.bank_name} · {groups}"


def _entered(one: PayeeAccount, names: Any) -> str:
    if one.proposed_by.startswith("customer:"):
        return _("Entered by the customer")
    return _("Entered by %(name)s") % {"name": names.get(one.proposed_by, one.proposed_by)}


def waits_for_confirmation(desk: ClaimDesk) -> bool:
    """A changed account waits also while no payment has come back."""
    return payments.proposals_of(desk.case).exists()


def instruction(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    if desk.loss is None:
        return {"form": form_of([], typed)}
    subject = subject_of(desk.loss)
    shares = Payee.objects.filter(loss=desk.loss).select_related("person").order_by("pk")
    rows = [_share(desk, one.person, subject, one) for one in shares]
    return {
        "form": form_of([], typed),
        "payees": rows,
        "told": told(
            desk,
            "claim.payment_instructed",
            facts={"amount": desk.loss.amount, "loss": desk.loss.title},
        ),
    }


def _share(desk: ClaimDesk, person: Person, subject: str, share: Payee) -> Context:
    account = payments.account_in_force(desk.case, person, subject)
    return {
        "name": person.name,
        "amount": desk.money(share.amount),
        "account": f"{account.bank_name} · {mask_tail(account.number)}" if account else "",
    }


SHEETS = {
    "account": Sheet(
        build=account,
        template="desk/sheets/account.html",
        submit=gettext_noop("Enter the account"),
        done=gettext_noop("The account is entered."),
    ),
    "account-confirmation": Sheet(
        build=confirmation,
        template="desk/sheets/account.html",
        submit=gettext_noop("Confirm the account"),
        confirm=gettext_noop("Money will go to this account from now on. Confirm it?"),
        done=gettext_noop("The account is in force."),
        open_when=waits_for_confirmation,
    ),
    "account-declining": Sheet(
        build=declining,
        template="desk/sheets/account.html",
        submit=gettext_noop("Turn the account down"),
        done=gettext_noop("The account is turned down; the one before stays in force."),
    ),
    "payment-instruction": Sheet(
        build=instruction,
        template="desk/sheets/instruction.html",
        about_part=True,
        submit=gettext_noop("Instruct the bank"),
        confirm=gettext_noop("The payment leaves with the next file for the bank. Instruct it?"),
        done=gettext_noop("The payment leaves with the next file for the bank."),
    ),
}

"""Writes a batch of payments as ISO 20022 pain.001.001.09 (customer credit transfer initiation).

The same batch always gives the same bytes, so a file that is written again after a crash is the
same file, and its hash says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

from yinuo.kit.errors import DomainError, raise_problems
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.money import Money, quantize

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/.+-]{0,33}[A-Za-z0-9])?")
_UNPRINTABLE = re.compile("[^\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BatchEmpty(DomainError):
    code = "batch_empty"
    message = _("There is no payment to send.")


class BatchTooLarge(DomainError):
    code = "batch_too_large"
    message = _("A batch holds at most %(most)s payments, not %(count)s.")


class InstructionRefused(DomainError):
    """A payment that no bank should be sent; ``payment`` says which."""


class BadIdentifier(InstructionRefused):
    code = "payment_identifier_refused"
    message = _("%(payment)s is not a payment number: 1 to 35 letters, digits and / . + -.")


class IdentifierTwice(InstructionRefused):
    code = "payment_twice_in_batch"
    message = _("Payment %(payment)s stands twice in the batch.")


class CurrenciesMixed(InstructionRefused):
    code = "currencies_mixed"
    message = _("Payment %(payment)s is in another currency than the rest of the batch.")


class AmountRefused(InstructionRefused):
    code = "payment_amount_refused"
    message = _(
        "Payment %(payment)s cannot be sent: its amount is not above zero, or has fractions."
    )


class PartyIncomplete(InstructionRefused):
    code = "payment_party_incomplete"
    message = _("Payment %(payment)s cannot be sent: an account needs a holder and a bank.")


class AccountRefused(InstructionRefused):
    code = "payment_account_refused"
    message = _("Payment %(payment)s cannot be sent: the account number cannot be read.")


class BankCodeRefused(InstructionRefused):
    code = "payment_bank_code_refused"
    message = _("Payment %(payment)s cannot be sent: the bank's clearing number is not 12 digits.")


class TextRefused(InstructionRefused):
    code = "payment_text_refused"
    message = _("Payment %(payment)s cannot be sent: a name or text is too long or unprintable.")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody's account. Either bank name or bank code (CNAPS, 12 digits) must be given."""

    name: str
    account: str
    bank_name: str = ""
    bank_code: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment. ``about`` is what the payee reads on the statement."""

    end_to_end_id: str
    money: Money
    creditor: Party
    about: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Payments from one account on one day. ``created_at`` is aware."""

    message_id: str
    created_at: datetime
    execute_on: date
    debtor: Party
    transfers: tuple[Transfer, ...]

    @property
    def total(self) -> Decimal:
        return sum((transfer.money.amount for transfer in self.transfers), Decimal(0))


def write(batch: Batch, *, most: int) -> bytes:
    """The file. Raises BatchEmpty, BatchTooLarge (more than ``most``) or InstructionRefused."""
    check(batch, most=most)
    document = ElementTree.Element("Document", {"xmlns": NAMESPACE})
    initiation = ElementTree.SubElement(document, "CstmrCdtTrfInitn")
    _group_header(initiation, batch)
    _payment_information(initiation, batch)
    ElementTree.indent(document)
    body: bytes = ElementTree.tostring(document, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def check(batch: Batch, *, most: int) -> None:
    """Raises what ``write`` would, without writing."""
    if not batch.transfers:
        raise BatchEmpty
    if len(batch.transfers) > most:
        raise BatchTooLarge(most=most, count=len(batch.transfers))
    if batch.created_at.tzinfo is None:
        raise ValueError("created_at must be aware")
    raise_problems(_batch_problems(batch))


def _batch_problems(batch: Batch) -> Iterator[DomainError]:
    yield from _id_problems(batch.message_id)
    yield from _party_problems(batch.debtor, batch.message_id)
    counts = Counter(transfer.end_to_end_id for transfer in batch.transfers)
    for payment, count in counts.items():
        if count > 1:
            yield IdentifierTwice(payment=payment)
    for transfer in batch.transfers:
        yield from transfer_problems(transfer)
        if transfer.money.currency != _currency(batch):
            yield CurrenciesMixed(payment=transfer.end_to_end_id)


def transfer_problems(transfer: Transfer) -> Iterator[DomainError]:
    """What is wrong with one payment, so that it can be left out instead of stopping the rest."""
    payment, money = transfer.end_to_end_id, transfer.money
    yield from _id_problems(payment)
    whole = money.amount == quantize(money.amount, money.currency)
    if money.amount <= 0 or not whole or len(money.amount.as_tuple().digits) > 18:
        yield AmountRefused(payment=payment)
    yield from _party_problems(transfer.creditor, payment)
    if not _is_text(transfer.about):
        yield TextRefused(payment=payment)


def _id_problems(identifier: str) -> Iterator[DomainError]:
    if not _ID.fullmatch(identifier):
        yield BadIdentifier(payment=identifier)


def _party_problems(party: Party, payment: str) -> Iterator[DomainError]:
    if not party.name.strip() or not (party.bank_name.strip() or party.bank_code):
        yield PartyIncomplete(payment=payment)
    if not re.fullmatch(r"[0-9A-Za-z-]{1,34}", party.account):
        yield AccountRefused(payment=payment)
    if party.bank_code and not re.fullmatch(r"[0-9]{12}", party.bank_code):
        yield BankCodeRefused(payment=payment)
    if not _is_text(party.name) or not _is_text(party.bank_name):
        yield TextRefused(payment=payment)


def _is_text(text: str) -> bool:
    return len(text) <= 140 and not _UNPRINTABLE.search(text)


def _add(parent: ElementTree.Element, path: str, text: str) -> ElementTree.Element:
    """Adds the elements of a path such as ``Id/Othr/Id``, and the text to the last of them."""
    element = parent
    for tag in path.split("/"):
        element = ElementTree.SubElement(element, tag)
    element.text = text
    return element


def _number(amount: Decimal, currency: str) -> str:
    return f"{quantize(amount, currency):f}"


def _currency(batch: Batch) -> str:
    return batch.transfers[0].money.currency


def _group_header(parent: ElementTree.Element, batch: Batch) -> None:
    header = ElementTree.SubElement(parent, "GrpHdr")
    _add(header, "MsgId", batch.message_id)
    _add(header, "CreDtTm", batch.created_at.astimezone(UTC).isoformat(timespec="seconds"))
    _add(header, "NbOfTxs", str(len(batch.transfers)))
    _add(header, "CtrlSum", _number(batch.total, _currency(batch)))
    _add(header, "InitgPty/Nm", batch.debtor.name)


def _payment_information(parent: ElementTree.Element, batch: Batch) -> None:
    block = ElementTree.SubElement(parent, "PmtInf")
    _add(block, "PmtInfId", batch.message_id)
    _add(block, "PmtMtd", "TRF")
    # Booked one by one, so that the statement shows which payment came back.
    _add(block, "BtchBookg", "false")
    _add(block, "NbOfTxs", str(len(batch.transfers)))
    _add(block, "CtrlSum", _number(batch.total, _currency(batch)))
    _add(block, "ReqdExctnDt/Dt", batch.execute_on.isoformat())
    _add(block, "Dbtr/Nm", batch.debtor.name)
    _account(block, "DbtrAcct", batch.debtor.account)
    _agent(block, "DbtrAgt", batch.debtor)
    # The insurer bears the charges: the payee receives what was decided, to the cent.
    _add(block, "ChrgBr", "DEBT")
    for transfer in batch.transfers:
        _transaction(block, transfer)


def _transaction(parent: ElementTree.Element, transfer: Transfer) -> None:
    entry = ElementTree.SubElement(parent, "CdtTrfTxInf")
    _add(entry, "PmtId/EndToEndId", transfer.end_to_end_id)
    money = transfer.money
    amount = _add(entry, "Amt/InstdAmt", _number(money.amount, money.currency))
    amount.set("Ccy", money.currency)
    _agent(entry, "CdtrAgt", transfer.creditor)
    _add(entry, "Cdtr/Nm", transfer.creditor.name)
    _account(entry, "CdtrAcct", transfer.creditor.account)
    if transfer.about:
        _add(entry, "RmtInf/Ustrd", transfer.about)


def _account(parent: ElementTree.Element, tag: str, number: str) -> None:
    other = ElementTree.SubElement(
        ElementTree.SubElement(ElementTree.SubElement(parent, tag), "Id"), "Othr"
    )
    _add(other, "Id", number)
    _add(other, "SchmeNm/Cd", "BBAN")


def _agent(parent: ElementTree.Element, tag: str, party: Party) -> None:
    bank = ElementTree.SubElement(ElementTree.SubElement(parent, tag), "FinInstnId")
    if party.bank_code:
        member = ElementTree.SubElement(bank, "ClrSysMmbId")
        _add(member, "ClrSysId/Cd", "CNAPS")
        _add(member, "MmbId", party.bank_code)
    if party.bank_name:
        _add(bank, "Nm", party.bank_name)

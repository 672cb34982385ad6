"""Reads a bank's answer, ISO 20022 pain.002 (customer payment status report).

``read`` turns the file into plain values; ``judge`` says what it means for each payment that we
asked about. A payment gets a verdict only when the file speaks of it without contradiction:
everything else becomes a finding that a person looks at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from yinuo.core.payments.rulefile import Meaning
from yinuo.kit.errors import DomainError
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.money import Money

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.(\d{2})\}Document")


class AnswerTooLarge(DomainError):
    code = "bank_answer_too_large"
    message = _("The bank's answer is larger than %(most)s bytes and was not opened.")
    http = 422


class AnswerUnreadable(DomainError):
    code = "bank_answer_unreadable"
    message = _("The file is not a pain.002 answer that can be read: %(why)s.")
    http = 422


class Level(StrEnum):
    """What a status was said of: the whole file, a block of it, or one payment."""

    GROUP = "group"
    BLOCK = "block"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Status:
    """One status as the bank gave it. ``end_to_end_id`` is empty above the level of a payment."""

    level: Level
    code: str
    end_to_end_id: str = ""
    reason_code: str = ""
    reason_text: str = ""
    amount: Money | None = None
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The file in plain values. ``original_*`` is what it says about the file that we sent."""

    version: str
    message_id: str
    created_at: datetime | None
    original_message_id: str
    original_count: int | None
    original_sum: Decimal | None
    statuses: tuple[Status, ...]


class FindingKind(StrEnum):
    """Why a part of the answer changes nothing until a person has looked."""

    UNKNOWN_PAYMENT = "unknown_payment"
    UNKNOWN_BATCH = "unknown_batch"
    UNKNOWN_STATUS = "unknown_status"
    CONTRADICTION = "contradiction"
    DUPLICATE = "duplicate"
    AMOUNT_DIFFERS = "amount_differs"
    COUNT_DIFFERS = "count_differs"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    payment: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the answer means for one payment; ``meaning`` is never "mixed"."""

    end_to_end_id: str
    meaning: Meaning
    code: str
    reason_code: str = ""
    reason_text: str = ""
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


# Reading -------------------------------------------------------------------------------------


def read(content: bytes, *, most_bytes: int) -> Answer:
    """Raises AnswerTooLarge before parsing, AnswerUnreadable for anything but a pain.002.

    A document type, an entity or an outside reference is refused, whatever it is used for.
    """
    if len(content) > most_bytes:
        raise AnswerTooLarge(most=most_bytes)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise AnswerUnreadable(why=f"forbidden XML ({type(error).__name__})") from error
    except (ParseError, ValueError, LookupError) as error:
        raise AnswerUnreadable(why="not well-formed XML in UTF-8") from error
    match = _NAMESPACE.fullmatch(root.tag)
    if match is None:
        raise AnswerUnreadable(why=f"its root is {root.tag[:100]}")
    return _answer(root, match[1])


def _answer(root: Element, version: str) -> Answer:
    report = _child(root, "CstmrPmtStsRpt")
    original = _child(report, "OrgnlGrpInfAndSts") if report is not None else None
    if report is None or original is None:
        raise AnswerUnreadable(why="it has no report on an original file")
    statuses: list[Status] = []
    if group := _text(original, "GrpSts"):
        statuses.append(_status(original, Level.GROUP, group))
    for block in _children(report, "OrgnlPmtInfAndSts"):
        if code := _text(block, "PmtInfSts"):
            statuses.append(_status(block, Level.BLOCK, code))
        statuses.extend(
            _status(entry, Level.PAYMENT, _text(entry, "TxSts"))
            for entry in _children(block, "TxInfAndSts")
        )
    return Answer(
        version=version,
        message_id=_text(report, "GrpHdr/MsgId"),
        created_at=_moment(_text(report, "GrpHdr/CreDtTm")),
        original_message_id=_text(original, "OrgnlMsgId"),
        original_count=_count(_text(original, "OrgnlNbOfTxs")),
        original_sum=_decimal(_text(original, "OrgnlCtrlSum")),
        statuses=tuple(statuses),
    )


def _status(element: Element, level: Level, code: str) -> Status:
    reasons = list(_children(element, "StsRsnInf"))
    codes = [_text(reason, "Rsn/Cd") or _text(reason, "Rsn/Prtry") for reason in reasons]
    texts = [_flat(line) for reason in reasons for line in _children(reason, "AddtlInf")]
    return Status(
        level=level,
        code=code,
        end_to_end_id=_text(element, "OrgnlEndToEndId") if level is Level.PAYMENT else "",
        reason_code=next((code for code in codes if code), ""),
        reason_text=" ".join(text for text in texts if text),
        amount=_amount(element),
        settled_on=_day(
            _text(element, "FctvIntrBkSttlmDt/Dt")
            or _text(element, "FctvIntrBkSttlmDt/DtTm")
            or _text(element, "AccptncDtTm")
        ),
    )


def _amount(element: Element) -> Money | None:
    instructed = _find(element, "OrgnlTxRef/Amt/InstdAmt")
    amount = _decimal(_flat(instructed)) if instructed is not None else None
    currency = instructed.get("Ccy", "") if instructed is not None else ""
    if amount is None or not re.fullmatch(r"[A-Z]{3}", currency):
        return None
    return Money(amount, currency)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _child(element: Element, name: str) -> Element | None:
    return next(_children(element, name), None)


def _find(element: Element, path: str) -> Element | None:
    found: Element | None = element
    for name in path.split("/"):
        found = _child(found, name) if found is not None else None
    return found


def _flat(element: Element) -> str:
    return " ".join((element.text or "").split())


def _text(element: Element, path: str) -> str:
    found = _find(element, path)
    return _flat(found) if found is not None else ""


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    moment = _moment(text)
    return moment.date() if moment else None


# Judging -------------------------------------------------------------------------------------


def judge(answer: Answer, asked: Mapping[str, Money], meanings: Mapping[str, Meaning]) -> Judgement:
    """What the answer means for the payments of the batch it answers (id to amount).

    A status of one payment counts before one of its block, and that before one of the file.
    "arrived" and "returned" said of one payment, at whatever level, is a contradiction.
    """
    findings: list[Finding] = []
    shared = _shared_statuses(answer, asked, meanings, findings)
    own: dict[str, list[Status]] = {}
    for status in answer.statuses:
        if status.level is Level.PAYMENT:
            own.setdefault(status.end_to_end_id, []).append(status)
    findings.extend(
        Finding(FindingKind.UNKNOWN_PAYMENT, stranger[:35])
        for stranger in own.keys() - asked.keys()
    )
    verdicts = [
        verdict
        for payment, money in asked.items()
        if (verdict := _verdict(payment, money, own.get(payment, []), shared, meanings, findings))
    ]
    return Judgement(tuple(verdicts), tuple(sorted(findings, key=_in_order)))


def _in_order(finding: Finding) -> tuple[str, str, str]:
    return (finding.payment, finding.kind.value, finding.detail)


def _shared_statuses(
    answer: Answer,
    asked: Mapping[str, Money],
    meanings: Mapping[str, Meaning],
    findings: list[Finding],
) -> list[Status]:
    """The statuses of the file and its blocks that hold for payments it does not name."""
    shared = []
    for status in answer.statuses:
        if status.level is not Level.PAYMENT:
            if status.code in meanings:
                shared.append(status)
            else:
                detail = f"{status.level}: {status.code[:10]}"
                findings.append(Finding(FindingKind.UNKNOWN_STATUS, detail=detail))
    return shared if not shared or _same_file(answer, asked, findings) else []


def _same_file(answer: Answer, asked: Mapping[str, Money], findings: list[Finding]) -> bool:
    """A status of the whole file holds for our batch only when the file is our batch."""
    ours = (len(asked), sum((money.amount for money in asked.values()), Decimal(0)))
    theirs = (
        ours[0] if answer.original_count is None else answer.original_count,
        ours[1] if answer.original_sum is None else answer.original_sum,
    )
    if theirs == ours:
        return True
    detail = f"sent {ours[0]} of {ours[1]}, answered {theirs[0]} of {theirs[1]}"
    findings.append(Finding(FindingKind.COUNT_DIFFERS, detail=detail))
    return False


def _verdict(
    payment: str,
    money: Money,
    own: list[Status],
    shared: list[Status],
    meanings: Mapping[str, Meaning],
    findings: list[Finding],
) -> Verdict | None:
    if len(own) > 1:
        detail = " ".join(f"{n} {code}" for code, n in _counted(status.code for status in own))
        findings.append(Finding(FindingKind.DUPLICATE, payment, detail))
    unknown = sorted({status.code for status in own} - meanings.keys())
    if unknown:
        detail = " ".join(code[:10] or "no status" for code in unknown)
        findings.append(Finding(FindingKind.UNKNOWN_STATUS, payment, detail))
        return None
    if any(status.amount not in (None, money) for status in own):
        findings.append(Finding(FindingKind.AMOUNT_DIFFERS, payment, str(money)))
        return None
    finals = {meanings[status.code] for status in (*own, *shared)} & {"arrived", "returned"}
    if len(finals) > 1:
        codes = " ".join(sorted({status.code for status in (*own, *shared)}))
        findings.append(Finding(FindingKind.CONTRADICTION, payment, codes))
        return None
    status = _closest(own, shared, meanings)
    if status is None:
        findings.append(Finding(FindingKind.NOT_ANSWERED, payment))
        return None
    return Verdict(
        payment,
        meanings[status.code],
        status.code,
        status.reason_code,
        status.reason_text,
        status.settled_on,
    )


def _closest(
    own: list[Status], shared: list[Status], meanings: Mapping[str, Meaning]
) -> Status | None:
    """The payment's own status, a final one first; only without one its block's or the file's."""
    rank = {Level.PAYMENT: 0, Level.BLOCK: 1, Level.GROUP: 2}
    final = {"arrived": 0, "returned": 0, "under_way": 1}
    usable = [status for status in (own or shared) if meanings[status.code] in final]
    return min(
        usable,
        key=lambda status: (rank[status.level], final[meanings[status.code]]),
        default=None,
    )


def _counted(codes: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(codes).items())

"""A bank for sandboxes, demonstrations and tests: it takes pain.001 and answers with pain.002."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

from yinuo.core.payments.bank.exchange import AnswerFile, ExchangeDirectory
from yinuo.core.payments.bank.pain001 import NAMESPACE as ASKED
from yinuo.kit.ids import digest_of

ANSWERED = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"

Decide = Callable[[str], str]
"""Takes an account number; a reason code such as AC04 sends the payment back, "" lets it arrive."""


def every_payment_arrives(_account: str) -> str:
    return ""


def answer_to(instruction: bytes, *, at: datetime, decide: Decide = every_payment_arrives) -> bytes:
    """What the bank says of a file that ``pain001.write`` wrote: ACCC or RJCT for each payment."""
    asked: ElementTree.Element = fromstring(instruction)
    message_id = _text(asked, "GrpHdr/MsgId")
    document = ElementTree.Element("Document", {"xmlns": ANSWERED})
    report = ElementTree.SubElement(document, "CstmrPmtStsRpt")
    header = ElementTree.SubElement(report, "GrpHdr")
    _add(header, "MsgId", f"SIB-{digest_of(message_id, at.isoformat())[:16]}")
    _add(header, "CreDtTm", at.astimezone(UTC).isoformat(timespec="seconds"))
    group = ElementTree.SubElement(report, "OrgnlGrpInfAndSts")
    _add(group, "OrgnlMsgId", message_id)
    _add(group, "OrgnlMsgNmId", "pain.001.001.09")
    _add(group, "OrgnlNbOfTxs", _text(asked, "GrpHdr/NbOfTxs"))
    _add(group, "OrgnlCtrlSum", _text(asked, "GrpHdr/CtrlSum"))
    block = ElementTree.SubElement(report, "OrgnlPmtInfAndSts")
    _add(block, "OrgnlPmtInfId", _text(asked, "PmtInf/PmtInfId"))
    for transaction in asked.iter(f"{{{ASKED}}}CdtTrfTxInf"):
        entry = ElementTree.SubElement(block, "TxInfAndSts")
        _add(entry, "OrgnlEndToEndId", _text(transaction, "PmtId/EndToEndId"))
        reason = decide(_text(transaction, "CdtrAcct/Id/Othr/Id"))
        _add(entry, "TxSts", "RJCT" if reason else "ACCC")
        if reason:
            cause = ElementTree.SubElement(entry, "StsRsnInf")
            _add(ElementTree.SubElement(cause, "Rsn"), "Cd", reason)
    answer: bytes = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    return answer


class StandInBank:
    """A channel in memory, for a sandbox that keeps its own clock: set ``at``, then call."""

    def __init__(self, at: datetime, *, decide: Decide = every_payment_arrives) -> None:
        self.at = at
        self.received: dict[str, bytes] = {}
        self._decide = decide
        self._waiting: dict[str, bytes] = {}

    def deliver(self, name: str, content: bytes) -> None:
        if name not in self.received:
            self.received[name] = content
            self._waiting[name] = answer_to(content, at=self.at, decide=self._decide)

    def answers(self, *, most_bytes: int) -> Iterator[AnswerFile]:
        for name, content in list(self._waiting.items()):
            yield AnswerFile(name, content[: most_bytes + 1])

    def finish(self, file: AnswerFile) -> None:
        self._waiting.pop(file.name, None)


def answer_outbox(
    exchange: ExchangeDirectory, *, at: datetime, decide: Decide = every_payment_arrives
) -> list[Path]:
    """Do what the bank's program does: take each file from the outbox, answer it in the inbox."""
    answered = []
    for taken in sorted(exchange.outbox.glob("*.xml")):
        answer = exchange.inbox / f"answer-{taken.name}"
        unfinished = answer.with_suffix(".tmp")
        unfinished.write_bytes(answer_to(taken.read_bytes(), at=at, decide=decide))
        unfinished.replace(answer)
        taken.unlink()
        answered.append(answer)
    return answered


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _text(element: ElementTree.Element, path: str) -> str:
    steps = "/".join(f"{{{ASKED}}}{tag}" for tag in path.split("/"))
    return element.findtext(f".//{steps}", default="")

"""Writes answers as a bank would, for the tests of reading them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape


def entry(
    payment: str,
    status: str,
    *,
    reason: str = "",
    text: Sequence[str] = (),
    amount: Decimal | None = None,
    currency: str = "CNY",
    settled_on: str = "",
) -> str:
    info = "".join(f"<AddtlInf>{escape(line)}</AddtlInf>" for line in text)
    code = f"<Rsn><Cd>{reason}</Cd></Rsn>" if reason else ""
    settled = f"<FctvIntrBkSttlmDt><Dt>{settled_on}</Dt></FctvIntrBkSttlmDt>" if settled_on else ""
    original = (
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt></OrgnlTxRef>'
        if amount is not None
        else ""
    )
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{payment}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf>{code}{info}</StsRsnInf>" if code or info else "")
        + settled
        + original
        + "</TxInfAndSts>"
    )


def answer(
    *entries: str,
    batch: str = "YN20261121-000001",
    group: str = "",
    block: str = "",
    count: int | None = None,
    total: Decimal | None = None,
    version: str = "10",
    message_id: str = "BANK-1",
    prologue: str = "",
) -> bytes:
    counts = f"<OrgnlNbOfTxs>{count}</OrgnlNbOfTxs>" if count is not None else ""
    sums = f"<OrgnlCtrlSum>{total}</OrgnlCtrlSum>" if total is not None else ""
    state = f"<GrpSts>{group}</GrpSts>" if group else ""
    blocks = ""
    if entries or block:
        inside = (f"<PmtInfSts>{block}</PmtInfSts>" if block else "") + "".join(entries)
        blocks = (
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{inside}</OrgnlPmtInfAndSts>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prologue}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">'
        f"<CstmrPmtStsRpt><GrpHdr><MsgId>{message_id}</MsgId>"
        "<CreDtTm>2026-11-21T16:00:00+08:00</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId>"
        f"<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{counts}{sums}{state}</OrgnlGrpInfAndSts>"
        f"{blocks}</CstmrPmtStsRpt></Document>"
    ).encode()

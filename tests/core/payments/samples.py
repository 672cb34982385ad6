"""Shipped rules and made-up payments for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import yinuo
from yinuo.core.payments.bank.pain001 import Batch, Party, Transfer
from yinuo.core.payments.rulefile import PaymentsRules
from yinuo.kit import rules
from yinuo.kit.money import Money

TOML = Path(yinuo.__file__).parent / "rules" / "cn_motor" / "payments.toml"
RULES = PaymentsRules.model_validate(rules.read(TOML))
INSURER = Party(
    "诺安财产保险股份有限公司", "31001502500050012345", "中国建设银行上海分行", "105290000012"
)


def transfer(number: int = 1, amount: str = "1234.50", name: str = "买买提·吐尔逊") -> Transfer:
    return Transfer(
        end_to_end_id=f"C26-0001234-0-{number}",
        money=Money(Decimal(amount)),
        creditor=Party(name, "6222020200112233447", "中国银行<北京>&分行", "104100000004"),
        about="赔款 C26-0001234-0",
    )


def batch(*transfers: Transfer) -> Batch:
    return Batch(
        message_id="YN20261121-000001",
        created_at=datetime(2026, 11, 21, 2, 30, tzinfo=UTC),
        execute_on=date(2026, 11, 21),
        debtor=INSURER,
        transfers=transfers or (transfer(1), transfer(2, "0.01", "𠮷田 李")),
    )

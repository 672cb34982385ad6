"""The file of instructions that goes to the bank."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from tests.core.payments.samples import INSURER, batch, transfer
from yinuo.core.payments.bank import pain001
from yinuo.kit.errors import DomainError, SeveralProblems
from yinuo.kit.money import Money

NS = {"p": pain001.NAMESPACE}


@cache
def schema() -> xmlschema.XMLSchema:
    folder = files("sepaxml") / "schemas"
    return xmlschema.XMLSchema(str(folder / "pain.001.001.09.xsd"))


def test_the_file_satisfies_the_official_schema() -> None:
    schema().validate(pain001.write(batch(), most=2).decode())


NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=140,
).filter(lambda name: name.strip())
CENTS = st.integers(1, 10**11).map(lambda cents: Decimal(cents).scaleb(-2))


@given(st.lists(st.tuples(NAMES, CENTS), min_size=1, max_size=5))
def test_any_names_and_amounts_give_a_valid_file_that_adds_up(
    payments: list[tuple[str, Decimal]],
) -> None:
    made = batch(*(transfer(n, str(amount), name) for n, (name, amount) in enumerate(payments, 1)))
    content = pain001.write(made, most=5)
    schema().validate(content.decode())
    root = ElementTree.fromstring(content)
    total = sum(amount for _, amount in payments)
    assert {Decimal(e.text or "") for e in root.iterfind(".//p:CtrlSum", NS)} == {total}
    assert {e.text for e in root.iterfind(".//p:NbOfTxs", NS)} == {str(len(payments))}
    names = [e.text for e in root.iterfind(".//p:Cdtr/p:Nm", NS)]
    assert [name and name.replace("\r", "\n") for name in names] == [name for name, _ in payments]


def test_the_same_batch_gives_the_same_bytes_in_every_time_zone() -> None:
    china = timezone(timedelta(hours=8))
    elsewhere = replace(batch(), created_at=batch().created_at.astimezone(china))
    assert pain001.write(batch(), most=9) == pain001.write(elsewhere, most=9)


def test_a_payment_carries_its_number_amount_account_bank_and_reference() -> None:
    root = ElementTree.fromstring(pain001.write(batch(), most=9))
    entry = root.find(".//p:CdtTrfTxInf", NS)
    assert entry is not None
    found = [(e.tag.split("}")[1], e.text) for e in entry.iter() if (e.text or "").strip()]
    assert found == [
        ("EndToEndId", "C26-0001234-0-1"),
        ("InstdAmt", "1234.50"),
        ("Cd", "CNAPS"),
        ("MmbId", "104100000004"),
        ("Nm", "中国银行<北京>&分行"),
        ("Nm", "买买提·吐尔逊"),
        ("Id", "6222020200112233447"),
        ("Cd", "BBAN"),
        ("Ustrd", "赔款 C26-0001234-0"),
    ]
    amount = entry.find("p:Amt/p:InstdAmt", NS)
    assert amount is not None
    assert amount.get("Ccy") == "CNY"


def test_the_currency_comes_from_the_payments() -> None:
    dollars = replace(transfer(), money=Money(Decimal(5), "USD"))
    content = pain001.write(batch(dollars), most=9)
    schema().validate(content.decode())
    assert b'Ccy="USD">5.00<' in content


def test_a_bank_without_a_clearing_number_goes_by_its_name() -> None:
    creditor = replace(transfer().creditor, bank_code="")
    content = pain001.write(batch(replace(transfer(), creditor=creditor)), most=9)
    schema().validate(content.decode())
    assert content.count(b"CNAPS") == 1


def refusal(*transfers: pain001.Transfer, most: int = 9) -> list[str]:
    with pytest.raises(DomainError) as caught:
        pain001.write(batch(*transfers), most=most)
    assert str(caught.value)
    return [part.code for part in caught.value.parts]


@pytest.mark.parametrize("amount", ["0", "-1", "0.005", "12345678901234567890.00"])
def test_an_amount_that_is_not_money_out_is_refused(amount: str) -> None:
    assert refusal(transfer(1, amount)) == ["payment_amount_refused"]


def test_a_batch_over_the_limit_is_refused() -> None:
    assert refusal(transfer(1), transfer(2), transfer(3), most=2) == ["batch_too_large"]


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(pain001.BatchEmpty):
        pain001.write(replace(batch(), transfers=()), most=9)


def test_one_number_leaves_once() -> None:
    assert refusal(transfer(1), transfer(1)) == ["payment_twice_in_batch"]


def test_a_batch_has_one_currency() -> None:
    dollars = replace(transfer(2), money=Money(Decimal(5), "USD"))
    assert refusal(transfer(1), dollars) == ["currencies_mixed"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "payment_party_incomplete"),
        ({"name": "王\x00"}, "payment_text_refused"),
        ({"name": "王" * 141}, "payment_text_refused"),
        ({"account": ""}, "payment_account_refused"),
        ({"account": "1" * 35}, "payment_account_refused"),
        ({"bank_code": "12"}, "payment_bank_code_refused"),
        ({"bank_name": "", "bank_code": ""}, "payment_party_incomplete"),
    ],
)
def test_an_account_that_no_bank_can_find_is_refused(changed: dict[str, str], code: str) -> None:
    creditor = replace(transfer().creditor, **changed)
    assert refusal(replace(transfer(), creditor=creditor)) == [code]


@pytest.mark.parametrize("number", ["", "a b", "x" * 36, "编号1", "-1", "1\n"])
def test_a_number_that_a_bank_may_change_is_refused(number: str) -> None:
    assert refusal(replace(transfer(), end_to_end_id=number)) == ["payment_identifier_refused"]


def test_several_faults_are_named_together() -> None:
    with pytest.raises(SeveralProblems) as caught:
        pain001.write(batch(transfer(1, "0"), transfer(2, "-1")), most=9)
    assert [part.params["payment"] for part in caught.value.parts] == [
        "C26-0001234-0-1",
        "C26-0001234-0-2",
    ]


def test_a_time_without_a_zone_is_a_bug() -> None:
    naive = batch().created_at.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        pain001.write(replace(batch(), created_at=naive), most=9)


def test_the_payer_is_checked_too() -> None:
    with pytest.raises(pain001.AccountRefused):
        pain001.write(replace(batch(), debtor=replace(INSURER, account="")), most=9)

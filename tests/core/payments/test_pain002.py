"""What a bank's answer says, and what we dare to believe of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.payments.answers import answer, entry
from tests.core.payments.samples import RULES
from yinuo.core.payments.bank import pain002
from yinuo.core.payments.bank.pain002 import FindingKind, Judgement, Level
from yinuo.kit.money import Money

A, B = "C26-0001234-0-1", "C26-0001234-0-2"
ASKED = {A: Money(Decimal("100.00")), B: Money(Decimal("50.00"))}
MOST = RULES.batch.most_answer_bytes.value
MEANINGS = RULES.meanings()


def judged(content: bytes) -> Judgement:
    return pain002.judge(pain002.read(content, most_bytes=MOST), ASKED, MEANINGS)


def meanings(content: bytes) -> dict[str, str]:
    return {verdict.end_to_end_id: verdict.meaning for verdict in judged(content).verdicts}


def findings(content: bytes) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.payment) for finding in judged(content).findings]


@pytest.mark.parametrize("version", ["03", "09", "10", "12"])
def test_every_version_of_the_answer_is_read(version: str) -> None:
    read = pain002.read(answer(entry(A, "ACCC"), version=version), most_bytes=MOST)
    assert read.version == version
    assert (read.message_id, read.original_message_id) == ("BANK-1", "YN20261121-000001")
    assert read.created_at == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ACCC", "arrived"),
        ("ACSC", "arrived"),
        ("ACSP", "under_way"),
        ("ACTC", "under_way"),
        ("ACCP", "under_way"),
        ("ACWP", "under_way"),
        ("PDNG", "under_way"),
        ("RJCT", "returned"),
    ],
)
def test_only_a_final_credit_is_an_arrival(code: str, meaning: str) -> None:
    assert meanings(answer(entry(A, code), entry(B, "RJCT"))) == {A: meaning, B: "returned"}


def test_a_return_carries_its_reason_in_code_and_words() -> None:
    content = answer(
        entry(A, "RJCT", reason="AC04", text=["账户已销户", "请核对"]),
        entry(B, "ACCC", settled_on="2026-11-22", amount=Decimal(50)),
    )
    returned, arrived = judged(content).verdicts
    assert (returned.reason_code, returned.reason_text) == ("AC04", "账户已销户 请核对")
    assert arrived.settled_on == date(2026, 11, 22)
    assert findings(content) == []


@pytest.mark.parametrize(
    ("code", "meaning"), [("RJCT", "returned"), ("ACSC", "arrived"), ("ACTC", "under_way")]
)
def test_a_status_of_the_whole_file_holds_for_each_payment(code: str, meaning: str) -> None:
    whole = answer(group=code, count=2, total=Decimal("150.00"))
    assert meanings(whole) == {A: meaning, B: meaning}
    assert meanings(answer(block=code)) == {A: meaning, B: meaning}


def test_a_mixed_file_says_nothing_of_a_payment_it_does_not_name() -> None:
    content = answer(entry(A, "ACCC"), group="PART")
    assert meanings(content) == {A: "arrived"}
    assert findings(content) == [("not_answered", B)]


def test_a_payment_that_is_under_way_has_not_arrived_because_the_file_has() -> None:
    content = answer(entry(A, "PDNG"), group="ACSC")
    assert meanings(content) == {A: "under_way", B: "arrived"}


@pytest.mark.parametrize(
    "content",
    [
        answer(entry(A, "ACCC"), entry(A, "RJCT"), entry(B, "ACCC")),
        answer(entry(A, "ACCC"), entry(B, "ACCC"), block="RJCT"),
        answer(entry(A, "RJCT"), group="ACSC"),
    ],
)
def test_a_contradiction_changes_nothing_and_is_reported(content: bytes) -> None:
    assert A not in meanings(content)
    assert ("contradiction", A) in findings(content)


def test_the_same_said_twice_counts_once_and_is_reported() -> None:
    content = answer(entry(A, "ACSP"), entry(A, "ACCC"), entry(B, "ACCC"))
    assert meanings(content) == {A: "arrived", B: "arrived"}
    assert findings(content) == [("duplicate", A)]


def test_a_payment_we_did_not_ask_about_is_listed() -> None:
    content = answer(entry(A, "ACCC"), entry(B, "ACCC"), entry("STRANGER", "ACCC"))
    assert findings(content) == [("unknown_payment", "STRANGER")]


@pytest.mark.parametrize("code", ["", "XXXX", "BLCK"])
def test_an_unknown_status_changes_nothing(code: str) -> None:
    content = answer(entry(A, code), entry(B, "ACCC"))
    assert meanings(content) == {B: "arrived"}
    assert findings(content) == [("unknown_status", A)]
    assert meanings(answer(entry(A, code), group="ACSC")) == {B: "arrived"}


@pytest.mark.parametrize(("amount", "currency"), [("99.99", "CNY"), ("100.00", "USD")])
def test_an_arrival_of_another_amount_is_not_believed(amount: str, currency: str) -> None:
    content = answer(entry(A, "ACCC", amount=Decimal(amount), currency=currency), entry(B, "ACCC"))
    assert meanings(content) == {B: "arrived"}
    assert findings(content) == [("amount_differs", A)]


@pytest.mark.parametrize(("count", "total"), [(3, "150.00"), (2, "151.00")])
def test_a_status_of_another_file_is_not_taken_for_ours(count: int, total: str) -> None:
    content = answer(entry(A, "ACCC"), group="RJCT", count=count, total=Decimal(total))
    assert meanings(content) == {A: "arrived"}
    assert (FindingKind.COUNT_DIFFERS.value, "") in findings(content)


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("prologue", [BOMB, OUTSIDE, "<!DOCTYPE x>"])
def test_hostile_xml_is_refused(prologue: str) -> None:
    with pytest.raises(pain002.AnswerUnreadable, match="forbidden"):
        pain002.read(answer(entry(A, "ACCC"), prologue=prologue), most_bytes=MOST)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Document/>",
        b'<?xml version="1.0" encoding="GBK"?><Document/>',
        b'<?xml version="1.0" encoding="nonsense"?><Document/>',
        b"\xff\xfe\x00",
        answer(entry(A, "ACCC"))[:-20],
        answer(entry(A, "ACCC")).replace(b"pain.002", b"pain.001"),
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"/>',
    ],
)
def test_what_is_not_an_answer_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(pain002.AnswerUnreadable) as caught:
        pain002.read(content, most_bytes=MOST)
    assert "%(" not in str(caught.value)


def test_too_large_an_answer_is_not_even_opened() -> None:
    with pytest.raises(pain002.AnswerTooLarge):
        pain002.read(b"<" * 101, most_bytes=100)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    with pytest.raises(pain002.AnswerUnreadable):
        pain002.read(content, most_bytes=MOST)


def test_broken_numbers_and_dates_are_read_as_not_given() -> None:
    content = answer(entry(A, "ACCC", settled_on="soon", amount=Decimal("NaN")))
    read = pain002.read(content.replace(b"2026-11-21T", b"yesterday"), most_bytes=MOST)
    (status,) = read.statuses
    assert (read.created_at, status.settled_on, status.amount) == (None, None, None)
    assert status.level is Level.PAYMENT


CODES = st.sampled_from([*MEANINGS, "XXXX"])


@given(
    st.lists(st.tuples(st.sampled_from([A, B, "STRANGER"]), CODES), max_size=6),
    st.none() | CODES,
    st.none() | CODES,
)
def test_arrived_is_never_concluded_without_a_final_credit_for_that_payment(
    entries: list[tuple[str, str]], group: str | None, block: str | None
) -> None:
    content = answer(*(entry(*pair) for pair in entries), group=group or "", block=block or "")
    final = {"ACCC", "ACSC"}
    for verdict in judged(content).verdicts:
        own = {code for payment, code in entries if payment == verdict.end_to_end_id}
        said = own | {group, block}
        assert verdict.end_to_end_id in ASKED
        assert verdict.meaning != "mixed"
        if verdict.meaning == "arrived":
            assert said & final
            assert not said & {"RJCT", "CANC"}
            assert not own or own & final

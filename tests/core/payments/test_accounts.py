"""Which accounts money may be sent to."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.core.payments.samples import RULES
from yinuo.core.payments.rules import AccountDetails, account_problems, plain_name, same_name
from yinuo.kit.ids import luhn_digit

ACCOUNT = RULES.account
DIGITS = st.text(alphabet="0123456789")


def card(body: str) -> str:
    return body + str(luhn_digit(body))


def details(
    number: str, *, kind: str = "individual", holder: str = "王小明", bank: str = "中国银行"
) -> AccountDetails:
    return AccountDetails(kind, holder, number, bank)


def codes(account: AccountDetails, payee: str = "王小明") -> list[tuple[str | None, str]]:
    problems = account_problems(account, payee_name=payee, rules=ACCOUNT)
    assert all(str(problem) for problem in problems)
    return [(problem.field, problem.code) for problem in problems]


@given(st.text(alphabet="0123456789", min_size=15, max_size=18))
def test_a_card_with_its_check_digit_passes(body: str) -> None:
    assert codes(details(card(body))) == []


@given(st.text(alphabet="0123456789", min_size=15, max_size=18), st.integers(1, 9))
def test_a_card_with_another_check_digit_is_refused(body: str, off: int) -> None:
    wrong = body + str((luhn_digit(body) + off) % 10)
    assert codes(details(wrong)) == [("number", "card_number_mistyped")]


@given(DIGITS.filter(lambda text: len(text) > 0 and not 16 <= len(text) <= 19))
def test_a_personal_number_of_another_length_is_no_card(number: str) -> None:
    assert codes(details(number)) == [("number", "not_a_card_number")]


@given(st.text(alphabet="0123456789", min_size=8, max_size=32))
def test_a_company_account_is_never_asked_for_a_check_digit(number: str) -> None:
    company = details(number, kind="company", holder="诺亚汽车维修（上海）有限公司")
    assert codes(company, "诺亚汽车维修(上海)有限公司") == []


@pytest.mark.parametrize("number", ["1234567", "1" * 33, "12345678*", "-12345678", "账号12345678"])
def test_a_company_account_has_a_length_and_plain_characters(number: str) -> None:
    assert codes(details(number, kind="company")) == [("number", "not_a_company_account")]


@pytest.mark.parametrize("number", ["0200-0010-0901-4", "31001502500050012345", "NRA12345678"])
def test_company_accounts_may_hold_dashes_and_letters(number: str) -> None:
    assert codes(details(number, kind="company")) == []


def test_a_card_may_be_typed_in_groups_and_full_width() -> None:
    number = card("622202020011223344")
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in number)
    for typed in (grouped, wide, grouped.replace(" ", "-"), "\u200b" + number):
        assert codes(details(typed)) == []
    assert details(grouped).tidy().number == number


def test_digits_of_another_script_are_not_digits() -> None:
    assert codes(details("٦" * 16)) == [("number", "not_a_card_number")]


def test_every_fault_is_named_at_its_field_in_one_go() -> None:
    broken = AccountDetails("individual", " ", "", "", "12")
    assert codes(broken) == [
        ("holder_name", "account_holder_missing"),
        ("number", "account_number_missing"),
        ("bank_name", "bank_missing"),
        ("bank_code", "not_a_bank_code"),
    ]


def test_it_must_be_said_whose_account_it_is() -> None:
    assert codes(details("123", kind="")) == [("holder_kind", "holder_kind_unknown")]


def test_a_bank_code_is_optional_and_has_twelve_digits() -> None:
    good = AccountDetails("company", "王小明", "12345678", "工商银行", "1021 0000 0018")
    assert codes(good) == []


def test_money_is_not_sent_to_somebody_else() -> None:
    number = card("622202020011223344")
    assert codes(details(number), "王晓明") == [("holder_name", "holder_is_not_payee")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("王小明", " 王 小\u3000明 "),
        ("买买提·吐尔逊", "买买提•吐尔逊"),
        ("买买提·吐尔逊", "买买提．吐尔逊"),
        ("买买提·吐尔逊", "买买提・吐尔逊"),
        ("买买提·吐尔逊", "买买提.吐尔逊"),
        ("买买提·吐尔逊", "买买提 吐尔逊"),
        ("Zhang San", "ＺＨＡＮＧ ＳＡＮ"),
        ("诺亚（上海）公司", "诺亚(上海)公司"),
        ("王小明", "王小明\u200b"),
    ],
)
def test_spellings_of_one_name_are_one_name(left: str, right: str) -> None:
    assert same_name(left, right)


@pytest.mark.parametrize(
    ("left", "right"), [("王小明", "王晓明"), ("", ""), ("·", "."), ("王小明", "王小")]
)
def test_other_names_and_no_names_are_not(left: str, right: str) -> None:
    assert not same_name(left, right)


@given(st.text())
def test_a_plain_name_is_already_plain(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)


@given(st.text(), st.text(), st.text(), st.text(), st.text(), st.text())
def test_no_account_makes_the_check_crash(
    kind: str, holder: str, number: str, bank: str, code: str, payee: str
) -> None:
    account_problems(
        AccountDetails(kind, holder, number, bank, code), payee_name=payee, rules=ACCOUNT
    )


def test_a_refusal_of_a_pure_rule_is_read_in_the_readers_language() -> None:
    (problem,) = account_problems(details("1" * 16), payee_name="王小明", rules=ACCOUNT)
    with translation.override("zh-hans"):
        assert "卡号" in str(problem)
    with translation.override("en"):
        assert "card number" in str(problem)

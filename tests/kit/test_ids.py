from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.kit import ids
from yinuo.kit.ids import CaseNumber, CaseNumberMistyped, NotACaseNumber

PREFIXES = st.from_regex(r"[A-Z]{1,2}", fullmatch=True)
NUMBERS = st.builds(CaseNumber, PREFIXES, st.integers(2000, 2099), st.integers(1, 99_999_999))


def test_a_case_number_is_short_enough_to_say() -> None:
    assert str(CaseNumber("C", 2026, 1234)) == "C26-0001234-0"


@given(NUMBERS)
def test_every_number_reads_back(number: CaseNumber) -> None:
    assert CaseNumber.parse(str(number)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "c26-0001234-0",
        " C26 0001234 0 ",
        "C2600012340",
        "Ｃ２６－０００１２３４－０",
        "c26—0001234—0",
    ],
)
def test_spaces_dashes_case_and_width_do_not_matter(typed: str) -> None:
    assert str(CaseNumber.parse(typed)) == "C26-0001234-0"


@given(NUMBERS, st.data())
def test_one_wrong_digit_is_noticed(number: CaseNumber, data: st.DataObject) -> None:
    text = str(number)
    places = [index for index, character in enumerate(text) if character.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != text[place]]))
    with pytest.raises((CaseNumberMistyped, NotACaseNumber)):
        CaseNumber.parse(text[:place] + other + text[place + 1 :])


@given(NUMBERS, st.data())
def test_two_swapped_neighbours_are_noticed_unless_they_are_0_and_9(
    number: CaseNumber, data: st.DataObject
) -> None:
    digits = str(number).replace("-", "")
    start = len(number.prefix)
    place = data.draw(st.integers(start, len(digits) - 2))
    pair = digits[place : place + 2]
    swapped = digits[:place] + pair[::-1] + digits[place + 2 :]
    if pair[0] == pair[1] or set(pair) == {"0", "9"}:
        return
    with pytest.raises((CaseNumberMistyped, NotACaseNumber)):
        CaseNumber.parse(swapped)


@pytest.mark.parametrize(
    "typed", ["", "C26", "26-0001234-0", "C26-000000-0", "C26-0000000-0", "C26-0001234-٦", "C" * 99]
)
def test_what_is_not_a_number_says_how_one_looks(typed: str) -> None:
    with pytest.raises(NotACaseNumber, match="C26-0001234") as caught:
        CaseNumber.parse(typed, field="number")
    assert caught.value.field == "number"


def test_a_number_past_ten_million_a_year_grows_by_a_digit() -> None:
    number = CaseNumber("C", 2026, 12_345_678)
    assert str(number).startswith("C26-12345678-")
    with pytest.raises(NotACaseNumber):
        CaseNumber.parse("C26-012345678-" + str(number)[-1])


@pytest.mark.parametrize(
    ("prefix", "year", "sequence"),
    [("c", 2026, 1), ("", 2026, 1), ("C", 1999, 1), ("C", 2026, 0), ("C", 2026, 10**9)],
)
def test_an_impossible_number_is_a_bug(prefix: str, year: int, sequence: int) -> None:
    with pytest.raises(ValueError):
        CaseNumber(prefix, year, sequence)


def test_luhn_agrees_with_the_published_example() -> None:
    assert ids.luhn_digit("7992739871") == 3
    assert ids.luhn_valid("79927398713")
    assert not ids.luhn_valid("79927398710")


@pytest.mark.parametrize("text", ["", "0", "٧٩٩٢٧٣٩٨٧١٣", "7992739871a"])
def test_luhn_refuses_what_is_not_digits(text: str) -> None:
    assert not ids.luhn_valid(text)


def test_tokens_and_codes_do_not_repeat_and_have_their_form() -> None:
    tokens = {ids.new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", token) for token in tokens)
    assert all(re.fullmatch(r"[0-9]{6}", ids.new_code(6)) for _ in range(500))
    with pytest.raises(ValueError):
        ids.new_code(3)


def test_secrets_compare_by_value() -> None:
    assert ids.same("码", "码")
    assert not ids.same("123456", "123457")


@given(st.lists(st.text()), st.lists(st.text()))
def test_digests_are_equal_only_for_equal_parts(left: list[str], right: list[str]) -> None:
    assert (ids.digest_of(*left) == ids.digest_of(*right)) == (left == right)


def test_a_message_sent_again_has_the_same_message_id() -> None:
    first = ids.message_id("claims.example", "message", 12)
    assert first == ids.message_id("claims.example", "message", 12)
    assert first != ids.message_id("claims.example", "message", 13)
    assert re.fullmatch(r"<[0-9a-f]{40}@claims\.example>", first)
    with pytest.raises(ValueError):
        ids.message_id("evil>\r\nBcc: x", 1)

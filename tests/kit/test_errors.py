from __future__ import annotations

import pytest

from yinuo.kit.errors import (
    DomainError,
    SeveralProblems,
    gettext_noop,
    raise_problems,
    translate_with,
)


class TooMuch(DomainError):
    code = "too_much"
    message = "At most %(most)s, not %(asked)s."
    http = 422


class Closed(DomainError):
    code = "closed"
    message = "It is closed (100%%)."


def test_a_refusal_reads_as_a_sentence_with_its_parameters() -> None:
    error = TooMuch("amount", most=5, asked=7)
    assert (str(error), error.field, error.code, error.http) == (
        "At most 5, not 7.",
        "amount",
        "too_much",
        422,
    )
    assert error.parts == (error,)


def test_several_refusals_are_raised_together_and_flattened() -> None:
    first, second = TooMuch("amount", most=5, asked=7), Closed()
    with pytest.raises(SeveralProblems) as caught:
        raise_problems([SeveralProblems([first]), second])
    assert caught.value.parts == (first, second)
    assert str(caught.value) == "At most 5, not 7. It is closed (100%)."


def test_one_refusal_is_raised_as_itself_and_none_raises_nothing() -> None:
    raise_problems([])
    with pytest.raises(Closed):
        raise_problems([Closed()])
    with pytest.raises(ValueError):
        SeveralProblems([])


def test_a_marked_sentence_is_translated_when_it_is_read() -> None:
    try:
        translate_with({"It is closed (100%%).": "已关闭（100%%）。"}.__getitem__)
        assert str(Closed()) == "已关闭（100%）。"
    finally:
        translate_with(gettext_noop)

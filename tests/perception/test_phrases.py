"""How phrases with choices and gaps are found."""

from __future__ import annotations

import pytest

from yinuo.perception.lexicon import lexicon
from yinuo.perception.phrases import PhraseError, Phrases, split_words


def found(phrases: Phrases[str], text: str) -> list[tuple[str, list[str]]]:
    hits = []
    for start in range(len(text)):
        hit = phrases.at(text, start)
        if hit:
            hits.append((text[start : hit[0]], hit[1]))
    return hits


def test_the_longest_phrase_at_a_place_is_found() -> None:
    assert found(Phrases([("不", "not"), ("不错", "good")]), "不错") == [("不错", ["good"])]


def test_a_choice_stands_for_each_of_its_spellings() -> None:
    phrases = Phrases([("{很|}快", "fast")])
    assert found(phrases, "很快") == [("很快", ["fast"]), ("快", ["fast"])]


def test_a_gap_takes_up_to_six_characters_of_one_clause() -> None:
    phrases = Phrases([("电话~没人接", "silent")])
    assert found(phrases, "电话打了三次没人接")
    assert not found(phrases, "电话打了三次一直都没人接")
    assert not found(phrases, "有电话,没人接")


def test_an_english_phrase_stands_between_word_ends() -> None:
    phrases = Phrases([("sue", "court")])
    assert found(phrases, "i sue you")
    assert not found(phrases, "issue")
    assert not found(phrases, "sued")


def test_a_phrase_at_the_end_of_a_text_ends_with_it() -> None:
    assert found(Phrases([("慢", "slow"), ("慢吞吞", "slow")]), "有点慢") == [("慢", ["slow"])]


@pytest.mark.parametrize("phrase", ["{a|{b|c}}", "a}b", "{|a}", "~a"])
def test_a_phrase_that_cannot_be_meant_is_refused_with_its_words(phrase: str) -> None:
    with pytest.raises(PhraseError, match="a"):
        Phrases([(phrase, "x")])


def test_words_stand_between_commas_of_enumeration_and_line_ends() -> None:
    assert list(split_words("慢、很慢\n too slow 、")) == ["慢", "很慢", "too slow"]


def test_every_lexicon_can_be_read() -> None:
    assert lexicon().decision.person.below > 0

"""The wording check: what a letter may not say, where it says it, and what to do about it."""

from __future__ import annotations

from typing import cast

import pytest

from yinuo.core.knowledge import rules
from yinuo.core.knowledge.rulefile import KnowledgeRules
from yinuo.core.knowledge.rules import Finding
from yinuo.core.rulebook import registry

KNOWLEDGE = cast(KnowledgeRules, registry.load().rules["knowledge"])
TERMS = {
    "免赔额": "保单里约定由您自己承担的那一部分。",
    "绝对免赔额": "保单里约定由您自己承担的那一部分。",
    "代位求偿": "我们先把全部损失赔给您，再由我们向对方要回来。",
    "deductible": "The part that you agreed to carry yourself.",
}
PLAIN = (
    "您的轮胎磨损很重，我们没有赔这一项，因为它不是事故造成的。"
    "依据是《机动车商业保险示范条款》第十条：车本身的磨损不在赔付里。"
)


def check(text: str, purpose: str = "refusal", language: str = "zh-hans") -> list[Finding]:
    limits = rules.limits_of(KNOWLEDGE, language)
    return rules.check_wording(text, language=language, purpose=purpose, terms=TERMS, limits=limits)


def codes(text: str, purpose: str = "refusal", language: str = "zh-hans") -> set[str]:
    return {one.code for one in check(text, purpose, language)}


def test_a_refusal_with_reason_and_clause_in_plain_words_has_nothing_to_mend() -> None:
    assert check(PLAIN) == []


@pytest.mark.parametrize(
    "text",
    [
        "依据条款不予赔付。",
        "根据保险合同约定，不予理赔。",
        "按照相关规定不能赔偿。",
        "依據條款不予賠付。",
        "您的损失不属于保险责任范围。",
        "条款就是这样规定的。",
        "以上由我司保留最终解释权。",
        "依 据 条 款 不 予 赔 付。",
        "Your claim is denied as per the policy.",
    ],
)
def test_a_bare_formula_is_refused_where_it_stands(text: str) -> None:
    found = [one for one in check(text) if one.code == "bare_formula"]
    assert found
    assert all(one.refused for one in found)
    assert text[found[0].start : found[0].end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "Your claim is denied as per the policy.",
        "Declined under policy terms",
        "We pay nothing, as the policy says.",
        "依据条款不予赔付。",
        "As per policy terms, not payable.",
        "This is not covered.",
        "Under the policy not covered.",
    ],
)
def test_a_bare_formula_is_refused_in_english_too(text: str) -> None:
    assert "bare_formula" in codes(text, language="en")


def test_a_clause_that_is_named_is_no_bare_formula_in_english() -> None:
    text = "We declined the tyre under clause 10 because it was worn before the accident."
    assert "bare_formula" not in codes(text, language="en")


def test_blanks_between_characters_hide_nothing_and_the_place_is_that_of_the_text() -> None:
    text = "您 好。 依 据 条 款 不 予 赔 付。"
    (found,) = [one for one in check(text) if one.code == "bare_formula"]
    assert text[found.start : found.end] == "依 据 条 款 不 予 赔 付"


@pytest.mark.parametrize(
    ("text", "reader", "language"),
    [
        ("您的车", "zh-hant", "zh-hant"),
        ("您的车", "en", "zh-hans"),
        ("Your car", "zh-hans", "en"),
        ("We pay for the repair of 对方的车 in full.", "zh-hans", "en"),
        ("", "zh-hans", "en"),
    ],
)
def test_words_are_measured_by_the_language_they_are_written_in(
    text: str, reader: str, language: str
) -> None:
    assert rules.language_for(text, reader) == language


def test_a_bare_formula_is_neither_a_reason_nor_a_clause() -> None:
    assert {"bare_formula", "no_reason", "no_clause"} <= codes("依据条款规定不予赔付。")


def test_a_refusal_without_a_reason_and_one_without_a_clause_are_told_apart() -> None:
    assert codes("依据第十条，这一项不赔。") == {"no_reason"}
    assert codes("因为轮胎是自己磨平的，这一项不赔。") == {"no_clause"}


def test_a_decision_in_full_needs_neither() -> None:
    assert check("您申请的钱我们全部赔给您。", purpose="decision") == []


def test_a_term_of_art_is_refused_at_its_first_use_unless_it_is_explained() -> None:
    text = "因为保单第五条写明了免赔额，赔款要减去500元。免赔额您可以在保单里看到。"
    found = [one for one in check(text) if one.code == "term"]
    assert [text[one.start : one.end] for one in found] == ["免赔额"]
    assert found[0].start == text.index("免赔额")
    assert "term" not in codes(text.replace("免赔额，", "免赔额（由您自己承担的那一部分），", 1))
    assert "term" not in codes(text.replace("了免赔额，", "了免赔额，也就是您自己承担的部分，", 1))


def test_a_term_counts_as_explained_when_its_everyday_words_stand_anywhere_in_the_text() -> None:
    text = "因为第五条约定了免赔额，要减去500元。这是保单里约定由您自己承担的那一部分。"
    assert "term" not in codes(text)


def test_the_longer_of_two_terms_is_named_and_the_shorter_inside_it_is_not() -> None:
    found = [one for one in check("因为有绝对免赔额，第五条。") if one.code == "term"]
    assert [one.params["words"] for one in found] == ["绝对免赔额"]


def test_a_sentence_beyond_the_limit_is_named_with_its_length_and_place() -> None:
    long = "因为" + "车辆在道路上行驶时碰到护栏以后又继续向前开了很远，" * 3 + "所以第十条不赔"
    text = "您好。" + long + "。"
    found = [one for one in check(text) if one.code == "long_sentence"]
    assert len(found) == 1
    assert text[found[0].start : found[0].end] == long
    assert found[0].refused


def test_a_number_or_a_latin_word_counts_as_one_character() -> None:
    limits = rules.limits_of(KNOWLEDGE, "zh-hans")
    assert rules.readability("赔款12,345.60元。", limits).longest_sentence == 4


def test_stiff_words_are_advice_with_the_everyday_word_beside_them() -> None:
    found = check("鉴于轮胎磨损，依据第十条不赔，烦请知悉。" + PLAIN, purpose="reply")
    stiff = {str(one.params["words"]): one for one in found if one.code == "stiff"}
    assert set(stiff) == {"鉴于", "烦请", "知悉"}
    assert not any(one.refused for one in stiff.values())
    assert "因为" in stiff["鉴于"].advice


def test_places_in_traditional_chinese_are_those_of_the_text_itself() -> None:
    text = "因為保單第五條寫明了免賠額，要減去500元。"
    found = [one for one in check(text, language="zh-hant") if one.code == "term"]
    assert [text[one.start : one.end] for one in found] == ["免賠額"]


def test_clause_language_scores_below_our_own_letters() -> None:
    limits = rules.limits_of(KNOWLEDGE, "zh-hans")
    clause = (
        "被保险机动车遭受损失后的残余部分由保险人、被保险人协商处理，如折归被保险人的，"
        "由双方协商确定其价值并在赔款中扣除。"
    )
    least = KNOWLEDGE.wording.readability.value.chinese.least_score
    assert rules.readability(clause, limits).score < least
    assert rules.readability(PLAIN, limits).score > least


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "。。。", "……", "\ud800", "- \n- \n"])
def test_a_text_without_words_has_no_findings_and_breaks_nothing(text: str) -> None:
    assert check(text, purpose="reply") == []


def test_every_message_that_we_send_passes_its_own_check() -> None:
    files = registry.load()
    sent = [key for key in files.texts if key[0] == "messages.claim_refused"]
    assert len(sent) == 3
    for key, language in sent:
        text = files.texts[key, language].body
        found = [one for one in check(text, "refusal", language) if one.refused]
        assert {one.code for one in found} <= {"hard_to_read", "long_sentence"}, (language, found)


def test_two_explanations_that_say_the_same_in_other_order_are_alike_and_others_are_not() -> None:
    one = "车本身的磨损不在赔付里。"
    assert rules.same_explanation(one, "车本身的磨损，不在赔付里！", at_least=0.72)
    assert not rules.same_explanation(one, "轮胎爆了我们就不赔。", at_least=0.72)


def test_a_text_is_put_into_everyday_words_once_for_each_term() -> None:
    limits = rules.limits_of(KNOWLEDGE, "zh-hans")
    plain = rules.everyday(
        "鉴于免赔额是500元，免赔额要减去。",
        terms=TERMS,
        limits=limits,
        note=lambda word, words: f"{word}（{words.rstrip('。')}）",
    )
    assert plain == "因为免赔额（保单里约定由您自己承担的那一部分）是500元，免赔额要减去。"

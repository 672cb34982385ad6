"""What is read in a customer's words: tone, causes, urgency, and the places they rest on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths import CHECKOUT
from yinuo.perception.folding import fold
from yinuo.perception.lexicon import CAUSES, TONES
from yinuo.perception.reading import read
from yinuo.perception.training import Example, own_sentences, read_examples

EXAMPLES = read_examples(CHECKOUT / "tests/perception/examples.tsv")
WORDS = st.sampled_from(
    ["不", "没有", "满意", "慢", "但是", "有点", "都没有", "虽然", "以前", "拒赔", "律师", "吗",
     "?", ",", "。", " ", "\n", "賠", "too slow", "not", "thanks", "呵呵", "２", "🙂", "İ",
     "\ud800"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map("".join))


def test_sentences_that_nothing_was_trained_on_are_read_as_a_person_reads_them() -> None:
    taught = {example.text for example in own_sentences()}
    assert not taught & {example.text for example in EXAMPLES}
    plain = [example for example in EXAMPLES if not example.cause]
    right = [read(example.text).sentiment == example.tone for example in plain]
    assert sum(right) / len(right) >= 0.9
    caused = [example for example in EXAMPLES if example.cause]
    found = [read(example.text).causes[:1] == (example.cause,) for example in caused]
    assert sum(found) / len(found) >= 0.85


def test_no_complaint_without_a_cause_of_the_examples_is_read_as_praise() -> None:
    blamed = [example.text for example in EXAMPLES if example.tone == "neg" and not example.cause]
    assert [text for text in blamed if read(text).sentiment == "pos"] == []


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("满意", "pos"),
        ("不满意", "neg"),
        ("没有不满意", "pos"),
        ("不太满意", "neg"),
        ("没有任何争议", "pos"),
        ("一点都不拖拉", "pos"),
        ("喷漆一点色差都没有", "pos"),
        ("没讲清楚", "neg"),
        ("從來沒有人耐心解釋", "neg"),
        ("not satisfied", "neg"),
        ("no complaints", "pos"),
    ],
)
def test_a_negation_turns_round_what_it_stands_before(text: str, tone: str) -> None:
    assert read(text).sentiment == tone


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("态度很好,但是拖了两个月,非常不满意", "neg"),
        ("虽然等了一阵,但是结果非常满意,谢谢", "pos"),
        ("以前觉得麻烦,这次很顺利", "pos"),
        ("查勘快,不过后面有点慢", "neu"),
        ("客服很有禮貌,可是問題完全沒有解決,太失望", "neg"),
        ("The staff were polite but I am very disappointed", "neg"),
    ],
)
def test_what_follows_a_contrast_weighs_more(text: str, tone: str) -> None:
    assert read(text).sentiment == tone


@pytest.mark.parametrize(
    "text",
    ["请问什么时候可以提车?", "需要帶什麼證件嗎", "我在开会,晚点再打", "When can I pick it up?"],
)
def test_questions_and_put_off_calls_are_neither_praise_nor_blame(text: str) -> None:
    assert read(text).sentiment == "neu"


@pytest.mark.parametrize(
    "text", ["呵呵,真是长见识了", "这也叫服务?", "感谢你们的效率,孩子都会走路了"]
)
def test_irony_is_blame(text: str) -> None:
    assert read(text).sentiment == "neg"


@pytest.mark.parametrize(
    "text",
    [
        "从头到尾没管过",
        "给的钱还没我跑腿的车费多",
        "人家平安第二天就到账了",
        "很专业,专业拖延",
        "省心?我操碎了心",
        "你们开心就好",
        "放心不了",
        "说好当天到账",
        "so much for fast service",
    ],
)
def test_praise_thrown_back_or_meant_for_another_is_not_believed(text: str) -> None:
    assert read(text).sentiment != "pos"


@pytest.mark.parametrize(
    "text",
    ["真快,才两天", "比别家快多了", "说好三天,两天就到了", "thank you so much for your help"],
)
def test_plain_praise_beside_the_same_words_is_believed(text: str) -> None:
    assert read(text).sentiment == "pos"


def test_to_speak_of_a_tow_is_no_complaint_of_delay() -> None:
    assert read("叫了拖车").sentiment == "neu"
    assert "delay" not in read("拖车费谁出").causes


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("再不处理我就打12378", "regulator"),
        ("我會向金管會申訴", "regulator"),
        ("等着上抖音吧,我要曝光你们", "press"),
        ("已经请了律师,法院见", "court"),
        ("My lawyer will call you", "court"),
        ("我妈在ICU等钱救命", "life"),
    ],
)
def test_threats_and_danger_are_urgent_and_shown(text: str, alarm: str) -> None:
    reading = read(text)
    assert reading.urgency == "high"
    assert f"alarm:{alarm}" in {span.says for span in reading.spans}


def test_an_accusation_against_our_own_people_is_urgent() -> None:
    assert read("定损员向我索要红包").urgency == "high"


def test_praise_waits_for_nobody_and_names_no_cause() -> None:
    reading = read("賠款很快就到了,非常滿意")
    assert (reading.sentiment, reading.causes, reading.urgency) == ("pos", (), "low")


def test_a_cause_that_is_said_not_to_be_is_not_told() -> None:
    assert "amount" not in read("没有压价,就是审核太慢").causes


def test_the_three_scripts_say_the_same() -> None:
    readings = [read(text) for text in ("维修质量太差", "維修質量太差", "terrible repair job")]
    assert {reading.causes[0] for reading in readings} == {"repair"}
    assert {reading.sentiment for reading in readings} == {"neg"}


def test_a_doubtful_or_long_text_is_for_a_person() -> None:
    assert not read("非常满意,谢谢").person
    assert read("理赔的事情我讲给你听。" * 40).person
    assert read("他们家的鱼").person


def test_nothing_said_is_neutral_and_rests_on_nothing() -> None:
    reading = read("  ……!")
    assert (reading.sentiment, reading.causes, reading.spans) == ("neu", (), ())


def test_the_fields_stand_in_the_order_that_is_documented() -> None:
    assert list(read("慢").as_json()) == [
        "sentiment",
        "causes",
        "urgency",
        "confidence",
        "person",
        "spans",
    ]


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_every_place_lies_inside_it(text: str) -> None:
    reading = read(text)
    assert reading.sentiment in TONES
    assert set(reading.causes) <= set(CAUSES)
    assert len(set(reading.causes)) == len(reading.causes) <= 3
    assert 0 <= reading.confidence <= 1
    for span, shown in zip(reading.spans, reading.as_json()["spans"], strict=True):
        assert 0 <= span.start < span.end <= len(text)
        assert shown["text"] == text[span.start : span.end] != ""


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("example", EXAMPLES[::7], ids=lambda example: example.text)
def test_capitals_change_nothing(example: Example) -> None:
    assert read(example.text.upper()).causes == read(example.text).causes


def test_the_words_shown_are_those_relied_on() -> None:
    text = "客服态度恶劣,赔款拖了两个月"
    reading = read(text)
    assert set(reading.causes) == {"attitude", "delay"}
    for cause in reading.causes:
        assert any(span.says == cause for span in reading.spans)
    kept = "".join(text[span.start : span.end] for span in reading.spans)
    assert "态度恶劣" in kept
    assert "拖了两个月" in kept

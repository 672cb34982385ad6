"""Every text, in every language, with full facts and with none at all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from opencc import OpenCC

from tests.paths import CHECKOUT, PACKAGE
from yinuo.core.rulebook import registry, rendering, textfiles
from yinuo.core.rulebook.textfiles import LANGUAGES, Text
from yinuo.interfaces.cli import texts as derivation
from yinuo.kit.errors import RuleError

FILES = registry.load()
MESSAGES = sorted({key for key, _ in FILES.texts if key.startswith("messages.")})
TOLD_AT = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 4, 10, 16, 0, tzinfo=UTC)
DUES = {
    key.removeprefix("promises."): MIDNIGHT for key, _ in FILES.texts if key.startswith("promises.")
}
FACTS: dict[str, object] = {
    "case_number": "C-2026-000017-3",
    "about_number": "C-2026-000016-1",
    "customer_name": "林小满",
    "reader_name": "周明",
    "insurer_name": "示例保险",
    "promise": "赔款到账",
    "link": "https://example.org/track/abc",
    "handler_name": "周明",
    "handler_phone": "010-5555 0199",
    "surveyor_name": "韩冰",
    "surveyor_phone": "010-5555 0123",
    "plate": "京A·00000",
    "accident_at": TOLD_AT,
    "place": "示例路 1 号",
    "amount": Decimal("12345.60"),
    "asked": Decimal(13000),
    "approved": Decimal("12845.60"),
    "deductible": Decimal(500),
    "currency": "CNY",
    "loss": "本车",
    "letter": True,
    "mode": "on_site",
    "reason": "示例原因",
    "reasons": [{"reason": "示例原因", "clause": "第八条"}],
    "due": DUES,
    "new_at": MIDNIGHT,
    "papers": ["行驶证", "驾驶证"],
    "paper": "行驶证",
    "guidance": ["guidance.keep_scene"],
    "next_step": "核定损失",
    "code": "204817",
    "minutes": 10,
    "words": "您好，照片收到了。",
    "at": TOLD_AT,
    "facts": "查勘时间比约定晚了两小时。",
    "decision": "投诉成立。",
    "basis": "服务承诺第三条。",
    "remedies": [{"title": "调解", "why": "不收费用。"}],
    "measures": ["道歉"],
    "review_until": MIDNIGHT,
    "passed_to": "合规部",
    "name": "李代理",
    "stops": False,
    "into_number": "P-2026-000017-3",
    "group": 23,
}


def facts_of(key: str) -> dict[str, object]:
    """A message about a promise tells of one due time; the others hold them by rule."""
    return {**FACTS, "due": MIDNIGHT} if key.startswith("messages.promise_") else FACTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_complete_when_all_facts_are_there(language: str) -> None:
    for key in MESSAGES:
        text = FILES.text(key, language)
        assert rendering.missing(text, facts_of(key), language=language) == [], key
        shown = rendering.render(text, facts_of(key), language=language)
        assert shown.subject, key
        assert "\n" not in shown.subject, key
        for leftover in ("{{", "{%", "None", "\n\n\n"):
            assert leftover not in shown.subject + shown.body, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_makes_sense_with_hardly_any_facts(language: str) -> None:
    few = {name: FACTS[name] for name in ("case_number", "customer_name", "promise", "words")}
    # A code to sign in is nothing without the code.
    for key in (key for key in MESSAGES if key != "messages.sign_in_code"):
        shown = rendering.render(FILES.text(key, language), few, language=language)
        _greeting, _, said = shown.body.partition("\n")
        assert len(said) > 10, key
        for odd in ("（）", "()", "，。", "：\n\n", "None", " .", "“”"):
            assert odd not in said, (key, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_reason_clause_and_what_the_customer_can_do(language: str) -> None:
    shown = rendering.render(
        FILES.text("messages.claim_refused", language), FACTS, language=language
    )
    assert "示例原因" in shown.body
    assert "第八条" in shown.body
    assert "https://example.org/track/abc" in shown.body


def test_a_day_that_ends_at_midnight_is_told_as_that_day() -> None:
    text = Text("x", '{{ due|by:"claims.payment"|deadline }} {{ at|deadline }}')
    assert rendering.render(text, {"due": DUES, "at": TOLD_AT}, language="zh-hans").body == (
        "2026年4月10日 2026年3月2日 15:30\n"
    )
    assert rendering.render(text, {"due": DUES, "at": TOLD_AT}, language="en").body == (
        "10 April 2026 2 March 2026 15:30\n"
    )


def test_facts_of_an_event_are_read_as_text_too() -> None:
    text = Text("x", "{{ amount|money:currency }} {{ at|moment }} {{ at|day }} {{ papers|day }}")
    facts = {"amount": "12345.6", "currency": "CNY", "at": "2026-03-02T07:30:00+00:00"}
    shown = rendering.render(text, facts, language="zh-hant").body
    assert shown == "¥12,345.60 2026年3月2日 15:30 2026年3月2日\n"


def test_a_key_is_said_in_the_readers_words() -> None:
    text = Text("x", "{% for line in guidance %}{{ line|words }}{% endfor %}")
    shown = rendering.render(text, FACTS, language="en").body
    assert shown.startswith("Keep the scene as it is: ")


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("{% load static %}", "{% load %}"),
        ("{% include 'x' %}", "{% include %}"),
        ("{{ secret_key }}", "secret_key"),
        ("{% if salary %}x{% endif %}", "salary"),
        ("{{ amount|safe }}", "safe"),
        ("{% if amount %}", "Unclosed tag"),
    ],
)
def test_a_text_that_could_show_more_than_the_facts_is_at_fault(source: str, fault: str) -> None:
    assert any(fault in found for found in rendering.faults(source))


def test_the_variables_of_a_loop_are_no_facts() -> None:
    source = "{% for item in reasons %}{{ item.reason }} {{ forloop.counter }}{% endfor %}"
    assert rendering.names(source) == {"reasons"}


def test_a_text_without_a_subject_is_refused() -> None:
    with pytest.raises(RuleError, match="begins with a line '# subject'"):
        textfiles.parse("no subject\n", "x.md")


def test_a_language_that_lacks_a_text_is_refused_at_the_start(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
    (tmp_path / "en" / "hello.md").write_text("# Hello\n\nHello.\n", encoding="utf-8")
    with pytest.raises(RuleError, match="has no text hello; write it"):
        textfiles.load(tmp_path)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh-CN", "zh-hans"),
        ("zh_TW", "zh-hant"),
        ("zh-Hant-HK", "zh-hant"),
        ("en-GB", "en"),
        ("de", "zh-hans"),
        ("", "zh-hans"),
    ],
)
def test_every_language_code_finds_a_language_that_we_write(code: str, language: str) -> None:
    assert textfiles.language_of(code) == language


def test_traditional_chinese_is_derived_from_simplified() -> None:
    assert derivation.stale(PACKAGE / "texts") == []


# Written alike in both, where they mean what they mean in our texts.
ALIKE = frozenset("准吃群里")
TRADITIONAL = PACKAGE / "texts" / "zh-hant"


def test_no_simplified_character_stands_in_a_traditional_text() -> None:
    forth, back = OpenCC("s2t"), OpenCC("t2s")

    def simplified(one: str) -> bool:
        other = str(forth.convert(one))
        return one not in ALIKE and other != one and back.convert(other) == one

    found = {
        path.name: sorted(filter(simplified, set(path.read_text("utf-8"))))
        for path in TRADITIONAL.rglob("*.*")
    }
    assert len(found) > 20
    assert not {path: found[path] for path in found if found[path]}


def test_a_reviewed_text_is_taken_as_it_is(tmp_path: Path) -> None:
    for folder, content in (
        ("zh-hans", "# 软件\n\n信息。\n"),
        ("zh-hant.reviewed", "# 程式\n\n訊息。\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text(content, encoding="utf-8")
    (tmp_path / "zh-hans" / "b.md").write_text("# 赔款\n\n到账。\n", encoding="utf-8")
    assert derivation.write(tmp_path) == ["a.md", "b.md"]
    assert (tmp_path / "zh-hant" / "a.md").read_text("utf-8") == "# 程式\n\n訊息。\n"
    assert (tmp_path / "zh-hant" / "b.md").read_text("utf-8") == "# 賠款\n\n到帳。\n"
    assert derivation.stale(tmp_path) == []


def test_a_wrong_rule_file_stops_the_start(tmp_path: Path) -> None:
    """A process that cannot read its rules must not begin to serve."""
    for path in (PACKAGE / "rules" / "cn_motor").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "claims.toml").open("a", encoding="utf-8") as file:
        file.write('[promises.coffee]\nvalue = "1 day"\nwhy = "x"\nsource = "y"\n')
    program = (
        "import django; from django.conf import settings; "
        f"settings.RULES_DIRECTORY = {str(tmp_path)!r}; django.setup()"
    )
    started = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "yinuo.conf.testing"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "promises.coffee" in started.stderr
    assert "no rule of that name is known" in started.stderr

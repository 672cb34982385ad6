"""What holds for every rule and every text, whatever it says."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.paths import CHECKOUT, PACKAGE
from yinuo.areas.claims.rulefile import FACTS, ClaimsRules
from yinuo.core.messages.rulefile import MessagesRules
from yinuo.core.rulebook import registry, rendering
from yinuo.core.rulebook.textfiles import LANGUAGES
from yinuo.kit.rules import PromiseRule, RuleTable

FILES = registry.load()
RULES = FILES.by_key()
PROMISES = sorted(key for key, rule in RULES.items() if isinstance(rule.value, PromiseRule))
# Tables whose names are data (a reason, a kind of paper, a year): the table as a whole is used.
OPEN_TABLES = sorted(
    f"{stem}.{table}"
    for stem, schema in FILES.schemas.items()
    for table in schema.model_fields
    if not isinstance(getattr(FILES.rules[stem], table), RuleTable)
)
SINGLE = sorted(key for key in RULES if key.rpartition(".")[0] not in OPEN_TABLES)


@cache
def code() -> str:
    """All code that may use a rule: not the shapes of the rule files themselves."""
    return (
        "\n".join(
            path.read_text(encoding="utf-8")
            for path in sorted(PACKAGE.rglob("*.py"))
            if path.name not in {"rulefile.py", "calendar_rules.py"}
        )
        + (PACKAGE / "kit" / "calendar_rules.py")
        .read_text(encoding="utf-8")
        .partition("def build_calendar")[2]
    )


def shape() -> str:
    """The decisions that the shapes make themselves, such as `guidance_for`."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("rulefile.py"))


@pytest.mark.parametrize("key", sorted(RULES))
def test_every_rule_says_why_and_where_it_comes_from(key: str) -> None:
    rule = RULES[key]
    assert rule.value is not None
    assert len(rule.why) > 10
    assert rule.source.strip()


def test_every_mark_in_a_source_is_one_that_the_rules_explain() -> None:
    for key, rule in RULES.items():
        for certainty in re.findall(r"\(?K-(\w+)", rule.source):
            assert certainty in {"high", "med", "low"}, key


@pytest.mark.parametrize("key", [key for key in SINGLE if key not in PROMISES])
def test_every_rule_is_used(key: str) -> None:
    name = key.rpartition(".")[2]
    table = key.split(".")[1]
    used = rf"\.{name}\b"
    through = re.search(rf"self\.{name}\b", shape()) and re.search(rf"\.{table}\b", code())
    found = bool(re.search(used, code()) or through)
    assert found, f"nothing uses {key}; use it or take it out"


@pytest.mark.parametrize("table", OPEN_TABLES)
def test_every_open_table_is_used(table: str) -> None:
    name = table.rpartition(".")[2]
    assert re.search(rf"\.{name}\b", code() + shape())


@pytest.mark.parametrize("key", PROMISES)
def test_every_promise_is_made_somewhere(key: str) -> None:
    stem, _, name = key.split(".")
    assert f'"{stem}.{name}"' in code()


@pytest.mark.parametrize("key", PROMISES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_has_a_title_and_a_line_that_explains_it(key: str, language: str) -> None:
    stem, _, name = key.split(".")
    text = FILES.text(f"promises.{stem}.{name}", language)
    assert 0 < len(text.title) <= 44
    assert 0 < len(text.why) <= 120


def test_no_promise_title_is_left_over() -> None:
    titled = {key for key, _ in FILES.texts if key.startswith("promises.")}
    known = {f"promises.{key.split('.')[0]}.{key.split('.')[2]}" for key in PROMISES}
    assert titled == known


def test_every_reason_for_a_message_has_its_text() -> None:
    messages = FILES.rules["messages"]
    assert isinstance(messages, MessagesRules)
    for rule in messages.reasons.values():
        for language in LANGUAGES:
            assert (rule.value.text, language) in FILES.texts


def test_every_event_that_makes_a_message_is_left_by_some_command() -> None:
    messages = FILES.rules["messages"]
    assert isinstance(messages, MessagesRules)
    events = {rule.value.event for rule in messages.reasons.values()}
    assert not {event for event in events if f'"{event}"' not in code()}


def test_every_message_text_is_sent_by_a_reason_or_by_a_command() -> None:
    messages = FILES.rules["messages"]
    assert isinstance(messages, MessagesRules)
    sent = {rule.value.text for rule in messages.reasons.values()}
    texts = {key for key, _ in FILES.texts if key.startswith("messages.")}
    unsent = {key for key in texts - sent if f'"{key}"' not in code()}
    assert not unsent


def test_every_guidance_that_a_rule_gives_has_words_and_no_words_are_left_over() -> None:
    claims = FILES.rules["claims"]
    assert isinstance(claims, ClaimsRules)
    given = {case.text for case in claims.report.guidance.value}
    assert given == {key for key, _ in FILES.texts if key.startswith("guidance.")}


def test_every_paper_that_a_claim_asks_for_is_a_kind_of_document() -> None:
    claims, documents = FILES.rules["claims"], FILES.raw["documents"]
    assert isinstance(claims, ClaimsRules)
    for kind in ("own_vehicle", "other_vehicle", "property", "injury"):
        for case in getattr(claims.papers, kind).value:
            assert case.kind in documents["kinds"]


def test_every_fact_that_the_claim_rules_test_is_gathered_somewhere() -> None:
    source = (CHECKOUT / "src/yinuo/areas/claims").rglob("*.py")
    gathered = "".join(p.read_text("utf-8") for p in source if p.name != "rulefile.py")
    claims = (PACKAGE / "rules/cn_motor/claims.toml").read_text("utf-8")
    tested = set(re.findall(r'fact = "(\w+)"', claims))
    assert tested <= FACTS.keys()
    assert not {fact for fact in tested if f'"{fact}"' not in gathered}


@pytest.mark.parametrize(("key", "language"), sorted(FILES.texts))
def test_every_text_is_one_that_can_be_sent(key: str, language: str) -> None:
    text = FILES.texts[key, language]
    assert rendering.faults(text.subject, text.body) == []


def test_no_text_refuses_with_a_bare_clause() -> None:
    for (key, _), text in FILES.texts.items():
        assert "依据条款不予赔付" not in text.body, key
        assert "依據條款不予賠付" not in text.body, key

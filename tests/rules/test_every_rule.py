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


@cache
def shape() -> str:
    """The decisions that the shapes make themselves, such as `guidance_for`."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("rulefile.py"))


@cache
def read_in(text: str) -> frozenset[str]:
    """Every name that is read of something, as in `.name`."""
    return frozenset(re.findall(r"\.(\w+)", text))


@cache
def read_of_itself() -> frozenset[str]:
    return frozenset(re.findall(r"self\.(\w+)", shape()))


def test_every_rule_says_why_and_where_it_comes_from() -> None:
    silent = {
        key
        for key, rule in RULES.items()
        if rule.value is None or len(rule.why) <= 10 or not rule.source.strip()
    }
    assert not silent


def test_every_mark_in_a_source_is_one_that_the_rules_explain() -> None:
    for key, rule in RULES.items():
        for certainty in re.findall(r"\(?K-(\w+)", rule.source):
            assert certainty in {"high", "med", "low"}, key


def is_used(key: str) -> bool:
    _stem, table, name = key.split(".")
    through = name in read_of_itself() and table in read_in(code())
    return name in read_in(code()) or through


def test_every_rule_is_used() -> None:
    unused = {key for key in SINGLE if key not in PROMISES and not is_used(key)}
    assert not unused, "nothing uses these; use them or take them out"


def test_every_open_table_is_used() -> None:
    names = read_in(code()) | read_in(shape())
    assert not {table for table in OPEN_TABLES if table.rpartition(".")[2] not in names}


def promised(key: str) -> str:
    """The name of a promise, `<file>.<name>`; the rule's own key has its table between."""
    stem, _, name = key.split(".")
    return f"{stem}.{name}"


def test_every_promise_is_made_somewhere() -> None:
    assert not {key for key in PROMISES if f'"{promised(key)}"' not in code()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_has_a_title_and_a_line_that_explains_it(language: str) -> None:
    texts = {key: FILES.text(f"promises.{promised(key)}", language) for key in PROMISES}
    assert not {key for key, text in texts.items() if not 0 < len(text.title) <= 44}
    assert not {key for key, text in texts.items() if not 0 < len(text.why) <= 120}


def test_no_promise_title_is_left_over() -> None:
    titled = {key for key, _ in FILES.texts if key.startswith("promises.")}
    known = {f"promises.{promised(key)}" for key in PROMISES}
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


def test_every_text_is_one_that_can_be_sent() -> None:
    found = {name: rendering.faults(text.subject, text.body) for name, text in FILES.texts.items()}
    assert not {name: faults for name, faults in found.items() if faults}


def test_no_text_refuses_with_a_bare_clause() -> None:
    for (key, _), text in FILES.texts.items():
        assert "依据条款不予赔付" not in text.body, key
        assert "依據條款不予賠付" not in text.body, key

"""The pages that the product writes about itself, and the way to a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from yinuo.core.rulebook import registry
from yinuo.interfaces.cli.docs import PAGES, docs
from yinuo.interfaces.cli.texts import texts
from yinuo.interfaces.cli.where import where


def test_the_rules_page_names_every_rule_with_why_and_source() -> None:
    page = PAGES["rules.md"]()
    for key, rule in registry.load().by_key().items():
        assert f"| `{key.rpartition('.')[2]}` |" in page
        assert rule.why.replace("|", "\\|") in page


def test_a_promise_is_told_in_words() -> None:
    line = next(x for x in PAGES["rules.md"]().splitlines() if x.startswith("| `payment_own` |"))
    assert "up to 1,000: 1 working day" in line
    assert "above: 10 working days" in line
    assert "handler after 0 minutes" in line


def test_the_workflow_page_draws_every_kind() -> None:
    page = PAGES["workflows.md"]()
    assert "## claim, version" in page
    assert "reported --> registered: register" in page


def test_docs_are_written_once_and_then_checked(tmp_path: Path) -> None:
    run = CliRunner()
    to = ["--to", str(tmp_path)]
    assert run.invoke(docs, [*to, "--check"]).exit_code == 1
    assert run.invoke(docs, to).output.splitlines() == ["docs/rules.md", "docs/workflows.md"]
    assert run.invoke(docs, to).output == ""
    assert run.invoke(docs, [*to, "--check"]).exit_code == 0
    (tmp_path / "rules.md").write_text("old", encoding="utf-8")
    checked = run.invoke(docs, [*to, "--check"])
    assert checked.exit_code == 1
    assert "docs/rules.md: out of date; run yinuo docs" in checked.output


def test_texts_are_checked_from_the_command_line() -> None:
    assert CliRunner().invoke(texts, ["--check"]).exit_code == 0


@pytest.mark.parametrize("key", ["claims.first_contact", "claims.promises.first_contact"])
def test_where_shows_value_field_use_and_test_of_a_rule(key: str) -> None:
    told = CliRunner().invoke(where, [key]).output
    assert "value   10 minutes" in told
    assert "ClaimPromises.first_contact: Rule[PromiseRule]" in told
    assert "claims.toml" in told
    assert "workflow.py" in told
    assert "tests/rules/test_claim_rules.py" in told


def test_where_takes_the_last_name_alone() -> None:
    assert "claims.authority.alone_up_to" in CliRunner().invoke(where, ["alone_up_to"]).output


def test_where_says_when_there_is_no_such_rule() -> None:
    told = CliRunner().invoke(where, ["claims.coffee"])
    assert told.exit_code == 1
    assert "there is no such rule" in told.output

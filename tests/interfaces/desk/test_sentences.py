"""Every line that a timeline can hold is told in a sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.utils import translation

from tests.paths import PACKAGE
from yinuo.automation import REACTIONS
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.interfaces.desk.sentences import SENTENCES, title_of

_EVENT = re.compile(
    r'"((?:claim|call_back|concern|complaint|voice|finding|promise|document|payment|account|note|message|approval)'
    r'\.[a-z_]+)"'
)
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
DATA = {
    "loss": 1,
    "door": "phone",
    "amount": "1200.50",
    "asked": "1500",
    "approved": "1200.50",
    "from": "100",
    "to": 7,
    "surveyor": 7,
    "due": "2026-05-14T02:00:00+00:00",
    "new_at": "2026-05-14T02:00:00+00:00",
    "rule": "claims.payment",
    "reason": "supplement",
    "document": 3,
    "kind": "identity",
    "documents": [1, 2],
    "outcome": "pay",
}


def written_in_the_source() -> set[str]:
    """The types of event that stand as literals in the commands of core and areas."""
    files = [*(PACKAGE / "core").rglob("*.py"), *(PACKAGE / "areas").rglob("*.py")]
    return {
        name
        for path in files
        if "commands" in path.parts or path.name in ("commands.py", "workflow.py")
        for name in _EVENT.findall(path.read_text(encoding="utf-8"))
    }


def known() -> set[str]:
    flows = [WORKFLOWS.current(kind) for kind in WORKFLOWS.kinds()]
    tables = [table for flow in flows for table in (flow.case, flow.parts) if table is not None]
    steps = {step.event for table in tables for step in table.steps}
    return steps | set(REACTIONS) | written_in_the_source()


def test_every_type_of_event_has_a_sentence() -> None:
    assert known() - set(SENTENCES) == set()


def test_no_sentence_is_left_over_from_an_event_that_is_gone() -> None:
    assert set(SENTENCES) - known() == set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_sentence_says_something_with_full_data_and_with_none(language: str) -> None:
    with translation.override(language):
        for type_ in (*SENTENCES, "claim.from_a_later_version"):
            for data in (DATA, {}):
                told = title_of(
                    type_,
                    data,
                    names={"staff:7": "周敏"},
                    papers={3: "身份证"},
                    currency="CNY",
                    language=language,
                    now=NOW,
                )
                assert told.strip()
                assert "%(" not in told

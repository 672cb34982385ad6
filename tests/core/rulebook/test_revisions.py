"""Revisions: numbered, checked before saving, in force from a moment, withdrawn by a later one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.rulebook import commands, queries
from yinuo.core.rulebook.models import RuleRevision, TextRevision
from yinuo.kit.clock import Limit
from yinuo.kit.errors import RuleError

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = "claims.promises.first_contact"


@dataclass(frozen=True)
class Author:
    id: str = "staff:1"
    roles: frozenset[str] = field(default_factory=lambda: frozenset({"manager"}))


MANAGER = Author()


def promise(limit: str) -> dict[str, Any]:
    return {
        "limit": limit,
        "audience": "customer",
        "owner": "surveyor",
        "warn_at": [0.5],
        "escalate": [{"to": "team_lead", "after": "0 minutes"}],
    }


def revise(limit: str, *, days: int = 0, at: datetime = NOW) -> RuleRevision:
    return commands.revise_rule(
        key=KEY,
        value=promise(limit),
        why="The new roster allows it.",
        by=MANAGER,
        at=at,
        in_force_from=at + days * DAY,
    )


def limit_at(at: datetime) -> tuple[str, int]:
    rule, revision = queries.promise_rule("claims.first_contact", at=at)
    return str(rule.limit), revision


def test_without_a_revision_the_file_speaks() -> None:
    assert limit_at(NOW) == ("10 minutes", 0)


def test_a_revision_holds_from_its_moment_on() -> None:
    assert revise("5 minutes", days=3).number == 1
    assert limit_at(NOW) == ("10 minutes", 0)
    assert limit_at(NOW + 3 * DAY - timedelta(seconds=1)) == ("10 minutes", 0)
    assert limit_at(NOW + 3 * DAY) == ("5 minutes", 1)


def test_a_planned_change_survives_one_that_comes_into_force_before_it() -> None:
    revise("5 minutes", days=30)
    revise("8 minutes", days=1)
    assert limit_at(NOW + 2 * DAY) == ("8 minutes", 2)
    assert limit_at(NOW + 31 * DAY) == ("5 minutes", 1)


def test_a_later_revision_withdraws_an_earlier_one() -> None:
    revise("5 minutes")
    gone = commands.withdraw_rule_revision(
        key=KEY, why="It was too hard.", by=MANAGER, at=NOW + DAY, in_force_from=NOW + DAY
    )
    assert gone.number == 2
    assert limit_at(NOW) == ("5 minutes", 1)
    assert limit_at(NOW + DAY) == ("10 minutes", 0)
    assert [r.number for r in queries.rule_revisions(KEY)] == [2, 1]


def test_other_rules_of_the_file_stay_as_they_are() -> None:
    before = queries.rules(ClaimsRules, at=NOW)
    revise("5 minutes")
    after = queries.rules(ClaimsRules, at=NOW)
    assert after.promises.first_contact.value.limit == Limit.parse("5 minutes")
    assert after.promises.first_contact.source == "revision 1"
    assert after.promises.payment == before.promises.payment
    assert after.classes == before.classes


def test_a_revised_amount_is_typed_like_the_files() -> None:
    commands.revise_rule(
        key="claims.authority.alone_up_to",
        value=500,
        why="Two people for a wing mirror is one too many.",
        by=MANAGER,
        at=NOW,
        in_force_from=NOW,
    )
    assert queries.rules(ClaimsRules, at=NOW).authority.alone_up_to.value == Decimal(500)
    assert queries.revision("claims.authority.alone_up_to", at=NOW) == 1
    assert queries.revision("claims.authority.alone_up_to", at=NOW - DAY) == 0


@pytest.mark.parametrize(
    ("change", "refusal", "field_"),
    [
        ({"value": promise("soon")}, commands.RuleValueWrong, "value"),
        ({"value": None}, commands.RuleValueWrong, "value"),
        ({"value": {**promise("5 minutes"), "extra": 1}}, commands.RuleValueWrong, "value"),
        ({"key": "claims.promises.coffee"}, commands.RuleUnknown, "key"),
        ({"key": "nonsense"}, commands.RuleUnknown, "key"),
        ({"why": "  "}, commands.ReasonMissing, "why"),
        ({"in_force_from": NOW - DAY}, commands.InForceTooEarly, "in_force_from"),
        ({"by": Author(roles=frozenset({"agent"}))}, commands.MayNotRevise, None),
    ],
)
def test_a_wrong_revision_is_refused_and_changes_nothing(
    change: dict[str, Any], refusal: type[Exception], field_: str | None
) -> None:
    given: dict[str, Any] = {
        "key": KEY,
        "value": promise("5 minutes"),
        "why": "x",
        "by": MANAGER,
        "at": NOW,
        "in_force_from": NOW,
    }
    with pytest.raises(refusal) as refused:
        commands.revise_rule(**{**given, **change})
    assert refused.value.field == field_  # type: ignore[attr-defined]
    assert not RuleRevision.objects.exists()
    assert limit_at(NOW) == ("10 minutes", 0)


def test_a_refused_value_says_which_part_of_it_is_wrong() -> None:
    with pytest.raises(commands.RuleValueWrong, match=r"promises\.first_contact\.value\.limit"):
        commands.revise_rule(
            key=KEY, value=promise("soon"), why="x", by=MANAGER, at=NOW, in_force_from=NOW
        )


def test_an_unknown_promise_is_a_bug_and_says_where_to_look() -> None:
    for key in ("claims.coffee", "coffee.claims", "claims"):
        with pytest.raises(RuleError, match="there is no such promise"):
            queries.promise_rule(key, at=NOW)


def test_a_text_is_revised_in_one_language_from_a_moment_on() -> None:
    key = "messages.payment_arrived"
    row = commands.revise_text(
        key=key,
        language="en",
        subject="Claim {{ case_number }}: paid",
        body="Dear {{ customer_name }}, the money is there.",
        why="Shorter.",
        by=MANAGER,
        at=NOW,
        in_force_from=NOW + DAY,
    )
    assert row.number == 1
    assert queries.text(key, "en", at=NOW).subject != "Claim {{ case_number }}: paid"
    assert queries.text(key, "en-GB", at=NOW + DAY).subject == "Claim {{ case_number }}: paid"
    assert "到账" in queries.text(key, "zh-hans", at=NOW + DAY).subject
    commands.withdraw_text_revision(
        key=key, language="en", why="Too short.", by=MANAGER, at=NOW, in_force_from=NOW + 2 * DAY
    )
    assert "arrived" in queries.text(key, "en", at=NOW + 2 * DAY).subject
    assert [r.number for r in queries.text_revisions(key, "en")] == [2, 1]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"body": "{% include 'x' %}"}, commands.TextWrong),
        ({"body": "{{ password }}"}, commands.TextWrong),
        ({"body": "{% if amount %}"}, commands.TextWrong),
        ({"body": " "}, commands.TextWrong),
        ({"language": "fr"}, commands.TextUnknown),
        ({"key": "messages.coffee"}, commands.TextUnknown),
        ({"by": Author(roles=frozenset({"team_lead"}))}, commands.MayNotRevise),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(
    change: dict[str, Any], refusal: type[Exception]
) -> None:
    given: dict[str, Any] = {
        "key": "messages.payment_arrived",
        "language": "en",
        "subject": "Paid",
        "body": "Paid.",
        "why": "x",
        "by": MANAGER,
        "at": NOW,
        "in_force_from": NOW,
    }
    with pytest.raises(refusal):
        commands.revise_text(**{**given, **change})
    assert not TextRevision.objects.exists()


def test_a_promise_title_needs_no_query_unless_a_moment_is_asked_for() -> None:
    with CaptureQueriesContext(connection) as asked:
        title = queries.promise_title("claims.payment_own", "zh-hans")
    assert str(title) == "赔款到账"
    assert len(asked) == 0
    commands.revise_text(
        key="promises.claims.payment_own",
        language="zh-hans",
        subject="钱到您账上",
        body="金额越小，到得越快。",
        why="Plainer.",
        by=MANAGER,
        at=NOW,
        in_force_from=NOW,
    )
    assert queries.promise_title("claims.payment_own", "zh-hans", at=NOW).title == "钱到您账上"


def test_a_unit_of_work_asks_for_new_revisions_once() -> None:
    queries.current()
    with CaptureQueriesContext(connection) as asked, queries.pinned():
        for _ in range(5):
            limit_at(NOW)
            with queries.pinned():
                queries.rules(ClaimsRules, at=NOW)
    assert len(asked) == 1


def test_a_unit_of_work_that_brings_the_latest_book_asks_for_nothing() -> None:
    queries.current()
    with CaptureQueriesContext(connection) as asked, queries.pinned(queries.latest_known()):
        limit_at(NOW)
    assert len(asked) == 0


def test_a_revision_made_inside_a_unit_of_work_is_seen_by_the_rest_of_it() -> None:
    with queries.pinned():
        assert limit_at(NOW) == ("10 minutes", 0)
        revise("5 minutes")
        assert limit_at(NOW) == ("5 minutes", 1)


def test_the_same_rules_are_the_same_object_while_nothing_changes() -> None:
    revise("5 minutes")
    first = queries.rules(ClaimsRules, at=NOW)
    assert queries.rules(ClaimsRules, at=NOW + DAY) is first
    assert queries.rules(ClaimsRules, at=NOW - DAY) is queries.rules(ClaimsRules, at=NOW - 2 * DAY)


def test_a_revision_that_was_rolled_back_is_forgotten() -> None:
    with transaction.atomic():
        revise("5 minutes")
        assert limit_at(NOW) == ("5 minutes", 1)
        transaction.set_rollback(True)
    assert limit_at(NOW) == ("10 minutes", 0)

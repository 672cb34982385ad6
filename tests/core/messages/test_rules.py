"""Who is told what, by which channel, and from when: the decisions alone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from yinuo.core.messages import rules
from yinuo.core.messages.rulefile import MessagesRules, QuietRules, Reason, Window
from yinuo.core.messages.rules import Reader
from yinuo.kit.clock import Limit

SHANGHAI = ZoneInfo("Asia/Shanghai")
REASON = Reason(event="claim.paid", to="customer", text="messages.claim_paid")
NEWSLETTER = Reason(event="claim.paid", to="customer", text="messages.claim_paid", service=False)


def rule(value: object) -> dict[str, object]:
    return {"value": value, "why": "For these tests.", "source": "test"}


def quiet(*, service_waits: bool = False, wish_binds: bool = True) -> QuietRules:
    return QuietRules.model_validate(
        {
            "email": rule({"from": "21:00", "until": "09:00"}),
            "service_waits": rule(service_waits),
            "wish_binds_service": rule(wish_binds),
        }
    )


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def table(**reasons: dict[str, object]) -> MessagesRules:
    return MessagesRules.model_validate({"reasons": {k: rule(v) for k, v in reasons.items()}})


def test_an_event_without_a_reason_tells_nobody() -> None:
    rules_ = table(paid={"event": "claim.paid", "to": "customer", "text": "messages.x"})
    assert list(rules.reasons_for(rules_, "claim.closed", {}, {})) == []


def test_a_condition_looks_at_the_data_first_and_then_at_the_facts() -> None:
    when = [{"fact": "outcome", "equals": "part"}]
    rules_ = table(
        part={"event": "claim.told", "to": "customer", "text": "messages.x", "when": when}
    )
    found = [
        bool(list(rules.reasons_for(rules_, "claim.told", data, facts)))
        for data, facts in (
            ({"outcome": "part"}, {}),
            ({}, {"outcome": "part"}),
            ({"outcome": "pay"}, {"outcome": "part"}),
            ({}, {}),
        )
    ]
    assert found == [True, True, False, False]


def test_every_channel_gets_a_route_even_one_that_cannot_be_used() -> None:
    found = rules.routes(Reader(email=""), REASON, quiet(), at(12), SHANGHAI)
    assert [(one.channel, one.why_not) for one in found] == [("inbox", ""), ("email", "no_address")]


@pytest.mark.parametrize(
    ("reader", "why_not"),
    [
        (Reader(email="a@example.com"), ""),
        (Reader(email=""), "no_address"),
        (Reader(email="a@example.com", opted_out=("email",)), "opted_out"),
        (Reader(email="a@example.com", opted_out=("surveys",)), ""),
        (Reader(email="a@example.com", prefers="inbox"), "prefers_inbox"),
    ],
)
def test_email_needs_an_address_and_no_wish_against_it(reader: Reader, why_not: str) -> None:
    assert rules.why_no_email(reader) == why_not


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(20, 59), None),
        (at(21), at(9, day=3)),
        (at(23, 59), at(9, day=3)),
        (at(0), at(9)),
        (at(8, 59), at(9)),
        (at(9), None),
    ],
)
def test_quiet_hours_run_over_midnight(now: datetime, until: datetime | None) -> None:
    reader = Reader(email="a@example.com")
    assert rules.waits_until(reader, False, quiet(), now, SHANGHAI) == until


def test_quiet_hours_at_the_end_of_a_month_end_in_the_next_one() -> None:
    reader = Reader(email="a@example.com")
    now = datetime(2026, 12, 31, 22, 0, tzinfo=SHANGHAI)
    found = rules.waits_until(reader, False, quiet(), now, SHANGHAI)
    assert found == datetime(2027, 1, 1, 9, 0, tzinfo=SHANGHAI)


def test_news_of_a_live_claim_is_sent_at_night_unless_the_rule_says_otherwise() -> None:
    reader = Reader(email="a@example.com")
    assert rules.waits_until(reader, True, quiet(), at(23), SHANGHAI) is None
    assert rules.waits_until(reader, True, quiet(service_waits=True), at(23), SHANGHAI)


def test_hours_that_a_customer_asked_for_go_before_everybodys() -> None:
    reader = Reader(email="a@example.com", do_not_disturb="12:00-14:00")
    assert rules.waits_until(reader, True, quiet(), at(12, 30), SHANGHAI) == at(14)
    assert rules.waits_until(reader, True, quiet(wish_binds=False), at(12, 30), SHANGHAI) is None
    assert rules.waits_until(reader, False, quiet(), at(23), SHANGHAI) is None


@pytest.mark.parametrize("text", ["", "never", "9-12", "21:00", "21:00-21:00", "25:00-09:00"])
def test_unreadable_quiet_hours_are_no_quiet_hours(text: str) -> None:
    assert rules.window_of(text) is None


def test_a_window_without_length_is_refused_as_a_rule() -> None:
    with pytest.raises(ValueError, match="differ"):
        Window.model_validate({"from": "21:00", "until": "21:00"})


def test_the_last_wait_repeats() -> None:
    waits = (Limit.parse("1 minute"), Limit.parse("5 minutes"))
    found = [str(rules.wait_after(tries, waits)) for tries in (1, 2, 3, 9)]
    assert found == ["1 minute", "5 minutes", "5 minutes", "5 minutes"]


def test_a_subject_is_one_line_so_that_it_cannot_write_headers() -> None:
    assert rules.subject_line("Paid\r\nBcc: everybody@example.com") == (
        "Paid Bcc: everybody@example.com"
    )
    assert len(rules.subject_line("x" * 500)) == 200

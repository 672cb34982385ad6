"""What an answer does to our payments, the first time, the second time and too late."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START
from tests.core.payments.answers import answer, entry
from tests.core.payments.till import Till
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries
from yinuo.core.payments.bank.stand_in import StandInBank, answer_outbox
from yinuo.core.payments.models import BankAnswer, Payment
from yinuo.core.people.actors import SYSTEM

Status = Payment.Status


def kinds(row: BankAnswer) -> list[str]:
    return [finding["kind"] for finding in row.findings]


def test_money_has_arrived_when_the_answer_says_so_and_not_before(till: Till) -> None:
    payment = till.sent()
    number = payment.end_to_end_id
    till.answer(payment, entry(number, "ACTC"))
    till.answer(payment, entry(number, "ACSP"))
    assert (payment.status, payment.arrived_at) == (Status.UNDER_WAY, None)
    till.answer(payment, entry(number, "ACCC", settled_on="2026-03-03"))
    assert (payment.status, payment.arrived_at) == (Status.ARRIVED, START)
    line = trial.last(payment.case)
    assert line.type == "payment.arrived"
    assert line.data["settled_on"] == "2026-03-03"
    assert line.data["subject"] == payment.subject


def test_a_return_keeps_its_reason_and_no_words_of_it_on_the_timeline(till: Till) -> None:
    payment = till.sent()
    till.answer(payment, entry(payment.end_to_end_id, "RJCT", reason="AC04", text=["账户已销户"]))
    assert (payment.status, payment.return_code, payment.return_text) == (
        Status.RETURNED,
        "AC04",
        "账户已销户",
    )
    line = trial.last(payment.case)
    assert (line.type, line.data["reason"]) == ("payment.returned", "AC04")
    assert "销户" not in str(line.data)


def test_the_same_file_again_does_nothing(till: Till) -> None:
    payment = till.sent()
    first = till.answer(payment, entry(payment.end_to_end_id, "ACCC"))
    lines = trial.types(payment.case)
    again = till.answer(payment, entry(payment.end_to_end_id, "ACCC"), name="other.xml")
    assert again == first
    assert trial.types(payment.case) == lines


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("ACCC", "RJCT", Status.ARRIVED), ("RJCT", "ACCC", Status.RETURNED)],
)
def test_a_later_answer_that_says_the_opposite_is_shown_to_a_person(
    till: Till, first: str, second: str, status: Payment.Status
) -> None:
    payment = till.sent()
    till.answer(payment, entry(payment.end_to_end_id, first))
    row = till.answer(payment, entry(payment.end_to_end_id, second))
    assert payment.status == status
    assert kinds(row) == ["contradiction"]
    assert trial.last(payment.case).type == "payment.contradicted"
    assert list(queries.answers_to_look_at()) == [row]


def test_old_news_after_the_arrival_changes_nothing(till: Till) -> None:
    payment = till.sent()
    till.answer(payment, entry(payment.end_to_end_id, "ACCC"))
    row = till.answer(payment, entry(payment.end_to_end_id, "PDNG"))
    assert (payment.status, row.findings) == (Status.ARRIVED, [])


def test_a_rejected_file_returns_every_payment_in_it(till: Till) -> None:
    first, second = till.payment(), till.payment()
    till.batch()
    till.hand_over()
    till.answer(first, group="RJCT")
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.RETURNED, Status.RETURNED)


def test_an_answer_to_a_file_we_never_sent_is_a_finding(till: Till) -> None:
    row = payments.apply_answer(
        content=answer(entry("X-1", "ACCC"), batch="NOT-OURS"),
        file_name="x.xml",
        by=SYSTEM,
        at=START,
    )
    assert kinds(row) == ["unknown_batch"]


def test_an_answer_that_comes_before_we_noted_the_delivery_counts(till: Till) -> None:
    payment = till.payment()
    till.batch()
    till.answer(payment, entry(payment.end_to_end_id, "ACCC"))
    assert payment.status == Status.ARRIVED
    assert trial.types(payment.case)[-2:] == ["payment.sent", "payment.arrived"]
    assert till.hand_over() == []


def test_a_contradictory_file_changes_nothing(till: Till) -> None:
    payment = till.sent()
    number = payment.end_to_end_id
    row = till.answer(payment, entry(number, "ACCC"), entry(number, "RJCT"))
    assert payment.status == Status.HANDED_OVER
    assert set(kinds(row)) == {"contradiction", "duplicate"}


def test_a_file_that_cannot_be_read_stays_until_it_is_whole(till: Till) -> None:
    payment = till.sent()
    assert payment.batch is not None
    whole = answer(entry(payment.end_to_end_id, "ACCC"), batch=payment.batch.message_id)
    file = till.exchange.inbox / "answer.xml"
    file.write_bytes(whole[:200])
    for _ in range(2):
        (row,) = payments.read_answers(channel=till.exchange, by=SYSTEM, at=START)
        assert kinds(row) == ["bank_answer_unreadable"]
    assert BankAnswer.objects.count() == 1
    file.write_bytes(whole)
    payments.read_answers(channel=till.exchange, by=SYSTEM, at=START)
    payment.refresh_from_db()
    assert payment.status == Status.ARRIVED
    assert list(till.exchange.inbox.iterdir()) == []


def test_unfinished_and_foreign_things_in_the_inbox_are_left_alone(
    till: Till, tmp_path: Path
) -> None:
    list(till.exchange.answers(most_bytes=10))
    inbox = till.exchange.inbox
    (inbox / ".hidden").touch()
    (inbox / "answer.tmp").touch()
    (inbox / "folder").mkdir()
    (inbox / "link.xml").symlink_to(tmp_path)
    assert payments.read_answers(channel=till.exchange, by=SYSTEM, at=START) == []


def test_an_answer_replaced_while_it_was_read_is_not_lost(till: Till) -> None:
    list(till.exchange.answers(most_bytes=10))
    (till.exchange.inbox / "a.xml").write_bytes(b"first")
    (seen,) = till.exchange.answers(most_bytes=10)
    (till.exchange.inbox / "a.xml").write_bytes(b"second")
    till.exchange.finish(seen)
    assert [file.content for file in till.exchange.answers(most_bytes=10)] == [b"second"]


def test_the_stand_in_bank_answers_what_it_is_told_to(till: Till) -> None:
    good, bad = till.payment(), till.payment()
    bank = StandInBank(START, decide=lambda n: "AC04" if n == bad.account.number else "")
    till.batch()
    payments.hand_over(channel=bank, by=SYSTEM, at=START)
    (row,) = payments.read_answers(channel=bank, by=SYSTEM, at=START)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status, bad.return_code) == (Status.ARRIVED, Status.RETURNED, "AC04")
    assert row.findings == []
    assert payments.read_answers(channel=bank, by=SYSTEM, at=START) == []


def test_a_bank_at_the_directory_closes_the_circle(till: Till) -> None:
    payment = till.sent()
    assert len(answer_outbox(till.exchange, at=START)) == 1
    payments.read_answers(channel=till.exchange, by=SYSTEM, at=START)
    payment.refresh_from_db()
    assert payment.status == Status.ARRIVED


def test_a_case_with_an_answer_keeps_its_chain(till: Till) -> None:
    payment = till.sent()
    till.answer(payment, entry(payment.end_to_end_id, "ACCC"))
    assert trial.chain_holds(payment.case)

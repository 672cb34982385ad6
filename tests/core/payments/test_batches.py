"""Each instruction leaves once, whatever crashes and whoever else is at work."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import close_old_connections, connection

from tests.core.cases import trial
from tests.core.cases.trial import START
from tests.core.payments.samples import INSURER
from tests.core.payments.till import Till, numbers_in
from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries
from yinuo.core.payments.bank import stand_in
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.models import PayeeAccount, Payment, PaymentBatch
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import commands as rulebook
from yinuo.kit.errors import PermanentFailure, TemporaryFailure


def test_a_batch_takes_what_is_ready_and_stores_its_file_encrypted(till: Till) -> None:
    made = [till.payment("10.00"), till.payment("20.50")]
    batch = till.batch().batch
    assert batch is not None
    assert (batch.count, str(batch.total), batch.currency) == (2, "30.50", "CNY")
    assert b"Document" not in bytes(batch.content)
    content = queries.batch_file(batch)
    assert numbers_in(content) == {payment.end_to_end_id: 1 for payment in made}
    assert made[0].case.number in content.decode()
    assert set(batch.payments.values_list("status", flat=True)) == {Payment.Status.BATCHED}
    assert till.batch().batch is None


def test_handing_over_writes_the_file_once_and_tells_the_case(till: Till) -> None:
    payment = till.sent()
    (file,) = till.exchange.outbox.iterdir()
    assert payment.status == Payment.Status.HANDED_OVER
    assert payment.batch is not None
    assert file.name == f"{payment.batch.message_id}.xml"
    assert trial.last(payment.case).type == "payment.sent"
    assert trial.chain_holds(payment.case)
    assert till.hand_over() == []


def test_a_payment_that_cannot_be_sent_does_not_stop_the_others(till: Till) -> None:
    bad, good = till.payment(), till.payment()
    PayeeAccount.objects.filter(pk=bad.account_id).update(bank_code="12")
    made = till.batch()
    assert made.batch is not None
    assert list(made.batch.payments.all()) == [good]
    (left,) = made.left_out
    assert (left.payment, left.problems[0].code) == (bad, "payment_bank_code_refused")
    bad.refresh_from_db()
    assert bad.status == Payment.Status.READY


def test_no_money_goes_to_an_account_that_has_been_replaced(till: Till) -> None:
    payment = till.payment()
    PayeeAccount.objects.filter(pk=payment.account_id).update(replaced_at=START)
    made = till.batch()
    assert made.batch is None
    assert made.left_out[0].problems[0].code == "account_not_in_force"


def test_a_full_batch_leaves_the_rest_for_the_next(till: Till) -> None:
    rulebook.revise_rule(
        key="payments.batch.most_payments",
        value=2,
        why="test",
        source="test",
        in_force_from=START,
        by=trial.actor(till.office.manager),
        at=START,
    )
    made = [till.payment() for _ in range(5)]
    batches = [till.batch().batch for _ in range(4)]
    assert [batch.count if batch else 0 for batch in batches] == [2, 2, 1, 0]
    files = [queries.batch_file(batch) for batch in batches if batch]
    assert numbers_in(*files) == {payment.end_to_end_id: 1 for payment in made}


def test_a_file_that_was_changed_in_the_database_is_not_sent(till: Till) -> None:
    till.payment()
    batch = till.batch().batch
    assert batch is not None
    PaymentBatch.objects.filter(pk=batch.pk).update(sha256=bytes(32))
    till.payment()
    other = till.batch().batch
    with pytest.raises(PermanentFailure, match="changed"):
        till.hand_over()
    assert [file.stem for file in till.exchange.outbox.iterdir()] == [
        other.message_id if other else ""
    ]


def test_a_directory_that_cannot_be_written_is_a_passing_trouble(
    till: Till, tmp_path: Path
) -> None:
    till.payment()
    till.batch()
    (tmp_path / "file").touch()
    with pytest.raises(TemporaryFailure):
        payments.hand_over(channel=ExchangeDirectory(tmp_path / "file"), by=SYSTEM, at=START)
    assert len(till.hand_over()) == 1


def test_one_name_never_carries_two_contents(tmp_path: Path) -> None:
    exchange = ExchangeDirectory(tmp_path)
    exchange.deliver("a.xml", b"one")
    exchange.deliver("a.xml", b"one")
    with pytest.raises(PermanentFailure):
        exchange.deliver("a.xml", b"two")
    with pytest.raises(PermanentFailure):
        exchange.deliver("../a.xml", b"one")
    assert (tmp_path / "outbox" / "a.xml").read_bytes() == b"one"


def test_a_file_that_the_bank_took_is_not_put_there_again(tmp_path: Path) -> None:
    exchange = ExchangeDirectory(tmp_path)
    exchange.deliver("a.xml", b"one")
    (tmp_path / "outbox" / "a.xml").unlink()
    ExchangeDirectory(tmp_path).deliver("a.xml", b"one")
    assert list((tmp_path / "outbox").iterdir()) == []


# Crashes -------------------------------------------------------------------------------------


class Crash(BaseException):
    """The machine stops here."""


class Boundaries:
    """Counts the steps that leave this process: statements and changes to files."""

    FILE_STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir"})

    def __init__(self) -> None:
        self.active = False
        self.seen = 0
        self.crash_at = 0
        # An audit hook cannot be taken away again, so it asks whether it is wanted.
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.active and event in self.FILE_STEPS:
            self._step()

    def _statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        # Letting go of the lock is what the death of a connection does by itself.
        if "pg_advisory_unlock" not in sql:
            self._step()
        return execute(sql, params, many, context)

    def _step(self) -> None:
        self.seen += 1
        if self.seen == self.crash_at:
            raise Crash

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What others do at the same time on machines of their own."""
        before, self.active = self.active, False
        yield
        self.active = before

    @contextmanager
    def crashing(self, at: int) -> Iterator[None]:
        self.seen, self.crash_at, self.active = 0, at, True
        try:
            with connection.execute_wrapper(self._statement):
                yield
        finally:
            self.active = False


BOUNDARIES = Boundaries()


class Bank:
    """Takes what lies in the outbox, remembers it, and answers that all has arrived."""

    def __init__(self, exchange: ExchangeDirectory) -> None:
        self._exchange = exchange
        self.taken: list[bytes] = []

    def works(self) -> None:
        with BOUNDARIES.paused():
            self._works()

    def _works(self) -> None:
        self.taken += [path.read_bytes() for path in self._exchange.outbox.glob("*.xml")]
        stand_in.answer_outbox(self._exchange, at=START)


def round_trip(till: Till, bank: Bank | None = None) -> None:
    """What the worker does every few minutes, with a bank that may take files at once."""
    while till.batch().batch:
        pass
    till.hand_over()
    if bank:
        bank.works()
    payments.read_answers(channel=till.exchange, by=SYSTEM, at=START)


def crash_everywhere(till: Till, tmp_path: Path, *, first: int, stride: int, quick: bool) -> int:
    """Crash at one step after another until a run needs none more; returns how many there were."""
    step, finished = first, False
    while not finished:
        till.exchange = ExchangeDirectory(tmp_path / str(step))
        bank = Bank(till.exchange)
        made = [till.payment(), till.payment()]
        try:
            with BOUNDARIES.crashing(step):
                round_trip(till, bank if quick else None)
            finished = True
        except Crash:
            connection.close()
        bank.works()
        round_trip(till, bank)
        bank.works()
        round_trip(till)
        files = [queries.batch_file(row) for row in PaymentBatch.objects.all()]
        for payment in made:
            payment.refresh_from_db()
            assert numbers_in(*files)[payment.end_to_end_id] == 1, step
            assert numbers_in(*bank.taken)[payment.end_to_end_id] == 1, step
            assert payment.status == Payment.Status.ARRIVED, step
            assert trial.types(payment.case)[-2:] == ["payment.sent", "payment.arrived"], step
        step += stride
    return step


@pytest.mark.parametrize("quick", [True, False])
def test_a_crash_at_some_steps_neither_loses_nor_doubles_a_payment(
    open_till: Till, tmp_path: Path, *, quick: bool
) -> None:
    assert crash_everywhere(open_till, tmp_path, first=3, stride=11, quick=quick) > 40


@pytest.mark.soak
@pytest.mark.parametrize("quick", [True, False])
def test_a_crash_at_any_step_neither_loses_nor_doubles_a_payment(
    open_till: Till, tmp_path: Path, *, quick: bool
) -> None:
    assert crash_everywhere(open_till, tmp_path, first=1, stride=1, quick=quick) > 40


def test_two_workers_at_once_take_different_payments(open_till: Till) -> None:
    made = [open_till.payment() for _ in range(12)]
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        try:
            while payments.make_batch(payer=INSURER, currency="CNY", by=SYSTEM, at=START).batch:
                pass
            payments.hand_over(channel=open_till.exchange, by=SYSTEM, at=START)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    open_till.hand_over()
    files = list(open_till.exchange.outbox.iterdir())
    assert numbers_in(*files) == {payment.end_to_end_id: 1 for payment in made}
    assert not PaymentBatch.objects.filter(handed_over_at=None).exists()

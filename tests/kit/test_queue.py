from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app as django_app
from pytest_django import DjangoAssertNumQueries

from yinuo.interfaces.worker import wiring
from yinuo.kit import queue
from yinuo.kit.errors import PermanentFailure, TemporaryFailure

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
seen: list[tuple[str, datetime]] = []


@queue.task("test_note", queue="tests")
def note(*, word: str, at: datetime) -> None:
    seen.append((word, at))


@queue.task("test_stumble", queue="tests", tries=3)
def stumble(*, at: datetime) -> None:
    seen.append(("stumble", at))
    raise TemporaryFailure


@queue.task("test_give_up", queue="tests")
def give_up(*, at: datetime) -> None:
    raise PermanentFailure


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    seen.clear()
    yield
    seen.clear()


def jobs() -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, status::text, attempts from procrastinate_jobs order by id"
        )
        return [(name, status, int(attempts)) for name, status, attempts in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_job_commits_with_the_data_and_is_lost_with_it() -> None:
    with transaction.atomic():
        queue.defer("test_note", word="kept")
    try:
        with transaction.atomic():
            queue.defer("test_note", word="lost")
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass

    wiring.run_worker(concurrency=1, forever=False)

    assert [word for word, _ in seen] == ["kept"]
    assert seen[0][1].tzinfo is not None
    assert jobs() == []


@pytest.mark.django_db(transaction=True)
def test_who_empties_the_queue_and_leaves_adds_nothing_of_the_schedule() -> None:
    wiring.run_worker(concurrency=1, forever=False)

    assert jobs() == []
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_periodic_defers")
        assert cursor.fetchall() == []
    assert django_app.periodic_registry.periodic_tasks, "the schedule itself is kept"


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_jobs_is_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        assert queue.defer_many("test_note", ({"word": str(n)} for n in range(300))) == 300
    wiring.run_worker(concurrency=2, forever=False)
    assert sorted(int(word) for word, _ in seen) == list(range(300))


@pytest.mark.django_db
def test_a_job_that_may_wait_only_once_is_added_once_and_spoils_no_transaction() -> None:
    assert queue.defer("test_note", once="night", word="a") is not None
    assert queue.defer("test_note", once="night", word="b") is None
    assert len(jobs()) == 1


@pytest.mark.django_db(transaction=True)
def test_what_failed_for_now_waits_and_what_failed_for_good_stays_to_be_looked_at() -> None:
    queue.defer("test_stumble")
    queue.defer("test_give_up")

    wiring.run_worker(concurrency=1, forever=False)

    assert jobs() == [("test_stumble", "todo", 1), ("test_give_up", "failed", 1)]


def test_whoever_owns_the_clock_keeps_the_jobs_in_hand_and_runs_them_when_it_wants() -> None:
    with queue.capture() as captured:
        queue.defer("test_note", word="later")
        assert queue.defer_many("test_note", [{"word": "one"}, {"word": "two"}]) == 2
    taken = captured.take()
    assert captured.take() == []

    for job in taken:
        queue.run(job, at=AT)

    assert seen == [("later", AT), ("one", AT), ("two", AT)]
    assert taken[0].queue == "tests"


def test_two_tasks_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="test_note"):
        queue.task("test_note")(stumble)


@queue.task("test_passes_on_and_fails", queue="tests", tries=1)
def passes_on_and_fails(*, at: datetime) -> None:
    with transaction.atomic():
        queue.defer("test_note", word="of a command that was undone")
        raise PermanentFailure


@pytest.mark.django_db(transaction=True)
def test_what_a_job_asks_for_commits_with_the_data_of_that_job() -> None:
    queue.defer("test_passes_on_and_fails")

    wiring.run_worker(concurrency=1, forever=False)

    assert seen == []
    assert [name for name, _status, _tries in jobs()] == ["test_passes_on_and_fails"]

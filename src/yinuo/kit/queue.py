"""Work for later, in the database that holds the data: a job commits with what it is about.

Any layer may `defer` by name. What the names mean is registered above it, with `task`, and only
the worker needs to know. A job may run twice (a killed worker), so a task must bear that.

The worker is a door: it reads the clock and calls every task with ``at`` beside the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

DEFAULT_QUEUE = "default"
BATCH = 1000
"""The most jobs that one statement puts into the queue."""

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Task:
    """A named function that the worker may call; `cron` makes the worker call it by itself."""

    name: str
    function: Callable[..., object]
    queue: str
    tries: int
    cron: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a task that was asked for."""

    task: str
    queue: str
    arguments: Mapping[str, Any]
    lock: str | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Captured:
    """Jobs that were kept in hand instead of being written to the queue."""

    jobs: list[Job] = field(default_factory=list)

    def take(self) -> list[Job]:
        """The jobs in the order they were deferred, and forget them."""
        taken, self.jobs = self.jobs, []
        return taken


# Jobs go in through Django's own connection, so that they commit with the data. The worker gives
# procrastinate's app a connection pool of its own, which would let a job start before its data.
_manager = JobManager(DjangoConnector(alias=DEFAULT_DB_ALIAS))
_tasks: dict[str, Task] = {}
_capture: ContextVar[Captured | None] = ContextVar("captured_jobs", default=None)


def task(
    name: str, *, queue: str = DEFAULT_QUEUE, tries: int = 8, cron: str | None = None
) -> Callable[[Function], Function]:
    """Register a function under a name: ``f(*, at: datetime, **arguments)``.

    `tries` bounds how often it runs when it raises; `PermanentFailure` is never tried again.
    `cron` is five fields, read in UTC; the function then takes ``at`` alone.
    """

    def register(function: Function) -> Function:
        if name in _tasks and _tasks[name].function is not function:
            raise ValueError(f"two tasks are called {name}")
        _tasks[name] = Task(name, function, queue, tries, cron)
        return function

    return register


def tasks() -> Mapping[str, Task]:
    """All registered tasks by name."""
    return dict(_tasks)


def queue_of(task_name: str) -> str:
    """The queue that the task was registered for; a program that only defers may not know it."""
    task = _tasks.get(task_name)
    return task.queue if task else DEFAULT_QUEUE


def defer(
    task_name: str,
    *,
    queue: str | None = None,
    lock: str | None = None,
    once: str | None = None,
    run_at: datetime | None = None,
    **arguments: Any,
) -> int | None:
    """Put one job into the queue, inside the transaction that is open; returns its id.

    Jobs with the same `lock` run one after another. While a job with the same `once` waits, no
    second one is added and None is returned. Arguments must be JSON: ids and codes, no objects.
    """
    queue = queue or queue_of(task_name)
    captured = _capture.get()
    if captured is not None:
        captured.jobs.append(Job(task_name, queue, arguments, lock, run_at))
        return None
    deferrer = _deferrer(task_name, queue=queue, lock=lock, once=once, run_at=run_at)
    if once is None:
        return deferrer.defer(**arguments)
    try:
        # The refusal is a database error, and without a savepoint it would spoil the transaction.
        with transaction.atomic():
            return deferrer.defer(**arguments)
    except AlreadyEnqueued:
        return None


def defer_many(
    task_name: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    queue: str | None = None,
    lock: str | None = None,
    run_at: datetime | None = None,
) -> int:
    """Put one job per row of arguments into the queue, `BATCH` a statement; returns how many."""
    arguments: Sequence[Mapping[str, Any]] = list(rows)
    queue = queue or queue_of(task_name)
    captured = _capture.get()
    if captured is not None:
        captured.jobs += [Job(task_name, queue, row, lock, run_at) for row in arguments]
        return len(arguments)
    deferrer = _deferrer(task_name, queue=queue, lock=lock, once=None, run_at=run_at)
    for start in range(0, len(arguments), BATCH):
        deferrer.batch_defer(*(dict(row) for row in arguments[start : start + BATCH]))
    return len(arguments)


@contextmanager
def capture() -> Iterator[Captured]:
    """Keep deferred jobs in hand, for whoever owns the clock: a replay, or a test.

    Nothing is written to the queue. The caller runs what it takes with `run`.
    """
    captured = Captured()
    token = _capture.set(captured)
    try:
        yield captured
    finally:
        _capture.reset(token)


def run(job: Job, *, at: datetime) -> object:
    """Run a job here and now, as the worker would at `at`. Raises KeyError for an unknown task."""
    return _tasks[job.task].function(at=at, **job.arguments)


def _deferrer(
    task_name: str,
    *,
    queue: str,
    lock: str | None,
    once: str | None,
    run_at: datetime | None,
) -> JobDeferrer:
    return configure_task(
        name=task_name,
        job_manager=_manager,
        queue=queue,
        lock=lock,
        queueing_lock=once,
        schedule_at=run_at,
    )

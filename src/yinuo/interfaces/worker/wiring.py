"""Every registered task made known to procrastinate, with the clock and the logs around it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicRegistry

# Importing it is what registers the reactions and the schedule.
from yinuo import automation
from yinuo.interfaces.worker import housekeeping
from yinuo.kit import garbage, logs, queue
from yinuo.kit.errors import PermanentFailure

FIRST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = 3600
POLL_SECONDS = 5.0

logger = logs.log("yinuo.worker")


class PatientRetry(BaseRetryStrategy):
    """Try again after 2, 4, 8 … seconds, at most an hour apart, with some spread."""

    def __init__(self, tries: int) -> None:
        self.tries = tries

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, PermanentFailure) or job.attempts + 1 >= self.tries:
            return None
        wait = min(FIRST_WAIT_SECONDS * 2**job.attempts, LONGEST_WAIT_SECONDS)
        # Without the spread all messages that one outage stopped would come back at once.
        spread = random.randint(0, wait // 2)  # noqa: S311  # nobody gains by guessing it
        return RetryDecision(retry_in={"seconds": wait + spread})


def register_tasks(app: App) -> None:
    """Make every task of `kit.queue` known to `app`; doing it again changes nothing."""
    logger.debug("automation", reactions=len(automation.REACTIONS))
    for task in queue.tasks().values():
        if task.name in app.tasks:
            continue
        declared = app.task(
            name=task.name, queue=task.queue, retry=PatientRetry(task.tries), pass_context=True
        )
        if task.cron is None:
            declared(_as_job(task))
        else:
            scheduled = declared(_as_scheduled_job(task))
            app.periodic(cron=task.cron, periodic_id=task.name)(scheduled)
    if HOUSEKEEPING not in app.tasks:
        look_after = app.task(name=HOUSEKEEPING, queue="housekeeping", pass_context=True)(
            _look_after_the_queue
        )
        app.periodic(cron="* * * * *", periodic_id=HOUSEKEEPING)(look_after)


HOUSEKEEPING = "take_up_abandoned_jobs"


async def _look_after_the_queue(context: JobContext, timestamp: int) -> None:
    await housekeeping.take_up_abandoned_jobs(context.app)


def _as_job(task: queue.Task) -> Callable[..., None]:
    def job(context: JobContext, **arguments: object) -> None:
        _run(task, context, arguments)

    return job


def _as_scheduled_job(task: queue.Task) -> Callable[..., None]:
    # The schedule gives the moment; who defers the same task, because more is due, gives none.
    def job(context: JobContext, timestamp: int = 0) -> None:
        _run(task, context, {})

    return job


def _run(task: queue.Task, context: JobContext, arguments: dict[str, object]) -> None:
    logs.start_context(job=context.job.id, task=task.name)
    try:
        task.function(at=datetime.now(UTC), **arguments)
    except PermanentFailure:
        logger.warning("job_given_up")
        raise
    except Exception:
        logger.exception("job_failed", attempt=context.job.attempts + 1)
        raise


def connector_for_workers() -> BaseConnector:
    """A pool beside Django's connections; Django's own cannot wait for notifications."""
    connector = django_app.connector
    assert isinstance(connector, DjangoConnector)
    return connector.get_worker_connector()


def run_worker(*, concurrency: int, queues: list[str] | None = None, forever: bool = True) -> None:
    """Work through the queue; with ``forever=False`` return when it is empty.

    Who returns keeps no schedule: it would go on adding what each minute brings.
    """
    register_tasks(django_app)
    garbage.keep_what_is_loaded()
    with ExitStack() as stack:
        app = stack.enter_context(django_app.replace_connector(connector_for_workers()))
        if not forever:
            stack.enter_context(_without_schedule(app))
        app.run_worker(
            queues=queues,
            concurrency=concurrency,
            wait=forever,
            install_signal_handlers=forever,
            listen_notify=forever,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=housekeeping.HEARTBEAT_SECONDS,
            stalled_worker_timeout=housekeeping.SILENT_SECONDS,
            delete_jobs="successful",
        )


@contextmanager
def _without_schedule(app: App) -> Iterator[None]:
    schedule = app.periodic_registry
    app.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        app.periodic_registry = schedule

"""What the worker does for the queue itself and for the doors' own table."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.sessions.models import Session
from procrastinate import App

from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.core.documents import commands as documents
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import rate_limits
from yinuo.kit import logs, queue

HEARTBEAT_SECONDS = 5
SILENT_SECONDS = 20
"""A worker that has not been heard of for so long is dead, and its jobs are taken up again."""

logger = logs.log("yinuo.worker")


@queue.task("forget_old_attempts", queue="housekeeping", cron="20 3 * * *")
def forget_old_attempts(*, at: datetime) -> None:
    form = rulebook.rules(ComplaintsRules, at=at).web_form
    windows = [one.value.within.elapsed() for one in (form.per_address, form.per_phone)]
    rate_limits.forget_old(now=at, longest=int(max(windows).total_seconds()))


@queue.task("forget_old_sessions", queue="housekeeping", cron="25 3 * * *")
def forget_old_sessions(*, at: datetime) -> None:
    Session.objects.filter(expire_date__lt=at).delete()


@queue.task("forget_old_ways_in", queue="housekeeping", cron="30 3 * * *")
def forget_old_ways_in(*, at: datetime) -> None:
    people.forget_old_ways_in(by=SYSTEM, at=at)


@queue.task("forget_unused_files", queue="housekeeping", cron="35 3 * * *")
def forget_unused_files(*, at: datetime) -> None:
    documents.forget_unused_files(by=SYSTEM, at=at)


async def take_up_abandoned_jobs(app: App) -> int:
    """Queue again what killed workers left half done; returns how many jobs."""
    manager = app.job_manager
    await manager.prune_stalled_workers(SILENT_SECONDS)
    taken_up = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if job.id is None:
            continue
        await manager.retry_job_by_id_async(job_id=job.id, retry_at=datetime.now(UTC))
        logger.warning("job_taken_up_again", job=job.id, task=job.task_name)
        taken_up += 1
    return taken_up

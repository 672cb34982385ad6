"""`yinuo worker`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from django.utils.translation import gettext
from procrastinate.contrib.django import app as django_app

from yinuo.interfaces.worker import wiring


@click.command()
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--queue", "queues", multiple=True, help="Only these queues; may be repeated.")
@click.option("--until-empty", is_flag=True, help="Stop when nothing is left to do.")
def worker(concurrency: int, queues: tuple[str, ...], until_empty: bool) -> None:
    """Work through the queue: reactions, messages, sweeps."""
    wiring.run_worker(concurrency=concurrency, queues=list(queues) or None, forever=not until_empty)


@click.command("retry-failed")
@click.option("--task", "task_name", default=None, help="Only jobs of this task.")
def retry_failed(task_name: str | None) -> None:
    """Queue again the jobs that failed for good, after their cause was mended."""
    failed = django_app.job_manager.list_jobs(status="failed", task=task_name)
    now = datetime.now(UTC)
    number = 0
    for job in failed:
        if job.id is not None:
            django_app.job_manager.retry_job_by_id(job_id=job.id, retry_at=now)
            number += 1
    click.echo(gettext("%(number)s jobs queued again.") % {"number": number})

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from yinuo.interfaces.worker import housekeeping, wiring


def start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "yinuo.interfaces.cli.main", "worker"])


def wait_for(statement: str, *, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError(f"never became true: {statement}")


@pytest.mark.django_db(transaction=True)
def test_the_worker_starts_announces_itself_and_ends_when_asked(database_url: str) -> None:
    process = start_worker()
    try:
        wait_for("select exists (select from procrastinate_workers)")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    wait_for("select not exists (select from procrastinate_workers)")


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_half_done_is_taken_up_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) "
            "values (now() - interval '1 hour') returning id"
        )
        (dead,) = cursor.fetchone()
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, args, status, worker_id, "
            "priority) values ('default', 'react', '{\"event_ids\": []}', 'doing', %s, 0)",
            [dead],
        )

    async def take_up() -> int:
        with app.replace_connector(wiring.connector_for_workers()) as working:
            async with working.open_async():
                return await housekeeping.take_up_abandoned_jobs(working)

    assert asyncio.run(take_up()) == 1
    wait_for("select status = 'todo' from procrastinate_jobs")
    assert os.environ["YINUO_MODE"] == "test"

"""Reporting a claim through the API, against the same SQL sent straight through psycopg.

Eight clients over HTTP to the web as `yinuo serve` starts it, in four processes, worker stopped.
Then eight connections that send what such requests sent, word for word, in the same transactions.
Short rounds of both in turn, so that a busy machine slows both down. Every policy is reported on
once, and both begin with equal databases.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection
from itertools import pairwise

import psycopg
from django.db import close_old_connections, connection, connections
from django.test import Client
from django.urls import reverse
from psycopg import ClientCursor

from bench import insurer
from bench.capture import Request, recording, replay
from bench.measured import Measured, p95, tell
from bench.web import running, web
from tests import databases
from yinuo.interfaces.cli.serve import program

CLIENTS = 8
PROCESSES = 4
ROUNDS = 8
REPORTS = 64
"""So many of each round."""
WARM_UP = 40
BESIDE_SECONDS = 8
DRAIN_SECONDS = 12
BAR, AIM, MOST_STATEMENTS = 0.20, 0.30, 20

POLICIES = 2 * WARM_UP + 2 * ROUNDS * REPORTS + 1_500


def body_of(n: int) -> bytes:
    policy = insurer.policy(n)
    report = {
        "accident_at": (insurer.NOW - timedelta(hours=2)).isoformat(),
        "place": "东大路 1 号",
        "cause": "collision",
        "losses": [{"kind": "own_vehicle", "estimate": "8000"}],
        "policy_number": policy.number,
        "plate": policy.vehicle.plate,
        "latitude": 31.24,
        "longitude": 121.47,
        "drivable": True,
        "said": {"at_scene": True},
        "reporter_name": policy.holder.name,
        "reporter_phone": policy.holder.phone,
    }
    return json.dumps(report).encode()


def headers_of(n: int, key: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"report-{n}",
    }


def record_requests(numbers: Sequence[int], key: str) -> list[Request]:
    """Report on these policies in this process and keep what was sent to the database."""
    client, recorded = Client(), []
    for n in numbers:
        headers = headers_of(n, key)
        content_type = headers.pop("Content-Type")
        # As the server does before each request, so that the check of the connection is in it.
        close_old_connections()
        with recording() as request:
            answer = client.post(
                reverse("api:claims"), body_of(n), content_type=content_type, headers=headers
            )
        if answer.status_code != 201:
            raise SystemExit(f"the report was refused: {answer.content.decode()}")
        recorded.append(request)
    return recorded


def side_by_side(work: Sequence[Callable[[], None]]) -> float:
    """Seconds that all of these take at the same time. Raises what one of them raised."""
    start = threading.Barrier(len(work) + 1)
    failures: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        start.wait()
        try:
            one()
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failures:
        raise failures[0]
    return took


class Reporters:
    """Eight clients, each with a connection to the web that stays open."""

    def __init__(self, port: int, key: str) -> None:
        self.key = key
        self.lines = [HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(CLIENTS)]
        """Opened anew for each round: the web closes a line that is silent for long."""
        self.seconds: list[float] = []

    def round(self, numbers: Sequence[int]) -> float:
        """Reports a second."""
        bodies = [(n, body_of(n)) for n in numbers]
        self._connect()

        def send(place: int) -> Callable[[], None]:
            return lambda: self._send(self.lines[place], bodies[place::CLIENTS])

        return len(bodies) / side_by_side([send(place) for place in range(CLIENTS)])

    def until(self, stop: threading.Event, numbers: Sequence[int]) -> float:
        """Reports a second until told to stop."""
        sent = [0] * CLIENTS
        self._connect()

        def send(place: int) -> None:
            for n in numbers[place::CLIENTS]:
                if stop.is_set():
                    return
                self._send(self.lines[place], [(n, body_of(n))])
                sent[place] += 1

        took = side_by_side([lambda place=place: send(place) for place in range(CLIENTS)])  # type: ignore[misc]
        return sum(sent) / took

    def _connect(self) -> None:
        for line in self.lines:
            line.close()
            line.connect()

    def _send(self, line: HTTPConnection, bodies: Sequence[tuple[int, bytes]]) -> None:
        for n, body in bodies:
            began = time.perf_counter()
            line.request("POST", reverse("api:claims"), body, headers_of(n, self.key))
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise SystemExit(f"{answer.status}: {text.decode()}")
            self.seconds.append(time.perf_counter() - began)


class Straight:
    """Eight connections that send what was recorded."""

    def __init__(self, stack: ExitStack, database: str) -> None:
        self.lines = [
            stack.enter_context(
                psycopg.connect(databases.url_of(database), cursor_factory=ClientCursor)
            )
            for _ in range(CLIENTS)
        ]

    def round(self, requests: Sequence[Request]) -> float:
        """Requests' worth of SQL a second."""

        def send(place: int) -> Callable[[], None]:
            def all_of_them() -> None:
                for request in requests[place::CLIENTS]:
                    replay(self.lines[place], request)

            return all_of_them

        return len(requests) / side_by_side([send(place) for place in range(CLIENTS)])


def parts(items: Sequence[int]) -> tuple[list[list[int]], list[int]]:
    """Rounds of their size after a warm-up, and what is left."""
    bounds = [0, WARM_UP, *(WARM_UP + REPORTS * i for i in range(1, ROUNDS + 1))]
    cut = [list(items[a:b]) for a, b in pairwise(bounds)]
    return cut, list(items[bounds[-1] :])


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status in ('todo', 'doing')")
        row = cursor.fetchone()
    return int(row[0])


def jobs_ever() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select last_value from procrastinate_jobs_id_seq")
        row = cursor.fetchone()
    return int(row[0])


def jobs_ended() -> int:
    """A difference of two of these is what was worked off: the worker deletes what it has done."""
    return jobs_ever() - jobs_waiting()


def drain(reporters: Reporters, numbers: Sequence[int]) -> tuple[float, float, float]:
    """Jobs a second alone; then jobs and reports a second side by side."""
    with running([*program(), "worker", "--concurrency", "4"]):
        at_rest, deadline = jobs_ended(), time.monotonic() + 60
        while jobs_ended() == at_rest and time.monotonic() < deadline:
            time.sleep(0.1)
        before, began = jobs_ended(), time.perf_counter()
        while jobs_waiting() and time.perf_counter() - began < DRAIN_SECONDS:
            time.sleep(0.2)
        alone = (jobs_ended() - before) / (time.perf_counter() - began)
        before, began = jobs_ended(), time.perf_counter()
        stop = threading.Event()
        timer = threading.Timer(BESIDE_SECONDS, stop.set)
        timer.start()
        reports = reporters.until(stop, numbers)
        timer.cancel()
        beside = (jobs_ended() - before) / (time.perf_counter() - began)
    return alone, beside, reports


def check_same_rows(web_reports: int, straight_reports: int) -> None:
    """Both ways have really written as much."""
    with connection.cursor() as cursor:
        for table in ("cases_case", "claims_loss", "cases_event", "people_apianswer"):
            cursor.execute(f"select count(*) from {table}")
            row = cursor.fetchone()
            if row[0] != web_reports + straight_reports:
                raise SystemExit(f"{table}: {row[0]} rows, {web_reports}+{straight_reports} sent")


def measure(original: str, own: str) -> list[Measured]:
    databases.point_django_at(original)
    key = insurer.build(POLICIES)
    connections.close_all()
    databases.clone(original, own)
    used = WARM_UP + ROUNDS * REPORTS
    databases.point_django_at(original)
    insurer.do_not_wait_for_the_disk()
    # The first request of a process loads what later ones have in memory.
    record_requests([used], key)
    recorded = record_requests(range(used), key)
    connections.close_all()
    databases.point_django_at(own)
    insurer.begin_case_numbers_at(500_000)
    replayed, _rest = parts(range(used))
    reported, beside = parts(range(used, POLICIES))
    by_web, straight = [], []
    with web(processes=PROCESSES) as port, ExitStack() as stack:
        reporters, lines = Reporters(port, key), Straight(stack, own)
        for mine, theirs in zip(reported, replayed, strict=True):
            by_web.append(reporters.round(mine))
            straight.append(lines.round([recorded[n] for n in theirs]))
            if len(by_web) == 1:
                reporters.seconds.clear()
        check_same_rows(used, used)
        slow = p95(reporters.seconds)
        drained = drain(reporters, beside)
    statements = max(len(request.statements) for request in recorded[-REPORTS:])
    return figures(by_web[1:], straight[1:], slow, statements, drained)


def figures(
    by_web: Sequence[float],
    straight: Sequence[float],
    slow: float,
    statements: int,
    drained: tuple[float, float, float],
) -> list[Measured]:
    ratios = [a / b for a, b in zip(by_web, straight, strict=True)]
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
    alone, beside, reports = drained
    return [
        Measured(
            "report a claim through the API, share of the same SQL straight",
            f"≥ {BAR:.2f} (aim {AIM:.2f})",
            f"{ratio:.2f} ({spread}): {statistics.median(by_web):.0f}/s of "
            f"{statistics.median(straight):.0f}/s, p95 {1000 * slow:.0f} ms",
            ratio >= BAR,
        ),
        Measured(
            "… statements of a report, with its idempotency key",
            f"≤ {MOST_STATEMENTS}",
            str(statements),
            statements <= MOST_STATEMENTS,
        ),
        Measured("… queue, jobs drained by one worker", "–", f"{alone:.0f}/s", None),
        Measured(
            "… the same beside eight reporting clients",
            "–",
            f"{beside:.0f} jobs/s and {reports:.0f} reports/s",
            None,
        ),
    ]


def main() -> int:
    with insurer.databases_of_our_own("original", "reports") as (original, own):
        return tell(measure(original, own))


if __name__ == "__main__":
    sys.exit(main())

"""For machines that watch us: alive, ready, and figures."""

from __future__ import annotations

import hmac
import os
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from yinuo.interfaces.common import upgrades

SECONDS = Histogram(
    "yinuo_request_seconds",
    "Time to answer a request, in seconds, by route and status",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
JOBS = """
select queue_name, status::text, count(*) from procrastinate_jobs
where status in ('todo', 'doing', 'failed') group by 1, 2
"""


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; an odd method does not open a new series."""
    known = method if method in KNOWN_METHODS else "OTHER"
    SECONDS.labels(known, route, str(status)).observe(seconds)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Says nothing about the database, so that a restart is not a cure."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and knows every migration that this code cannot do without."""
    try:
        waiting = upgrades.waiting()
    except DatabaseError:
        return _not_ready("database")
    return _not_ready("migrations") if waiting.before else JsonResponse({"status": "ready"})


def _not_ready(missing: str) -> HttpResponse:
    return JsonResponse(
        {"status": "not ready", "missing": missing}, status=HTTPStatus.SERVICE_UNAVAILABLE
    )


class JobFigures(Collector):
    """How much work waits in the queues, read from the database when somebody asks."""

    def collect(self) -> list[GaugeMetricFamily]:
        labels = ["queue", "status"]
        count = GaugeMetricFamily("yinuo_jobs", "Jobs by queue and status", labels=labels)
        with connection.cursor() as cursor:
            cursor.execute(JOBS)
            for queue, status, number in cursor.fetchall():
                count.add_metric([queue, status], number)
        return [count]


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; outside a trial only for the bearer of YINUO_METRICS_TOKEN."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.PRODUCTION and not token:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    if token and not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    figures = generate_latest(_requests()) + generate_latest(_jobs())
    return HttpResponse(figures, content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    """Of all web processes together when they share a directory, else of this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _jobs() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(JobFigures())
    return registry

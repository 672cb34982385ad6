"""The map of doors. Each door keeps its own list of addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yinuo.interfaces.common import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
]

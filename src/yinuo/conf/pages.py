"""The map of the doors that show pages. Each door keeps its own list of addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from yinuo import automation
from yinuo.core.cases import commands as cases
from yinuo.interfaces.common import appearance, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("desk/", include("yinuo.interfaces.desk.urls")),
    path("language", set_language, name="set_language"),
    path("theme", appearance.set_theme, name="set_theme"),
    path("", include("yinuo.interfaces.portal.urls")),
]

# The web process, too, has to know for which events a job is queued.
cases.reacts_to(automation.REACTIONS)

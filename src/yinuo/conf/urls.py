"""The map of all doors: the API, whose schemas take longest to load, and the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from yinuo.conf import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("yinuo.interfaces.api.urls")),
    *pages.urlpatterns,
]

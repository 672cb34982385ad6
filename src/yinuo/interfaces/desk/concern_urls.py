"""Addresses of the work lists of concerns, of suggestions, and of how words were read."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import concerns

urlpatterns: list[URLPattern] = [
    path("concerns", concerns.concerns, name="concerns"),
    path("findings", concerns.findings, name="findings"),
    path("findings/<int:finding>", concerns.finding, name="finding"),
    path("findings/<int:finding>/title", concerns.consider, name="finding_title"),
    path("findings/<int:finding>/answer", concerns.answer, name="finding_answer"),
    path("readings/<int:note>", concerns.reading, name="reading"),
]

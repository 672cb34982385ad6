"""Addresses of the work lists of concerns, of suggestions, and of how words were read."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import answers, concerns, learning, weak_points

urlpatterns: list[URLPattern] = [
    path("concerns", concerns.concerns, name="concerns"),
    path("findings", concerns.findings, name="findings"),
    path("findings/<int:finding>", concerns.finding, name="finding"),
    path("findings/<int:finding>/title", concerns.consider, name="finding_title"),
    path("findings/<int:finding>/answer", concerns.answer, name="finding_answer"),
    path("learning", learning.learning, name="learning"),
    path("learning/weak-points", weak_points.weak_points, name="weak_points"),
    path("learning/weak-points/<slug:cause>", weak_points.weak_point, name="weak_point"),
    path("answers", answers.answers, name="answers"),
    path("answers/new", answers.new, name="answer_new"),
    path("answers/<int:answer>", answers.answer, name="answer_page"),
    path("answers/<int:answer>/decision", answers.decide, name="answer_decide"),
    path("readings/<int:note>", concerns.reading, name="reading"),
]

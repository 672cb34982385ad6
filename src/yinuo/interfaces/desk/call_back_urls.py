"""The rooms of those who call customers back: trainings, bench, figures, programme."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import training

urlpatterns: list[URLPattern] = [
    path("people/training", training.training, name="training"),
    path("people/training/<int:record>", training.training_record, name="training_record"),
]

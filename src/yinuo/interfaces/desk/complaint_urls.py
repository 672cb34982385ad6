"""Addresses of the work list of complaints, of voices from outside, and of the case library."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import complaint_limits, complaints, voices

urlpatterns: list[URLPattern] = [
    path("complaints/limits", complaint_limits.limits, name="complaint_limits"),
    path("complaints/limits/cases", complaint_limits.cases, name="complaint_limit_cases"),
    path("complaints", complaints.complaints, name="complaints"),
    path("complaints/library", complaints.library, name="complaint_library"),
    path("complaints/<str:number>/letter", complaints.letter, name="complaint_letter"),
    path("voices", voices.voices, name="voices"),
    path("voices/<int:voice>", voices.voice, name="voice"),
    path("voices/<int:voice>/answer", voices.answer, name="voice_answer"),
]

"""Addresses of the work list of complaints, of voices from outside, and of the case library."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import complaints, voices

urlpatterns: list[URLPattern] = [
    path("complaints", complaints.complaints, name="complaints"),
    path("complaints/library", complaints.library, name="complaint_library"),
    path("complaints/<str:number>/letter", complaints.letter, name="complaint_letter"),
    path("voices", voices.voices, name="voices"),
    path("voices/<int:voice>", voices.voice, name="voice"),
    path("voices/<int:voice>/answer", voices.answer, name="voice_answer"),
]

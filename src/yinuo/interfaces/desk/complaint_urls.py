"""Addresses of the work list of complaints, of voices from outside, and of the case library."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import (
    channels,
    complaint_bases,
    complaint_behind,
    complaint_figures,
    complaint_limits,
    complaints,
    voices,
)

urlpatterns: list[URLPattern] = [
    path("complaints/figures", complaint_figures.figures, name="complaint_figures"),
    path("complaints/figures/cases", complaint_behind.behind, name="complaint_behind"),
    path("complaints/figures/base", complaint_bases.base, name="complaint_base"),
    path("complaints/figures/baseline", complaint_figures.baseline, name="complaint_baseline"),
    path("complaints/regulator", complaint_figures.regulator, name="complaint_regulator"),
    path("complaints/limits", complaint_limits.limits, name="complaint_limits"),
    path("complaints/limits/cases", complaint_limits.cases, name="complaint_limit_cases"),
    path("complaints", complaints.complaints, name="complaints"),
    path("complaints/library", complaints.library, name="complaint_library"),
    path("complaints/<str:number>/letter", complaints.letter, name="complaint_letter"),
    path("complaints/<str:number>/letter.pdf", complaints.letter_pdf, name="complaint_letter_pdf"),
    path("voices/channels", channels.channels, name="channels"),
    path("voices/channels/working", channels.working, name="channels_working"),
    path("voices", voices.voices, name="voices"),
    path("voices/<int:voice>", voices.voice, name="voice"),
    path("voices/<int:voice>/files/<int:paper>", voices.paper, name="voice_paper"),
    path("voices/<int:voice>/answer", voices.answer, name="voice_answer"),
    path("voices/<int:voice>/rating", voices.rating, name="voice_rating"),
]

"""Addresses of sheets, work lists, papers and payments. The sheets' noun matches anything: last."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import documents, sheets

urlpatterns: list[URLPattern] = [
    path("documents/<int:document>", documents.original, name="document"),
    path("documents/<int:document>/preview", documents.preview, name="preview"),
    path("claims/<str:number>/papers", documents.papers, name="papers"),
    path("claims/<str:number>/<slug:noun>", sheets.sheet, name="sheet"),
]

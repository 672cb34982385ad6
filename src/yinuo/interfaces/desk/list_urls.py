"""Addresses of work lists, papers and payments."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import documents, payments, worklists

urlpatterns: list[URLPattern] = [
    path("survey", worklists.survey, name="survey"),
    path("assessment", worklists.assessment, name="assessment"),
    path("review", worklists.review, name="review"),
    path("approval", worklists.approval, name="approval"),
    path("payments", payments.payments, name="payments"),
    path("payments/batches", payments.make_batches, name="batches"),
    path("payments/batches/<slug:message_id>", payments.batch, name="batch"),
    path("payments/answers", payments.answer, name="answers"),
    path("documents/<int:document>", documents.original, name="document"),
    path("documents/<int:document>/preview", documents.preview, name="preview"),
    path("claims/<str:number>/papers", documents.papers, name="papers"),
]

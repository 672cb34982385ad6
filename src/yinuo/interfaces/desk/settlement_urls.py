"""Addresses of the sum of a claim, the letter about it, and the clauses that both rest on."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import knowledge, letters, settlement

urlpatterns: list[URLPattern] = [
    path("claims/<str:number>/settlement", settlement.settlement, name="settlement"),
    path(
        "claims/<str:number>/settlement/<int:loss>.json", settlement.sheet, name="settlement_sheet"
    ),
    path("claims/<str:number>/letters/<int:loss>", letters.letter, name="letter"),
    path(
        "claims/<str:number>/letters/<int:loss>.pdf",
        letters.letter_file,
        {"form": "pdf"},
        name="letter_pdf",
    ),
    path(
        "claims/<str:number>/letters/<int:loss>.docx",
        letters.letter_file,
        {"form": "docx"},
        name="letter_word",
    ),
    path("clauses", knowledge.clauses, name="clauses"),
    path("clauses/disagreement", knowledge.disagreement, name="disagreement"),
    path("clauses/<slug:key>", knowledge.clause, name="clause"),
    path("wording", knowledge.wording, name="wording"),
    path("precedents", knowledge.precedents, name="precedents"),
    path("precedents/step", knowledge.precedent_step, name="precedent_step"),
    path("precedents/use", knowledge.precedent_use, name="precedent_use"),
]

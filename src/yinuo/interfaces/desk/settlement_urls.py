"""Addresses of the sum of a claim and of the letter about it."""

from __future__ import annotations

from django.urls import URLPattern, path

from yinuo.interfaces.desk.views import letters, settlement

urlpatterns: list[URLPattern] = [
    path("claims/<str:number>/settlement", settlement.settlement, name="settlement"),
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
]

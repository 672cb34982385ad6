"""The addresses of the pages of a case, by its number; the same for every kind."""

from __future__ import annotations

from django.urls import reverse

from yinuo.interfaces.common.kinds import plural_of


def case_page(number: str) -> str:
    return reverse("portal:case", args=[plural_of(number), number])


def act_page(number: str, noun: str) -> str:
    """The page of an action that its customer takes."""
    return reverse("portal:act", args=[plural_of(number), number, noun])

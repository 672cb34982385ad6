"""The first page: report, or see where a claim is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.interfaces.common import kinds
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import actor_of, hotline, now, own_number


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to their desk."""
    actor = actor_of(request, now())
    if actor is None and request.user.is_authenticated:
        return redirect("/desk/")
    number = own_number(actor)
    kind = kinds.of_number(number) if number else None
    context = {
        "own_number": number,
        "own_title": _(kind.own) if kind else "",
        "own_url": case_page(number) if number else "",
        "help_phone": hotline(),
    }
    return render(request, "portal/home.html", context)

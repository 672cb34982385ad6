"""The first page: report, or see where a claim is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from yinuo.interfaces.portal.door import actor_of, hotline, now, own_number


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to their desk."""
    actor = actor_of(request, now())
    if actor is None and request.user.is_authenticated:
        return redirect("/desk/")
    return render(
        request, "portal/home.html", {"own_number": own_number(actor), "help_phone": hotline()}
    )

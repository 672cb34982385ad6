"""Light, dark or as the device says: one cookie, one small form, no script needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "yinuo_theme"
COOKIE_SECONDS = 365 * 24 * 60 * 60
THEMES = frozenset({"light", "dark"})


def theme_of(request: HttpRequest) -> str:
    """The reader's choice: "light", "dark", or "" for the device's own."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice and goes back to where the reader was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            COOKIE, chosen, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(COOKIE)
    return response

"""What happens around every request: its number, its log line, its headers, its limits."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from yinuo.interfaces.common import health
from yinuo.interfaces.common.rate_limits import address_of, wait_seconds
from yinuo.kit import logs

Handler = Callable[[HttpRequest], HttpResponseBase]
logger = logs.log("yinuo.request")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
CASE_NUMBER_ARGUMENT = "number"
API = "/api"

# No inline script or style anywhere. `data:` and `blob:` pictures are the sign-in square that
# allauth draws and the preview of a photo before it is sent.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class PagesWithoutApi:
    """Let a page be found without loading the API: who asks first does not wait for its schemas."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            # Django looks there in place of ROOT_URLCONF.
            request.urlconf = settings.PAGES_URLCONF
        return self.get_response(request)


class RequestLog:
    """Give the request a number, and write one line when it is done.

    The path is logged as its pattern: the address itself may hold a signed link.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        number = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        logs.start_context(request=number)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-Id"] = number
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.route if match else "unknown"
        health.observe(request.method or "", route, response.status_code, seconds)
        logger.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        arguments: tuple[object, ...],
        named: dict[str, object],
    ) -> None:
        number = named.get(CASE_NUMBER_ARGUMENT)
        if number is not None:
            logs.note_case(str(number)[:40])


class SecurityHeaders:
    """The headers that Django's own middleware does not send."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            # Pages hold personal data: no proxy and no back button after signing out shows them.
            response.setdefault("Cache-Control", "no-store")
        return response


class RateLimits:
    """Refuse the caller who tries the doors of ``settings.RATE_LIMITED_PATHS`` too often."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = _limit_of(request)
        if limit is not None:
            seconds = wait_seconds(limit, address_of(request))
            if seconds:
                logger.warning("too_many_attempts", limit=limit)
                return too_many_attempts(request, seconds)
        return self.get_response(request)


def _limit_of(request: HttpRequest) -> str | None:
    if request.method != "POST":
        return None
    paths: dict[str, str] = settings.RATE_LIMITED_PATHS
    return next((name for start, name in paths.items() if request.path.startswith(start)), None)


def too_many_attempts(request: HttpRequest, seconds: int) -> HttpResponse:
    """The answer 429: problem+json for programs, a page for people."""
    minutes = -(-seconds // 60)
    detail = gettext("Too many attempts. Please try again in %(minutes)s minutes.") % {
        "minutes": minutes
    }
    response: HttpResponse
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": gettext("Too many attempts"),
            "status": HTTPStatus.TOO_MANY_REQUESTS,
            "code": "too_many_attempts",
            "detail": detail,
        }
        response = JsonResponse(
            problem,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            content_type="application/problem+json",
        )
    else:
        page = render_to_string("429.html", {"detail": detail}, request)
        response = HttpResponse(page, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(seconds)
    return response

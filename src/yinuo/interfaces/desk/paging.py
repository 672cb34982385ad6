"""Lists in pages: the number of the page lives in the address, with whatever else was asked."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yinuo.interfaces.common.present import Pager

MOST_PAGES = 1_000


def page_number(request: HttpRequest, name: str = "page") -> int:
    """The page that was asked for, counted from 0; what is no number is the first."""
    asked = request.GET.get(name, "")
    return min(int(asked), MOST_PAGES) if asked.isascii() and asked.isdecimal() else 0


def pager_of(request: HttpRequest, *, more: bool, name: str = "page") -> Pager | None:
    """The way to the page before and after; None where one page holds everything."""
    here = page_number(request, name)
    if not more and not here:
        return None
    return Pager(
        summary=_("Page %(number)s") % {"number": here + 1},
        previous_url=_address(request, name, here - 1) if here else "",
        next_url=_address(request, name, here + 1) if more else "",
    )


def _address(request: HttpRequest, name: str, number: int) -> str:
    asked = request.GET.copy()
    asked[name] = str(number)
    if not number:
        del asked[name]
    query = asked.urlencode()
    return f"{request.path}?{query}" if query else request.path

"""The last 30, 90 or 365 days, as the figures let one choose them in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yinuo.interfaces.common.present import Filter

PERIODS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365)}
USUAL = "90"


def chosen_days(request: HttpRequest) -> str:
    """A period that there is; another one is the usual one."""
    asked = request.GET.get("days", USUAL)
    return asked if asked in PERIODS else USUAL


def day_filters(chosen: str, url: Callable[[str], str]) -> list[Filter]:
    return [
        Filter(_("%(days)s days") % {"days": one}, url(one), current=one == chosen)
        for one in PERIODS
    ]

"""What templates need beyond plain values: icons, times near the reader, the shell's links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yinuo.interfaces.common import appearance, fragments, wording
from yinuo.interfaces.common.places import PLACES
from yinuo.interfaces.common.present import PromiseChip

register = template.Library()


register.simple_tag(fragments.icon_html, name="icon")
register.simple_tag(fragments.tag_html, name="tag")
register.simple_tag(fragments.table_html, name="table")
register.simple_tag(fragments.case_list_html, name="case_list")
register.filter("money", fragments.money_text)
register.filter("machine_time", fragments.machine_time)


@register.simple_tag
def promise_chip(
    chip: PromiseChip, *, compact: object = False, endwise: object = False
) -> SafeString:
    """What the page did not set is empty here, which is as good as no."""
    return fragments.chip_html(chip, compact=bool(compact), endwise=bool(endwise))


@register.filter
def full_time(at: datetime) -> str:
    return wording.full_time(at)


@register.filter
def full_date(at: datetime) -> str:
    return wording.full_date(at)


@register.filter
def clock_time(at: datetime) -> str:
    return wording.clock_time(at)


@register.filter
def near_time(at: datetime, now: datetime | None = None) -> str:
    """今天 15:30. ``now`` is given where a page must look the same at every hour."""
    return wording.near_time(at, now or timezone.now())


@register.filter
def masked_phone(phone: str) -> str:
    return wording.mask_phone(phone)


@register.filter
def masked_tail(number: str) -> str:
    return wording.mask_tail(number)


@register.filter
def masked_name(name: str) -> str:
    return wording.mask_name(name)


@register.simple_tag
def countdown_words() -> str:
    return wording.countdown_words()


@register.simple_tag(takes_context=True)
def theme(context: Mapping[str, object]) -> str:
    """light, dark, or empty when the device decides. ``forced_theme`` in the context wins."""
    forced = context.get("forced_theme")
    if isinstance(forced, str) and forced:
        return forced
    request = context.get("request")
    return appearance.theme_of(request) if isinstance(request, HttpRequest) else ""


@register.simple_tag(takes_context=True)
def here(context: Mapping[str, object]) -> str:
    """The address to come back to after a change of language or theme."""
    request = context.get("request")
    return request.get_full_path() if isinstance(request, HttpRequest) else "/"


@dataclass(frozen=True, slots=True)
class RailItem:
    """`starts` is the name of the group that begins with this place."""

    label: str
    url: str
    icon: str
    current: bool
    count: int | None
    starts: str = ""


@register.simple_tag(takes_context=True)
def rail(context: Mapping[str, object]) -> list[RailItem]:
    """The desk's places that this person has. ``rail_counts`` in the context puts a number on one,
    ``rail_hidden`` takes one away; both speak of the names of addresses.
    """
    request = context.get("request")
    path = request.path if isinstance(request, HttpRequest) else ""
    counts, hidden = context.get("rail_counts"), context.get("rail_hidden")
    taken = hidden if isinstance(hidden, (set, frozenset, tuple, list)) else ()
    held = frozenset(getattr(getattr(request, "user", None), "roles", ()) or ())
    open_to_them = [
        (group, place, url)
        for group, places in PLACES
        for place in places
        if place.name not in taken and (not place.roles or not held or place.roles & held)
        if (url := _address(place.name))
    ]
    # The deepest place that the page lies in; Today is the root and lies above all.
    under = [url for _group, _place, url in open_to_them if path == url or _below(path, url)]
    here = max(under, key=len, default="")
    items: list[RailItem] = []
    last = ""
    for group, place, url in open_to_them:
        count = counts.get(place.name) if isinstance(counts, Mapping) else None
        starts = _(group) if group and group != last else ""
        items.append(RailItem(_(place.label), url, place.icon, url == here, count, starts))
        last = group
    return items


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _below(path: str, url: str) -> bool:
    return url != "/desk/" and path.startswith(f"{url.rstrip('/')}/")

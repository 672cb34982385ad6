"""How times, spans and private values are written on screen, in the reader's language."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def full_time(at: datetime) -> str:
    """The date in full, for where money or law hangs on it: 2026年3月2日 15:30."""
    minute = at.replace(second=0, microsecond=0)
    return _full_time(minute, timezone.get_current_timezone(), get_language())


# A list says each of its times at every look: most of them were written out a moment ago.
@lru_cache(maxsize=8192)
def _full_time(minute: datetime, zone: tzinfo, _language: str | None) -> str:
    # Translators: a format of Django's date filter, for example "Y年n月j日 H:i".
    return format_date(minute.astimezone(zone), _("j F Y, H:i"))


def full_date(at: datetime) -> str:
    # Translators: a format of Django's date filter, for example "Y年n月j日".
    return format_date(timezone.localtime(at), _("j F Y"))


def calendar_date(day: date) -> str:
    """A day without a time, as people write it."""
    # Translators: a format of Django's date filter, for example "Y年n月j日".
    return format_date(day, _("j F Y"))


def clock_time(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def near_date(at: datetime, now: datetime) -> str:
    """Today, yesterday, tomorrow, or the date; the year only where it is another one."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = (local.date() - today.date()).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if local.year == today.year:
        # Translators: a format of Django's date filter, for example "n月j日".
        return format_date(local, _("j M"))
    return full_date(at)


def near_time(at: datetime, now: datetime) -> str:
    """As near_date, with the time of day: 今天 15:30."""
    return _("%(day)s %(time)s") % {"day": near_date(at, now), "time": clock_time(at)}


def near_deadline(at: datetime, now: datetime) -> str:
    """As near_time; a limit in days ends with its day, so midnight is told as the day before."""
    local = timezone.localtime(at)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return near_date(at - MINUTE, now)
    return near_time(at, now)


def span(length: timedelta) -> str:
    """A length of time in one or two units, the finer one only while it matters."""
    if length < MINUTE:
        return _("less than a minute")
    days, rest = divmod(length, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days >= 2:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if days and hours:
        return _("1 day %(h)s h") % {"h": hours}
    if days:
        return ngettext("%(n)s day", "%(n)s days", 1) % {"n": 1}
    if hours >= 3 or (hours and not minutes):
        return _("%(h)s h") % {"h": hours}
    if hours:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes}
    return _("%(m)s min") % {"m": minutes}


def time_left(length: timedelta) -> str:
    return _("%(span)s left") % {"span": span(length)}


def time_late(length: timedelta) -> str:
    return _("%(span)s late") % {"span": span(length)}


def countdown_words() -> str:
    """The same sentences as JSON, so that the page can go on counting by itself."""
    return json.dumps(
        {
            "moment": _("less than a minute"),
            "days": ngettext("%(n)s day", "%(n)s days", 2),
            "day": ngettext("%(n)s day", "%(n)s days", 1),
            "dayHours": _("1 day %(h)s h"),
            "hours": _("%(h)s h"),
            "hoursMinutes": _("%(h)s h %(m)s min"),
            "minutes": _("%(m)s min"),
            "left": _("%(span)s left"),
            "late": _("%(span)s late"),
        },
        ensure_ascii=False,
    )


def mask_phone(phone: str) -> str:
    """138****5678: enough to recognise one's own, too little to call another's."""
    digits = phone.strip()
    if len(digits) < 8:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}"


def mask_tail(number: str) -> str:
    """Only the last four of an account or identity number."""
    compact = "".join(number.split())
    return f"**** {compact[-4:]}" if len(compact) > 4 else "****"


def mask_name(name: str) -> str:
    """张** for 张小明; a Latin name keeps its first letter."""
    stripped = name.strip()
    return f"{stripped[:1]}{'*' * max(1, min(len(stripped) - 1, 2))}" if stripped else ""

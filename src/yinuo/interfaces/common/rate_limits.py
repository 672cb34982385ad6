"""So many attempts from one caller in so long, at the doors that strangers can knock on.

Counted in PostgreSQL and not in memory: the web runs in several processes on several machines, a
count in memory would multiply the limit by their number and forget it at each restart. These
doors are few and slow (a password, a code, a report), so one upsert more is not felt.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

# One statement, so that two processes that count at once cannot both read the old number.
COUNT = """
insert into doors_attemptwindow as w (key, opened_at, attempts) values (%(key)s, %(now)s, 1)
on conflict (key) do update set
    attempts = case when w.opened_at + %(seconds)s * interval '1 second' <= %(now)s
                    then 1 else w.attempts + 1 end,
    opened_at = case when w.opened_at + %(seconds)s * interval '1 second' <= %(now)s
                     then %(now)s else w.opened_at end
returning attempts,
    ceil(extract(epoch from opened_at + %(seconds)s * interval '1 second' - %(now)s))::int
"""
FORGET = "delete from doors_attemptwindow where opened_at < %(now)s - %(seconds)s * interval '1 s'"


def wait_seconds(limit: str, caller: str, *, now: datetime | None = None) -> int:
    """Count one attempt of `caller` at the limit; 0 when it may go on, else seconds to wait.

    `limit` is a name in ``settings.RATE_LIMITS``. `caller` may be an address, a case number or a
    phone: only a keyed hash of it is kept.
    """
    allowed, seconds = settings.RATE_LIMITS[limit]
    return seconds_left(limit, caller, allowed=allowed, seconds=seconds, now=now)


def seconds_left(
    limit: str, caller: str, *, allowed: int, seconds: int, now: datetime | None = None
) -> int:
    """As `wait_seconds`, for a limit whose figures stand in the rules."""
    values: dict[str, str | datetime | int] = {
        "key": _key(limit, caller),
        "now": now or datetime.now(UTC),
        "seconds": seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        attempts, left = cursor.fetchone()
    return max(left, 1) if attempts > allowed else 0


def forget_old(*, now: datetime | None = None, longest: int = 0) -> int:
    """Delete windows that have closed under every limit; the worker does this daily.

    `longest` are the seconds of the longest limit of the rules.
    """
    longest = max(longest, *(seconds for _, seconds in settings.RATE_LIMITS.values()))
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"now": now or datetime.now(UTC), "seconds": longest})
        return int(cursor.rowcount)


def address_of(request: HttpRequest) -> str:
    """The caller's address: what the outermost of our own proxies saw, else the socket's."""
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= proxies and seen[-proxies]:
            return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def _key(limit: str, caller: str) -> str:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"{limit}\n{caller}".encode(), hashlib.sha256).hexdigest()

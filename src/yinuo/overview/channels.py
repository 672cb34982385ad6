"""Whether the ways to reach us work: when somebody last came in, and what is said to be broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from yinuo.areas.claims.models import Claim
from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import ChannelOutage, Inbound
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock

# How the door of a reported claim is called among the channels.
DOORS: Mapping[str, str] = {"phone": "phone", "web": "web_form"}


@dataclass(frozen=True, slots=True)
class Health:
    """`silent`: nobody came in this way for longer than the rule lets pass unseen."""

    channel: str
    last_at: datetime | None
    silent: bool
    outage: ChannelOutage | None
    instead: tuple[str, ...]


def health(*, at: datetime) -> list[Health]:
    """Every watched channel, in the order of the rule."""
    last = _last()
    down = complaints.outages()
    watched = rulebook.rules(ComplaintsRules, at=at).inbound.channels.value
    calendar = calendar_at(at)
    found = []
    for channel, watch in watched.items():
        moment = last.get(channel)
        quiet = moment is None or clock.due(watch.silent_after, moment, calendar).due_at <= at
        found.append(Health(channel, moment, quiet, down.get(channel), watch.instead))
    return found


def _last() -> dict[str, datetime]:
    """When somebody last came in by each channel, as a voice or with a claim."""
    voices = Inbound.objects.values_list("channel").annotate(last=Max("received_at"))
    found: dict[str, datetime] = dict(voices)
    claims = Claim.objects.values_list("door").annotate(last=Max("reported_at"))
    for door, moment in claims:
        channel = DOORS.get(door, "")
        if channel:
            found[channel] = max(moment, found.get(channel, moment))
    return found

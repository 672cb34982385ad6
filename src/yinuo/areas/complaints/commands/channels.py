"""Ways to reach us that do not work: somebody says so, and customers are offered another."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import by_a_person, one_of, rules_at, written
from yinuo.areas.complaints.models import ChannelOutage
from yinuo.core.cases import commands as cases
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NotForYou
from yinuo.kit.errors import DomainError

MAY_SAY = frozenset({"agent", "team_lead", "manager", "complaint_officer"})


class OutageKnown(DomainError):
    code = "outage_known"
    message = _("That this does not work is known already.")


class NoOutage(DomainError):
    code = "no_outage"
    message = _("This works: nobody has said otherwise.")


def report_outage(*, channel: str, why: str, by: Actor, at: datetime) -> ChannelOutage:
    """From now on customers are offered another way. Raises OutageKnown and NotForYou."""
    _may(by)
    watched = rules_at(at).inbound.channels.value
    one_of(channel, sorted(watched), "channel")
    with cases.transaction():
        if ChannelOutage.objects.filter(channel=channel, ended_at__isnull=True).exists():
            raise OutageKnown("channel")
        return ChannelOutage.objects.create(
            channel=channel, began_at=at, why=written(why, "why")[:200], reported_by=by.id
        )


def end_outage(*, channel: str, by: Actor, at: datetime) -> None:
    """It works again. Raises NoOutage and NotForYou."""
    _may(by)
    with cases.transaction():
        rows = ChannelOutage.objects.filter(channel=channel, ended_at__isnull=True)
        if not rows.update(ended_at=at, ended_by=by.id):
            raise NoOutage("channel")


def _may(by: Actor) -> None:
    by_a_person(by)
    if not by.roles & MAY_SAY:
        raise NotForYou

"""Who complains and who speaks for them, as colleagues see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.areas.complaints.models import Party
from yinuo.areas.complaints.rules import needs_power, power_stands
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Fact


def power_words(one: Party, at: datetime) -> str:
    """What they have shown, or that nothing of the case may be said to them."""
    if not needs_power(one.role):
        return ""
    on = timezone.localdate(at)
    if power_stands(one.role, one.power_seen, one.power_until_on, on=on):
        kind = labels.word(said.POWERS, one.power_kind) if one.power_kind else _("power seen")
        if one.power_until_on is None:
            return kind
        until = {"kind": kind, "day": one.power_until_on.isoformat()}
        return _("%(kind)s, valid until %(day)s") % until
    if one.power_seen:
        return _("the power has run out: say nothing of the case")
    if one.power_asked_at is not None:
        asked = {"time": wording.near_time(one.power_asked_at, at)}
        return _("no power, asked for %(time)s: say nothing of the case") % asked
    return _("no power: say nothing of the case")


def party_facts(parties: Iterable[Party], at: datetime) -> list[Fact]:
    return [
        Fact(labels.word(said.PARTIES, one.role), one.name, power_words(one, at)) for one in parties
    ]

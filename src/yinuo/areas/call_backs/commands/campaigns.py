"""Questions that follow no single ending: periodic, or to all whose complaint was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs.commands.common import rules_at
from yinuo.areas.call_backs.commands.opening import Ended, open_many
from yinuo.areas.call_backs.models import Campaign
from yinuo.areas.call_backs.rules import strategy_for
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch
from yinuo.kit import queue
from yinuo.kit.errors import DomainError

_FOLLOWS = {
    Campaign.Kind.PERIODIC: "claim",
    Campaign.Kind.AFTER_COMPLAINT: "complaint",
}


class SpanTurned(DomainError):
    code = "span_turned"
    message = _("The end of the span lies before its start.")
    http = 422


@dataclass(frozen=True, slots=True)
class Selection:
    """Cases that were closed from `closed_from` (included) until `closed_until` (excluded)."""

    closed_from: datetime
    closed_until: datetime


def open_campaign(
    *, name: str, kind: str, branch: Branch, selection: Selection, by: Actor, at: datetime
) -> Campaign:
    """Write down whom the campaign asks; the work is done by jobs, batch by batch.

    Raises NotForYou, SpanTurned, and NotOneOf for a kind that does not exist.
    """
    seeing.check_choice(kind, tuple(Campaign.Kind.values), field="kind")
    if not by.roles.intersection(("team_lead", "manager", "system")):
        raise seeing.NotForYou
    if not seeing.in_subtree(by, branch.path):
        raise seeing.NotForYou("branch")
    if selection.closed_until <= selection.closed_from:
        raise SpanTurned("closed_until")
    with cases.transaction():
        strategy, _how = strategy_for(rules_at(at), {"occasion": kind})
        campaign = Campaign.objects.create(
            name=seeing.clean_text(name, field="name", most=80),
            kind=kind,
            strategy=strategy,
            branch=branch,
            selection={
                "kind": _FOLLOWS[Campaign.Kind(kind)],
                "closed_from": selection.closed_from.isoformat(),
                "closed_until": selection.closed_until.isoformat(),
            },
            by=by.id,
            at=at,
        )
        queue.defer("run_campaign", campaign_id=campaign.pk)
    return campaign


def run_campaign(*, campaign_id: int, by: Actor, at: datetime) -> bool:
    """Open one batch. Whether there is more; safe to run twice and side by side."""
    with cases.transaction():
        campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
        if campaign.finished_at is not None:
            return False
        size = rules_at(at).batches.size.value
        found = _selected(campaign, size)
        done = open_many(
            [Ended(case, campaign.kind) for case in found],
            by=by,
            at=at,
            campaign=campaign,
        )
        campaign.opened += len(done.opened)
        campaign.excluded += len(done.excluded)
        campaign.last_case = found[-1].pk if found else campaign.last_case
        campaign.finished_at = at if len(found) < size else None
        campaign.save()
    return campaign.finished_at is None


def _selected(campaign: Campaign, size: int) -> list[Case]:
    selection = campaign.selection
    rows = Case.objects.filter(
        kind=selection["kind"],
        closed_at__gte=datetime.fromisoformat(selection["closed_from"]),
        closed_at__lt=datetime.fromisoformat(selection["closed_until"]),
        branch_path__startswith=campaign.branch.path,
        pk__gt=campaign.last_case,
    )
    return list(rows.order_by("pk")[:size])

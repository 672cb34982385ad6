"""The link in the letter: it opens the questions of one round, for one person, until answered."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs.commands.answering import newest_response
from yinuo.areas.call_backs.commands.common import hold
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.messages.links import LinkExpired, LinkNotGood, read_answer_link
from yinuo.kit.errors import DomainError


class LinkUsed(DomainError):
    """`case` is the call-back, for the page that says thank you."""

    code = "link_used"
    message = _("These questions have been answered already. Thank you.")
    http = 410

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


def follow_link(*, token: str, at: datetime) -> Case:
    """The call-back that the link opens, as often as its person wants until it is answered: who
    leaves in the middle comes back to where they were, on any device.

    Raises LinkNotGood, LinkExpired (also when a later round has begun) and LinkUsed.
    """
    link = read_answer_link(token, at=at)
    row = CallBack.objects.select_related("case").filter(pk=link.case_id).first()
    if row is None or row.person_id != link.person_id:
        raise LinkNotGood
    with cases.transaction():
        held = hold(row.case)
        newest = newest_response(held)
        if newest is not None and newest.finished_at is not None:
            raise LinkUsed(held.case)
        invited_at = held.row.invited_at
        if held.case.closed_at is not None or invited_at is None:
            raise LinkExpired
        # The link is made when the letter leaves, to the second.
        if link.made_at < int(invited_at.timestamp()):
            raise LinkExpired
        if held.row.link_used_at is None:
            CallBack.objects.filter(pk=held.row.pk).update(link_used_at=at)
    return held.case

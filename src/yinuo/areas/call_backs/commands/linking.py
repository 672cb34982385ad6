"""The link in the letter: it opens the questions of one round, for one person, once."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs.commands.common import hold
from yinuo.areas.call_backs.models import CallBack
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.messages.links import LinkExpired, LinkNotGood, read_answer_link
from yinuo.kit.errors import DomainError


class LinkUsed(DomainError):
    code = "link_used"
    message = _(
        "This link has been opened before, and it works once. "
        "Sign in with your case number and phone to go on."
    )
    http = 410


def follow_link(*, token: str, at: datetime) -> Case:
    """The call-back that the link opens; from now on the link opens nothing any more.

    The door signs the person in, so that the same browser may leave and come back.
    Raises LinkNotGood, LinkExpired (also when a later round has begun) and LinkUsed.
    """
    link = read_answer_link(token, at=at)
    row = CallBack.objects.select_related("case").filter(pk=link.case_id).first()
    if row is None or row.person_id != link.person_id:
        raise LinkNotGood
    with cases.transaction():
        held = hold(row.case)
        invited_at = held.row.invited_at
        if held.case.closed_at is not None or invited_at is None:
            raise LinkExpired
        # The link is made when the letter leaves, to the second.
        if link.made_at < int(invited_at.timestamp()):
            raise LinkExpired
        if held.row.link_used_at is not None:
            raise LinkUsed
        CallBack.objects.filter(pk=held.row.pk).update(link_used_at=at)
    return held.case

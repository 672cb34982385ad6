"""Signed links of messages: each opens one case for one customer, for so long, without a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

from yinuo.core.messages.rulefile import ChannelsRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError

_SALT = "yinuo.case-page"
_ANSWERS_SALT = "yinuo.answers"
LONGEST_TOKEN = 400


class LinkNotGood(DomainError):
    code = "link_not_good"
    message = _("This link is not complete. Open it again from the message, or sign in below.")
    http = 404


class LinkExpired(DomainError):
    code = "link_expired"
    message = _("This link is no longer valid. Sign in with your case number and phone instead.")
    http = 410


@dataclass(frozen=True, slots=True)
class CasePage:
    case_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Answers:
    """`made_at` is the second in which the letter left, counted from 1970."""

    case_id: int
    person_id: int
    made_at: int


def case_link(*, case_id: int, person_id: int, at: datetime) -> str:
    """The full address, good for as long as channels.links.case_page says."""
    limit = rulebook.rules(ChannelsRules, at=at).links.case_page.value
    until = int(limit.after(at).timestamp())
    token = signing.Signer(salt=_SALT).sign_object([case_id, person_id, until])
    return f"{settings.SITE_URL}/track/open/{token}"


def read_case_link(token: str, *, at: datetime) -> CasePage:
    """Whose page the link opens. Raises LinkNotGood and LinkExpired."""
    if len(token) > LONGEST_TOKEN:
        raise LinkNotGood
    try:
        case_id, person_id, until = signing.Signer(salt=_SALT).unsign_object(token)
    except signing.BadSignature as error:
        raise LinkNotGood from error
    if at.timestamp() >= until:
        raise LinkExpired
    return CasePage(case_id=case_id, person_id=person_id)


def answer_link(*, case_id: int, person_id: int, at: datetime) -> str:
    """The full address of the questions of a call-back. That it works once is the area's care."""
    limit = rulebook.rules(ChannelsRules, at=at).links.case_page.value
    values = [case_id, person_id, int(at.timestamp()), int(limit.after(at).timestamp())]
    token = signing.Signer(salt=_ANSWERS_SALT).sign_object(values)
    return f"{settings.SITE_URL}/track/answers/{token}"


def read_answer_link(token: str, *, at: datetime) -> Answers:
    """Whose questions the link opens. Raises LinkNotGood and LinkExpired."""
    if len(token) > LONGEST_TOKEN:
        raise LinkNotGood
    try:
        case_id, person_id, made_at, until = signing.Signer(salt=_ANSWERS_SALT).unsign_object(token)
    except signing.BadSignature as error:
        raise LinkNotGood from error
    if at.timestamp() >= until:
        raise LinkExpired
    return Answers(case_id=case_id, person_id=person_id, made_at=made_at)

"""How a customer stands to us, as facts for the pages of customers, concerns and complaints."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Fact
from yinuo.overview.relation import Relation


def facts_of(found: Relation) -> tuple[Fact, ...]:
    """Standing first; then what it rests on."""
    since = wording.calendar_date(found.since_on) if found.since_on else ""
    facts = [
        Fact(
            _("How they stand to us"),
            labels.word(labels.RELATIONS, found.standing),
            _("since %(day)s") % {"day": since} if since else "",
        ),
        Fact(_("Policies in force"), str(found.in_force), _renewal(found)),
        Fact(_("Claims"), str(found.claims)),
        Fact(
            _("Promises to them"),
            _("%(kept)s kept, %(broken)s broken") % {"kept": found.kept, "broken": found.broken},
        ),
        Fact(_("Last satisfaction"), *_score(found)),
        Fact(
            _("Concerns"),
            str(found.concerns),
            _("%(open)s open, %(solved)s solved")
            % {"open": found.concerns_open, "solved": found.concerns_solved},
        ),
        Fact(
            _("Complaints"),
            str(found.complaints),
            _("%(open)s open") % {"open": found.complaints_open} if found.complaints else "",
        ),
    ]
    return tuple(facts)


def _renewal(found: Relation) -> str:
    if found.ends_on is None:
        return ""
    until = _("until %(day)s") % {"day": wording.calendar_date(found.ends_on)}
    return f"{until} · {_('renewal is near')}" if found.renewal_near else until


def _score(found: Relation) -> tuple[str, str]:
    if found.score is None or found.scored_on is None:
        return _("not asked yet"), ""
    return _("%(score)s of 5") % {"score": found.score}, wording.calendar_date(found.scored_on)
